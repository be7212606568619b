//! What the connector can do, one file each. Raw Request is the SDK's own.

mod create_chat_completion;
mod create_message;
mod generate_image;
mod get_model;
mod list_models;

pub(crate) use self::create_chat_completion::CreateChatCompletion;
pub(crate) use self::create_message::CreateMessage;
pub(crate) use self::generate_image::GenerateImage;
pub(crate) use self::get_model::GetModel;
pub(crate) use self::list_models::ListModels;
