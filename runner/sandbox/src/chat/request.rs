//! A chat request: its shape, what is refused in it, and what it asks of the stand-in model.

use serde::Deserialize;
use serde_json::Value;

use crate::limits;
use crate::models::{LANGUAGE_MODELS, LanguageModel, fit};
use crate::refusal::Refusal;
use crate::text_or::TextOr;
use crate::turn::{Ask, Shape, Tool};
use crate::usage::IMAGE_TOKENS;
use crate::words;

#[derive(Deserialize)]
pub(crate) struct ChatRequest {
    messages: Vec<Message>,
    model: String,
    pub(super) deferred: Option<bool>,
    frequency_penalty: Option<f64>,
    logit_bias: Option<serde_json::Map<String, Value>>,
    max_completion_tokens: Option<i64>,
    max_tokens: Option<i64>,
    n: Option<i64>,
    presence_penalty: Option<f64>,
    reasoning_effort: Option<String>,
    response_format: Option<ResponseFormat>,
    search_parameters: Option<Value>,
    stop: Option<Vec<String>>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    temperature: Option<f64>,
    tool_choice: Option<Value>,
    tools: Option<Vec<ToolEntry>>,
    top_logprobs: Option<i64>,
    top_p: Option<f64>,
    web_search_options: Option<Value>,
}

#[derive(Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message {
    System { content: TextOr<Part> },
    User { content: TextOr<Part> },
    Assistant { content: Option<TextOr<Part>>, tool_calls: Option<Vec<Value>> },
    Tool { content: TextOr<Part> },
    Function { content: TextOr<Part> },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part {
    Text { text: String },
    ImageUrl { image_url: ImageUrl },
    File {},
    TextFile {},
}

#[derive(Deserialize)]
struct ImageUrl {
    url: String,
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ResponseFormat {
    Text,
    JsonObject,
    JsonSchema { json_schema: JsonSchema },
}

#[derive(Deserialize)]
struct JsonSchema {
    schema: Value,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ToolEntry {
    Function { function: Function },
    LiveSearch {},
}

#[derive(Deserialize)]
struct Function {
    name: String,
    parameters: Value,
}

/// A request that the API accepts.
pub(super) struct Checked<'a> {
    pub(super) ask: Ask<'a>,
    pub(super) choices: usize,
    pub(super) text_tokens: usize,
    pub(super) image_tokens: usize,
}

impl ChatRequest {
    pub(super) fn streams(&self) -> bool {
        self.stream.unwrap_or(false)
    }

    pub(super) fn wants_usage(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|options| options.include_usage)
    }

    pub(super) fn check(&self) -> Result<Checked<'_>, Refusal> {
        self.check_live_search()?;
        let model = fit(&LANGUAGE_MODELS, &self.model, "chat completions")?;
        if model.multi_agent {
            return Err(Refusal::invalid("Multi Agent requests are not allowed on chat completions."));
        }
        self.check_delivery()?;
        self.check_sampling()?;
        self.check_model_limits(model)?;
        self.check_messages(model)?;
        let text_tokens = self.messages.iter().map(Message::text).map(|text| words::count(&text)).sum();
        if text_tokens > model.context {
            return Err(Refusal::too_long(model.context, text_tokens));
        }
        Ok(Checked {
            ask: self.ask(model)?,
            choices: limits::choices(self.n)?,
            text_tokens,
            image_tokens: self.messages.iter().map(Message::images).sum::<usize>() * IMAGE_TOKENS,
        })
    }

    fn check_live_search(&self) -> Result<(), Refusal> {
        let as_tool = self.tools().any(|tool| matches!(tool, ToolEntry::LiveSearch {}));
        if as_tool || self.search_parameters.is_some() || self.web_search_options.is_some() {
            return Err(Refusal::live_search_gone());
        }
        Ok(())
    }

    fn check_delivery(&self) -> Result<(), Refusal> {
        if self.stream_options.is_some() && !self.streams() {
            return Err(Refusal::unsupported_argument("stream_options"));
        }
        if self.streams() && self.deferred.unwrap_or(false) {
            return Err(Refusal::invalid("Invalid request content: deferred cannot be combined with stream."));
        }
        Ok(())
    }

    fn check_sampling(&self) -> Result<(), Refusal> {
        limits::temperature(self.temperature)?;
        limits::top_p(self.top_p)?;
        limits::penalty("frequency_penalty", self.frequency_penalty)?;
        limits::penalty("presence_penalty", self.presence_penalty)?;
        limits::top_logprobs(self.top_logprobs)?;
        limits::stops(self.stops())?;
        limits::tools(self.tools().count())?;
        limits::absent("logit_bias", self.logit_bias.as_ref().filter(|bias| !bias.is_empty()))
    }

    /// Reasoning models refuse these even with the value that would change nothing.
    fn check_model_limits(&self, model: &LanguageModel) -> Result<(), Refusal> {
        let given = [
            ("presencePenalty", self.presence_penalty.is_some()),
            ("frequencyPenalty", self.frequency_penalty.is_some()),
            ("stop", !self.stops().is_empty()),
        ];
        if let Some((parameter, _)) = given.iter().find(|(_, given)| model.thinks && *given) {
            return Err(Refusal::not_on_model(model.id, parameter));
        }
        match &self.reasoning_effort {
            Some(effort) if !model.efforts.contains(&effort.as_str()) => {
                Err(Refusal::not_on_model(model.id, "reasoningEffort"))
            }
            _ => Ok(()),
        }
    }

    fn check_messages(&self, model: &LanguageModel) -> Result<(), Refusal> {
        if self.messages.is_empty() {
            return Err(Refusal::no_messages());
        }
        if self.messages.iter().any(Message::is_empty) {
            return Err(Refusal::empty_content());
        }
        if !model.sees && self.messages.iter().any(|message| message.images() > 0) {
            return Err(Refusal::invalid("Image inputs are not supported by this model."));
        }
        let mut pictures = self.messages.iter().flat_map(Message::parts).filter_map(Part::picture);
        match pictures.find(|url| !["http://", "https://", "data:image/"].iter().any(|start| url.starts_with(start))) {
            Some(_) => Err(Refusal::invalid("Invalid request content: image_url must be a web or data URL.")),
            None => Ok(()),
        }
    }

    fn ask(&self, model: &'static LanguageModel) -> Result<Ask<'_>, Refusal> {
        let most_tokens = match self.max_completion_tokens {
            Some(_) => limits::most_tokens("max_completion_tokens", self.max_completion_tokens),
            None => limits::most_tokens("max_tokens", self.max_tokens),
        };
        let instructions = self.messages.iter().filter(|message| matches!(message, Message::System { .. }));
        Ok(Ask {
            model,
            thinks: model.thinks && self.reasoning_effort.as_deref() != Some("none"),
            instructions: instructions.map(Message::text).collect::<Vec<_>>().join("\n"),
            question: self.messages.last().map(Message::text).unwrap_or_default(),
            tool: self.tool_to_call()?,
            shape: match &self.response_format {
                None | Some(ResponseFormat::Text) => Shape::Prose,
                Some(ResponseFormat::JsonObject) => Shape::AnyObject,
                Some(ResponseFormat::JsonSchema { json_schema }) => Shape::Schema(&json_schema.schema),
            },
            most_tokens: most_tokens?,
            stops: self.stops(),
        })
    }

    /// The named tool, or the first one: always if the request insists, else in answer to a user's message.
    fn tool_to_call(&self) -> Result<Option<Tool<'_>>, Refusal> {
        let mut functions = self.tools().filter_map(ToolEntry::as_tool);
        let choice = self.tool_choice.as_ref();
        if let Some(name) = choice.and_then(|choice| choice["function"]["name"].as_str()) {
            let unknown = || Refusal::invalid(format!("Invalid request content: tool_choice names no tool: {name}."));
            return functions.find(|tool| tool.name == name).map(Some).ok_or_else(unknown);
        }
        match choice.and_then(Value::as_str) {
            Some("none") => Ok(None),
            Some("required") => Ok(functions.next()),
            _ => Ok(functions.next().filter(|_| matches!(self.messages.last(), Some(Message::User { .. })))),
        }
    }

    fn tools(&self) -> impl Iterator<Item = &ToolEntry> {
        self.tools.iter().flatten()
    }

    fn stops(&self) -> &[String] {
        self.stop.as_deref().unwrap_or_default()
    }
}

impl ToolEntry {
    fn as_tool(&self) -> Option<Tool<'_>> {
        match self {
            Self::Function { function } => Some(Tool { name: &function.name, parameters: &function.parameters }),
            Self::LiveSearch {} => None,
        }
    }
}

impl Message {
    fn content(&self) -> Option<&TextOr<Part>> {
        match self {
            Self::System { content } | Self::User { content } | Self::Tool { content } | Self::Function { content } => {
                Some(content)
            }
            Self::Assistant { content, .. } => content.as_ref(),
        }
    }

    fn parts(&self) -> &[Part] {
        match self.content() {
            Some(TextOr::List(parts)) => parts,
            _ => &[],
        }
    }

    fn text(&self) -> String {
        match self.content() {
            Some(TextOr::Text(text)) => text.clone(),
            _ => self.parts().iter().filter_map(Part::text).collect::<Vec<_>>().join("\n"),
        }
    }

    fn images(&self) -> usize {
        self.parts().iter().filter_map(Part::picture).count()
    }

    /// Only an assistant that called tools may have said nothing.
    fn is_empty(&self) -> bool {
        if let Self::Assistant { tool_calls: Some(calls), .. } = self
            && !calls.is_empty()
        {
            return false;
        }
        match self.content() {
            Some(TextOr::Text(text)) => text.is_empty(),
            _ => self.parts().is_empty(),
        }
    }
}

impl Part {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            _ => None,
        }
    }

    fn picture(&self) -> Option<&str> {
        match self {
            Self::ImageUrl { image_url } => Some(&image_url.url),
            _ => None,
        }
    }
}
