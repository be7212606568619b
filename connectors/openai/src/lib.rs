//! OpenAI: chat, responses, images, embeddings, moderations and models over OpenAI's HTTP API.
//!
//! What it shares with others stands in `openai-wire`; here is how it differs. A request holds what the user set and
//! nothing else, and every error says what to do about it.

mod actions;
mod chat;
mod connection;
mod embeddings;
mod endpoints;
mod error;
mod images;
mod moderations;
mod responses;
mod retired;

use connector_openai_wire::{GetModel, ListModels, SelectModel};
use connector_sdk::{Connector, RawRequest};
use serde_json::json;

use self::actions::{CreateChatCompletion, CreateEmbedding, CreateModeration, CreateResponse, GenerateImage};
use self::connection::OpenAi;

/// The connector.
pub fn connector() -> Connector {
    let raw_request = RawRequest::<OpenAi>::new(
        "OpenAI",
        "Input the path only (/models). The base URL is already included (https://api.openai.com/v1). For example, to connect to https://api.openai.com/v1/models, only /models is entered in this field.",
        json!({ "url": "/models", "method": "GET" }),
    );
    Connector::builder::<OpenAi>(
        "openai",
        "OpenAI",
        "OpenAI's models: chat, responses, images, embeddings and moderations.",
    )
    .docs(include_str!("../docs.md"))
    .action(CreateChatCompletion)
    .action(CreateResponse)
    .action(GenerateImage)
    .action(CreateEmbedding)
    .action(CreateModeration)
    .action(GetModel::default())
    .action(ListModels::default())
    .action(raw_request)
    .options(SelectModel::default())
    .endpoints(endpoints::endpoints())
    .build()
}
