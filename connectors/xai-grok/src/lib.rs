//! xAI Grok: chat, messages, images and models over xAI's HTTP API. What it shares with others stands in `openai-wire`.
//!
//! A request holds what the user set and nothing else. A streamed answer is put together whole or is an error,
//! and every error says what to do about it.

mod actions;
mod chat;
mod connection;
mod endpoints;
mod error;
mod images;
mod messages;
mod retired;

use connector_openai_wire::{GetModel, ListModels, SelectModel};
use connector_sdk::{Connector, RawRequest};
use serde_json::json;

use self::actions::{CreateChatCompletion, CreateMessage, GenerateImage};
use self::connection::XaiGrok;

/// The connector.
pub fn connector() -> Connector {
    let raw_request = RawRequest::<XaiGrok>::new(
        "xAI",
        "Input the path only (/models), The base URL is already included (https://api.x.ai/v1). For example, to connect to https://api.x.ai/v1/models, only /models is entered in this field.",
        json!({ "url": "/models", "method": "GET" }),
    );
    Connector::builder::<XaiGrok>(
        "xai-grok",
        "xAI Grok",
        "xAI Grok is an AI-powered component that provides advanced chat and image generation capabilities.",
    )
    .docs(include_str!("../docs.md"))
    .action(CreateChatCompletion)
    .action(CreateMessage)
    .action(GenerateImage)
    .action(GetModel::default())
    .action(ListModels::default())
    .action(raw_request)
    .options(SelectModel::default())
    .endpoints(endpoints::endpoints())
    .build()
}
