//! What is refused before anything is sent.

use connector_xai_grok::connector;
use serde_json::{Value, json};

use crate::world::{action_of, refusals};

fn chat(messages: Value) -> Value {
    let mut input = json!({ "model": "grok-4.3" });
    input["messages"] = messages;
    input
}

#[test]
fn empty_content_is_refused() {
    let refused = |messages| refusals("create-chat-completion", chat(messages));
    assert_eq!(refused(json!([])), ["/messages: must not be empty"]);
    assert_eq!(refused(json!([{ "role": "user", "content": [] }])), ["/messages/0/content: must not be empty"]);
    assert_eq!(
        refused(json!([{ "role": "assistant", "content": [], "tool_calls": [{ "id": "a" }] }])),
        ["/messages/0/content: must not be empty"]
    );
    assert_eq!(
        refused(json!([{ "role": "user", "content": null }])),
        ["/messages/0/content: must be text or a list, not null"]
    );
    assert_eq!(refused(json!([{ "role": "user" }])).len(), 1);

    let silent = "must be text or a list of parts: only an assistant message with tool_calls may go without";
    for assistant in [
        json!({ "role": "assistant" }),
        json!({ "role": "assistant", "content": null }),
        json!({ "role": "assistant", "content": null, "tool_calls": [] }),
        json!({ "role": "assistant", "content": null, "tool_calls": null }),
    ] {
        let messages = json!([{ "role": "user", "content": "?" }, assistant]);
        assert_eq!(refused(messages), [format!("/messages/1/content: {silent}")]);
    }
}

#[test]
fn empty_content_is_refused_in_messages_too() {
    let refused = |messages: Value| refusals("create-message", json!({ "messages": messages }));
    assert_eq!(refused(json!([])), ["/messages: must not be empty"]);
    assert_eq!(refused(json!([{ "role": "user", "content": [] }])), ["/messages/0/content: must not be empty"]);
    assert_eq!(
        refused(json!([{ "role": "user", "content": null }])),
        ["/messages/0/content: must be text or a list, not null"]
    );
}

#[test]
fn roles_and_parts_are_typed() {
    let refused = |message: Value| refusals("create-chat-completion", chat(json!([message])));
    assert_eq!(
        refused(json!({ "role": "usr", "content": "?" })),
        [
            "/messages/0/role: must be one of system, user, assistant, tool, function, not \"usr\"; did you mean \"user\"?"
        ]
    );
    assert_eq!(
        refused(json!({ "role": "user", "content": [{ "type": "text", "txt": "?" }] })),
        ["/messages/0/content/0/text: is missing. The text."]
    );
    assert_eq!(
        refused(json!({ "role": "user", "content": [{ "type": "image_url", "image_url": "https://x" }] })),
        ["/messages/0/content/0/image_url: must be an object, not the text \"https://x\""]
    );
    assert_eq!(
        refused(json!({ "role": "user", "content": [{ "text": "?" }] })),
        ["/messages/0/content/0/type: is missing. What it is."]
    );
    assert_eq!(
        refused(
            json!({ "role": "assistant", "tool_calls": [{ "id": "a", "function": { "name": "x", "arguments": {} } }] })
        ),
        ["/messages/0/tool_calls/0/function/arguments: must be text, not an object"]
    );
}

#[test]
fn ranges_are_kept() {
    let refused = |name: &str, value: Value| {
        let mut input = chat(json!([{ "role": "user", "content": "?" }]));
        input[name] = value;
        refusals("create-chat-completion", input)
    };
    assert_eq!(refused("temperature", json!(2.1)), ["/temperature: must be at most 2, not 2.1"]);
    assert_eq!(refused("temperature", json!(-0.1)), ["/temperature: must be at least 0, not -0.1"]);
    assert_eq!(
        refused("temperature", json!("0")),
        ["/temperature: must be a number, not the text \"0\"; take the quotes away"]
    );
    assert_eq!(refused("top_p", json!(1.5)), ["/top_p: must be at most 1, not 1.5"]);
    assert_eq!(
        refused("stream", json!("true")),
        ["/stream: must be true or false, not the text \"true\"; take the quotes away"]
    );
    let image = |n: u64| refusals("generate-image", json!({ "prompt": "A cat", "n": n }));
    assert_eq!(image(0), ["/n: must be at least 1, not 0"]);
    assert_eq!(image(11), ["/n: must be at most 10, not 11"]);
    let tokens = json!({ "messages": [{ "role": "user", "content": "?" }], "max_tokens": 0 });
    assert_eq!(refusals("create-message", tokens), ["/max_tokens: must be at least 1, not 0"]);
}

#[test]
fn additional_fields_are_an_object_and_replace_nothing() {
    let refused = |additional: Value| {
        let mut input = chat(json!([{ "role": "user", "content": "?" }]));
        input["temperature"] = json!(0);
        input["additional_fields"] = additional;
        refusals("create-chat-completion", input)
    };
    assert_eq!(refused(json!("nope")), ["/additional_fields: must be an object, not the text \"nope\""]);
    assert_eq!(refused(json!([9, 8])), ["/additional_fields: must be an object, not a list"]);
    assert_eq!(
        refused(json!({ "temperature": 0.1, "top_p": 0.5, "model": "other" })),
        [
            "/additional_fields/temperature: is already set by the input /temperature; set it there, and only there",
            "/additional_fields/model: is already set by the input /model; set it there, and only there",
        ]
    );
    let message = json!({
        "messages": [{ "role": "user", "content": "?" }],
        "max_tokens": 100,
        "additional_fields": { "max_tokens": 5, "model": "grok-4.3" }
    });
    let set = "/additional_fields/max_tokens: is already set by the input /max_tokens; set it there, and only there";
    assert_eq!(refusals("create-message", message), [set], "a default that nobody wrote is in nobody's way");
}

#[test]
fn an_unknown_input_is_shown_its_place() {
    let mut input = chat(json!([{ "role": "user", "content": "?" }]));
    input["topP"] = json!(1);
    assert_eq!(refusals("create-chat-completion", input), ["/topP: is not known here; did you mean \"top_p\"?"]);
}

#[test]
fn large_inputs_are_taken_and_refused_within_bounds() {
    let connector = connector();
    let action = action_of(&connector, "create-chat-completion");
    let many: Vec<Value> = (0..100_000).map(|_| json!({ "role": "user", "content": "?" })).collect();
    action.prepare(chat(json!(many))).unwrap();

    let silent: Vec<Value> = (0..100_000).map(|_| json!({ "role": "assistant" })).collect();
    assert!(refusals("create-chat-completion", chat(json!(silent))).len() <= 101);

    let wrong: Vec<Value> = (0..5_000).map(|_| json!({ "role": "user", "content": [] })).collect();
    assert!(refusals("create-chat-completion", chat(json!(wrong))).len() <= 101);

    let mut deep = json!("?");
    for _ in 0..100 {
        deep = json!({ "type": "deep", "inner": [deep] });
    }
    let deep = chat(json!([{ "role": "user", "content": [deep] }]));
    action.prepare(deep).unwrap();
}
