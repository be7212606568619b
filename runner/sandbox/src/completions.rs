//! `POST /v1/completions`: the old text completion, for models that do not reason.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::limits;
use crate::models::{LANGUAGE_MODELS, LanguageModel, fit};
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::server::Shared;
use crate::sse;
use crate::text_or::TextOr;
use crate::turn::{Ask, CREATED, Said, Shape, Turn};
use crate::usage::Usage;
use crate::words;

const MOST_PROMPTS: usize = 100;

#[derive(Deserialize)]
pub(crate) struct CompletionRequest {
    prompt: TextOr<String>,
    model: String,
    best_of: Option<i64>,
    echo: Option<bool>,
    frequency_penalty: Option<f64>,
    logit_bias: Option<Map<String, Value>>,
    max_tokens: Option<i64>,
    n: Option<i64>,
    presence_penalty: Option<f64>,
    stop: Option<Vec<String>>,
    stream: Option<bool>,
    stream_options: Option<Value>,
    suffix: Option<String>,
    temperature: Option<f64>,
    top_p: Option<f64>,
}

struct Choice {
    text: String,
    finish_reason: &'static str,
}

pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    Json(request): Json<CompletionRequest>,
) -> Result<Response, Refusal> {
    let model = request.check()?;
    let (choices, usage) = request.complete(model)?;
    let envelope = |choices: Vec<Value>| {
        json!({
            "id": seed.uuid(),
            "object": "text_completion",
            "created": CREATED,
            "model": model.id,
            "choices": choices,
            "system_fingerprint": model.fingerprint,
        })
    };
    if request.stream.unwrap_or(false) {
        let mut events: Vec<_> = chunks(&choices).map(|choice| sse::data(&envelope(vec![choice]))).collect();
        events.push(sse::done());
        return Ok(sse::answer(events, shared.options.chunk_delay));
    }
    let choices = choices.iter().enumerate().map(|(index, choice)| piece(index, &choice.text, choice.finish_reason));
    let mut body = envelope(choices.collect());
    body["usage"] = usage.chat(model);
    Ok(Json(body).into_response())
}

/// A token a chunk, then the reason for the end with no text.
fn chunks(choices: &[Choice]) -> impl Iterator<Item = Value> {
    choices.iter().enumerate().flat_map(|(index, choice)| {
        let tokens = words::tokens(&choice.text).into_iter();
        tokens.map(move |token| piece(index, token, "")).chain([piece(index, "", choice.finish_reason)])
    })
}

fn piece(index: usize, text: &str, finish_reason: &str) -> Value {
    json!({ "index": index, "text": text, "finish_reason": finish_reason })
}

impl CompletionRequest {
    fn check(&self) -> Result<&'static LanguageModel, Refusal> {
        let model = fit(&LANGUAGE_MODELS, &self.model, "completions")?;
        if model.thinks {
            return Err(Refusal::wrong_kind_of_model(model.id, "completions"));
        }
        limits::absent("best_of", self.best_of.as_ref())?;
        limits::absent("suffix", self.suffix.as_ref().filter(|suffix| !suffix.is_empty()))?;
        limits::absent("frequency_penalty", self.frequency_penalty.as_ref())?;
        limits::absent("logit_bias", self.logit_bias.as_ref().filter(|bias| !bias.is_empty()))?;
        if !self.stream.unwrap_or(false) {
            limits::absent("stream_options", self.stream_options.as_ref())?;
        }
        limits::penalty("presence_penalty", self.presence_penalty)?;
        limits::temperature(self.temperature)?;
        limits::top_p(self.top_p)?;
        limits::stops(self.stop.as_deref().unwrap_or_default())?;
        let prompts = self.prompts();
        if prompts.is_empty() || prompts.len() > MOST_PROMPTS || prompts.iter().any(|prompt| prompt.is_empty()) {
            return Err(Refusal::invalid(
                "Invalid request content: prompt must hold 1 to 100 texts, none of them empty.",
            ));
        }
        Ok(model)
    }

    fn complete(&self, model: &'static LanguageModel) -> Result<(Vec<Choice>, Usage), Refusal> {
        let n = limits::choices(self.n)?;
        let most_tokens = limits::most_tokens("max_tokens", self.max_tokens)?;
        let mut usage = Usage::default();
        let mut choices = Vec::new();
        for prompt in self.prompts() {
            usage.text += words::count(prompt);
            for _ in 0..n {
                let turn = Turn::of(&self.ask(model, prompt, most_tokens));
                usage.said += turn.said_tokens();
                choices.push(self.choice(prompt, turn));
            }
        }
        Ok((choices, usage))
    }

    fn ask(&self, model: &'static LanguageModel, prompt: &str, most_tokens: Option<usize>) -> Ask<'_> {
        Ask {
            model,
            thinks: false,
            instructions: String::new(),
            question: prompt.to_owned(),
            tool: None,
            shape: Shape::Prose,
            most_tokens,
            stops: self.stop.as_deref().unwrap_or_default(),
        }
    }

    fn choice(&self, prompt: &str, turn: Turn) -> Choice {
        let finish_reason = turn.end.finish_reason();
        let said = match turn.said {
            Said::Text(text) => text,
            Said::Call { .. } => String::new(),
        };
        let text = if self.echo.unwrap_or(false) { format!("{prompt}{said}") } else { said };
        Choice { text, finish_reason }
    }

    fn prompts(&self) -> Vec<&str> {
        match &self.prompt {
            TextOr::Text(text) => vec![text],
            TextOr::List(texts) => texts.iter().map(String::as_str).collect(),
        }
    }
}
