//! What a person reads whose input is wrong: the whole message, for one mistake of every sort.

use connector_sdk::Schema;
use connector_sdk::http::Egress;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::probe;

/// The whole message about an input of `compose`: a good one with these fields changed.
fn message(changes: &Value) -> String {
    let mut input = json!({ "model": "large", "messages": [{ "role": "user", "content": "hello" }] });
    input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    message_about(input)
}

fn message_about(input: Value) -> String {
    let connector = probe::connector();
    let compose = connector.actions().iter().find(|action| action.id() == "probe/compose").unwrap();
    compose.prepare(input).unwrap_err().to_string()
}

/// The whole message about one wrong message of a conversation.
fn message_in_list(wrong: &Value) -> String {
    message(&json!({ "messages": [{ "role": "user", "content": "hello" }, wrong] }))
}

fn message_about_connection(fields: Value) -> String {
    probe::connector().connect("main@3", fields, Egress::Private).unwrap_err().to_string()
}

#[test]
fn a_good_input_is_silent() {
    let connector = probe::connector();
    let compose = connector.actions().iter().find(|action| action.id() == "probe/compose").unwrap();
    compose.prepare(compose.about().example.clone()).unwrap();
}

#[test]
fn a_wrong_type() {
    assert_snapshot!(message(&json!({ "model": 7 })), @r"
    the input of probe/compose is not valid:
      /model: must be text, not 7
    ");
}

#[test]
fn another_wrong_type() {
    assert_snapshot!(message(&json!({ "messages": { "role": "user" } })), @r"
    the input of probe/compose is not valid:
      /messages: must be a list, not an object
    ");
}

#[test]
fn a_missing_field() {
    assert_snapshot!(message_about(json!({ "messages": [{ "role": "user", "content": "hello" }] })), @r"
    the input of probe/compose is not valid:
      /model: is missing. Model name for the model to use.
    ");
}

#[test]
fn no_object_at_all() {
    assert_snapshot!(message_about(json!(["model"])), @r"
    the input of probe/compose is not valid:
      must be an object, not a list
    ");
}

#[test]
fn an_unknown_field_in_another_style() {
    assert_snapshot!(message(&json!({ "maxTokens": 100 })), @r#"
    the input of probe/compose is not valid:
      /maxTokens: is not known here; did you mean "max_tokens"?
    "#);
}

#[test]
fn an_unknown_field_misspelled() {
    assert_snapshot!(message(&json!({ "temprature": 1 })), @r#"
    the input of probe/compose is not valid:
      /temprature: is not known here; did you mean "temperature"?
    "#);
}

#[test]
fn an_unknown_field_like_no_other() {
    assert_snapshot!(message(&json!({ "seed": 7 })), @r"
    the input of probe/compose is not valid:
      /seed: is not known here; known are model, messages, temperature, max_tokens, stream, effort, stop, weights
    ");
}

#[test]
fn several_at_once() {
    assert_snapshot!(message(&json!({ "model": "", "temperature": "hot", "max_tokens": 0, "maxTokens": 1 })), @r#"
    the input of probe/compose is not valid, in 4 places:
      /model: must not be empty
      /temperature: must be a number, not the text "hot"
      /max_tokens: must be at least 1, not 0
      /maxTokens: is not known here; did you mean "max_tokens"?
    "#);
}

#[test]
fn below_its_range() {
    assert_snapshot!(message(&json!({ "temperature": -0.5 })), @r"
    the input of probe/compose is not valid:
      /temperature: must be at least 0, not -0.5
    ");
}

#[test]
fn above_its_range() {
    assert_snapshot!(message(&json!({ "temperature": 2.5 })), @r"
    the input of probe/compose is not valid:
      /temperature: must be at most 2, not 2.5
    ");
}

#[test]
fn no_whole_number() {
    assert_snapshot!(message(&json!({ "max_tokens": 1.5 })), @r"
    the input of probe/compose is not valid:
      /max_tokens: must be a whole number, not 1.5
    ");
}

#[test]
fn a_number_below_nothing() {
    assert_snapshot!(message(&json!({ "max_tokens": -1 })), @r"
    the input of probe/compose is not valid:
      /max_tokens: must be at least 1, not -1
    ");
}

#[test]
fn a_number_given_as_text() {
    assert_snapshot!(message(&json!({ "temperature": "0.5", "max_tokens": "100" })), @r#"
    the input of probe/compose is not valid, in 2 places:
      /temperature: must be a number, not the text "0.5"; take the quotes away
      /max_tokens: must be a whole number, not the text "100"; take the quotes away
    "#);
}

#[test]
fn a_truth_value_given_as_text() {
    assert_snapshot!(message(&json!({ "stream": "true" })), @r#"
    the input of probe/compose is not valid:
      /stream: must be true or false, not the text "true"; take the quotes away
    "#);
}

#[test]
fn null_where_a_value_must_be() {
    assert_snapshot!(message(&json!({ "model": null })), @r"
    the input of probe/compose is not valid:
      /model: must be text, not null
    ");
}

#[test]
fn null_in_a_list() {
    assert_snapshot!(message(&json!({ "stop": ["a", null] })), @r"
    the input of probe/compose is not valid:
      /stop/1: must be text, not null
    ");
}

#[test]
fn a_choice_almost_right() {
    assert_snapshot!(message(&json!({ "effort": "Hihg" })), @r#"
    the input of probe/compose is not valid:
      /effort: must be one of low, medium, high, not "Hihg"; did you mean "high"?
    "#);
}

#[test]
fn a_choice_of_another_type() {
    assert_snapshot!(message(&json!({ "effort": 3 })), @r"
    the input of probe/compose is not valid:
      /effort: must be one of low, medium, high, not 3
    ");
}

#[test]
fn empty_text() {
    assert_snapshot!(message(&json!({ "model": "" })), @r"
    the input of probe/compose is not valid:
      /model: must not be empty
    ");
}

#[test]
fn an_empty_list() {
    assert_snapshot!(message(&json!({ "messages": [] })), @r"
    the input of probe/compose is not valid:
      /messages: must not be empty
    ");
}

#[test]
fn a_list_too_long() {
    assert_snapshot!(message(&json!({ "stop": ["a", "b", "c", "d", "e"] })), @r"
    the input of probe/compose is not valid:
      /stop: must have at most 4 items
    ");
}

#[test]
fn an_unknown_variant() {
    assert_snapshot!(message_in_list(&json!({ "role": "asistant", "content": "hi" })), @r#"
    the input of probe/compose is not valid:
      /messages/1/role: must be one of system, user, assistant, tool, not "asistant"; did you mean "assistant"?
    "#);
}

#[test]
fn an_unknown_variant_like_no_other() {
    assert_snapshot!(message_in_list(&json!({ "role": "robot", "content": "hi" })), @r#"
    the input of probe/compose is not valid:
      /messages/1/role: must be one of system, user, assistant, tool, not "robot"
    "#);
}

#[test]
fn a_variant_that_is_missing() {
    assert_snapshot!(message_in_list(&json!({ "content": "hi" })), @r"
    the input of probe/compose is not valid:
      /messages/1/role: is missing; it must be one of system, user, assistant, tool
    ");
}

#[test]
fn a_variant_that_is_no_text() {
    assert_snapshot!(message_in_list(&json!({ "role": 1, "content": "hi" })), @r"
    the input of probe/compose is not valid:
      /messages/1/role: must be one of system, user, assistant, tool, not 1
    ");
}

#[test]
fn no_variant_at_all() {
    assert_snapshot!(message_in_list(&json!("hi")), @r#"
    the input of probe/compose is not valid:
      /messages/1: must be an object, not the text "hi"
    "#);
}

#[test]
fn a_missing_field_inside_the_meant_variant() {
    assert_snapshot!(message_in_list(&json!({ "role": "tool", "content": "4" })), @r"
    the input of probe/compose is not valid:
      /messages/1/tool_call_id: is missing. The call that it answers.
    ");
}

#[test]
fn an_unknown_field_inside_the_meant_variant() {
    assert_snapshot!(message_in_list(&json!({ "role": "tool", "content": "4", "toolCallId": "call_1" })), @r#"
    the input of probe/compose is not valid, in 2 places:
      /messages/1/tool_call_id: is missing. The call that it answers.
      /messages/1/toolCallId: is not known here; did you mean "tool_call_id"?
    "#);
}

#[test]
fn a_wrong_type_inside_the_meant_variant() {
    assert_snapshot!(message_in_list(&json!({ "role": "system", "content": ["hi"] })), @r"
    the input of probe/compose is not valid:
      /messages/1/content: must be text, not a list
    ");
}

#[test]
fn neither_text_nor_list() {
    assert_snapshot!(message_in_list(&json!({ "role": "user", "content": 7 })), @r"
    the input of probe/compose is not valid:
      /messages/1/content: must be text or a list, not 7
    ");
}

#[test]
fn an_object_where_text_or_a_list_must_be() {
    assert_snapshot!(message_in_list(&json!({ "role": "user", "content": { "type": "text", "text": "hi" } })), @r"
    the input of probe/compose is not valid:
      /messages/1/content: must be text or a list, not an object
    ");
}

#[test]
fn a_wrong_part_in_a_list_of_parts() {
    assert_snapshot!(message_in_list(&json!({ "role": "user", "content": [{ "type": "txt", "text": "hi" }, { "type": "image_url", "image_url": "https://example.com/cat.jpg" }] })), @r#"
    the input of probe/compose is not valid, in 2 places:
      /messages/1/content/0/type: must be one of text, image_url, not "txt"; did you mean "text"?
      /messages/1/content/1/image_url: must be an object, not the text "https://example.com/cat.jpg"
    "#);
}

#[test]
fn null_for_content() {
    assert_snapshot!(message_in_list(&json!({ "role": "user", "content": null })), @r"
    the input of probe/compose is not valid:
      /messages/1/content: must be text or a list, not null
    ");
}

#[test]
fn a_pointer_with_escapes() {
    assert_snapshot!(message(&json!({ "weights": { "a/b": "much", "c~d": 1.5 } })), @r#"
    the input of probe/compose is not valid, in 2 places:
      /weights/a~1b: must be a whole number, not the text "much"
      /weights/c~0d: must be a whole number, not 1.5
    "#);
}

#[test]
fn an_unknown_name_with_escapes() {
    assert_snapshot!(message(&json!({ "a/b~c": 1 })), @r"
    the input of probe/compose is not valid:
      /a~1b~0c: is not known here; known are model, messages, temperature, max_tokens, stream, effort, stop, weights
    ");
}

#[test]
fn a_huge_value_is_shortened() {
    assert_snapshot!(message(&json!({ "max_tokens": "é".repeat(10_000), "effort": "x".repeat(10_000) })), @r#"
    the input of probe/compose is not valid, in 2 places:
      /max_tokens: must be a whole number, not the text "éééééééééééééééééééééééééééééééééééééééé…"
      /effort: must be one of low, medium, high, not "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
    "#);
}

#[test]
fn an_unknown_name_that_is_huge() {
    assert_snapshot!(message(&json!({ "x".repeat(10_000): 1 })), @r"
    the input of probe/compose is not valid:
      /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…: is not known here; known are model, messages, temperature, max_tokens, stream, effort, stop, weights
    ");
}

#[test]
fn a_steering_character_is_escaped() {
    assert_snapshot!(message(&json!({ "effort": "\u{1b}[31mred\u{7}", "\u{1b}[2J": 1 })), @r#"
    the input of probe/compose is not valid, in 2 places:
      /effort: must be one of low, medium, high, not "\u{1b}[31mred\u{7}"
      /\u{1b}[2J: is not known here; known are model, messages, temperature, max_tokens, stream, effort, stop, weights
    "#);
}

#[test]
fn a_secret_is_never_shown() {
    assert_snapshot!(message_about_connection(json!({ "base_url": 7, "api_key": ["canary-0123456789abcdef"], "apiKey": "canary-0123456789abcdef" })), @r#"
    the connection main@3 is not valid, in 3 places:
      /base_url: must be text, not 7
      /api_key: must be text
      /apiKey: is not known here; did you mean "api_key"?
    "#);
}

#[test]
fn an_empty_secret() {
    assert_snapshot!(message_about_connection(json!({ "base_url": "https://example.com", "api_key": "" })), @r"
    the connection main@3 is not valid:
      /api_key: must not be empty
    ");
}

#[test]
fn a_missing_secret() {
    assert_snapshot!(message_about_connection(json!({ "base_url": "https://example.com" })), @r"
    the connection main@3 is not valid:
      /api_key: is missing. The credential.
    ");
}

#[test]
fn a_base_url_that_is_none() {
    assert_snapshot!(message_about_connection(json!({ "base_url": "example.com/v1", "api_key": "canary-0123456789abcdef" })), @r"
    the connection main@3 is not valid:
      /base_url: is not a URL such as https://api.example.com/v1: relative URL without a base
    ");
}

#[test]
fn more_than_a_hundred_are_cut() {
    let unknown: serde_json::Map<_, _> = (0..150).map(|n| (format!("x{n}"), n.into())).collect();
    let text = message(&Value::Object(unknown));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 102);
    assert_snapshot!([lines[0], lines[1], lines[100], lines[101]].join("\n"), @r"
    the input of probe/compose is not valid, in more than 100 places:
      /x0: is not known here; known are model, messages, temperature, max_tokens, stream, effort, stop, weights
      /x99: is not known here; known are model, messages, temperature, max_tokens, stream, effort, stop, weights
      there is more; the rest is not shown
    ");
}

#[test]
fn a_hundred_wrong_variants_are_cut() {
    let wrong = vec![json!({ "role": "robot" }); 150];
    let text = message(&json!({ "messages": wrong }));
    assert_eq!(text.lines().count(), 102);
}

/// Each level of the value doubles the work of this schema, whose first two choices look alike until the end.
#[test]
fn a_value_that_is_too_much_work_is_refused_and_others_are_not() {
    let choice = |more: Value| {
        let mut choice = json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/n" } } });
        choice.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        choice
    };
    let both = [choice(json!({ "minProperties": 2 })), choice(json!({})), json!({ "type": "string" })];
    let schema = Schema::new(json!({ "$ref": "#/$defs/n", "$defs": { "n": { "anyOf": both } } }));
    let nested = |depth: usize, leaf: Value| (0..depth).fold(leaf, |inner, _| json!({ "a": inner }));
    assert_eq!(schema.check(&nested(8, json!("leaf"))), []);
    let found = schema.check(&nested(60, json!(1)));
    assert_eq!((found.len(), &*found[0].rule), (1, "limit"), "{found:?}");

    let tree = Schema::new(json!({ "properties": { "left": { "$ref": "#" }, "right": { "$ref": "#" } } }));
    let deep = (0..12).fold(json!({}), |inner, _| json!({ "left": inner, "right": inner }));
    assert_eq!(tree.check(&deep), []);
    let list = Schema::new(json!({ "type": ["array", "integer"], "items": { "$ref": "#" } }));
    assert_eq!(list.check(&json!([vec![1; 100_000], [[2]]])), []);
    assert_eq!(list.check(&json!([[["x"]]])).len(), 1);
}

#[test]
fn a_schema_that_is_nothing_but_itself_is_refused() {
    for schema in [json!({ "$ref": "#" }), json!({ "anyOf": [{ "$ref": "#" }, { "$ref": "#" }] })] {
        let found = Schema::new(schema).check(&json!({ "a": 1 }));
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
