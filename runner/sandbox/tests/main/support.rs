//! A sandbox with a client to it.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use runner_sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
    key: &'static str,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// Without pauses, since no test looks at the clock.
pub(crate) fn quick() -> SandboxOptions {
    SandboxOptions { chunk_delay: Duration::ZERO, ..SandboxOptions::default() }
}

/// A client of no connector's, as any program has one.
#[expect(clippy::disallowed_methods, reason = "the sandbox is tested without the SDK")]
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::with(quick()).await
    }

    pub(crate) async fn with(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        Self { sandbox, http: client(), key: "xai-test-key-1234" }
    }

    /// The same, with a key of OpenAI's.
    pub(crate) async fn with_key(key: &'static str) -> Self {
        Self { key, ..Self::start().await }
    }

    /// A request with a good key.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.origin());
        self.http.request(method, url).header("authorization", format!("Bearer {}", self.key))
    }

    pub(crate) fn posting(&self, path: &str, body: &Value) -> RequestBuilder {
        let request = self.request(Method::POST, path);
        request.header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.posting(path, body)).await
    }

    /// The body of an answer that must be 200.
    pub(crate) async fn good(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub(crate) async fn chat(&self, body: &Value) -> Value {
        self.good("/v1/chat/completions", body).await
    }

    /// The `data` of each event of a stream that must be 200.
    pub(crate) async fn stream(&self, path: &str, body: &Value) -> Vec<String> {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "text/event-stream");
        answer.events()
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn events(&self) -> Vec<String> {
        let events = self.text.split_terminator("\n\n");
        events.map(|event| event.split_once("data: ").unwrap().1.to_owned()).collect()
    }
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A chat request of one user message.
pub(crate) fn ask(model: &str, question: &str) -> Value {
    serde_json::json!({ "model": model, "messages": [{ "role": "user", "content": question }] })
}

/// An object with some of its fields replaced.
pub(crate) fn with(mut object: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}
