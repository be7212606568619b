//! What a provider offers to a gateway, as data: which calls may be passed on, and where an answer says what was used.

use std::time::Duration;

use crate::http::Method;
use crate::limits;

/// One call of a provider's API that may be passed on as it is.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Below the connection's base, such as `/chat/completions`. A segment `{id}` stands for any one.
    pub path: &'static str,
    /// What it does, in the words of the `gen_ai` conventions, such as `chat`.
    pub operation: &'static str,
    /// How the clients of this call read errors.
    pub dialect: Dialect,
    /// Whether the body says which model is asked.
    pub names_model: bool,
    /// What of the call stays with the provider.
    pub stays: Stays,
    /// Where the answer, or an event of a streamed one, says what was used. The last number of each kind counts.
    pub usage: &'static [(Count, &'static str)],
    /// Whether a stream says what was used only if `stream_options.include_usage` asks for it.
    pub asks_for_usage: bool,
    /// Whether the provider numbers all blocks of a message stream alike, so that they have to be numbered anew.
    pub misnumbers_blocks: bool,
    /// How long the answer's first byte may take.
    pub first_byte: Duration,
    /// How long an answer may pause.
    pub idle: Duration,
}

/// Whose clients a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's: `{"error": {"message": …, "type": …, "param": …, "code": …}}`.
    OpenAi,
    /// Anthropic's: `{"type": "error", "error": {"type": …, "message": …}}`.
    Anthropic,
}

/// What of a call stays with the provider, where another member could read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// Nothing, unless the body asks for it.
    IfAsked,
    /// The answer, unless the body says `"store": false`.
    UnlessDeclined,
    /// Something, or the call is about something that stayed.
    Always,
}

/// A number of tokens that an answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Count {
    /// What was sent, without what [`Count::CachedApart`] counts.
    Input,
    /// What was answered.
    Output,
    /// Of the input, what came from a cache.
    Cached,
    /// What came from a cache and is not part of [`Count::Input`].
    CachedApart,
    /// What the model thought.
    Reasoning,
    /// All together.
    Total,
}

impl Endpoint {
    /// A POST whose body names the model, whose errors are OpenAI's, and of which nothing stays.
    pub fn post(path: &'static str, operation: &'static str) -> Self {
        Self {
            method: Method::POST,
            path,
            operation,
            dialect: Dialect::OpenAi,
            names_model: true,
            stays: Stays::IfAsked,
            usage: &[],
            asks_for_usage: false,
            misnumbers_blocks: false,
            first_byte: limits::ATTEMPT_GENERATE,
            idle: limits::IDLE_STREAM,
        }
    }

    /// A GET that names no model.
    pub fn get(path: &'static str, operation: &'static str) -> Self {
        Self { method: Method::GET, names_model: false, first_byte: limits::ATTEMPT, ..Self::post(path, operation) }
    }

    /// The same, with these places of what was used.
    pub fn usage(self, usage: &'static [(Count, &'static str)]) -> Self {
        Self { usage, ..self }
    }

    /// The same, of which something stays with the provider.
    pub fn keeps_state(self) -> Self {
        Self { stays: Stays::Always, ..self }
    }

    /// Whether a path below the base is this call's.
    pub fn is_at(&self, path: &str) -> bool {
        let is_any = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
        let mut found = path.split('/');
        self.path.split('/').all(|wanted| match found.next() {
            Some(found) if is_any(wanted) => !found.is_empty(),
            found => found == Some(wanted),
        }) && found.next().is_none()
    }
}
