//! The connector, through its public door and over real sockets. Bodies are of the forms that the real API has answered with.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chat;
mod chat_stream;
mod connection;
mod errors;
mod images;
mod inputs;
mod message_stream;
mod messages;
mod models;
mod schemas;
mod server;
mod world;
