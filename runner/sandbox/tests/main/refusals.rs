//! What is refused, with the real statuses and bodies.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Bench, answer, ask, with};

const CHAT: &str = "/v1/chat/completions";
const TEAM: &str = "5ea6f6bd-7815-4b8a-9135-28b2d7ba6722";

/// A path, a body, and the status, code and error that they get.
type Case = (&'static str, Value, u16, &'static str, String);

async fn assert_refused(cases: Vec<Case>) {
    let bench = Bench::start().await;
    for (path, body, status, code, error) in cases {
        let answer = bench.post(path, &body).await;
        assert_eq!(answer.status, status, "{body} got {}", answer.text);
        assert_eq!(answer.json(), json!({ "code": code, "error": error }), "{body}");
    }
}

fn invalid(path: &'static str, body: Value, error: &str) -> Case {
    (path, body, 400, "invalid-argument", error.to_owned())
}

fn unsupported(path: &'static str, body: Value, argument: &str) -> Case {
    (path, body, 400, "400", format!("Argument not supported: {argument}"))
}

fn plain(fields: &Value) -> Value {
    with(ask("grok-3", "Hello"), fields)
}

fn reasoning(fields: &Value) -> Value {
    with(ask("grok-4.7", "Hello"), fields)
}

#[tokio::test]
async fn chat_refuses_arguments_as_the_real_api_does() {
    let empty = "Invalid request content: Each message must have at least one content element.";
    let live = "Live search is deprecated. Please switch to the Agent Tools API: \
                https://docs.x.ai/docs/guides/tools/overview";
    let tool = json!({ "type": "function", "function": { "name": "f", "parameters": {} } });
    assert_refused(vec![
        invalid(CHAT, plain(&json!({ "messages": [] })), "Bad data: Messages cannot be empty"),
        invalid(CHAT, plain(&json!({ "messages": [{ "role": "user", "content": [] }] })), empty),
        invalid(CHAT, plain(&json!({ "messages": [{ "role": "user", "content": "" }] })), empty),
        invalid(CHAT, plain(&json!({ "messages": [{ "role": "assistant", "content": null }] })), empty),
        invalid(
            CHAT,
            plain(&json!({ "temperature": 2.1 })),
            "Invalid request content: temperature must be between 0 and 2.",
        ),
        invalid(CHAT, plain(&json!({ "top_p": 0 })), "Invalid request content: top_p must be above 0 and at most 1."),
        invalid(
            CHAT,
            plain(&json!({ "presence_penalty": -3 })),
            "Invalid request content: presence_penalty must be between -2 and 2.",
        ),
        invalid(
            CHAT,
            plain(&json!({ "top_logprobs": 9 })),
            "Invalid request content: top_logprobs must be between 0 and 8.",
        ),
        invalid(CHAT, plain(&json!({ "n": 0 })), "Invalid request content: n must be between 1 and 10."),
        invalid(CHAT, plain(&json!({ "max_tokens": 0 })), "Invalid request content: max_tokens must be at least 1."),
        invalid(
            CHAT,
            plain(&json!({ "stop": ["a", "b", "c", "d", "e"] })),
            "Invalid request content: At most 4 stop sequences are allowed.",
        ),
        invalid(
            CHAT,
            plain(&json!({ "tools": vec![tool; 129] })),
            "Invalid request content: At most 128 tools are allowed, but the request has 129.",
        ),
        invalid(
            CHAT,
            plain(&json!({ "deferred": true, "stream": true })),
            "Invalid request content: deferred cannot be combined with stream.",
        ),
        unsupported(CHAT, plain(&json!({ "stream_options": { "include_usage": true } })), "stream_options"),
        unsupported(CHAT, plain(&json!({ "logit_bias": { "1": 1 } })), "logit_bias"),
        (CHAT, plain(&json!({ "search_parameters": { "mode": "auto" } })), 410, "410", live.to_owned()),
        (CHAT, plain(&json!({ "web_search_options": {} })), 410, "410", live.to_owned()),
        (CHAT, plain(&json!({ "tools": [{ "type": "live_search", "sources": [] }] })), 410, "410", live.to_owned()),
    ])
    .await;
}

#[tokio::test]
async fn chat_refuses_what_the_model_cannot_do() {
    let image = json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": "https://example.com/a.png" } }] }]);
    let lacks = |model: &str, parameter: &str| format!("Model {model} does not support parameter {parameter}.");
    assert_refused(vec![
        invalid(CHAT, reasoning(&json!({ "presence_penalty": 0 })), &lacks("grok-4.7", "presencePenalty")),
        invalid(CHAT, reasoning(&json!({ "frequency_penalty": 0 })), &lacks("grok-4.7", "frequencyPenalty")),
        invalid(CHAT, reasoning(&json!({ "stop": ["x"] })), &lacks("grok-4.7", "stop")),
        invalid(CHAT, reasoning(&json!({ "reasoning_effort": "none" })), &lacks("grok-4.7", "reasoningEffort")),
        invalid(CHAT, plain(&json!({ "reasoning_effort": "low" })), &lacks("grok-3", "reasoningEffort")),
        invalid(CHAT, ask("grok-imagine-image", "Hi"), "Model grok-imagine-image does not support chat completions."),
        invalid(CHAT, ask("grok-4.20-multi-agent", "Hi"), "Multi Agent requests are not allowed on chat completions."),
        invalid(CHAT, plain(&json!({ "messages": image })), "Image inputs are not supported by this model."),
        invalid(
            CHAT,
            ask("grok-3", &" word".repeat(131_073)),
            "This model's maximum prompt length is 131072 but the request contains 131073 tokens.",
        ),
        (CHAT, ask("grok-9", "Hi"), 404, "not-found", format!(
            "The model grok-9 does not exist or your team {TEAM} does not have access to it. Please ensure you're using \
             the correct API key. If you believe this is a mistake, please contact support and quote your team ID and \
             the model name."
        )),
    ])
    .await;
}

#[tokio::test]
async fn the_other_endpoints_refuse_in_the_same_way() {
    let picture = json!({ "prompt": "A dune" });
    let images = "/v1/images/generations";
    let message = json!({ "model": "grok-3", "max_tokens": 9, "messages": [{ "role": "user", "content": "Hi" }] });
    assert_refused(vec![
        unsupported(images, with(picture.clone(), &json!({ "size": "1024x1024" })), "size"),
        unsupported(images, with(picture.clone(), &json!({ "style": "vivid" })), "style"),
        unsupported(images, with(picture.clone(), &json!({ "quality": "low" })), "quality"),
        unsupported(
            images,
            with(picture.clone(), &json!({ "model": "grok-2-image", "aspect_ratio": "1:1" })),
            "aspect_ratio",
        ),
        invalid(
            images,
            with(picture.clone(), &json!({ "n": 11 })),
            "Invalid request content: n must be between 1 and 10.",
        ),
        invalid(
            images,
            with(picture.clone(), &json!({ "response_format": "png" })),
            "Invalid request content: response_format must be url or b64_json.",
        ),
        invalid(images, json!({ "prompt": "" }), "Invalid request content: prompt must have 1 to 8000 characters."),
        invalid(
            images,
            with(picture.clone(), &json!({ "model": "grok-3" })),
            "Model grok-3 does not support image generation.",
        ),
        invalid(
            "/v1/images/edits",
            picture,
            "Invalid request content: an edit needs either image, or two to five images.",
        ),
        unsupported("/v1/messages", with(message.clone(), &json!({ "top_k": 4 })), "top_k"),
        invalid(
            "/v1/messages",
            with(message.clone(), &json!({ "temperature": 3 })),
            "Invalid request content: temperature must be between 0 and 2.",
        ),
        invalid("/v1/messages", with(message, &json!({ "messages": [] })), "Bad data: Messages cannot be empty"),
        unsupported("/v1/completions", json!({ "model": "grok-3", "prompt": "a", "best_of": 2 }), "best_of"),
        invalid(
            "/v1/completions",
            json!({ "model": "grok-4.7", "prompt": "a" }),
            "Model grok-4.7 does not support completions.",
        ),
        invalid(
            "/v1/embeddings",
            json!({ "model": "v1", "input": [] }),
            "Invalid request content: input must be a text, a list of texts, or tokens, and not empty.",
        ),
        invalid(
            "/v1/responses",
            json!({ "model": "grok-3", "input": "a", "instructions": "b", "previous_response_id": "c" }),
            "Invalid request content: instructions cannot be combined with previous_response_id.",
        ),
        (
            "/v1/responses",
            json!({ "model": "grok-3", "input": "a", "previous_response_id": "c" }),
            404,
            "not-found",
            "Response with id=c not found.".to_owned(),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_422_in_plain_text() {
    let bench = Bench::start().await;
    let start = "Failed to deserialize the JSON body into the target type: ";
    for (path, body, rest) in [
        (CHAT, "{}", "missing field `messages` at line 1 column 2"),
        (CHAT, r#"{"messages":[]}"#, "missing field `model` at line 1 column 15"),
        ("/v1/responses", "{}", "missing field `input` at line 1 column 2"),
        ("/v1/messages", "{}", "missing field `model` at line 1 column 2"),
        ("/v1/completions", "{}", "missing field `prompt` at line 1 column 2"),
        ("/v1/embeddings", "{}", "missing field `input` at line 1 column 2"),
        ("/v1/images/generations", "{}", "missing field `prompt` at line 1 column 2"),
        ("/v1/tokenize-text", "{}", "missing field `model` at line 1 column 2"),
    ] {
        let request = bench.request(Method::POST, path).header("content-type", "application/json");
        let answer = answer(request.body(body)).await;
        assert_eq!(answer.status, 422, "{path}");
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(answer.text, format!("{start}{rest}"));
    }
    for wrong in [
        json!({ "messages": [{ "role": "developer", "content": "x" }] }),
        json!({ "stop": "x" }),
        json!({ "tools": [{ "type": "function", "function": { "name": "f" } }] }),
    ] {
        let answer = bench.post(CHAT, &plain(&wrong)).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(answer.text.starts_with(start), "{}", answer.text);
    }
    let tool = json!({ "name": "f", "input_schema": { "type": "object", "properties": {} } });
    let message = json!({
        "model": "grok-3", "max_tokens": 9, "tools": [tool], "messages": [{ "role": "user", "content": "Hi" }],
    });
    let answer = bench.post("/v1/messages", &message).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("missing field `description`"), "{}", answer.text);
}

#[tokio::test]
async fn what_is_not_json_is_415_or_400() {
    let bench = Bench::start().await;
    assert_eq!(answer(bench.request(Method::POST, CHAT).body("{}")).await.status, 415);
    let broken = bench.request(Method::POST, CHAT).header("content-type", "application/json").body("{");
    let broken = answer(broken).await;
    assert_eq!(broken.status, 400);
    assert!(broken.text.starts_with("Failed to parse the request body as JSON"));
}

async fn with_key(bench: &Bench, header: &str, key: &str) -> Answer {
    let url = format!("{}/models", bench.sandbox.base_url());
    answer(bench.http.get(url).header(header, key)).await
}

#[tokio::test]
async fn keys_are_refused_as_in_2026() {
    let bench = Bench::start().await;
    let bad = json!({
        "code": "invalid-argument",
        "error": "Incorrect API key provided. You can obtain an API key from https://console.x.ai.",
    });
    for header in [("authorization", "Bearer gsk_abc"), ("x-api-key", "sk-ant-abc")] {
        let answer = with_key(&bench, header.0, header.1).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (400, bad.clone()));
    }
    let none = answer(bench.http.get(format!("{}/models", bench.sandbox.base_url()))).await;
    assert_eq!(none.status, 401);
    let expected = json!({ "code": "unauthenticated:no-credentials", "error": "No credentials presented." });
    assert_eq!(none.json(), expected);
    assert_eq!(with_key(&bench, "x-api-key", "xai-good").await.status, 200);
}

#[tokio::test]
async fn accounts_in_trouble_have_keys_of_their_own() {
    let bench = Bench::start().await;
    for (key, status, code, words) in [
        (
            "xai-sandbox-no-credits",
            403,
            "The caller does not have permission to execute the specified operation",
            "doesn't have any credits or licenses yet",
        ),
        ("xai-sandbox-spent", 429, "resource-exhausted", "has either used all available credits"),
        ("xai-sandbox-rate-limited", 429, "resource-exhausted", "Too many requests for team"),
        ("xai-sandbox-blocked", 403, "permission-denied", "Access to the chat endpoint is denied"),
    ] {
        let answer = with_key(&bench, "authorization", &format!("Bearer {key}")).await;
        assert_eq!(answer.status, status, "{key}");
        assert_eq!(answer.json()["code"], code);
        assert!(answer.json()["error"].as_str().unwrap().contains(words));
        let retry_after = answer.headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(retry_after, (key == "xai-sandbox-rate-limited").then_some("1"));
    }
}

#[tokio::test]
async fn an_unknown_route_and_a_wrong_method_are_told_apart() {
    let bench = Bench::start().await;
    let lost = bench.get("/v1/chat/completions/chat/completions").await;
    assert_eq!(lost.status, 404);
    let expected = json!({
        "code": "not-found",
        "error": "No handler found on route. Please double check your URL and consult https://api.x.ai/docs for more \
                  information.",
    });
    assert_eq!(lost.json(), expected);
    assert_eq!(bench.get(CHAT).await.status, 405);
    assert_eq!(bench.get("/v1/chat/deferred-completion/none").await.status, 404);
}
