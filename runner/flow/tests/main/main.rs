//! Behaviour of flows, through the crate's public doors.

#![cfg(test)]
#![expect(clippy::needless_pass_by_value, reason = "a test writes its values where it uses them")]

mod bounds;
mod broken_10000;
mod codes;
mod document;
mod expressions;
mod format;
mod graph;
mod machine;
mod megabytes;
mod output;
mod replay;
mod schema;
mod support;
mod validate;
