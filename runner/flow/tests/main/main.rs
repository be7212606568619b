//! Behaviour of flows, through the crate's public doors.

mod document;
mod expressions;
mod machine;
mod replay;
mod schema;
mod support;
mod validate;
