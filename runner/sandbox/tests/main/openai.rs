//! OpenAI's side, for keys that begin with `sk-`: its forms, its counts, its refusals, its keys in trouble.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Bench, answer, ask, json, with};

const CHAT: &str = "/v1/chat/completions";

async fn bench() -> Bench {
    Bench::with_key("sk-test-key-1234").await
}

/// The status, the type, the param and the code of a refusal, which has OpenAI's form.
async fn refused(bench: &Bench, path: &str, body: &Value) -> Value {
    let answer = bench.post(path, body).await;
    let body = answer.json();
    let error = &body["error"];
    let keys: Vec<_> = error.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["message", "type", "param", "code"], "{body}");
    assert!(!error["message"].as_str().unwrap().is_empty());
    json!([answer.status.as_u16(), error["type"], error["param"], error["code"]])
}

#[tokio::test]
async fn a_completion_counts_its_reasoning() {
    let bench = bench().await;
    let body = bench.chat(&ask("gpt-5.5", "Hello")).await;
    assert!(body["id"].as_str().unwrap().starts_with("chatcmpl-"), "{body}");
    assert_eq!(body["model"], "gpt-5.5-2026-04-23");
    let message = &body["choices"][0]["message"];
    assert!(message.get("reasoning_content").is_none(), "what was thought is not shown: {message}");
    let usage = &body["usage"];
    let count = |pointer: &str| usage.pointer(pointer).and_then(Value::as_u64).unwrap();
    assert!(count("/completion_tokens_details/reasoning_tokens") > 0);
    assert!(count("/completion_tokens") > count("/completion_tokens_details/reasoning_tokens"));
    assert_eq!(count("/total_tokens"), count("/prompt_tokens") + count("/completion_tokens"));
    assert_eq!(bench.chat(&ask("gpt-5.5", "Hello")).await, body, "the same request gets the same answer");
}

#[tokio::test]
async fn a_stream_is_the_completion_in_pieces() {
    let bench = bench().await;
    let request = ask("gpt-4.1-mini", "Hello");
    let whole = bench.chat(&request).await;
    let options = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let mut events = bench.stream(CHAT, &with(request.clone(), &options)).await;
    assert_eq!(events.pop().unwrap(), "[DONE]");
    let chunks: Vec<Value> = events.iter().map(|event| json(event)).collect();
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let text: String = chunks.iter().filter_map(|chunk| chunk.pointer("/choices/0/delta/content")?.as_str()).collect();
    assert_eq!(text, whole["choices"][0]["message"]["content"]);
    let last = chunks.last().unwrap();
    assert_eq!((&last["choices"], &last["usage"]), (&json!([]), &whole["usage"]));
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk["usage"].is_null()));

    let plain = bench.stream(CHAT, &with(request, &json!({ "stream": true }))).await;
    assert!(plain.iter().all(|event| !event.contains("usage")), "{plain:?}");
}

#[tokio::test]
async fn a_tool_call_is_cut_into_pieces() {
    let bench = bench().await;
    let parameters = json!({ "type": "object", "properties": { "at": { "type": "string" } }, "required": ["at"] });
    let tools = json!([{ "type": "function", "function": { "name": "look", "parameters": parameters } }]);
    let request = with(ask("gpt-4.1", "Where?"), &json!({ "tools": tools }));
    let whole = bench.chat(&request).await;
    let call = &whole["choices"][0]["message"]["tool_calls"][0];
    assert_eq!(call["function"], json!({ "name": "look", "arguments": "{\"at\":\"sandbox\"}" }));
    assert_eq!(whole["choices"][0]["message"]["content"], Value::Null);
    let events = bench.stream(CHAT, &with(request, &json!({ "stream": true }))).await;
    let pieces: Vec<Value> = events[..events.len() - 1].iter().map(|event| json(event)).collect();
    let calls: Vec<_> = pieces.iter().filter_map(|piece| piece.pointer("/choices/0/delta/tool_calls/0")).collect();
    assert!(calls[0]["id"].as_str().unwrap().starts_with("call_"));
    assert!(calls.len() > 2, "the arguments come in pieces");
    let arguments: String = calls.iter().map(|call| call["function"]["arguments"].as_str().unwrap()).collect();
    assert_eq!(arguments, "{\"at\":\"sandbox\"}");
}

#[tokio::test]
async fn a_response_is_made_kept_and_deleted() {
    let bench = bench().await;
    let request = json!({ "model": "gpt-5.5", "input": "Hello" });
    let body = bench.good("/v1/responses", &request).await;
    let id = body["id"].as_str().unwrap();
    assert!(id.starts_with("resp_"), "{id}");
    let keys: Vec<_> = body["usage"].as_object().unwrap().keys().collect();
    let expected = ["input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details", "total_tokens"];
    assert_eq!(keys, expected);
    assert_eq!(bench.get(&format!("/v1/responses/{id}")).await.json(), body);
    let events = bench.stream("/v1/responses", &with(request, &json!({ "stream": true }))).await;
    let last = json(events.last().unwrap());
    assert_eq!((&last["type"], &last["response"]["usage"]), (&json!("response.completed"), &body["usage"]));
    let deleted =
        answer(bench.request(Method::DELETE, &format!("/v1/responses/{}", last["response"]["id"].as_str().unwrap())));
    assert_eq!(deleted.await.json()["deleted"], true);
}

#[tokio::test]
async fn embeddings_moderations_and_images_have_openais_form() {
    let bench = bench().await;
    let embedding = json!({ "model": "text-embedding-3-small", "input": ["a cat", "a cat"], "dimensions": 8 });
    let body = bench.good("/v1/embeddings", &embedding).await;
    assert_eq!(body["data"][0]["embedding"].as_array().unwrap().len(), 8);
    assert_eq!(body["data"][0]["embedding"], body["data"][1]["embedding"]);
    assert_eq!(body["usage"], json!({ "prompt_tokens": 4, "total_tokens": 4 }));

    let body = bench.good("/v1/moderations", &json!({ "input": ["a cat", "I will kill it"] })).await;
    assert_eq!((&body["results"][0]["flagged"], &body["results"][1]["flagged"]), (&json!(false), &json!(true)));
    assert_eq!(body["results"][1]["categories"]["violence"], true);

    let body = bench.good("/v1/images/generations", &json!({ "prompt": "A cat", "n": 2 })).await;
    assert_eq!(body["data"].as_array().unwrap().len(), 2);
    assert!(body["data"][0]["b64_json"].as_str().unwrap().starts_with("/9j/"));
    assert_eq!(body["usage"]["total_tokens"], 2 + 2 * 272);
}

#[tokio::test]
async fn the_catalogue_is_openais() {
    let bench = bench().await;
    let list = bench.get("/v1/models").await.json();
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    for id in ["gpt-5.5", "gpt-4.1-mini-2025-04-14", "text-embedding-3-small", "gpt-image-2", "omni-moderation-latest"]
    {
        assert!(ids.contains(&id), "{ids:?}");
        assert_eq!(bench.get(&format!("/v1/models/{id}")).await.json()["id"], id);
    }
    assert!(!list.to_string().contains("grok"));
    assert_eq!(bench.get("/v1/models/grok-4.3").await.json()["error"]["code"], "model_not_found");
    let grok = Bench::start().await.get("/v1/models").await.text;
    assert!(grok.contains("grok-4.3") && !grok.contains("gpt-"), "{grok}");
}

#[tokio::test]
async fn what_openai_refuses_is_refused_so() {
    let bench = bench().await;
    let kind = "invalid_request_error";
    let hello = |model: &str, more: Value| with(ask(model, "Hello"), &more);
    for (body, expected) in [
        (json!({}), json!([400, kind, null, null])),
        (json!({ "model": "gpt-5.5" }), json!([400, kind, "messages", "missing_required_parameter"])),
        (ask("gpt-9", "Hello"), json!([404, kind, null, "model_not_found"])),
        (ask("gpt-image-2", "Hello"), json!([404, kind, "model", null])),
        (json!({ "model": "gpt-5.5", "messages": [] }), json!([400, kind, "messages", "empty_array"])),
        (
            json!({ "model": "gpt-5.5", "messages": [{ "role": "usr", "content": "?" }] }),
            json!([400, kind, "messages[0].role", "invalid_value"]),
        ),
        (hello("gpt-5.5", json!({ "max_tokens": 5 })), json!([400, kind, "max_tokens", "unsupported_parameter"])),
        (hello("gpt-5.5", json!({ "temperature": 0.5 })), json!([400, kind, "temperature", "unsupported_value"])),
        (hello("gpt-4.1", json!({ "temperature": 3 })), json!([400, kind, "temperature", "invalid_value"])),
        (hello("gpt-4.1", json!({ "foo": 1 })), json!([400, kind, null, null])),
        (hello("gpt-4.1", json!({ "stream_options": {} })), json!([400, kind, null, null])),
        (ask("gpt-4o", &"word ".repeat(130_000)), json!([400, kind, "messages", "context_length_exceeded"])),
    ] {
        assert_eq!(refused(&bench, CHAT, &body).await, expected, "{:.200}", body.to_string());
    }
    let plain = hello("gpt-4.1", json!({ "max_tokens": 5, "temperature": 0.5, "stop": "x" }));
    assert_eq!(bench.chat(&plain).await["choices"][0]["finish_reason"], "length");
    let text = bench.request(Method::POST, CHAT).body("{ nonsense");
    assert_eq!(answer(text).await.status, 400, "no JSON is 400, and never 422");
    assert_eq!(refused(&bench, "/v1/messages", &json!({})).await, json!([404, kind, null, null]));
    assert_eq!(refused(&bench, "/v1/models", &json!({})).await, json!([405, kind, null, "method_not_supported"]));
}

#[tokio::test]
async fn keys_in_trouble_are_refused_as_openai_does() {
    let hello = ask("gpt-4.1", "Hello");
    for (key, reads, asks) in [
        ("sk-sandbox-no-credits", 200, json!([429, "insufficient_quota", null, "insufficient_quota"])),
        ("sk-sandbox-read-only", 200, json!([403, "invalid_request_error", null, null])),
        ("sk-sandbox-revoked", 401, json!([401, "invalid_request_error", null, "invalid_api_key"])),
        ("sk-sandbox-rate-limited", 429, json!([429, "requests", null, "rate_limit_exceeded"])),
    ] {
        let bench = Bench::with_key(key).await;
        assert_eq!(bench.get("/v1/models").await.status, reads, "{key}");
        assert_eq!(refused(&bench, CHAT, &hello).await, asks, "{key}");
        assert_eq!(refused(&bench, CHAT, &json!({})).await, asks, "{key}: before the body is looked at");
    }
    let bench = Bench::with_key("sk-sandbox-no-models").await;
    assert_eq!(bench.get("/v1/models").await.status, 403);
    assert_eq!(bench.post(CHAT, &hello).await.status, 200);
}

#[tokio::test]
async fn faults_have_openais_form() {
    let bench = bench().await;
    let hello = with(ask("gpt-4.1", "Hello"), &json!({ "stream": true }));
    for (fault, status) in
        [("status=503; retry-after=1", 503), ("status=429", 429), ("error-200", 200), ("nonsense", 400)]
    {
        let answer = answer(bench.posting(CHAT, &hello).header("x-sandbox-fault", fault)).await;
        assert_eq!(answer.status, status, "{fault}");
        assert!(answer.json()["error"]["message"].is_string(), "{fault}: {}", answer.text);
    }
    let failing = answer(bench.posting(CHAT, &hello).header("x-sandbox-fault", "error-event=2")).await;
    let last = json(failing.events().last().unwrap());
    assert_eq!(last["error"]["type"], "server_error");
    let unfinished = answer(bench.posting(CHAT, &hello).header("x-sandbox-fault", "no-finish")).await;
    assert!(!unfinished.text.contains("[DONE]") && !unfinished.text.contains("\"stop\""), "{}", unfinished.text);
}

#[tokio::test]
async fn an_answer_tells_the_account() {
    let bench = bench().await;
    let answer = bench.get("/v1/models").await;
    assert_eq!(answer.headers["openai-organization"], "org-sandbox");
    assert!(answer.headers["x-request-id"].to_str().unwrap().starts_with("req_"));
    assert!(Bench::start().await.get("/v1/models").await.headers.get("openai-organization").is_none());
}
