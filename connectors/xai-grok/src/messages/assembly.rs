//! A stream of message events becomes a message. The real API gives every block the index 0 and its deltas none:
//! blocks come strictly one after the other, so they are counted.

use connector_openai_wire::stream::{Assembly, Flaw, MOST_PARTS, append_text, malformed, too_many};
use connector_sdk::{Part, json};
use serde_json::{Map, Value};

/// A message in the making.
#[derive(Default)]
pub(crate) struct MessageAssembly {
    message: Option<Map<String, Value>>,
    blocks: Vec<Block>,
    over: bool,
}

impl MessageAssembly {
    fn begin_block(&mut self, block: Map<String, Value>) -> Result<Option<Part>, Flaw> {
        if self.blocks.len() == MOST_PARTS {
            return Err(too_many("blocks"));
        }
        let index = self.blocks.len();
        let is_call = block.get("type").is_some_and(|kind| kind == "tool_use");
        let part = is_call.then(|| tool_call(index, &block));
        self.blocks.push(Block { fields: block, arguments: String::new() });
        Ok(part)
    }

    fn continue_block(&mut self, delta: &Map<String, Value>) -> Result<Option<Part>, Flaw> {
        let index = self.blocks.len().saturating_sub(1);
        let Some(block) = self.blocks.last_mut() else { return Err(malformed("continues a block that never began")) };
        Ok(block.take(index, delta))
    }

    fn end(&mut self, delta: Map<String, Value>, usage: Map<String, Value>) {
        let Some(message) = &mut self.message else { return };
        message.extend(delta);
        match message.get_mut("usage") {
            Some(Value::Object(known)) => known.extend(usage.into_iter().filter(|(_, count)| !count.is_null())),
            _ if usage.is_empty() => {}
            _ => drop(message.insert("usage".to_owned(), usage.into())),
        }
    }
}

impl Assembly for MessageAssembly {
    fn take(&mut self, mut piece: Map<String, Value>) -> Result<Vec<(u64, Part)>, Flaw> {
        let kind = piece.remove("type").unwrap_or_default();
        let mut object = |name: &str| match piece.remove(name) {
            Some(Value::Object(object)) => object,
            _ => Map::new(),
        };
        let part = match kind.as_str().unwrap_or_default() {
            "message_start" => {
                self.message = Some(object("message"));
                None
            }
            "content_block_start" => self.begin_block(object("content_block"))?,
            "content_block_delta" => self.continue_block(&object("delta"))?,
            "message_delta" => {
                self.end(object("delta"), object("usage"));
                None
            }
            "message_stop" => {
                self.over = true;
                None
            }
            // `content_block_stop`, `ping` and what comes in later years.
            _ => None,
        };
        Ok(part.map(|part| (0, part)).into_iter().collect())
    }

    fn is_over(&self) -> bool {
        self.over
    }

    /// A message is whole when it says so, or when it says why it stopped.
    fn finish(self, _: bool) -> Result<Option<Value>, Flaw> {
        let Some(mut message) = self.message else { return Ok(None) };
        let stopped = message.get("stop_reason").is_some_and(|reason| !reason.is_null());
        if !self.over && !stopped {
            return Ok(None);
        }
        let blocks: Vec<Value> = self.blocks.into_iter().map(Block::finish).collect::<Result<_, Flaw>>()?;
        message.insert("content".to_owned(), blocks.into());
        Ok(Some(message.into()))
    }
}

/// A block in the making.
struct Block {
    fields: Map<String, Value>,
    /// The JSON text of a tool call's input, as far as it has arrived.
    arguments: String,
}

impl Block {
    fn take(&mut self, index: usize, delta: &Map<String, Value>) -> Option<Part> {
        let text = |name: &str| delta.get(name).and_then(Value::as_str).unwrap_or_default();
        match text("type") {
            "text_delta" => {
                append_text(&mut self.fields, "text", text("text"));
                told(text("text"), Part::Content)
            }
            "thinking_delta" => {
                append_text(&mut self.fields, "thinking", text("thinking"));
                told(text("thinking"), Part::Reasoning)
            }
            "signature_delta" => {
                append_text(&mut self.fields, "signature", text("signature"));
                None
            }
            "input_json_delta" => {
                self.arguments.push_str(text("partial_json"));
                Some(tool_call(index, delta))
            }
            _ => None,
        }
    }

    fn finish(mut self) -> Result<Value, Flaw> {
        if !self.arguments.is_empty() {
            let input = json::parse(self.arguments.as_bytes())
                .map_err(|violation| malformed(format!("holds a tool call whose input {violation}")))?;
            self.fields.insert("input".to_owned(), input);
        }
        Ok(self.fields.into())
    }
}

fn told(piece: &str, part: fn(String) -> Part) -> Option<Part> {
    (!piece.is_empty()).then(|| part(piece.to_owned()))
}

/// A tool call, or a piece of one, with the index of its block.
fn tool_call(index: usize, piece: &Map<String, Value>) -> Part {
    let mut told = Map::new();
    told.insert("index".to_owned(), index.into());
    told.extend(piece.iter().map(|(name, value)| (name.clone(), value.clone())));
    Part::ToolCall(told.into())
}
