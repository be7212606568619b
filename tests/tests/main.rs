//! One binary for all end-to-end tests.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on must fail")]

mod behaviour;
mod command;
mod endpoints;
mod exchanges;
mod hostile_answers;
mod json;
mod raw_request;
mod retry;
mod rooms;
mod schema;
