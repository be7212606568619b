//! What the connector can do, one file each. Raw Request is the SDK's own; Get Model and List Models are the dialect's.

mod create_chat_completion;
mod create_embedding;
mod create_moderation;
mod create_response;
mod generate_image;

pub(crate) use self::create_chat_completion::CreateChatCompletion;
pub(crate) use self::create_embedding::CreateEmbedding;
pub(crate) use self::create_moderation::CreateModeration;
pub(crate) use self::create_response::CreateResponse;
pub(crate) use self::generate_image::GenerateImage;
