//! What the connector can do, one file each. Raw Request is the SDK's own; Get Model and List Models are the dialect's.

mod create_chat_completion;
mod create_message;
mod generate_image;

pub(crate) use self::create_chat_completion::CreateChatCompletion;
pub(crate) use self::create_message::CreateMessage;
pub(crate) use self::generate_image::GenerateImage;
