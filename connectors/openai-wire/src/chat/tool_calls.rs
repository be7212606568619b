//! Tool calls out of a stream. Some send each whole, as xAI does; others cut the arguments into pieces, and some forget the index.

use serde_json::{Map, Value};

use crate::stream::{Flaw, MOST_PARTS, append_text, malformed, too_many};

/// The tool calls of one answer in the making.
#[derive(Default)]
pub(super) struct ToolCalls {
    calls: Vec<Call>,
}

struct Call {
    index: Option<u64>,
    fields: Map<String, Value>,
}

impl ToolCalls {
    /// Takes a call, or a piece of one.
    pub(super) fn take(&mut self, piece: Value) -> Result<(), Flaw> {
        let Value::Object(mut piece) = piece else { return Err(malformed("holds a tool call that is not an object")) };
        let index = piece.shift_remove("index").and_then(|index| index.as_u64());
        let known = self.calls.iter().rposition(|call| call.continues_with(index, &piece));
        let position = match known {
            Some(position) => position,
            None if self.calls.len() == MOST_PARTS => return Err(too_many("tool calls")),
            None => {
                self.calls.push(Call { index, fields: Map::new() });
                self.calls.len() - 1
            }
        };
        self.calls[position].take(piece);
        Ok(())
    }

    /// The calls, if there are any.
    pub(super) fn finish(self) -> Option<Value> {
        let calls: Vec<Value> = self.calls.into_iter().map(|call| Value::Object(call.fields)).collect();
        (!calls.is_empty()).then_some(Value::Array(calls))
    }
}

impl Call {
    /// Whether a piece belongs to this call: by its index and its id, as far as it has them.
    fn continues_with(&self, index: Option<u64>, piece: &Map<String, Value>) -> bool {
        let same_index = index.is_some() && index == self.index;
        match (id(piece), id(&self.fields)) {
            (Some(new), Some(own)) => new == own && (same_index || index.is_none()),
            (Some(_), None) => same_index,
            (None, _) => same_index || (index.is_none() && !names_function(piece)),
        }
    }

    fn take(&mut self, piece: Map<String, Value>) {
        for (name, value) in piece {
            match (self.fields.get_mut(&name), value) {
                (_, Value::Null) => {}
                (Some(Value::Object(function)), Value::Object(piece)) if name == "function" => extend(function, piece),
                (None, value) => drop(self.fields.insert(name, value)),
                // The id and the type are said once; some servers repeat them.
                (Some(_), _) => {}
            }
        }
    }
}

fn id(call: &Map<String, Value>) -> Option<&str> {
    call.get("id")?.as_str().filter(|id| !id.is_empty())
}

/// A piece that names a function and nothing else to go by begins a call.
fn names_function(piece: &Map<String, Value>) -> bool {
    piece.get("function").and_then(|function| function.get("name")?.as_str()).is_some_and(|name| !name.is_empty())
}

/// Adds a piece of a function call: arguments grow, the rest is said once.
fn extend(function: &mut Map<String, Value>, piece: Map<String, Value>) {
    for (name, value) in piece {
        match (name.as_str(), value) {
            ("arguments", Value::String(piece)) => append_text(function, &name, &piece),
            (_, Value::Null) => {}
            (_, value) => drop(function.entry(name).or_insert(value)),
        }
    }
}
