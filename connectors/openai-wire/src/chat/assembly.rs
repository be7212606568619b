//! A chat stream becomes a completion: today's chunks, those of 2024, and those of servers that cut tool calls into pieces.

use std::collections::BTreeMap;

use connector_sdk::Part;
use serde_json::{Map, Value, json};

use super::tool_calls::ToolCalls;
use crate::stream::{Assembly, Flaw, MOST_PARTS, append_text, malformed, too_many};

/// A completion in the making.
pub(super) struct ChatAssembly {
    wanted: u64,
    fields: Map<String, Value>,
    choices: BTreeMap<u64, Choice>,
}

impl ChatAssembly {
    /// For an answer with so many choices.
    pub(super) fn new(wanted: u64) -> Self {
        Self { wanted, fields: Map::new(), choices: BTreeMap::new() }
    }

    fn take_choices(&mut self, choices: Value, parts: &mut Vec<(u64, Part)>) -> Result<(), Flaw> {
        let Value::Array(choices) = choices else { return Err(malformed("holds choices that are not a list")) };
        for (position, choice) in (0..).zip(choices) {
            let Value::Object(choice) = choice else { return Err(malformed("holds a choice that is not an object")) };
            let index = choice.get("index").and_then(Value::as_u64).unwrap_or(position);
            let mut told = Vec::new();
            self.choices.entry(index).or_default().take(choice, &mut told)?;
            if self.choices.len() > MOST_PARTS {
                return Err(too_many("choices"));
            }
            parts.extend(told.into_iter().map(|part| (index, part)));
        }
        Ok(())
    }

    /// A stream that the provider closed need only have a reason to finish in every choice, even the empty one of 2024.
    /// One that merely ended needs every choice that was asked for, and why each of them stopped.
    fn is_whole(&self, done: bool) -> bool {
        let present = self.choices.len() as u64 >= if done { 1 } else { self.wanted.max(1) };
        present && self.choices.values().all(|choice| choice.finish.as_ref().is_some_and(|why| done || !why.is_empty()))
    }
}

impl Assembly for ChatAssembly {
    fn take(&mut self, piece: Map<String, Value>) -> Result<Vec<(u64, Part)>, Flaw> {
        let mut parts = Vec::new();
        for (name, value) in piece {
            match (name.as_str(), value) {
                (_, Value::Null) => {}
                ("choices", choices) => {
                    self.fields.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                    self.take_choices(choices, &mut parts)?;
                }
                ("object", _) => drop(self.fields.insert(name, "chat.completion".into())),
                ("id" | "created" | "model", value) => drop(self.fields.entry(name).or_insert(value)),
                // Usage is cumulative where it comes with every chunk: the last one counts.
                (_, value) => drop(self.fields.insert(name, value)),
            }
        }
        Ok(parts)
    }

    fn finish(mut self, done: bool) -> Result<Option<Value>, Flaw> {
        if !self.is_whole(done) {
            return Ok(None);
        }
        let choices = self.choices.into_iter().map(|(index, choice)| choice.finish(index));
        self.fields.insert("choices".to_owned(), choices.collect());
        Ok(Some(Value::Object(self.fields)))
    }
}

/// One answer in the making.
#[derive(Default)]
struct Choice {
    message: Message,
    finish: Option<String>,
    fields: Map<String, Value>,
}

impl Choice {
    fn take(&mut self, choice: Map<String, Value>, parts: &mut Vec<Part>) -> Result<(), Flaw> {
        for (name, value) in choice {
            match (name.as_str(), value) {
                ("index", _) | (_, Value::Null) => {}
                ("delta" | "message", Value::Object(delta)) => self.message.take(delta, parts)?,
                ("finish_reason", Value::String(why)) => {
                    if self.finish.is_none() || !why.is_empty() {
                        self.finish = Some(why);
                    }
                }
                ("logprobs", Value::Object(logprobs)) => append_lists(&mut self.fields, name, logprobs),
                (_, value) => drop(self.fields.insert(name, value)),
            }
        }
        Ok(())
    }

    fn finish(self, index: u64) -> Value {
        let mut choice = Map::new();
        choice.insert("index".to_owned(), index.into());
        choice.insert("message".to_owned(), self.message.finish());
        choice.insert("finish_reason".to_owned(), self.finish.into());
        choice.extend(self.fields);
        Value::Object(choice)
    }
}

/// What the model says, in the making.
struct Message {
    fields: Map<String, Value>,
    tool_calls: ToolCalls,
}

impl Default for Message {
    fn default() -> Self {
        let fields = [("role".to_owned(), json!("assistant")), ("content".to_owned(), Value::Null)];
        Self { fields: fields.into_iter().collect(), tool_calls: ToolCalls::default() }
    }
}

impl Message {
    fn take(&mut self, delta: Map<String, Value>, parts: &mut Vec<Part>) -> Result<(), Flaw> {
        for (name, value) in delta {
            match (name.as_str(), value) {
                (_, Value::Null) => {}
                ("tool_calls", Value::Array(calls)) => {
                    for call in calls {
                        parts.push(Part::ToolCall(call.clone()));
                        self.tool_calls.take(call)?;
                    }
                }
                ("content" | "reasoning_content" | "refusal", Value::String(piece)) => {
                    append_text(&mut self.fields, &name, &piece);
                    parts.extend(told(&name, piece));
                }
                (_, value) => drop(self.fields.insert(name, value)),
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Value {
        if let Some(calls) = self.tool_calls.finish() {
            self.fields.insert("tool_calls".to_owned(), calls);
        }
        Value::Object(self.fields)
    }
}

/// What of a piece of text is worth telling.
fn told(name: &str, piece: String) -> Option<Part> {
    match name {
        _ if piece.is_empty() => None,
        "content" => Some(Part::Content(piece)),
        "reasoning_content" => Some(Part::Reasoning(piece)),
        _ => None,
    }
}

/// Adds the items of each list to what stands there already.
fn append_lists(fields: &mut Map<String, Value>, name: String, lists: Map<String, Value>) {
    let Some(Value::Object(held)) = fields.get_mut(&name) else {
        fields.insert(name, Value::Object(lists));
        return;
    };
    for (name, value) in lists {
        match (held.get_mut(&name), value) {
            (Some(Value::Array(held)), Value::Array(more)) => held.extend(more),
            (_, Value::Null) => {}
            (_, value) => drop(held.insert(name, value)),
        }
    }
}
