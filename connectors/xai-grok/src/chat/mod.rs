//! Chat completions: the messages that go in, the completion that comes out, and its stream.

mod assembly;
mod completion;
mod message;
mod tool_calls;

pub(crate) use self::assembly::ChatAssembly;
pub(crate) use self::completion::ChatCompletion;
pub(crate) use self::message::{Message, check_messages};
