//! Calls are told to a collector of traces, with their place in their caller's trace, and nothing of what was said.

use runner_server::Settings;
use serde_json::{Map, Value, json};
use tests::wire::{Recorded, Reply, Wire, url_of_nobody};

use crate::streams::{chunk, stream};
use crate::support::{COLLECTORS_KEY, House, PATIENCE, SECRET};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const ASKED: &str = r#"{"model":"grok","messages":[{"role":"user","content":"the-prompt"}]}"#;
const ANSWERED: &str = r#"{"choices":[{"message":{"content":"the-answer"}}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}"#;

/// A server whose traces go to a collector.
async fn telling(wire: &Wire, collector: &str, sample: f64) -> House {
    let traces =
        json!({ "endpoint": collector, "headers": { "x-collector": { "env": "COLLECTORS_KEY" } }, "sample": sample });
    House::with(wire, Settings::default(), |file| file["traces"] = traces).await
}

fn collector() -> Wire {
    Wire::always(Reply::json(200, "{\"partialSuccess\":{}}"))
}

/// A POST with these headers beside the usual ones.
fn post(house: &House, body: &str, headers: &str) -> String {
    let more = format!("Content-Type: application/json\r\nContent-Length: {}\r\n{headers}", body.len());
    house.head("POST /v1/chat/completions", &more) + body
}

fn traceparent(flags: &str) -> String {
    format!("traceparent: 00-{TRACE}-{PARENT}-{flags}\r\ntracestate: vendor=1\r\n")
}

/// Ends the server, which tells what is left, and reads all that the collector was told.
async fn told(house: House, collector: &Wire) -> Vec<Value> {
    house.stop.cancel();
    house.serving.await.unwrap();
    collector.requests().iter().flat_map(spans).collect()
}

fn spans(request: &Recorded) -> Vec<Value> {
    let body: Value = serde_json::from_str(request.text()).unwrap();
    body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
}

/// The attributes of a span, each with what stands under its type.
fn attributes(span: &Value) -> Map<String, Value> {
    let all = span["attributes"].as_array().unwrap().iter();
    let pair = |one: &Value| {
        let value = one["value"].as_object().unwrap().values().next().unwrap().clone();
        (one["key"].as_str().unwrap().to_owned(), value)
    };
    all.map(pair).collect()
}

/// The parts of the `traceparent` that a provider got.
fn sent_on(request: &Recorded) -> Vec<String> {
    let all = request.all("traceparent");
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].split('-').map(str::to_owned).collect()
}

#[tokio::test]
async fn a_call_is_told_with_its_place_in_the_callers_trace() {
    let (wire, collector) = (Wire::always(Reply::json(200, ANSWERED)), collector());
    let house = telling(&wire, &collector.url("/otlp"), 0.0).await;
    let (key, key_id) = (house.key.clone(), house.key_id.clone());
    let answer = house.ask(&post(&house, ASKED, &traceparent("01"))).await;
    let call = answer.head.header("x-linkwork-call-id").unwrap();
    let spans = told(house, &collector).await;
    let [span] = spans.as_slice() else { panic!("one call is told: {spans:?}") };

    assert_eq!((&span["traceId"], &span["parentSpanId"]), (&json!(TRACE), &json!(PARENT)));
    assert_eq!((&span["name"], &span["kind"], &span["status"]), (&json!("chat grok"), &json!(3), &json!({})));
    let request = wire.only_request();
    let own = span["spanId"].as_str().unwrap();
    assert_eq!(sent_on(&request), ["00", TRACE, own, "01"], "the provider's parent is this very span");
    assert_ne!(own, PARENT);
    assert_eq!(request.all("tracestate"), ["vendor=1"]);

    let nanos = |name: &str| span[name].as_str().unwrap().parse::<u128>().unwrap();
    assert!(nanos("startTimeUnixNano") < nanos("endTimeUnixNano"));
    let mut attributes = attributes(span);
    assert!(attributes.remove("linkwork.gateway.overhead").unwrap().as_f64().unwrap() > 0.0);
    let (host, port) = (wire.authority(), wire.authority());
    let expected = json!({
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "x_ai", "gen_ai.request.model": "grok",
        "linkwork.provider.model": "grok-4.3", "gen_ai.request.stream": false,
        "gen_ai.usage.input_tokens": "12", "gen_ai.usage.output_tokens": "3", "http.response.status_code": "200",
        "server.address": host.split(':').next(), "server.port": port.split(':').nth(1),
        "linkwork.workspace": "acme", "linkwork.principal": "ada", "linkwork.key.id": key_id, "linkwork.call.id": call
    });
    assert_eq!(Value::from(attributes), expected, "what was not told is left out");

    let told = collector.only_request();
    assert_eq!((told.line(), told.header("content-type")), ("POST /otlp/v1/traces HTTP/1.1", Some("application/json")));
    assert_eq!(told.all("x-collector"), [COLLECTORS_KEY]);
    let resource = &serde_json::from_str::<Value>(told.text()).unwrap()["resourceSpans"][0]["resource"];
    assert_eq!(resource["attributes"][0], json!({ "key": "service.name", "value": { "stringValue": "linkwork" } }));
    for hidden in [SECRET, COLLECTORS_KEY, &key, "the-prompt", "the-answer", "vendor=1"] {
        assert!(!told.text().contains(hidden), "{hidden} in {}", told.text());
    }
}

#[tokio::test]
async fn a_stream_is_told_with_what_it_used() {
    let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":20,\
                 \"prompt_tokens_details\":{\"cached_tokens\":5},\"completion_tokens_details\":{\"reasoning_tokens\":7}}}\n\n";
    let reply = stream().send(chunk("data: {\"choices\":[]}\n\n")).send(chunk(usage)).send(chunk("data: [DONE]\n\n"));
    let (wire, collector) = (Wire::always(reply.send("0\r\n\r\n")), collector());
    let house = telling(&wire, &collector.url(""), 1.0).await;
    house.ask_post("/v1/chat/completions", r#"{"model":"grok","stream":true}"#).await;
    let spans = told(house, &collector).await;
    assert_eq!(spans.len(), 1);
    let told = attributes(&spans[0]);
    for (name, value) in [
        ("gen_ai.request.stream", json!(true)),
        ("gen_ai.usage.input_tokens", json!("9")),
        ("gen_ai.usage.cache_read.input_tokens", json!("5")),
        ("gen_ai.usage.output_tokens", json!("11")),
        ("gen_ai.usage.reasoning.output_tokens", json!("7")),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    let nanos = |name: &str| spans[0][name].as_str().unwrap().parse::<u64>().unwrap();
    let first = told["gen_ai.response.time_to_first_chunk"].as_f64().unwrap();
    let all = (nanos("endTimeUnixNano") - nanos("startTimeUnixNano")) as f64 / 1e9;
    assert!(first > 0.0 && first <= all + 1e-6, "{first} of {all}");
}

#[tokio::test]
async fn a_call_that_fails_says_what_went_wrong() {
    let limited = Reply::json(429, r#"{"error":{"message":"slow down"}}"#);
    let (wire, collector) = (Wire::script([limited, Reply::silence().close()]), collector());
    let house = telling(&wire, &collector.url(""), 1.0).await;
    for status in [429, 502] {
        assert_eq!(house.ask_post("/v1/chat/completions", ASKED).await.head.status, status);
    }
    drop(wire);
    assert_eq!(house.ask_post("/v1/chat/completions", ASKED).await.head.status, 502);
    let spans = told(house, &collector).await;
    let told = spans.iter().map(|span| {
        let attributes = attributes(span);
        assert_eq!(span["status"], json!({ "code": 2 }));
        assert!(!attributes.contains_key("gen_ai.usage.input_tokens"), "unknown is not told");
        (attributes["error.type"].clone(), attributes.get("http.response.status_code").cloned())
    });
    let expected = [(json!("429"), Some(json!("429"))), (json!("broken"), None), (json!("no_connection"), None)];
    assert!(told.eq(expected), "{spans:?}");
}

#[tokio::test]
async fn whoever_began_a_trace_decides_whether_it_is_told() {
    let (wire, collector) = (Wire::always(Reply::json(200, ANSWERED)), collector());
    let house = telling(&wire, &collector.url(""), 1.0).await;
    house.ask(&post(&house, ASKED, &traceparent("00"))).await;
    assert_eq!(told(house, &collector).await, Vec::<Value>::new());
    assert_eq!(sent_on(&wire.only_request()), ["00", TRACE, PARENT, "00"], "it goes on as it came");
    assert_eq!(wire.only_request().all("tracestate"), ["vendor=1"]);
}

#[tokio::test]
async fn a_trace_begins_here_where_none_came_or_a_broken_one() {
    for headers in ["", "traceparent: 00-1-2-01\r\ntracestate: vendor=1\r\n", &traceparent("01").repeat(2)] {
        let (wire, collector) = (Wire::always(Reply::json(200, ANSWERED)), collector());
        let house = telling(&wire, &collector.url(""), 1.0).await;
        house.ask(&post(&house, ASKED, headers)).await;
        let spans = told(house, &collector).await;
        let sent = sent_on(&wire.only_request());
        assert_eq!((&spans[0]["traceId"], &spans[0]["spanId"]), (&json!(sent[1]), &json!(sent[2])), "{headers}");
        assert_eq!((spans[0].get("parentSpanId"), sent[3].as_str()), (None, "03"));
        assert_ne!(sent[1], TRACE);
        assert_eq!(wire.only_request().header("tracestate"), None, "it says something of another trace");
    }
}

#[tokio::test]
async fn none_of_the_traces_that_begin_here_are_told_if_none_are_wanted() {
    let (wire, collector) = (Wire::always(Reply::json(200, ANSWERED)), collector());
    let house = telling(&wire, &collector.url(""), 0.0).await;
    house.ask(&post(&house, ASKED, "")).await;
    assert_eq!(told(house, &collector).await, Vec::<Value>::new());
    assert_eq!(sent_on(&wire.only_request())[3], "02", "and the provider knows");
}

#[tokio::test]
async fn a_collector_that_is_gone_harms_no_call_and_what_it_misses_is_counted() {
    let wire = Wire::always(Reply::json(200, ANSWERED));
    let house = telling(&wire, &url_of_nobody(""), 1.0).await;
    assert_eq!(dropped(&house).await, 0);
    for _ in 0..3 {
        assert_eq!(house.ask_post("/v1/chat/completions", ASKED).await.text(), ANSWERED);
    }
    let counted = async { while dropped(&house).await < 3 {} };
    tokio::time::timeout(PATIENCE, counted).await.expect("they are counted");
    let health = house.ask("GET /health HTTP/1.1\r\nHost: probe\r\n\r\n").await.json();
    assert_eq!((&health["status"], &health["traces"]), (&json!("degraded"), &json!("the collector cannot be reached")));
    assert_eq!(house.ask_post("/v1/chat/completions", ASKED).await.text(), ANSWERED);
}

async fn dropped(house: &House) -> u64 {
    let metrics = house.ask(&house.head("GET /metrics", "")).await;
    let line = metrics.text().lines().find_map(|line| line.strip_prefix("linkwork_traces_dropped_total "));
    line.expect("it is told").parse().unwrap()
}

#[tokio::test]
async fn a_collector_that_asks_for_patience_is_told_again_and_one_that_refuses_is_not() {
    let wire = Wire::always(Reply::json(200, ANSWERED));
    let busy = Reply::new(503, &[("retry-after", "0")], "");
    let collector = Wire::script([busy, Reply::json(200, "{}"), Reply::json(400, "{}")]);
    let house = telling(&wire, &collector.url(""), 1.0).await;
    house.ask_post("/v1/chat/completions", ASKED).await;
    collector.until(|seen| seen.requests.len() == 2).await;
    house.ask_post("/v1/chat/completions", ASKED).await;
    let counted = async { while dropped(&house).await < 1 {} };
    tokio::time::timeout(PATIENCE, counted).await.expect("what is refused is counted");
    told(house, &collector).await;
    let requests = collector.requests();
    assert_eq!(requests.len(), 3, "what is refused is not sent again");
    assert_eq!(requests[0].body, requests[1].body);
    assert_ne!(requests[1].body, requests[2].body);
    assert_eq!(collector.seen().connections, 1, "one connection serves one batch after another");
}

#[tokio::test]
async fn where_nobody_listens_a_callers_trace_goes_on_as_it_came() {
    let wire = Wire::always(Reply::json(200, ANSWERED));
    let house = House::before(&wire).await;
    house.ask(&post(&house, ASKED, &traceparent("01"))).await;
    house.ask(&post(&house, ASKED, "")).await;
    let requests = wire.requests();
    assert_eq!(sent_on(&requests[0]), ["00", TRACE, PARENT, "01"]);
    assert_eq!(requests[1].header("traceparent"), None);
    let metrics = house.ask(&house.head("GET /metrics", "")).await;
    assert!(!metrics.text().contains("traces"), "{}", metrics.text());
}

#[tokio::test]
async fn a_server_that_ends_does_not_wait_for_ever_for_the_collector() {
    let (wire, collector) = (Wire::always(Reply::json(200, ANSWERED)), Wire::always(Reply::silence().stall()));
    let house = telling(&wire, &collector.url(""), 1.0).await;
    house.ask_post("/v1/chat/completions", ASKED).await;
    assert_eq!(told(house, &collector).await.len(), 1);
    collector.until(|seen| seen.left == 1).await;
}
