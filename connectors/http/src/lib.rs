//! Any HTTP API: Raw Request against an origin that the connection names.

mod connection;

use connector_sdk::{Connector, RawRequest};
use serde_json::json;

pub use self::connection::Http;

/// The connector.
pub fn connector() -> Connector {
    let raw_request = RawRequest::<Http>::new(
        "an HTTP API",
        "Input the path only (/models); the connection's base URL comes before it.",
        json!({ "url": "/status", "method": "GET" }),
    );
    Connector::builder::<Http>("http", "HTTP", "Sends requests to any HTTP API.")
        .docs(include_str!("../docs.md"))
        .action(raw_request)
        .build()
}
