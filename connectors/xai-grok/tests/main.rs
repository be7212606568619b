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
#[path = "../../openai-wire/tests/support/server.rs"]
mod server;
#[path = "../../openai-wire/tests/support/world.rs"]
mod world;

/// What is tested.
mod subject {
    pub(crate) use connector_xai_grok::connector;

    pub(crate) const ID: &str = "xai-grok";
    pub(crate) const KEY: &str = "xai-0123456789abcdef";
}
