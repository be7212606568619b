//! Documents are strict JSON whose values know their places, whatever the text.

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use runner_flow::{Document, Flow, NoFolder};
use serde_json::{Value, json};

use crate::support::registry;

const TEXT: &str = "{\n  \"a\": [1, {\"b/c\": \"x\"}],\n  \"é\": {\"ü~\": null}\n}";

#[test]
fn values_know_their_places() {
    let document = Document::parse(TEXT).unwrap();
    let place = |pointer: &str| {
        let span = document.locate(pointer);
        (span.line, span.column, &TEXT[span.range])
    };
    assert_eq!(place("").0, 1);
    assert_eq!(place("/a/0"), (2, 9, "1"));
    assert_eq!(place("/a/1/b~1c"), (2, 20, "\"x\""));
    assert_eq!(place("/é/ü~0"), (3, 15, "null"));
    assert_eq!(document.into_value(), json!({ "a": [1, { "b/c": "x" }], "é": { "ü~": null } }));
}

#[test]
fn what_does_not_exist_is_at_its_nearest_parent() {
    let document = Document::parse(TEXT).unwrap();
    assert_eq!(document.locate("/a/7/x"), document.locate("/a"));
    assert_eq!(document.locate("/a/0/x"), document.locate("/a/0"));
    assert_eq!(document.locate("/nowhere"), document.locate(""));
}

#[test]
fn keys_have_places_of_their_own() {
    let document = Document::parse(TEXT).unwrap();
    assert_eq!(&TEXT[document.locate_key("/a").range], "\"a\"");
    assert_eq!(document.locate_key("/a/0"), document.locate("/a/0"));
}

/// Text that is JSON, nearly JSON, or nothing of the kind.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(":"),
        Just(","),
        Just("\""),
        Just("\\"),
        Just("\\u00e9"),
        Just("\\ud83d\\ude00"),
        Just("\\ud83d"),
        Just("\"a\":"),
        Just("\"b\""),
        Just("{{ input.a }}"),
        Just("{{"),
        Just("steps"),
        Just("0"),
        Just("-1"),
        Just("01"),
        Just("1.5e3"),
        Just("1e999"),
        Just("12345678901234567890123"),
        Just("true"),
        Just("null"),
        Just("nul"),
        Just("//"),
        Just("/*"),
        Just("'"),
        Just(" "),
        Just("\n"),
        Just("\t"),
        Just("\u{a0}"),
        Just("\u{feff}"),
        Just("\u{0}"),
        Just("\u{b}"),
        Just("é"),
        Just("NaN"),
        Just("+1"),
        Just(".5"),
    ];
    let noise = proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat());
    prop_oneof![noise, "\\PC{0,40}", values().prop_map(|value| value.to_string()), damaged()]
}

/// Values whose texts are full of what expressions are made of.
fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[{} %#.'\\[\\]a-z\"\\\\-]{0,20}",
        "\\{\\{ ?(input|steps|run)[.\\[\\]'a-z0-9-]{0,12} ?\\}\\}",
        "\\PC{0,8}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        (-1000_i64..1000).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            Just("steps".to_owned()),
            Just("id".to_owned()),
            Just("set".to_owned()),
            Just("action".to_owned()),
            Just("with".to_owned()),
            Just("$literal".to_owned()),
            Just("input".to_owned()),
            Just("output".to_owned()),
            Just("connections".to_owned()),
            Just("retry".to_owned()),
            "[a-z{}~/]{0,4}"
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// JSON with one character too many or too few.
fn damaged() -> impl Strategy<Value = String> {
    (values(), 0_usize..200, "[{}\\[\\],:\"0-9a\\\\]?").prop_map(|(value, at, piece)| {
        let mut chars: Vec<char> = value.to_string().chars().collect();
        let at = at % (chars.len() + 1);
        if at < chars.len() {
            chars.remove(at);
        }
        let (before, after) = chars.split_at(at.min(chars.len()));
        before.iter().collect::<String>() + &piece + &after.iter().collect::<String>()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_are_what_serde_json_reads(text in texts()) {
        match (Document::parse(&text), serde_json::from_str::<Value>(&text)) {
            (Ok(document), Ok(value)) => assert_eq!(*document.value(), value),
            (Ok(_), Err(error)) => panic!("{text:?} is not JSON: {error}"),
            (Err(found), Ok(_)) => {
                let codes: Vec<_> = found.iter().map(|one| one.code).collect();
                assert!(codes.iter().all(|code| ["duplicate_key", "number"].contains(code)), "{text:?}: {found:?}");
            }
            (Err(found), Err(_)) => assert!(!found.is_empty()),
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_reader(text in texts()) {
        assert_places(&text, &Flow::validate(&text, &NoFolder, &registry()).1);
    }

    #[test]
    fn no_value_breaks_the_reader(steps in values(), output in values(), input in values()) {
        let flow = json!({ "linkwork": 1, "name": "any", "input": input, "steps": [steps.clone(), { "id": "a", "set": steps }], "output": output });
        let text = flow.to_string();
        assert_places(&text, &Flow::validate(&text, &NoFolder, &registry()).1);
    }
}

fn assert_places(text: &str, found: &[runner_flow::Diagnostic]) {
    for one in found {
        assert!(text.get(one.span.clone()).is_some(), "{one:?} has no place in {text:?}");
        assert!(one.line >= 1 && one.column >= 1);
    }
}
