//! The API of a workspace: it changes the server's file object by object, in the file's own shape, and tells what happened.
//!
//! One table says which routes there are and which permission each takes. Everything else is made from it: who is let in,
//! the OpenAPI document, and the list of permissions that is checked in.

mod body;
mod declared;
mod keys;
mod openapi;
mod place;
mod query;
mod refuse;
mod table;
mod told;
mod trial;

use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use connector_sdk::Registry;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use runner_flow::Timestamp;
use runner_gateway::bounds;
use runner_gateway::control::{Actor, Gateway};
use runner_gateway::data::Answer;
use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub use self::place::Place;
use self::query::Query;
use self::refuse::No;
pub use self::table::permissions;
use self::table::{Act, Found, Route};
pub use self::trial::{prove, search};
use crate::routes::Routes;

/// Where the document is that describes the API.
const OPENAPI: &str = "/openapi.json";
/// What the paths of the API begin with.
const PREFIX: &str = "/admin/";

/// The API of workspaces.
pub struct Admin {
    gateway: Gateway,
    openapi: Arc<str>,
}

/// A request that is let in.
struct Asked<'a> {
    gateway: &'a Gateway,
    actor: Actor,
    workspace: &'a str,
    /// The name or the id in the path; empty if it has none.
    name: &'a str,
    head: &'a Parts,
    query: Query,
    now: Timestamp,
    cancel: CancellationToken,
}

/// What a request comes to.
struct Said {
    status: StatusCode,
    /// The version of the file, where the answer is of it.
    version: Option<String>,
    body: Value,
}

impl Said {
    fn of(body: &impl Serialize) -> Self {
        Self { status: StatusCode::OK, version: None, body: serde_json::json!(body) }
    }

    fn at_version(self, version: impl Into<String>) -> Self {
        Self { version: Some(version.into()), ..self }
    }

    fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl Admin {
    /// The API of this gateway's workspaces.
    pub fn new(gateway: Gateway, registry: &Registry) -> Self {
        let openapi = Self::openapi(registry).to_string().into();
        Self { gateway, openapi }
    }

    /// The document that describes the API.
    pub fn openapi(registry: &Registry) -> Value {
        openapi::document(registry)
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Answer> {
        if request.uri().path() == OPENAPI {
            return self.describe(request.method());
        }
        match self.admit(request).await {
            Ok(said) => response(said),
            Err(no) => no.response(),
        }
    }

    /// Anybody may know what the API looks like.
    fn describe(&self, method: &Method) -> Response<Answer> {
        match *method {
            Method::GET => json_response(StatusCode::OK, self.openapi.to_string()),
            _ => No::method(&[Method::GET]).response(),
        }
    }

    /// Whoever has no good key is told nothing, not even whether there is such a route. Every other no is noted here, unless
    /// the control has done so.
    async fn admit(&self, request: Request<Incoming>) -> Result<Said, No> {
        let now = now();
        let (head, body) = request.into_parts();
        let caller = self.gateway.caller(key(&head.headers), now)?;
        let said = self.say(Actor::Caller(caller.clone()), &head, body, now).await;
        if let Some(refusal) = said.as_ref().err().and_then(No::to_note) {
            let path: String = head.uri.path().chars().take(bounds::RECORDED).collect();
            self.gateway.refused(Some(&caller), "api.call", &path, &refusal, now);
        }
        said
    }

    async fn say(&self, actor: Actor, head: &Parts, body: Incoming, now: Timestamp) -> Result<Said, No> {
        let Found { route, workspace, name } = table::find(&head.method, head.uri.path())?;
        self.gateway.permit(&actor, workspace, route.permission, now)?;
        let query = Query::read(head.uri.query().unwrap_or_default())?;
        let cancel = CancellationToken::new();
        let _ended = cancel.clone().drop_guard();
        let gateway = &self.gateway;
        let asked = Asked { gateway, actor, workspace, name, head, query, now, cancel };
        answer(route, asked, body).await
    }
}

async fn answer(route: &Route, mut asked: Asked<'_>, body: Incoming) -> Result<Said, No> {
    match route.act {
        Act::List(object) => declared::list(&asked, object),
        Act::Show(object) => declared::show(&asked, object),
        Act::Put(object) => declared::put(&asked, object, body).await,
        Act::Remove(object) => declared::remove(&asked, object).await,
        Act::TestConnection => declared::test(&asked).await,
        Act::SearchModels => declared::search_models(&mut asked).await,
        Act::MakeKey => keys::make(&asked, body).await,
        Act::ListKeys => keys::list(&mut asked).await,
        Act::ShowKey => keys::show(&asked).await,
        Act::RevokeKey => keys::revoke(&asked).await,
        Act::ListCalls => told::calls(&mut asked).await,
        Act::ShowCall => told::call(&asked).await,
        Act::Usage => told::usage(&mut asked).await,
        Act::Audit => told::audit(&mut asked).await,
    }
}

impl Routes for Admin {
    fn is_at(&self, path: &str) -> bool {
        path == OPENAPI || path.starts_with(PREFIX)
    }

    fn answer(&self, request: Request<Incoming>) -> Pin<Box<dyn Future<Output = Response<Answer>> + Send + '_>> {
        Box::pin(self.respond(request))
    }
}

/// The key that is presented. Two are one too many, as nobody could say which one counts: they are as none.
fn key(headers: &HeaderMap) -> &str {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let one = all.next().filter(|_| all.next().is_none()).and_then(|one| one.to_str().ok());
    match one.and_then(|text| text.split_once(' ')) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
        _ => "",
    }
}

fn response(said: Said) -> Response<Answer> {
    let text = if said.status == StatusCode::NO_CONTENT { String::new() } else { said.body.to_string() };
    let mut response = json_response(said.status, text);
    let tag = said.version.and_then(|version| HeaderValue::try_from(format!("\"{version}\"")).ok());
    if let Some(tag) = tag {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn json_response(status: StatusCode, text: String) -> Response<Answer> {
    let mut response = Response::new(Answer::whole(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
