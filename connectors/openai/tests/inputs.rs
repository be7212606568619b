//! What is refused before anything is sent. What it shares with xAI's connector is tested there.

use serde_json::{Value, json};

use crate::world::{refusals, warnings};

fn chat(message: Value) -> Value {
    let messages = Value::from(vec![message]);
    json!({ "model": "gpt-4.1-mini", "messages": messages })
}

#[test]
fn roles_and_parts_are_typed() {
    let refused = |message: Value| refusals("create-chat-completion", chat(message));
    assert_eq!(
        refused(json!({ "role": "usr", "content": "?" })),
        [
            "/messages/0/role: must be one of developer, system, user, assistant, tool, function, not \"usr\"; did you mean \"user\"?"
        ]
    );
    assert_eq!(refused(json!({ "role": "developer", "content": [] })), ["/messages/0/content: must not be empty"]);
    assert_eq!(
        refused(json!({ "role": "user", "content": [{ "type": "text", "txt": "?" }] })),
        ["/messages/0/content/0/text: is missing. The text."]
    );
    let silent = "must be text or a list of parts: only an assistant message with tool_calls may go without";
    assert_eq!(refused(json!({ "role": "assistant" })), [format!("/messages/0/content: {silent}")]);
}

#[test]
fn additional_fields_replace_nothing() {
    for (action, mut input) in [
        ("create-chat-completion", chat(json!({ "role": "user", "content": "?" }))),
        ("create-response", json!({ "model": "gpt-4.1-mini", "input": "?" })),
        ("create-embedding", json!({ "model": "gpt-4.1-mini", "input": "?" })),
        ("generate-image", json!({ "model": "gpt-4.1-mini", "prompt": "?" })),
    ] {
        input["additional_fields"] = json!({ "model": "other" });
        let expected = "/additional_fields/model: is already set by the input /model; set it there, and only there";
        assert_eq!(refusals(action, input), [expected], "{action}");
    }
}

#[test]
fn a_retired_model_is_doubted() {
    let mut input = chat(json!({ "role": "user", "content": "?" }));
    assert_eq!(warnings("create-chat-completion", input.clone()), [""; 0]);
    input["model"] = json!("gpt-3.5-turbo");
    let doubt = "/model: gpt-3.5-turbo was retired by OpenAI; use gpt-4.1-mini";
    assert_eq!(warnings("create-chat-completion", input), [doubt]);
}
