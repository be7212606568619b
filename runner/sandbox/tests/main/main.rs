//! The sandbox through its own door: real sockets, and xAI's document as the judge of every body.
#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod catalogue;
mod chat;
mod chat_stream;
mod document;
mod door;
mod faults;
mod images;
mod messages;
mod openai;
mod other_answers;
mod refusals;
mod responses;
mod support;
