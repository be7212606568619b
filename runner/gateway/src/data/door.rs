//! Where a request comes in: who asks, which model and which of its calls, and whether that is allowed. Then it is passed on.
//!
//! What routes a request is what judges it: the path is read once. Nothing is read of a body before the key is good.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use connector_sdk::http::Outgoing;
use connector_sdk::{Count, Dialect, Endpoint, Stays};
use http::header::{CONNECTION, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body::Body;
use percent_encoding::percent_decode_str;
use runner_flow::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::answer::Answer;
use super::intake::{self, Arriving, Budget, Share};
use super::meter::Meter;
use super::own::Question;
use super::pass::Passing;
use super::place::Place;
use super::record::{Record, Stopwatch};
use super::refuse::No;
use super::splice::Head;
use super::trace::Traces;
use super::{bounds, presented};
use crate::control::{Actor, Caller, Gateway, Model, Permission, Wanted};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The way in for members' calls. Clones are the same door.
#[derive(Clone)]
pub struct Door {
    shared: Arc<Shared>,
}

/// What all calls share.
pub(super) struct Shared {
    pub(super) gateway: Gateway,
    pub(super) meter: Meter,
    /// None, if nobody is to be told.
    pub(super) traces: Option<Traces>,
    budget: Budget,
}

/// A request whose caller is known.
struct Known<'a> {
    shared: &'a Arc<Shared>,
    caller: &'a Caller,
    head: Parts,
    clock: Stopwatch,
}

/// What a call is about.
pub(super) struct Chosen<'a> {
    pub(super) model: Arc<Model>,
    endpoint: usize,
    /// What comes after the base of the model's connection.
    call: &'a str,
}

/// What comes of a request that is not refused.
enum Outcome<'a> {
    /// The gateway knows the answer.
    Answered(Response<Answer>),
    /// The provider is asked. It is large, and handed around in a box.
    Passed(Box<Passing<'a>>),
}

/// What a request brings with it.
enum Brought<B> {
    /// A body that names a model, or could.
    Named(Bytes, Head, Share),
    /// Something that is not looked at.
    Sealed(Arriving<B>),
}

impl Door {
    /// The door of a gateway.
    pub fn new(gateway: Gateway) -> Self {
        let (meter, budget) = (Meter::default(), Budget::default());
        let traces = gateway.snapshot().traces().cloned().map(Traces::new);
        Self { shared: Arc::new(Shared { gateway, meter, traces, budget }) }
    }

    /// Whether a path leads to a model, or to what a key may use.
    pub fn is_at(path: &str) -> bool {
        Place::of(path).is_some()
    }

    /// Answers a request, or passes it on. A no comes in the shape that the caller's client reads.
    pub async fn enter<B>(&self, request: Request<B>) -> Response<Answer>
    where
        B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin + 'static,
    {
        let clock = Stopwatch::start();
        let dialect = dialect_of(&request);
        let (head, body) = request.into_parts();
        let uri = head.uri.clone();
        let caller = match self.caller(&head) {
            Ok(caller) => caller,
            Err(no) => return self.refuse(None, &uri, &no, dialect),
        };
        let known = Known { shared: &self.shared, caller: &caller, head, clock };
        match known.outcome(uri.path(), body, dialect).await {
            Ok(Outcome::Answered(answer)) => answer,
            Ok(Outcome::Passed(passing)) => passing.on().await,
            Err(no) => self.refuse(Some(&caller), &uri, &no, dialect),
        }
    }

    /// Refuses a request whose form is wrong, whatever it is about. Nothing after it is believed.
    pub fn misshapen<B>(&self, request: &Request<B>, why: &'static str) -> Response<Answer> {
        let mut response = self.refuse(None, request.uri(), &No::invalid(why), dialect_of(request));
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }

    /// The numbers of a workspace's calls, as Prometheus reads them, and what is counted for the whole server.
    pub fn metrics(&self, workspace: &str) -> String {
        let traces = self.shared.traces.as_ref().map(Traces::text).unwrap_or_default();
        self.shared.meter.text(workspace) + &traces
    }

    /// Tells the collector of calls that are over, if there is one, until it is told to stop and a little longer.
    pub async fn export_traces(&self, stop: CancellationToken) {
        if let Some(traces) = &self.shared.traces {
            traces.export(stop).await;
        }
    }

    /// Why the collector takes nothing just now, whenever that changes. None, if there is no collector.
    pub fn trouble_with_traces(&self) -> Option<watch::Receiver<Option<String>>> {
        self.shared.traces.as_ref().map(Traces::trouble)
    }

    /// The workspace of whoever sends a request, if they have this permission there; else the no.
    pub fn workspace_of<B>(
        &self,
        request: &Request<B>,
        permission: Permission,
    ) -> Result<Arc<str>, Box<Response<Answer>>> {
        let permitted = || -> Result<Arc<str>, No> {
            let caller = self.shared.gateway.caller(presented::key(request.headers())?, now())?;
            let workspace = Arc::clone(&caller.workspace);
            self.shared.gateway.permit(&Actor::Caller(caller), &workspace, permission, now())?;
            Ok(workspace)
        };
        permitted().map_err(|no| Box::new(self.refuse(None, request.uri(), &no, Dialect::OpenAi)))
    }

    fn caller(&self, head: &Parts) -> Result<Caller, No> {
        Ok(self.shared.gateway.caller(presented::key(&head.headers)?, now())?)
    }

    /// Every no is counted, and noted where the control has not done so itself. What somebody without a key asks for is
    /// not noted: they could fill the audit with it.
    fn refuse(&self, caller: Option<&Caller>, uri: &Uri, no: &No, dialect: Dialect) -> Response<Answer> {
        self.shared.meter.refused(no.code());
        if let Some(refusal) = no.to_note() {
            let path = caller.map(|_| uri.path().chars().take(bounds::PATH).collect::<String>()).unwrap_or_default();
            self.shared.gateway.refused(caller, "model.call", &path, &refusal, now());
        }
        no.response(dialect)
    }
}

impl<'a> Known<'a> {
    async fn outcome<B>(self, path: &'a str, body: B, dialect: Dialect) -> Result<Outcome<'a>, No>
    where
        B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin + 'static,
    {
        let place = Place::of(path).ok_or_else(nothing_here)?;
        if let Some(question) = Question::of(&self.head.method, place.call()) {
            let answer = question.answer(&self.shared.gateway, self.caller, place, dialect, now());
            return answer.map(Outcome::Answered);
        }
        match place {
            Place::OfModel { workspace, model, call } => self.call_of_model(workspace, model, call, body).await,
            Place::Open { call } => self.open_call(call, body).await,
        }
    }

    /// The URL names the model. What a body says of one is put right.
    async fn call_of_model<B>(mut self, workspace: &str, name: &str, call: &'a str, body: B) -> Result<Outcome<'a>, No>
    where
        B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin + 'static,
    {
        let model = self.shared.gateway.model(self.caller, Some(workspace), name, now())?;
        let chosen = Chosen::of(model, &self.head.method, call)?;
        let brought = match chosen.endpoint().names_model {
            true => self.read(body).await?,
            false => Brought::Sealed(Arriving::new(body)?),
        };
        self.pass(chosen, brought)
    }

    /// The body names the model.
    async fn open_call<B>(mut self, call: &'a str, body: B) -> Result<Outcome<'a>, No>
    where
        B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin + 'static,
    {
        let unnamed = || {
            No::invalid(
                "the request names no model: put \"model\" into the body, or call /{workspace}/models/{model}/v1/…",
            )
        };
        if self.head.method != Method::POST {
            return Err(unnamed());
        }
        let brought = self.read::<B>(body).await?;
        let name = brought.model().ok_or_else(unnamed)?;
        let model = self.shared.gateway.model(self.caller, None, name, now())?;
        let chosen = Chosen::of(model, &self.head.method, call)?;
        match chosen.endpoint().names_model {
            true => self.pass(chosen, brought),
            false => Err(No::not_found("this call names no model in its body: call /{workspace}/models/{model}/v1/…")),
        }
    }

    async fn read<B>(&mut self, body: B) -> Result<Brought<B>, No>
    where
        B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin,
    {
        self.clock.waits();
        let (bytes, share) = tokio::select! {
            biased;
            whole = intake::whole(body, &self.shared.budget) => whole?,
            () = self.caller.revoked.cancelled() => return Err(No::revoked()),
        };
        self.clock.works();
        let head = Head::of(&bytes).map_err(|malformed| No::invalid(malformed.to_string()))?;
        Ok(Brought::Named(bytes, head, share))
    }

    fn pass<B>(self, chosen: Chosen<'a>, brought: Brought<B>) -> Result<Outcome<'a>, No>
    where
        B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin + 'static,
    {
        if self.head.uri.query().is_some_and(names_model) {
            return Err(No::invalid("the query must not name a model: the path does, or the body's \"model\""));
        }
        let (model, endpoint) = (&chosen.model, chosen.endpoint());
        if !model.stateful && brought.leaves_something(endpoint.stays) {
            return Err(stateful(endpoint.stays));
        }
        let wanted = brought.wanted(endpoint);
        let call = self.shared.gateway.begin(self.caller, model, wanted, now())?;
        let (id, series) = (call.id(), self.shared.meter.series(model, endpoint.operation));
        let mut record = Record::new(Arc::clone(self.shared), series, call, self.clock, wanted.body_bytes);
        let asked_for_usage = endpoint.asks_for_usage && brought.may_be_asked_for_usage();
        let (body, share) = match brought {
            Brought::Named(bytes, head, share) => {
                if model.record_content {
                    record.keep_content(&bytes);
                }
                (head.splice(&bytes, &model.provider_model, asked_for_usage), Some(share))
            }
            Brought::Sealed(_) if matches!(self.head.method, Method::GET | Method::DELETE) => (Outgoing::Nothing, None),
            Brought::Sealed(body) => (Outgoing::stream(body), None),
        };
        let target = match self.head.uri.query() {
            Some(query) => Cow::Owned(format!("{}?{query}", chosen.call)),
            None => Cow::Borrowed(chosen.call),
        };
        Ok(Outcome::Passed(Box::new(Passing {
            caller: self.caller,
            chosen,
            id,
            stream: wanted.stream,
            asked_for_usage,
            record,
            method: self.head.method,
            target,
            headers: self.head.headers,
            body,
            _share: share,
        })))
    }
}

impl<'a> Chosen<'a> {
    fn of(model: Arc<Model>, method: &Method, call: &'a str) -> Result<Self, No> {
        let is_this = |endpoint: &Endpoint| endpoint.method == *method && endpoint.is_at(call);
        let Some(endpoint) = model.endpoints.iter().position(is_this) else {
            return Err(No::not_found(
                "this is no call that a model passes on; see the provider's API for its methods and paths",
            ));
        };
        Ok(Self { model, endpoint, call })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.model.endpoints[self.endpoint]
    }
}

impl<B> Brought<B> {
    fn model(&self) -> Option<&str> {
        match self {
            Self::Named(_, head, _) => head.model(),
            Self::Sealed(_) => None,
        }
    }

    fn may_be_asked_for_usage(&self) -> bool {
        matches!(self, Self::Named(_, head, _) if head.stream && !head.asks_for_usage())
    }

    /// Whether anything of it is with the provider afterwards, or was before.
    fn leaves_something(&self, stays: Stays) -> bool {
        match (self, stays) {
            (_, Stays::Always) => true,
            (Self::Named(_, head, _), Stays::UnlessDeclined) => head.asks_for_state || !head.declines_storage,
            (Self::Named(_, head, _), Stays::IfAsked) => head.asks_for_state,
            (Self::Sealed(_), Stays::UnlessDeclined | Stays::IfAsked) => false,
        }
    }

    fn wanted(&self, endpoint: &Endpoint) -> Wanted {
        let answers_tokens = endpoint.usage.iter().any(|(count, _)| *count == Count::Output);
        let (stream, body_bytes, most) = match self {
            Self::Named(bytes, head, _) => (head.stream, bytes.len() as u64, head.max_output),
            Self::Sealed(_) => (false, 0, None),
        };
        Wanted {
            operation: endpoint.operation,
            stream,
            body_bytes,
            max_output: if answers_tokens { most } else { Some(0) },
        }
    }
}

fn stateful(stays: Stays) -> No {
    let way_out = match stays {
        Stays::Always => "",
        Stays::IfAsked | Stays::UnlessDeclined => {
            "put \"store\": false into the body, and leave out deferred, background, conversation and previous_response_id; or "
        }
    };
    let message = format!(
        "this call leaves something with the provider, or uses what was left there, and other members could read it: \
         {way_out}an admin can allow it for the workspace by \"stateful\": true"
    );
    No::new(StatusCode::FORBIDDEN, "stateful", message)
}

fn nothing_here() -> No {
    No::not_found("there is nothing here: models are at /v1/… and at /{workspace}/models/{model}/…")
}

/// How the client of a request reads errors, as far as the request itself tells.
fn dialect_of<B>(request: &Request<B>) -> Dialect {
    let call = Place::of(request.uri().path()).map(|place| place.call());
    let is_message = call.is_some_and(|call| call == "/messages" || call.starts_with("/messages/"));
    match is_message || request.headers().contains_key("anthropic-version") {
        true => Dialect::Anthropic,
        false => Dialect::OpenAi,
    }
}

/// Whether a query names a model: somebody could take that for the one that is meant.
fn names_model(query: &str) -> bool {
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    names.any(|name| percent_decode_str(name).map(|byte| byte.to_ascii_lowercase()).eq(*b"model"))
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
