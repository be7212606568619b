//! A Messages request: its shape, what is refused in it, and what it asks of the stand-in model.

use serde::Deserialize;
use serde_json::Value;

use crate::limits;
use crate::models::{LANGUAGE_MODELS, fit};
use crate::refusal::Refusal;
use crate::text_or::TextOr;
use crate::turn::{Ask, Shape, Tool};
use crate::usage::{IMAGE_TOKENS, Usage};
use crate::words;

#[derive(Deserialize)]
pub(crate) struct MessageRequest {
    model: String,
    messages: Vec<Message>,
    max_tokens: i64,
    stop_sequences: Option<Vec<String>>,
    pub(super) stream: Option<bool>,
    system: Option<TextOr<SystemBlock>>,
    temperature: Option<f64>,
    tool_choice: Option<ToolChoice>,
    tools: Option<Vec<ToolEntry>>,
    top_k: Option<i64>,
    top_p: Option<f64>,
}

#[derive(Deserialize)]
struct Message {
    role: Role,
    content: TextOr<Block>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Role {
    User,
    Assistant,
    System,
}

#[derive(Deserialize)]
struct SystemBlock {
    text: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text { text: String },
    Image { source: ImageSource },
    ToolUse { input: Value },
    ToolResult { content: Option<TextOr<ResultBlock>> },
    Thinking { thinking: String },
    RedactedThinking {},
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ImageSource {
    Base64 {
        media_type: String,
        #[serde(rename = "data")]
        _data: String,
    },
    Url {
        url: String,
    },
}

#[derive(Deserialize)]
struct ResultBlock {
    text: Option<String>,
}

#[derive(Deserialize)]
struct ToolEntry {
    name: String,
    /// Anthropic lets it be left out; xAI does not.
    #[serde(rename = "description")]
    _description: String,
    input_schema: InputSchema,
}

#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct InputSchema(Value);

impl TryFrom<Value> for InputSchema {
    type Error = &'static str;

    fn try_from(schema: Value) -> Result<Self, &'static str> {
        match (schema.get("type"), schema.get("properties")) {
            (None, _) => Err("missing field `type`"),
            (_, None) => Err("missing field `properties`"),
            _ => Ok(Self(schema)),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum ToolChoice {
    Auto,
    Any,
    Tool { name: String },
}

impl MessageRequest {
    /// What is asked, and what the asking uses.
    pub(super) fn check(&self) -> Result<(Ask<'_>, Usage), Refusal> {
        let model = fit(&LANGUAGE_MODELS, &self.model, "messages")?;
        limits::temperature(self.temperature)?;
        limits::top_p(self.top_p)?;
        limits::absent("top_k", self.top_k.as_ref())?;
        limits::stops(self.stops())?;
        limits::tools(self.tools().len())?;
        if model.thinks && !self.stops().is_empty() {
            return Err(Refusal::not_on_model(model.id, "stop"));
        }
        self.check_messages(model.sees)?;
        let ask = Ask {
            model,
            thinks: model.thinks,
            instructions: self.instructions(),
            question: self.messages.last().map(Message::text).unwrap_or_default(),
            tool: self.tool_to_call()?,
            shape: Shape::Prose,
            most_tokens: limits::most_tokens("max_tokens", Some(self.max_tokens))?,
            stops: self.stops(),
        };
        let messages: usize = self.messages.iter().map(|message| words::count(&message.text())).sum();
        let text = messages + self.system.as_ref().map_or(0, |system| words::count(&system_text(system)));
        if text > model.context {
            return Err(Refusal::too_long(model.context, text));
        }
        let images = self.pictures().count() * IMAGE_TOKENS;
        Ok((ask, Usage { text, images, ..Usage::default() }))
    }

    fn check_messages(&self, sees: bool) -> Result<(), Refusal> {
        if self.messages.is_empty() {
            return Err(Refusal::no_messages());
        }
        if self.messages.iter().any(Message::is_empty) {
            return Err(Refusal::empty_content());
        }
        let mut pictures = self.pictures();
        if !sees && pictures.next().is_some() {
            return Err(Refusal::invalid("Image inputs are not supported by this model."));
        }
        match self.pictures().all(ImageSource::is_sound) {
            true => Ok(()),
            false => Err(Refusal::invalid("Invalid request content: an image needs an image type or a web URL.")),
        }
    }

    fn pictures(&self) -> impl Iterator<Item = &ImageSource> {
        self.messages.iter().flat_map(Message::blocks).filter_map(Block::picture)
    }

    fn instructions(&self) -> String {
        let own = self.system.as_ref().map(system_text);
        let more = self.messages.iter().filter(|message| message.role == Role::System).map(Message::text);
        own.into_iter().chain(more).collect::<Vec<_>>().join("\n")
    }

    /// The named tool, or the first one: always if the request insists, else unless a tool has just answered.
    fn tool_to_call(&self) -> Result<Option<Tool<'_>>, Refusal> {
        let mut tools = self.tools().iter().map(|tool| Tool { name: &tool.name, parameters: &tool.input_schema.0 });
        match &self.tool_choice {
            Some(ToolChoice::Tool { name }) => tools.find(|tool| tool.name == name).map(Some).ok_or_else(|| {
                Refusal::invalid(format!("Invalid request content: tool_choice names no tool: {name}."))
            }),
            Some(ToolChoice::Any) => Ok(tools.next()),
            Some(ToolChoice::Auto) | None => {
                let asked = self.messages.last().is_some_and(|last| last.role == Role::User && !last.is_result());
                Ok(tools.next().filter(|_| asked))
            }
        }
    }

    fn tools(&self) -> &[ToolEntry] {
        self.tools.as_deref().unwrap_or_default()
    }

    fn stops(&self) -> &[String] {
        self.stop_sequences.as_deref().unwrap_or_default()
    }
}

fn system_text(system: &TextOr<SystemBlock>) -> String {
    match system {
        TextOr::Text(text) => text.clone(),
        TextOr::List(blocks) => blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n"),
    }
}

impl Message {
    fn blocks(&self) -> &[Block] {
        match &self.content {
            TextOr::Text(_) => &[],
            TextOr::List(blocks) => blocks,
        }
    }

    fn text(&self) -> String {
        match &self.content {
            TextOr::Text(text) => text.clone(),
            TextOr::List(blocks) => blocks.iter().filter_map(Block::text).collect::<Vec<_>>().join("\n"),
        }
    }

    fn is_empty(&self) -> bool {
        match &self.content {
            TextOr::Text(text) => text.is_empty(),
            TextOr::List(blocks) => blocks.is_empty(),
        }
    }

    fn is_result(&self) -> bool {
        self.blocks().iter().any(|block| matches!(block, Block::ToolResult { .. }))
    }
}

impl Block {
    fn text(&self) -> Option<String> {
        match self {
            Self::Text { text } | Self::Thinking { thinking: text } => Some(text.clone()),
            Self::ToolUse { input } => Some(input.to_string()),
            Self::ToolResult { content: Some(TextOr::Text(text)) } => Some(text.clone()),
            Self::ToolResult { content: Some(TextOr::List(blocks)) } => {
                Some(blocks.iter().filter_map(|block| block.text.as_deref()).collect::<Vec<_>>().join("\n"))
            }
            Self::ToolResult { content: None } | Self::Image { .. } | Self::RedactedThinking {} => None,
        }
    }

    fn picture(&self) -> Option<&ImageSource> {
        match self {
            Self::Image { source } => Some(source),
            _ => None,
        }
    }
}

impl ImageSource {
    fn is_sound(&self) -> bool {
        match self {
            Self::Base64 { media_type, .. } => media_type.starts_with("image/"),
            Self::Url { url } => url.starts_with("http://") || url.starts_with("https://"),
        }
    }
}
