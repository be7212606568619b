//! Streams of events go on event by event, and only what the gateway says it changes is changed.

use tests::wire::{Gate, Reply, Wire};

use crate::support::House;

const STREAM: &str = r#"{"model":"grok","stream":true}"#;
const ASKING: &str = r#"{"model":"grok","stream":true,"stream_options":{"include_usage":true}}"#;
const FIRST: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
const SECOND: &str = ": note\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const USAGE: &str =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}\n\n";
const DONE: &str = "data: [DONE]\n\n";

/// One piece of a chunked body.
pub(crate) fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// The head of a stream.
pub(crate) fn stream() -> Reply {
    Reply::head(200, &[("content-type", "text/event-stream; charset=utf-8"), ("transfer-encoding", "chunked")])
}

#[tokio::test]
async fn each_event_goes_on_as_soon_as_it_is_there() {
    let (first, second) = (Gate::closed(), Gate::closed());
    let reply = stream().send(chunk(FIRST)).hold(&first).send(chunk(SECOND)).hold(&second).send(chunk(USAGE));
    let wire = Wire::always(reply.send(chunk(DONE)).send("0\r\n\r\n"));
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", ASKING)).await;
    let head = caller.head().await;
    assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream; charset=utf-8")));
    assert_eq!(caller.chunk().await.unwrap(), FIRST.as_bytes());
    first.open();
    assert_eq!(caller.chunk().await.unwrap(), SECOND.as_bytes());
    second.open();
    let rest = [caller.chunk().await.unwrap(), caller.chunk().await.unwrap_or_default()].concat();
    assert!(String::from_utf8(rest).unwrap().starts_with(USAGE), "the caller asked for the usage");
    assert_eq!(wire.only_request().text(), ASKING.replace("grok", "grok-4.3"));
}

#[tokio::test]
async fn the_usage_that_the_caller_did_not_ask_for_is_metered_and_taken_out() {
    let stream = stream().send(chunk(FIRST)).send(chunk(SECOND)).send(chunk(USAGE)).send(chunk(DONE)).send("0\r\n\r\n");
    let wire = Wire::always(stream);
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/chat/completions", STREAM).await;
    assert_eq!(answer.text(), [FIRST, SECOND, DONE].concat());
    let asked = r#"{"stream_options":{"include_usage":true},"model":"grok-4.3","stream":true}"#;
    assert_eq!(wire.only_request().text(), asked);
    let usage = house.only_call().await.usage;
    assert_eq!((usage.input, usage.output, usage.total), (Some(3), Some(4), Some(7)));
}

#[tokio::test]
async fn wherever_the_pieces_are_cut_the_stream_is_the_same() {
    let whole = [FIRST, SECOND, USAGE, DONE].concat();
    let pieces = whole.as_bytes().chunks(7).map(|piece| chunk(std::str::from_utf8(piece).unwrap()));
    let reply = pieces.fold(stream(), |reply, piece| reply.send(piece)).send("0\r\n\r\n");
    let wire = Wire::always(reply);
    let house = House::before(&wire).await;
    assert_eq!(house.ask_post("/v1/chat/completions", ASKING).await.text(), whole);
    assert_eq!(house.only_call().await.usage.total, Some(7));
}

#[tokio::test]
async fn the_blocks_of_a_message_are_numbered() {
    let event = |kind: &str, rest: &str| format!("event: {kind}\ndata: {{\"type\":\"{kind}\"{rest}}}\n\n");
    let real = [
        event("message_start", ",\"message\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}"),
        event("content_block_start", ",\"index\":0"),
        event("content_block_delta", ""),
        event("content_block_stop", ",\"index\":0"),
        event("content_block_start", ",\"index\":0"),
        event("content_block_delta", ""),
        event("content_block_stop", ",\"index\":0"),
        event("message_delta", ",\"usage\":{\"output_tokens\":31}"),
        event("message_stop", ""),
    ];
    let reply = real.iter().fold(stream(), |reply, event| reply.send(chunk(event))).send("0\r\n\r\n");
    let wire = Wire::always(reply);
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/messages", STREAM).await;
    assert_eq!(
        wire.only_request().text(),
        STREAM.replace("grok", "grok-4.3"),
        "nothing is asked that nobody understands"
    );
    let indexes: Vec<(String, serde_json::Value)> = answer
        .text()
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap())
        .map(|event| (event["type"].as_str().unwrap().to_owned(), event["index"].clone()))
        .filter(|(kind, _)| kind.starts_with("content_block"))
        .collect();
    let expected = [("start", 0), ("delta", 0), ("stop", 0), ("start", 1), ("delta", 1), ("stop", 1)];
    let expected = expected.map(|(kind, index)| (format!("content_block_{kind}"), serde_json::json!(index)));
    assert_eq!(indexes, expected);
    let usage = house.only_call().await.usage;
    assert_eq!((usage.input, usage.output), (Some(9), Some(31)));
}

#[tokio::test]
async fn what_the_last_event_used_counts_also_without_a_blank_line_behind_it() {
    let last = USAGE.strip_suffix('\n').unwrap();
    let wire = Wire::always(stream().send(chunk(FIRST)).send(chunk(last)).send("0\r\n\r\n"));
    let house = House::before(&wire).await;
    assert_eq!(house.ask_post("/v1/chat/completions", ASKING).await.text(), [FIRST, last].concat());
    assert_eq!(house.only_call().await.usage.total, Some(7));
}

#[tokio::test]
async fn a_stream_may_do_without_chunks() {
    let head = Reply::head(200, &[("content-type", "text/event-stream"), ("connection", "close")]);
    let wire = Wire::always(head.send([FIRST, DONE].concat()).close());
    let house = House::before(&wire).await;
    assert_eq!(house.ask_post("/v1/chat/completions", ASKING).await.text(), [FIRST, DONE].concat());
    assert_eq!(house.only_call().await.error_type, None);
}

#[tokio::test]
async fn a_stream_without_chunks_that_does_not_say_that_it_is_done_was_cut() {
    let head = Reply::head(200, &[("content-type", "text/event-stream"), ("connection", "close")]);
    let wire = Wire::always(head.send(FIRST).close());
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/chat/completions", ASKING).await;
    let rest = answer.text().strip_prefix(FIRST).unwrap();
    assert!(rest.starts_with("data: {\"error\":") && !rest.contains("[DONE]"), "{rest}");
    assert_eq!(house.only_call().await.error_type.as_deref(), Some("broken"));
}
