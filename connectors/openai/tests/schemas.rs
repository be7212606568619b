//! What the schemas tell a builder: effects, choices, and examples that work.

use connector_openai::connector;
use connector_sdk::{Effect, ErasedAction};
use serde_json::json;

use crate::world::action_of;

#[test]
fn effects_say_what_costs_money() {
    let effect = |action: &ErasedAction| (action.about().label, action.about().effect);
    let found: Vec<_> = connector().actions().iter().map(effect).collect();
    let expected = [
        ("Create Chat Completion", Effect::Generate),
        ("Create Response", Effect::Generate),
        ("Generate Image", Effect::Generate),
        ("Create Embedding", Effect::Generate),
        ("Create Moderation", Effect::Generate),
        ("Get Model", Effect::Read),
        ("List Models", Effect::Read),
        ("Raw Request", Effect::Write),
    ];
    assert_eq!(found, expected);
}

#[test]
fn examples_are_valid_and_name_no_retired_model() {
    for action in connector().actions() {
        let prepared = action.prepare(action.about().example.clone()).unwrap();
        assert_eq!(prepared.warnings(), [], "{}", action.id());
    }
}

#[test]
fn inputs_that_name_a_model_offer_the_list() {
    let connector = connector();
    for action in connector.actions() {
        for (name, property) in action.input_schema()["properties"].as_object().into_iter().flatten() {
            let expected = name.starts_with("model").then_some("select-model");
            assert_eq!(property["x-options"].as_str(), expected, "{} {name}", action.id());
        }
    }
}

#[test]
fn outputs_require_only_what_is_essential() {
    let connector = connector();
    for (action, least) in [
        ("create-chat-completion", json!({ "choices": [{ "message": {} }] })),
        ("create-response", json!({ "output": [{ "type": "message" }] })),
        ("create-embedding", json!({ "data": [{ "embedding": [0.5] }] })),
        ("create-moderation", json!({ "results": [{ "flagged": false }] })),
        ("generate-image", json!({ "data": [{}] })),
        ("get-model", json!({ "id": "gpt-5.5" })),
        ("list-models", json!({ "data": [] })),
    ] {
        let validator = jsonschema::validator_for(action_of(&connector, action).output_schema()).unwrap();
        let findings: Vec<String> = validator.iter_errors(&least).map(|finding| finding.to_string()).collect();
        assert_eq!(findings, [""; 0], "{action}");
    }
}
