//! Behaviour of flows, through the crate's public doors.

#![cfg(test)]
#![expect(clippy::needless_pass_by_value, reason = "a test writes its values where it uses them")]

mod bounds;
mod codes;
mod document;
mod expressions;
mod format;
mod graph;
mod machine;
mod output;
mod replay;
mod schema;
mod support;
mod validate;
