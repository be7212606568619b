//! What the schemas tell a builder: labels, comments, defaults, and examples that work.

use connector_sdk::{Effect, ErasedAction};
use connector_xai_grok::connector;
use serde_json::{Value, json};

use crate::world::action_of;

/// The inputs of an action as `(name, label, default)`.
fn inputs(action: &str) -> Vec<(String, String, Value)> {
    let connector = connector();
    let schema = action_of(&connector, action).input_schema();
    let property = |(name, property): (&String, &Value)| {
        (name.clone(), property["title"].as_str().unwrap().to_owned(), property["default"].clone())
    };
    schema["properties"].as_object().unwrap().iter().map(property).collect()
}

fn row(name: &str, label: &str, default: Value) -> (String, String, Value) {
    (name.to_owned(), label.to_owned(), default)
}

#[test]
fn inputs_have_the_labels_and_the_defaults_of_the_page() {
    let expected = [
        row("model", "Model", Value::Null),
        row("messages", "Messages", Value::Null),
        row("temperature", "Temperature", json!(1)),
        row("top_p", "Top P", json!(1)),
        row("stream", "Stream", json!(false)),
        row("additional_fields", "Additional Fields", Value::Null),
    ];
    assert_eq!(inputs("create-chat-completion"), expected);
    let expected = [
        row("messages", "Messages", Value::Null),
        row("model", "Model", json!("grok-3-fast-latest")),
        row("max_tokens", "Max Tokens", json!(100)),
        row("additional_fields", "Additional Fields", Value::Null),
    ];
    assert_eq!(inputs("create-message"), expected);
    let expected = [
        row("prompt", "Prompt", Value::Null),
        row("model", "Model", Value::Null),
        row("n", "Number of Images", Value::Null),
        row("additional_fields", "Additional Fields", Value::Null),
    ];
    assert_eq!(inputs("generate-image"), expected);
    assert_eq!(inputs("get-model"), [row("model_id", "Model ID", Value::Null)]);
}

#[test]
fn comments_are_those_of_the_page() {
    let connector = connector();
    let comment = |action: &str, input: &str| {
        action_of(&connector, action).input_schema()["properties"][input]["description"].clone()
    };
    let model = "Model name for the model to use. Obtainable [here](https://docs.x.ai/docs/models).";
    assert_eq!(comment("create-chat-completion", "model"), model);
    assert_eq!(comment("create-message", "model"), model);
    let messages = "A list of messages that make up the the chat conversation. Different models support different message types, such as image and text.";
    assert_eq!(comment("create-chat-completion", "messages"), messages);
    let top_p = "An alternative to sampling with `Temperature`, called nucleus sampling, where the model considers the results of the tokens with `Top P` probability mass. It is generally recommended to alter this or `Temperature` but not both.";
    assert_eq!(comment("create-chat-completion", "top_p"), top_p);
    let url = "Input the path only (/models), The base URL is already included (https://api.x.ai/v1). For example, to connect to https://api.x.ai/v1/models, only /models is entered in this field.";
    assert_eq!(comment("raw-request", "url"), url);
}

#[test]
fn every_input_and_output_is_described() {
    for action in connector().actions() {
        for (name, property) in action.input_schema()["properties"].as_object().into_iter().flatten() {
            assert!(property["title"].is_string(), "{} {name}", action.id());
            assert!(property["description"].is_string(), "{} {name}", action.id());
        }
        for (name, property) in action.output_schema()["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{} {name}", action.id());
        }
    }
}

#[test]
fn inputs_that_name_a_model_offer_the_list() {
    let connector = connector();
    let offered = |action: &str, input: &str| {
        action_of(&connector, action).input_schema()["properties"][input]["x-options"].clone()
    };
    for (action, input) in [
        ("create-chat-completion", "model"),
        ("create-message", "model"),
        ("generate-image", "model"),
        ("get-model", "model_id"),
    ] {
        assert_eq!(offered(action, input), "select-model");
    }
    assert_eq!(connector.options()[0].id(), "xai-grok/select-model");
}

#[test]
fn examples_are_valid_and_name_no_retired_model() {
    for action in connector().actions() {
        let prepared = action.prepare(action.about().example.clone()).unwrap();
        assert_eq!(prepared.warnings(), [], "{}", action.id());
    }
}

#[test]
fn effects_say_what_costs_money() {
    let effect = |action: &ErasedAction| (action.about().label, action.about().effect);
    let found: Vec<_> = connector().actions().iter().map(effect).collect();
    let expected = [
        ("Create Chat Completion", Effect::Generate),
        ("Create Message", Effect::Generate),
        ("Generate Image", Effect::Generate),
        ("Get Model", Effect::Read),
        ("List Models", Effect::Read),
        ("Raw Request", Effect::Write),
    ];
    assert_eq!(found, expected);
}

#[test]
fn outputs_require_only_what_is_essential() {
    let connector = connector();
    for (action, least) in [
        ("create-chat-completion", json!({ "choices": [{ "message": {} }] })),
        ("create-chat-completion", json!({ "request_id": "r-1" })),
        ("create-message", json!({ "content": [{ "type": "text" }] })),
        ("generate-image", json!({ "data": [{}] })),
        ("get-model", json!({ "id": "grok-4.3" })),
        ("list-models", json!({ "data": [] })),
    ] {
        let schema = action_of(&connector, action).output_schema();
        let validator = jsonschema::validator_for(schema).unwrap();
        let findings: Vec<String> = validator.iter_errors(&least).map(|finding| finding.to_string()).collect();
        assert_eq!(findings, [""; 0], "{action}");
    }
}
