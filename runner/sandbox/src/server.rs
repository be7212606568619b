//! The routes, and the door through which every request comes: it bounds and records the request, applies
//! its fault, and marks the answer as the provider does that the key is for. What a route answers is the route's own module's matter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

use crate::damage;
use crate::fault::{Fault, Faults, Harm};
use crate::line::{HangUp, Switchboard};
use crate::provider::Provider;
use crate::record::{Record, Recorded};
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::shelf::Shelf;
use crate::{
    SandboxOptions, api_key, auth, chat, completions, embeddings, images, listing, messages, openai, responses,
    tokenize,
};

/// xAI's bound on a request, images included; OpenAI's is larger.
const MOST_BODY: usize = 20 * 1024 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What OpenAI's answers say of the account and of themselves.
const OPENAI_HEADERS: [(&str, &str); 4] = [
    ("openai-organization", "org-sandbox"),
    ("openai-project", "proj_sandbox"),
    ("openai-processing-ms", "1"),
    ("openai-version", "2020-10-01"),
];

/// What every request can reach.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: SandboxOptions,
    pub(crate) origin: String,
    pub(crate) record: Record,
    pub(crate) faults: Faults,
    pub(crate) deferred: chat::Deferred,
    pub(crate) responses: Shelf<serde_json::Value>,
    pub(crate) stop: CancellationToken,
    answered: AtomicU64,
}

pub(crate) async fn start(options: SandboxOptions) -> std::io::Result<(Arc<Shared>, JoinHandle<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let shared = Arc::new(Shared {
        origin: format!("http://{}", listener.local_addr()?),
        options,
        record: Record::default(),
        faults: Faults::default(),
        deferred: chat::Deferred::default(),
        responses: Shelf::default(),
        stop: CancellationToken::new(),
        answered: AtomicU64::new(0),
    });
    let house = House { shared: Arc::clone(&shared), xai: router(&shared), openai: openai::router(&shared) };
    let service = Router::new().fallback(door).with_state(house).into_make_service_with_connect_info::<HangUp>();
    let stop = shared.stop.clone().cancelled_owned();
    let server = axum::serve(Switchboard::new(listener), service).with_graceful_shutdown(stop);
    // axum's server never returns an error; its future has the type for history's sake.
    let server = tokio::spawn(async move { drop(server.await) });
    Ok((shared, server))
}

/// xAI's routes.
fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/api-key", get(api_key::show))
        .merge(catalogue())
        .route("/v1/chat/completions", post(chat::create))
        .route("/v1/chat/deferred-completion/{id}", get(chat::fetch_deferred))
        .route("/v1/completions", post(completions::create))
        .route("/v1/embeddings", post(embeddings::create))
        .route("/v1/messages", post(messages::create))
        .route("/v1/responses", post(responses::create))
        .route("/v1/responses/{id}", get(responses::fetch).delete(responses::delete))
        .route("/v1/images/generations", post(images::generate))
        .route("/v1/images/edits", post(images::edit))
        .route("/v1/tokenize-text", post(tokenize::create))
        .route_layer(from_fn(auth::admit))
        .route("/pictures/{name}", get(images::picture))
        .fallback(|| async { Refusal::no_route() })
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(shared))
}

fn catalogue() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/models", get(listing::models))
        .route("/v1/models/{id}", get(listing::model))
        .route("/v1/language-models", get(listing::language_models))
        .route("/v1/language-models/{id}", get(listing::language_model))
        .route("/v1/embedding-models", get(listing::embedding_models))
        .route("/v1/embedding-models/{id}", get(listing::embedding_model))
        .route("/v1/image-generation-models", get(listing::image_models))
        .route("/v1/image-generation-models/{id}", get(listing::image_model))
}

/// What is behind the door: the providers, each with its routes.
#[derive(Clone)]
struct House {
    shared: Arc<Shared>,
    xai: Router,
    openai: Router,
}

async fn door(State(house): State<House>, ConnectInfo(line): ConnectInfo<HangUp>, request: Request) -> Response {
    let number = house.shared.answered.fetch_add(1, Ordering::Relaxed) + 1;
    let provider = Provider::of(request.headers());
    let answer = match *request.method() {
        Method::OPTIONS => preflight(),
        _ => house.serve(provider, &line, request).await.unwrap_or_else(|refusal| provider.refuse(refusal)),
    };
    marked(answer, provider, number)
}

impl House {
    async fn serve(self, provider: Provider, line: &HangUp, request: Request) -> Result<Response, Refusal> {
        let shared = Arc::clone(&self.shared);
        let request = take_in(&shared, request).await?;
        let fault = shared.faults.for_request(request.uri().path(), request.headers())?;
        let Fault { delay, harm, .. } = fault;
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = shared.stop.cancelled() => {}
        }
        match harm {
            Some(Harm::Status { status, retry_after }) => Err(Refusal::forced(status, retry_after)),
            Some(Harm::Error200) => Err(Refusal::in_a_success()),
            Some(Harm::HangUp) => {
                line.now();
                Ok(StatusCode::NO_CONTENT.into_response())
            }
            Some(Harm::Body(harm)) => {
                Ok(damage::apply(self.route(provider, request).await, harm, provider, &shared.stop).await)
            }
            None => Ok(damage::stoppable(self.route(provider, request).await, &shared.stop)),
        }
    }

    async fn route(mut self, provider: Provider, request: Request) -> Response {
        let routes = match provider {
            Provider::Xai => &mut self.xai,
            Provider::OpenAi => &mut self.openai,
        };
        routes.call(request).await.into_response()
    }
}

/// Reads the whole request, records it, and gives it the seed from which its answer grows.
async fn take_in(shared: &Shared, request: Request) -> Result<Request, Refusal> {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, MOST_BODY).await.map_err(|_| Refusal::too_large())?;
    shared.record.push(Recorded::new(&parts, body.clone()));
    parts.extensions.insert(Seed::of(&[parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), &body]));
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*, authorization"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// What is put on every answer: open CORS and an id, and what tells OpenAI's account. The id is the request's number, so it
/// is predictable.
fn marked(mut answer: Response, provider: Provider, number: u64) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let id = match provider {
        Provider::Xai => format!("00000000-0000-4000-8000-{number:012}"),
        Provider::OpenAi => format!("req_{number:032}"),
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    if provider == Provider::OpenAi {
        for (name, value) in OPENAI_HEADERS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    answer
}
