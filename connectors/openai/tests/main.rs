//! The connector, through its public door and over real sockets. Bodies are of the forms that the real API answers with.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chat;
mod chat_stream;
mod connection;
mod embeddings;
mod errors;
mod images;
mod inputs;
mod models;
mod moderations;
mod responses;
mod schemas;
#[path = "../../openai-wire/tests/support/server.rs"]
mod server;
#[path = "../../openai-wire/tests/support/world.rs"]
mod world;

/// What is tested.
mod subject {
    pub(crate) use connector_openai::connector;

    pub(crate) const ID: &str = "openai";
    pub(crate) const KEY: &str = "sk-proj-0123456789abcdef";
}
