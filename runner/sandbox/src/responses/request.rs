//! A Responses request. Input items have many shapes, of which only the words matter here, so they stay JSON.

use serde::Deserialize;
use serde_json::Value;

use crate::limits;
use crate::models::{LANGUAGE_MODELS, LanguageModel, fit};
use crate::refusal::Refusal;
use crate::text_or::TextOr;
use crate::turn::{Ask, Shape, Tool};
use crate::words;

#[derive(Deserialize)]
pub(crate) struct ResponseRequest {
    input: TextOr<Value>,
    model: String,
    instructions: Option<String>,
    pub(super) max_output_tokens: Option<i64>,
    pub(super) parallel_tool_calls: Option<bool>,
    pub(crate) previous_response_id: Option<String>,
    pub(super) reasoning: Option<Reasoning>,
    search_parameters: Option<Value>,
    store: Option<bool>,
    pub(crate) stream: Option<bool>,
    pub(super) temperature: Option<f64>,
    text: Option<TextOptions>,
    pub(super) tool_choice: Option<Value>,
    pub(super) tools: Option<Vec<Value>>,
    top_logprobs: Option<i64>,
    pub(super) top_p: Option<f64>,
    pub(super) user: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Reasoning {
    pub(super) effort: Option<String>,
    pub(super) summary: Option<String>,
}

#[derive(Deserialize)]
struct TextOptions {
    format: Option<Value>,
}

impl ResponseRequest {
    /// What is asked, and how many tokens the asking has.
    pub(super) fn check(&self) -> Result<(Ask<'_>, usize), Refusal> {
        if self.search_parameters.is_some() {
            return Err(Refusal::live_search_gone());
        }
        self.check_on(fit(&LANGUAGE_MODELS, &self.model, "responses")?)
    }

    /// The same, with the model found.
    pub(crate) fn check_on(&self, model: &'static LanguageModel) -> Result<(Ask<'_>, usize), Refusal> {
        self.check_numbers()?;
        self.check_effort(model)?;
        if self.instructions.is_some() && self.previous_response_id.is_some() {
            return Err(Refusal::invalid(
                "Invalid request content: instructions cannot be combined with previous_response_id.",
            ));
        }
        if self.question().is_none_or(|question| question.is_empty()) {
            return Err(Refusal::empty_content());
        }
        let texts = self.texts();
        let tokens = texts.iter().chain(&self.instructions).map(|text| words::count(text)).sum();
        if tokens > model.context {
            return Err(Refusal::too_long(model.context, tokens));
        }
        Ok((self.ask(model)?, tokens))
    }

    pub(crate) fn stores(&self) -> bool {
        self.store.unwrap_or(true)
    }

    /// The format as the answer repeats it: text unless something else was asked for.
    pub(super) fn format(&self) -> Value {
        let format = self.text.as_ref().and_then(|text| text.format.clone());
        format.unwrap_or_else(|| serde_json::json!({ "type": "text" }))
    }

    fn check_numbers(&self) -> Result<(), Refusal> {
        limits::temperature(self.temperature)?;
        limits::top_p(self.top_p)?;
        limits::top_logprobs(self.top_logprobs)?;
        limits::tools(self.tools().len())
    }

    fn check_effort(&self, model: &LanguageModel) -> Result<(), Refusal> {
        match self.effort() {
            // The multi-agent model reads its number of agents from it.
            Some(effort) if !model.multi_agent && !model.efforts.contains(&effort) => {
                Err(Refusal::not_on_model(model.id, "reasoningEffort"))
            }
            _ => Ok(()),
        }
    }

    fn ask(&self, model: &'static LanguageModel) -> Result<Ask<'_>, Refusal> {
        let format = self.text.as_ref().and_then(|text| text.format.as_ref());
        Ok(Ask {
            model,
            thinks: model.thinks && self.effort() != Some("none"),
            instructions: self.instructions.clone().unwrap_or_default(),
            question: self.question().unwrap_or_default(),
            tool: self.tool_to_call()?,
            shape: match format.and_then(|format| format["type"].as_str()) {
                Some("json_object") => Shape::AnyObject,
                Some("json_schema") => Shape::Schema(format.map_or(&Value::Null, |format| &format["schema"])),
                _ => Shape::Prose,
            },
            most_tokens: limits::most_tokens("max_output_tokens", self.max_output_tokens)?,
            stops: &[],
        })
    }

    /// The named function, or the first one: always if the request insists, else unless a function has just answered.
    fn tool_to_call(&self) -> Result<Option<Tool<'_>>, Refusal> {
        let mut functions = self.tools().iter().filter(|tool| tool["type"] == "function").filter_map(as_tool);
        let choice = self.tool_choice.as_ref();
        if let Some(name) = choice.and_then(|choice| choice["name"].as_str()) {
            let unknown = || Refusal::invalid(format!("Invalid request content: tool_choice names no tool: {name}."));
            return functions.find(|tool| tool.name == name).map(Some).ok_or_else(unknown);
        }
        match choice.and_then(Value::as_str) {
            Some("none") => Ok(None),
            Some("required") => Ok(functions.next()),
            _ => Ok(functions.next().filter(|_| !self.is_result())),
        }
    }

    fn is_result(&self) -> bool {
        match &self.input {
            TextOr::Text(_) => false,
            TextOr::List(items) => items.last().is_some_and(|item| item["type"] == "function_call_output"),
        }
    }

    fn question(&self) -> Option<String> {
        self.texts().pop()
    }

    fn texts(&self) -> Vec<String> {
        match &self.input {
            TextOr::Text(text) => vec![text.clone()],
            TextOr::List(items) => items.iter().map(item_text).collect(),
        }
    }

    fn effort(&self) -> Option<&str> {
        self.reasoning.as_ref()?.effort.as_deref()
    }

    fn tools(&self) -> &[Value] {
        self.tools.as_deref().unwrap_or_default()
    }
}

fn as_tool(tool: &Value) -> Option<Tool<'_>> {
    Some(Tool { name: tool["name"].as_str()?, parameters: &tool["parameters"] })
}

/// The words of an item: a message's content, a function's output or the arguments of a call.
fn item_text(item: &Value) -> String {
    let said = ["content", "output", "arguments"].iter().find_map(|key| item.get(*key));
    match said {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}
