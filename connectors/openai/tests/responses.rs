//! Create Response, whole and streamed.

use serde_json::{Value, json};

use crate::server::{self, answer};
use crate::world::{World, refusals, verdict};

const RESPONSE: &str = r#"{"id":"resp_67cc","object":"response","created_at":1741476542,"status":"completed","error":null,"incomplete_details":null,"model":"gpt-4.1-mini-2025-04-14","output":[{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Think."}]},{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"store":false,"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":0},"output_tokens":87,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":123},"new_in_2027":9007199254740993}"#;

/// With `event:` lines, as OpenAI sends them.
fn events(events: &[String]) -> String {
    let event = |data: &String| {
        let kind = serde_json::from_str::<Value>(data).unwrap()["type"].as_str().unwrap().to_owned();
        format!("event: {kind}\ndata: {data}\n\n")
    };
    answer(200, "text/event-stream; charset=utf-8", &events.iter().map(event).collect::<String>())
}

fn streamed() -> Value {
    json!({ "model": "gpt-5.5", "input": "?", "stream": true })
}

fn turn(last: &str, response: &str) -> Vec<String> {
    vec![
        r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_67cc","status":"in_progress","output":[],"error":null}}"#.to_owned(),
        r#"{"type":"response.reasoning_summary_text.delta","sequence_number":1,"output_index":0,"delta":"Think."}"#.to_owned(),
        r#"{"type":"response.output_item.added","sequence_number":2,"output_index":1,"item":{"type":"message","role":"assistant"}}"#.to_owned(),
        r#"{"type":"response.output_text.delta","sequence_number":3,"output_index":1,"delta":"Hel"}"#.to_owned(),
        r#"{"type":"response.output_text.delta","sequence_number":4,"output_index":1,"delta":"lo"}"#.to_owned(),
        r#"{"type":"response.output_item.added","sequence_number":5,"output_index":2,"item":{"type":"function_call","call_id":"call_1","name":"look","arguments":""}}"#.to_owned(),
        r#"{"type":"response.function_call_arguments.delta","sequence_number":6,"output_index":2,"delta":"{}"}"#.to_owned(),
        format!(r#"{{"type":"{last}","sequence_number":7,"response":{response}}}"#),
    ]
}

#[tokio::test]
async fn a_response_goes_and_comes_as_it_stands() {
    let world = World::with(vec![server::json(200, RESPONSE)]).await;
    let input = json!({
        "model": "gpt-4.1-mini", "input": [{ "role": "user", "content": "?" }], "instructions": "Be brief.",
        "max_output_tokens": 16, "store": false, "additional_fields": { "previous_response_id": "resp_1" },
    });
    assert_eq!(world.call("create-response", input).await.unwrap().to_string(), RESPONSE);
    assert_eq!(world.heard()[0].line(), "POST /v1/responses");
    let body = r#"{"model":"gpt-4.1-mini","input":[{"role":"user","content":"?"}],"instructions":"Be brief.","max_output_tokens":16,"store":false,"previous_response_id":"resp_1"}"#;
    assert_eq!(world.body(), body);
}

#[tokio::test]
async fn a_stream_is_told_and_ends_in_the_whole_response() {
    for last in ["response.completed", "response.incomplete"] {
        let world = World::with(vec![events(&turn(last, RESPONSE))]).await;
        assert_eq!(world.call("create-response", streamed()).await.unwrap().to_string(), RESPONSE);
        let told = json!([
            [0, { "reasoning": "Think." }],
            [0, { "content": "Hel" }],
            [0, { "content": "lo" }],
            [0, { "tool_call": { "index": 2, "type": "function_call", "call_id": "call_1", "name": "look", "arguments": "" } }],
            [0, { "tool_call": { "index": 2, "arguments": "{}" } }],
        ]);
        assert_eq!(world.deltas(), told);
        assert_eq!(world.body(), r#"{"model":"gpt-5.5","input":"?","stream":true}"#, "it tells its usage unasked");
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_is_an_error() {
    let turn = turn("response.completed", RESPONSE);
    for (length, evidence) in [(0, "Unanswered"), (1, "Unanswered"), (4, "Final"), (7, "Final")] {
        let world = World::with(vec![events(&turn[..length])]).await;
        let error = world.call("create-response", streamed()).await.unwrap_err();
        let (kind, found, _) = verdict(&error);
        assert_eq!((kind.as_str(), found.as_str()), ("network", evidence), "{length} events");
    }
}

#[tokio::test]
async fn a_response_that_failed_is_an_error() {
    let failed = |code: &str| {
        format!(
            r#"{{"id":"resp_67cc","status":"failed","output":[],"error":{{"code":"{code}","message":"It failed."}}}}"#
        )
    };
    for (code, kind, evidence) in [
        ("server_error", "unavailable", "Failed"),
        ("rate_limit_exceeded", "rate_limited", "Refused"),
        ("invalid_prompt", "rejected", "Final"),
    ] {
        let event = turn("response.failed", &failed(code)).pop().unwrap();
        for answer in [server::json(200, &failed(code)), events(&[event])] {
            let world = World::with(vec![answer]).await;
            let error = world.call("create-response", streamed()).await.unwrap_err();
            let (found, reason, _) = verdict(&error);
            assert_eq!((found.as_str(), reason.as_str()), (kind, evidence), "{code}");
            assert_eq!(error.message(), "OpenAI answered 200 and reported a failure: It failed.");
        }
    }
    let error = r#"{"type":"error","code":"server_error","message":"It failed.","param":null,"sequence_number":1}"#;
    for answer in [events(&[error.to_owned()]), server::stream(&[error])] {
        let world = World::with(vec![answer]).await;
        let error = world.call("create-response", streamed()).await.unwrap_err();
        assert_eq!(error.message(), "OpenAI answered 200 and reported a failure: It failed.");
    }
}

#[test]
fn an_input_is_text_or_items() {
    let refused = |input: Value| refusals("create-response", json!({ "model": "gpt-5.5", "input": input }));
    assert_eq!(refused(json!([])), ["/input: must not be empty"]);
    assert_eq!(refused(json!(7)), ["/input: must be text or a list, not 7"]);
    assert_eq!(refused(json!(["?"])), ["/input/0: must be an object, not the text \"?\""]);
}
