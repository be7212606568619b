//! What the file declares: connections, models and principals, in its own shape.

use http::StatusCode;
use http::header::IF_MATCH;
use hyper::body::Incoming;
use runner_gateway::control::{Change, Object};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use super::refuse::No;
use super::{Asked, Place, Said, body, prove, search};

/// What came of trying a connection.
#[derive(Serialize, JsonSchema)]
pub(super) struct Tried {
    /// Whether it works.
    works: bool,
    /// What its key may do and may not, or why it does not work.
    learned: String,
    /// What to do about it.
    fix: Option<String>,
}

/// A change that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct Changed {
    /// The version of the file after it, as in the ETag.
    version: String,
    /// Of a connection: what came of trying it.
    #[serde(skip_serializing_if = "Option::is_none")]
    tried: Option<Tried>,
    /// Of a model: where members call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    /// Of a model: the connection whose account pays for its calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    billed_to: Option<String>,
}

pub(super) fn list(asked: &Asked<'_>, object: Object) -> Result<Said, No> {
    asked.query.end()?;
    let snapshot = asked.gateway.snapshot();
    let all = snapshot.objects(asked.workspace, object);
    let all: Map<String, Value> = all.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    Ok(Said::of(&all).at_version(snapshot.version()))
}

pub(super) fn show(asked: &Asked<'_>, object: Object) -> Result<Said, No> {
    asked.query.end()?;
    let value = asked.object(object)?;
    let version = asked.gateway.snapshot().version().to_owned();
    Ok(Said::of(&value).at_version(version))
}

/// Makes an object what the body says. A connection is tried at once; what is stored stays stored, whatever comes of that.
pub(super) async fn put(asked: &Asked<'_>, object: Object, body: Incoming) -> Result<Said, No> {
    asked.query.end()?;
    let is_new = asked.gateway.snapshot().object(asked.workspace, object, asked.name).is_none();
    let value = body::json(&asked.head.headers, body).await?.into_value();
    let version = asked.change(object, Some(value)).await?;
    let mut changed = Changed { version: version.clone(), tried: None, place: None, billed_to: None };
    match object {
        Object::Connection => changed.tried = Some(asked.trial().await),
        Object::Model => {
            let snapshot = asked.gateway.snapshot();
            let model = snapshot.object(asked.workspace, object, asked.name);
            changed.billed_to = model.and_then(|model| model["connection"].as_str()).map(str::to_owned);
            changed.place = Some(Place::of(&snapshot, asked.workspace, asked.name));
        }
        Object::Principal => {}
    }
    Ok(Said::of(&changed).at_version(version).status(if is_new { StatusCode::CREATED } else { StatusCode::OK }))
}

pub(super) async fn remove(asked: &Asked<'_>, object: Object) -> Result<Said, No> {
    asked.query.end()?;
    let version = asked.change(object, None).await?;
    Ok(Said::of(&Value::Null).at_version(version).status(StatusCode::NO_CONTENT))
}

pub(super) async fn test(asked: &Asked<'_>) -> Result<Said, No> {
    asked.query.end()?;
    asked.object(Object::Connection)?;
    let tried = asked.trial().await;
    Ok(Said::of(&tried))
}

pub(super) async fn search_models(asked: &mut Asked<'_>) -> Result<Said, No> {
    let text = asked.query.text("search").unwrap_or_default();
    asked.query.end()?;
    asked.object(Object::Connection)?;
    let snapshot = asked.gateway.snapshot();
    let (connector, connection) = snapshot.connection(asked.workspace, asked.name).ok_or_else(No::nowhere)?;
    let found = search(connector, connection, &text, &asked.cancel).await;
    match found {
        Ok(found) => Ok(Said::of(&found.iter().map(|choice| &choice.value).collect::<Vec<_>>())),
        Err(error) => {
            let fix = error.fix().unwrap_or("try the connection");
            Err(No::new(StatusCode::BAD_GATEWAY, "provider", error.message(), fix))
        }
    }
}

impl Asked<'_> {
    fn object(&self, object: Object) -> Result<Value, No> {
        let snapshot = self.gateway.snapshot();
        let found = snapshot.object(self.workspace, object, self.name).cloned();
        found.ok_or_else(|| No::missing(object.word(), self.name, "list them to see their names"))
    }

    async fn change(&self, object: Object, value: Option<Value>) -> Result<String, No> {
        let change = Change { workspace: self.workspace.to_owned(), object, name: self.name.to_owned(), value };
        let changed = self.gateway.change(&self.actor, &self.base()?, change, self.now).await;
        changed.map_err(|error| No::of_control(error, &format!("/workspaces/{}", self.workspace)))
    }

    /// The version of the file that a change is made from.
    fn base(&self) -> Result<String, No> {
        let mut all = self.head.headers.get_all(IF_MATCH).iter();
        let (Some(one), None) = (all.next(), all.next()) else {
            let fix = "GET it first, and send the ETag of the answer as If-Match";
            let message = "a change has to say which version it is made from";
            return Err(No::new(StatusCode::PRECONDITION_REQUIRED, "no_version", message, fix));
        };
        let version = one.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
        version.map(str::to_owned).ok_or_else(|| {
            let fix = "send the ETag of an earlier answer as it is, with its quotes";
            No::new(StatusCode::PRECONDITION_FAILED, "conflict", "If-Match is no version of the file", fix)
        })
    }

    async fn trial(&self) -> Tried {
        let (gateway, workspace, name) = (self.gateway.clone(), self.workspace.to_owned(), self.name.to_owned());
        let bound = spawn_blocking(move || gateway.connect(&workspace, &name)).await;
        let Ok(Ok((connector, connection))) = bound else {
            let fix = Some("ask whoever runs the server to look at its file".to_owned());
            return Tried { works: false, learned: "the connection cannot be made".to_owned(), fix };
        };
        match prove(&connector, &connection, &self.cancel).await {
            Ok(learned) => Tried { works: true, learned, fix: None },
            Err(error) => {
                let fix = error.fix().map(str::to_owned);
                Tried { works: false, learned: error.message().to_owned(), fix }
            }
        }
    }
}
