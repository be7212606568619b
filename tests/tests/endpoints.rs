//! What connectors declare for a gateway: each place of a count is there in an answer of the sandbox, whole or streamed.

use std::collections::BTreeMap;

use connector_sdk::{Connector, Count, Endpoint, Stays};
use runner_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};
use tests::rig::Rig;

type Counts = BTreeMap<Count, u64>;

/// A connector, and the sandbox in its provider's place.
struct Provider {
    rig: Rig,
    _sandbox: Sandbox,
}

impl Provider {
    async fn of(connector: &Connector, key: &str) -> Self {
        let options = SandboxOptions { chunk_delay: std::time::Duration::ZERO, ..SandboxOptions::default() };
        let sandbox = Sandbox::start(options).await.unwrap();
        let rig = Rig::new(connector, json!({ "base_url": sandbox.base_url(), "api_key": key }));
        Self { rig, _sandbox: sandbox }
    }

    fn endpoint(&self, path: &str) -> Endpoint {
        let all = self.rig.connector.endpoints();
        all.iter().find(|endpoint| endpoint.method == "POST" && endpoint.path == path).unwrap().clone()
    }

    async fn xai() -> Self {
        Self::of(&connector_xai_grok::connector(), "xai-test").await
    }

    async fn openai() -> Self {
        Self::of(&connector_openai::connector(), "sk-test").await
    }

    /// The bodies of the answer: one, or the events of a stream.
    async fn answers(&self, path: &str, body: &Value) -> Vec<Value> {
        let input = json!({ "url": path, "method": "POST", "data": body, "response_type": "text" });
        let output = self.rig.call("raw-request", input).await.unwrap();
        let text = output["body"].as_str().unwrap();
        let events = text.lines().filter_map(|line| line.strip_prefix("data: "));
        let bodies = if body["stream"] == true { events.collect() } else { vec![text] };
        bodies.into_iter().filter(|body| *body != "[DONE]").map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// What a call used, as its endpoint's pointers tell it; and the pointers that found something.
    async fn told(&self, path: &str, body: &Value) -> (Counts, Vec<&'static str>) {
        let (mut counts, mut found) = (Counts::new(), Vec::new());
        for answer in self.answers(path, body).await {
            for (count, pointer) in self.endpoint(path).usage {
                if let Some(tokens) = answer.pointer(pointer).and_then(Value::as_u64) {
                    counts.insert(*count, tokens);
                    found.push(*pointer);
                }
            }
        }
        (counts, found)
    }

    /// What a call used, which a stream tells as the whole answer does. Between them all pointers find something.
    async fn told_alike(&self, path: &str, body: Value) -> Counts {
        let mut streamed = body.clone();
        streamed["stream"] = json!(true);
        if self.endpoint(path).asks_for_usage {
            streamed["stream_options"] = json!({ "include_usage": true });
        }
        let (whole, mut found) = self.told(path, &body).await;
        let (in_events, more) = self.told(path, &streamed).await;
        assert_eq!(whole, in_events, "{path}");
        found.extend(more);
        self.assert_all_found(path, &found);
        whole
    }

    fn assert_all_found(&self, path: &str, found: &[&str]) {
        let usage = self.endpoint(path).usage;
        let idle: Vec<_> = usage.iter().filter(|(_, pointer)| !found.contains(pointer)).collect();
        assert!(idle.is_empty() && !usage.is_empty(), "{path}: {idle:?}");
    }
}

fn chat(model: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": "Hello there" }], "max_tokens": null })
}

fn text(model: &str, field: &str) -> Value {
    let mut body = json!({ "model": model });
    body[field] = json!("Hello there");
    body
}

#[tokio::test]
async fn xais_reasoning_is_beside_the_output_of_a_chat_and_within_that_of_a_response() {
    let xai = Provider::xai().await;
    let chat = xai.told_alike("/chat/completions", chat("grok-4.3")).await;
    assert!(chat[&Count::Reasoning] > 0);
    assert_eq!(chat[&Count::Total], chat[&Count::Input] + chat[&Count::Output] + chat[&Count::Reasoning]);
    let response = xai.told_alike("/responses", text("grok-4.3", "input")).await;
    assert_eq!(response[&Count::Total], response[&Count::Input] + response[&Count::Output]);
    assert!(response[&Count::Output] > response[&Count::Reasoning]);
}

#[tokio::test]
async fn xais_other_answers_are_counted_too() {
    let xai = Provider::xai().await;
    for (path, body) in [("/completions", text("grok-3", "prompt")), ("/embeddings", text("v1", "input"))] {
        let (counts, found) = xai.told(path, &body).await;
        xai.assert_all_found(path, &found);
        let output = counts.get(&Count::Output).copied().unwrap_or(0);
        assert_eq!(counts[&Count::Total], counts[&Count::Input] + output, "{path}");
    }
    let message =
        json!({ "model": "grok-4.3", "max_tokens": 1000, "messages": [{ "role": "user", "content": "Hello" }] });
    let message = xai.told_alike("/messages", message).await;
    assert!(message[&Count::Input] > 0 && message[&Count::Output] > 1, "{message:?}");
    assert_eq!(message[&Count::CachedApart], 0);
}

#[tokio::test]
async fn openais_reasoning_is_within_the_output() {
    let openai = Provider::openai().await;
    for (path, body) in [("/chat/completions", chat("gpt-5.5")), ("/responses", text("gpt-5.5", "input"))] {
        let counts = openai.told_alike(path, body).await;
        assert_eq!(counts[&Count::Total], counts[&Count::Input] + counts[&Count::Output], "{path}");
        assert!(counts[&Count::Output] > counts[&Count::Reasoning] && counts[&Count::Reasoning] > 0, "{path}");
    }
    for (path, body) in [
        ("/embeddings", text("text-embedding-3-small", "input")),
        ("/images/generations", text("gpt-image-2", "prompt")),
    ] {
        let (counts, found) = openai.told(path, &body).await;
        openai.assert_all_found(path, &found);
        assert!(counts[&Count::Total] >= counts[&Count::Input], "{path}");
    }
}

#[test]
fn only_what_leaves_nothing_is_offered_to_everybody() {
    let offered = |connector: &Connector| {
        let stateless = connector.endpoints().iter().filter(|endpoint| endpoint.stays != Stays::Always);
        let mut lines: Vec<_> = stateless.map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
        lines.sort();
        lines
    };
    let openai = [
        "GET /models",
        "GET /models/{id}",
        "POST /audio/speech",
        "POST /chat/completions",
        "POST /completions",
        "POST /embeddings",
        "POST /images/generations",
        "POST /moderations",
        "POST /responses",
    ];
    assert_eq!(offered(&connector_openai::connector()), openai);
    let xai = [
        "GET /embedding-models",
        "GET /embedding-models/{id}",
        "GET /image-generation-models",
        "GET /image-generation-models/{id}",
        "GET /language-models",
        "GET /language-models/{id}",
        "GET /models",
        "GET /models/{id}",
        "GET /video-generation-models",
        "GET /video-generation-models/{id}",
        "POST /chat/completions",
        "POST /completions",
        "POST /embeddings",
        "POST /images/edits",
        "POST /images/generations",
        "POST /messages",
        "POST /responses",
        "POST /tokenize-text",
    ];
    assert_eq!(offered(&connector_xai_grok::connector()), xai);
}

#[test]
fn no_call_is_declared_twice() {
    for connector in [connector_xai_grok::connector(), connector_openai::connector()] {
        let mut calls: Vec<_> =
            connector.endpoints().iter().map(|endpoint| (endpoint.path, endpoint.method.to_string())).collect();
        let all = calls.len();
        calls.sort();
        calls.dedup();
        assert_eq!(calls.len(), all, "{}", connector.id());
    }
}
