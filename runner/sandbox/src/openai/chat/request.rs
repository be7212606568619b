//! A chat request: its shape, what is refused in it, and what it asks of the stand-in model.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::models::LanguageModel;
use crate::openai::{Refusal, models};
use crate::text_or::TextOr;
use crate::turn::{Ask, Shape, Tool};
use crate::usage::IMAGE_TOKENS;
use crate::words;

/// The arguments that the API knows.
const KNOWN: [&str; 35] = [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];

const ROLES: [&str; 6] = ["system", "assistant", "user", "function", "tool", "developer"];

/// What a function without parameters takes.
static NO_PARAMETERS: LazyLock<Value> = LazyLock::new(|| json!({ "type": "object" }));

#[derive(Deserialize)]
pub(super) struct ChatRequest {
    model: Option<String>,
    messages: Option<Vec<Message>>,
    frequency_penalty: Option<f64>,
    max_completion_tokens: Option<i64>,
    max_tokens: Option<i64>,
    n: Option<i64>,
    presence_penalty: Option<f64>,
    response_format: Option<Value>,
    stop: Option<TextOr<String>>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    temperature: Option<f64>,
    tool_choice: Option<Value>,
    tools: Option<Vec<Value>>,
    top_p: Option<f64>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Option<TextOr<Value>>,
    tool_calls: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

/// A request that the API accepts.
pub(super) struct Checked<'a> {
    pub(super) ask: Ask<'a>,
    pub(super) choices: usize,
    pub(super) text_tokens: usize,
    pub(super) image_tokens: usize,
}

/// Refuses an argument that the API does not know. It asks for the model before it looks at anything.
pub(super) fn check_names(body: &Map<String, Value>) -> Result<(), Refusal> {
    models::language(body.get("model").and_then(Value::as_str))?;
    match body.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        Some(name) => Err(Refusal::unknown_argument(name)),
        None => Ok(()),
    }
}

impl ChatRequest {
    pub(super) fn streams(&self) -> bool {
        self.stream.unwrap_or(false)
    }

    pub(super) fn wants_usage(&self) -> bool {
        self.stream_options.as_ref().and_then(|options| options.include_usage).unwrap_or(false)
    }

    pub(super) fn check(&self) -> Result<Checked<'_>, Refusal> {
        let model = models::language(self.model.as_deref())?;
        let messages = self.messages.as_deref().ok_or_else(|| Refusal::missing("messages"))?;
        if messages.is_empty() {
            return Err(Refusal::empty_array("messages"));
        }
        messages.iter().enumerate().try_for_each(|(index, message)| message.check(index))?;
        self.check_numbers()?;
        self.check_reasoning(model)?;
        if self.stream_options.is_some() && !self.streams() {
            return Err(Refusal::invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled."));
        }
        let text_tokens = messages.iter().map(|message| words::count(&message.text())).sum();
        if text_tokens > model.context {
            return Err(Refusal::too_long(model.context, text_tokens));
        }
        Ok(Checked {
            ask: self.ask(model, messages)?,
            choices: self.n.unwrap_or(1) as usize,
            text_tokens,
            image_tokens: messages.iter().map(Message::images).sum::<usize>() * IMAGE_TOKENS,
        })
    }

    fn check_numbers(&self) -> Result<(), Refusal> {
        let within = |param: &str, value: Option<f64>, least: f64, most: f64| match value {
            Some(value) if !(least..=most).contains(&value) => {
                Err(Refusal::out_of_range(param, &format!("between {least} and {most}")))
            }
            _ => Ok(()),
        };
        let whole = |value: Option<i64>| value.map(|value| value as f64);
        within("temperature", self.temperature, 0.0, 2.0)?;
        within("top_p", self.top_p, 0.0, 1.0)?;
        within("frequency_penalty", self.frequency_penalty, -2.0, 2.0)?;
        within("presence_penalty", self.presence_penalty, -2.0, 2.0)?;
        within("n", whole(self.n), 1.0, 128.0)?;
        within("max_tokens", whole(self.max_tokens), 1.0, f64::MAX)?;
        within("max_completion_tokens", whole(self.max_completion_tokens), 1.0, f64::MAX)?;
        if self.stops().len() > 4 {
            return Err(Refusal::out_of_range("stop", "of at most 4 sequences"));
        }
        Ok(())
    }

    /// Models that reason take neither the old bound on tokens nor another temperature than their own.
    fn check_reasoning(&self, model: &LanguageModel) -> Result<(), Refusal> {
        if !model.thinks {
            return Ok(());
        }
        if self.max_tokens.is_some() {
            return Err(Refusal::unsupported_parameter("max_tokens", "max_completion_tokens"));
        }
        for (param, value) in [("temperature", self.temperature), ("top_p", self.top_p)] {
            if let Some(value) = value.filter(|value| *value != 1.0) {
                return Err(Refusal::unsupported_value(param, value));
            }
        }
        Ok(())
    }

    fn ask<'a>(&'a self, model: &'static LanguageModel, messages: &'a [Message]) -> Result<Ask<'a>, Refusal> {
        let instructions = messages.iter().filter(|message| matches!(message.role.as_str(), "system" | "developer"));
        let format = self.response_format.as_ref().unwrap_or(&Value::Null);
        Ok(Ask {
            model,
            thinks: model.thinks,
            instructions: instructions.map(Message::text).collect::<Vec<_>>().join("\n"),
            question: messages.last().map(Message::text).unwrap_or_default(),
            tool: self.tool_to_call(messages)?,
            shape: match format["type"].as_str() {
                Some("json_object") => Shape::AnyObject,
                Some("json_schema") => Shape::Schema(&format["json_schema"]["schema"]),
                _ => Shape::Prose,
            },
            most_tokens: self.max_completion_tokens.or(self.max_tokens).and_then(|most| usize::try_from(most).ok()),
            stops: self.stops(),
        })
    }

    /// The named tool, or the first one: always if the request insists, else in answer to a user's message.
    fn tool_to_call(&self, messages: &[Message]) -> Result<Option<Tool<'_>>, Refusal> {
        let mut functions = self.tools.iter().flatten().filter_map(as_tool);
        let choice = self.tool_choice.as_ref().unwrap_or(&Value::Null);
        if let Some(name) = choice["function"]["name"].as_str() {
            let unknown = || Refusal::invalid(format!("Tool choice '{name}' not found in 'tools' parameter."));
            return functions.find(|tool| tool.name == name).map(Some).ok_or_else(unknown);
        }
        match choice.as_str() {
            Some("none") => Ok(None),
            Some("required") => Ok(functions.next()),
            _ => Ok(functions.next().filter(|_| messages.last().is_some_and(|message| message.role == "user"))),
        }
    }

    fn stops(&self) -> &[String] {
        match &self.stop {
            None => &[],
            Some(TextOr::Text(stop)) => std::slice::from_ref(stop),
            Some(TextOr::List(stops)) => stops,
        }
    }
}

fn as_tool(tool: &Value) -> Option<Tool<'_>> {
    let function = tool.get("function")?;
    let parameters = function.get("parameters").unwrap_or_else(|| &*NO_PARAMETERS);
    Some(Tool { name: function["name"].as_str()?, parameters })
}

impl Message {
    fn check(&self, index: usize) -> Result<(), Refusal> {
        if !ROLES.contains(&self.role.as_str()) {
            let roles: Vec<_> = ROLES.iter().map(|role| format!("'{role}'")).collect();
            return Err(Refusal::invalid_value(&format!("messages[{index}].role"), &self.role, &roles.join(", ")));
        }
        let called = self.role == "assistant" && self.tool_calls.as_ref().is_some_and(|calls| !calls.is_empty());
        match &self.content {
            None if !called => Err(Refusal::missing(&format!("messages[{index}].content"))),
            Some(TextOr::List(parts)) if parts.is_empty() => {
                Err(Refusal::empty_array(&format!("messages[{index}].content")))
            }
            _ => Ok(()),
        }
    }

    fn parts(&self) -> &[Value] {
        match &self.content {
            Some(TextOr::List(parts)) => parts,
            _ => &[],
        }
    }

    fn text(&self) -> String {
        match &self.content {
            Some(TextOr::Text(text)) => text.clone(),
            _ => self.parts().iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        }
    }

    fn images(&self) -> usize {
        self.parts().iter().filter(|part| part["type"] == "image_url").count()
    }
}
