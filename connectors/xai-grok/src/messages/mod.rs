//! The Anthropic-compatible messages: what goes in, the message that comes out, and its stream.

mod answer;
mod assembly;
mod message;

pub(crate) use self::answer::MessageAnswer;
pub(crate) use self::assembly::MessageAssembly;
pub(crate) use self::message::Message;
