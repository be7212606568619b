//! Questions that the gateway answers itself: which models a key may use, and what the key is. They are never passed on.

use std::sync::Arc;

use connector_sdk::Dialect;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Response};
use runner_flow::Timestamp;
use serde_json::{Value, json};

use super::answer::Answer;
use super::place::Place;
use super::refuse::No;
use crate::control::{Caller, Gateway, Model};

/// A question about a key.
pub(super) enum Question<'a> {
    /// Which models it may use.
    Models,
    /// Whether it may use this one.
    Model(&'a str),
    /// What it is.
    Key,
}

impl<'a> Question<'a> {
    pub(super) fn of(method: &Method, call: &'a str) -> Option<Self> {
        match call {
            _ if !matches!(*method, Method::GET | Method::HEAD) => None,
            "/api-key" => Some(Self::Key),
            "/models" => Some(Self::Models),
            _ => call.strip_prefix("/models/").filter(|name| !name.contains('/')).map(Self::Model),
        }
    }

    /// Below a model's own place, there is that model and no other.
    pub(super) fn answer(
        self,
        gateway: &Gateway,
        caller: &Caller,
        place: Place<'_>,
        dialect: Dialect,
        now: Timestamp,
    ) -> Result<Response<Answer>, No> {
        let models = match place {
            Place::OfModel { workspace, model, .. } => vec![gateway.model(caller, Some(workspace), model, now)?],
            Place::Open { .. } => gateway.models(caller),
        };
        match self {
            Self::Models => Ok(json_answer(&list(&models, dialect))),
            Self::Model(name) => {
                let model = models.iter().find(|model| *model.name == *name);
                let model = model.ok_or_else(|| gateway.no_model(caller, name, now))?;
                Ok(json_answer(&shown(model, dialect)))
            }
            Self::Key => Ok(json_answer(&key(caller, &models))),
        }
    }
}

fn list(models: &[Arc<Model>], dialect: Dialect) -> Value {
    let data: Vec<Value> = models.iter().map(|model| shown(model, dialect)).collect();
    let name = |model: Option<&Arc<Model>>| model.map(|model| model.name.to_string());
    match dialect {
        Dialect::OpenAi => json!({ "object": "list", "data": data }),
        Dialect::Anthropic => {
            let (first, last) = (name(models.first()), name(models.last()));
            json!({ "data": data, "has_more": false, "first_id": first, "last_id": last })
        }
    }
}

/// A model is described by what members call it. When it was made is nobody's question.
fn shown(model: &Model, dialect: Dialect) -> Value {
    match dialect {
        Dialect::OpenAi => json!({ "id": *model.name, "object": "model", "created": 0, "owned_by": *model.workspace }),
        Dialect::Anthropic => json!({
            "type": "model", "id": *model.name, "display_name": *model.name, "created_at": "1970-01-01T00:00:00Z"
        }),
    }
}

/// In the form in which xAI speaks of its keys.
fn key(caller: &Caller, models: &[Arc<Model>]) -> Value {
    let models = models.iter().map(|model| format!("api-key:model:{}", model.name));
    let acls: Vec<String> = models.chain(["api-key:endpoint:*".to_owned()]).collect();
    json!({
        "redacted_api_key": format!("lwk_{}_…", caller.key),
        "api_key_id": *caller.key,
        "name": *caller.key,
        "user_id": *caller.principal,
        "team_id": *caller.workspace,
        "acls": acls,
        "team_blocked": false,
        "api_key_blocked": false,
        "api_key_disabled": false,
    })
}

fn json_answer(body: &Value) -> Response<Answer> {
    let mut response = Response::new(Answer::whole(body.to_string().into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
