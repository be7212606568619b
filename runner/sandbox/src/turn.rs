//! One turn of the stand-in model, whatever the endpoint: each endpoint turns its request into an [`Ask`] and a
//! [`Turn`] into its answer.

use serde_json::{Value, json};

use crate::instance;
use crate::models::LanguageModel;
use crate::words;

/// When every turn was taken: a fixed moment, so that answers are the same tomorrow.
pub(crate) const CREATED: i64 = 1_770_774_058;

/// What a turn is made from.
pub(crate) struct Ask<'a> {
    pub(crate) model: &'static LanguageModel,
    pub(crate) thinks: bool,
    pub(crate) instructions: String,
    pub(crate) question: String,
    /// The tool to call, if the request's choice and the last message let it come to that.
    pub(crate) tool: Option<Tool<'a>>,
    pub(crate) shape: Shape<'a>,
    pub(crate) most_tokens: Option<usize>,
    pub(crate) stops: &'a [String],
}

#[derive(Clone, Copy)]
pub(crate) struct Tool<'a> {
    pub(crate) name: &'a str,
    pub(crate) parameters: &'a Value,
}

/// What the text has to be.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'a> {
    Prose,
    AnyObject,
    Schema(&'a Value),
}

pub(crate) struct Turn {
    pub(crate) thought: Option<String>,
    pub(crate) said: Said,
    pub(crate) end: End,
}

pub(crate) enum Said {
    Text(String),
    Call { name: String, input: Value },
}

#[derive(Clone, PartialEq)]
pub(crate) enum End {
    Natural,
    Length,
    Stop(String),
    Call,
}

impl End {
    /// The word for it in chat and text completions.
    pub(crate) fn finish_reason(&self) -> &'static str {
        match self {
            Self::Natural | Self::Stop(_) => "stop",
            Self::Length => "length",
            Self::Call => "tool_calls",
        }
    }
}

impl Turn {
    pub(crate) fn of(ask: &Ask<'_>) -> Self {
        let thought = ask.thinks.then(|| words::thought(&ask.question));
        if let Some(tool) = ask.tool {
            let said = Said::Call { name: tool.name.to_owned(), input: instance::of(tool.parameters) };
            return Self { thought, said, end: End::Call };
        }
        let (text, end) = ask.bounded(ask.text());
        Self { thought, said: Said::Text(text), end }
    }

    pub(crate) fn thought_tokens(&self) -> usize {
        self.thought.as_deref().map_or(0, words::count)
    }

    pub(crate) fn said_tokens(&self) -> usize {
        match &self.said {
            Said::Text(text) => words::count(text),
            Said::Call { name, input } => words::count(name) + words::count(&input.to_string()),
        }
    }
}

impl Ask<'_> {
    fn text(&self) -> String {
        let reply = || words::reply(self.model.id, &self.instructions, &self.question);
        match self.shape {
            Shape::Prose => reply(),
            Shape::AnyObject => json!({ "answer": reply() }).to_string(),
            Shape::Schema(schema) => instance::of(schema).to_string(),
        }
    }

    /// Ends a text where the first stop sequence begins, or where its tokens run out.
    fn bounded(&self, text: String) -> (String, End) {
        let stop = self.stops.iter().filter(|stop| !stop.is_empty());
        let first = stop.filter_map(|stop| text.find(stop.as_str()).map(|at| (at, stop))).min_by_key(|(at, _)| *at);
        let (text, end) = match first {
            Some((at, stop)) => (text[..at].to_owned(), End::Stop(stop.clone())),
            None => (text, End::Natural),
        };
        match self.most_tokens.and_then(|most| words::shortened(&text, most)) {
            Some(short) => (short, End::Length),
            None => (text, end),
        }
    }
}
