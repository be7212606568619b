//! Formatting changes how a file looks and never what it says, and what was formatted stays as it is.

use std::path::Path;

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use runner_flow::format;
use serde_json::{Value, json};

const UNTIDY: &str = r#"{"steps":[{"set":{"z":1.50,"a":[1e3,-0,"\u00e9\/"]},"id":"first","if":"{{ input.go }}"},
{"id":"each","steps":[{"stop":null,"id":"end"}],"on_error":"continue","for_each":"{{input.rows}}","as":"row"},
{"branch":[{"steps":[{"id":"a","set":"{{ steps.first.output }}"}],"if":"input.a"},{"steps":[{"id":"b","set":{}}],"else":true}],"id":"way"},
{"id":"sides","parallel":{"z":[{"id":"c","set":[]}],"a":[{"set":1,"id":"d"}]},"retry":{"delay":"1s","max_attempts":2}},
{"id":"last","on_error":{"steps":[{"id":"e","set":1}],"codes":["timeout"]},"repeat":{"while":"{{ loop.previous }}","times":3},"steps":[{"id":"f","set":1}]}],
"name":"untidy","my_key":1,"linkwork":1,"connections":{"z":{"connector":"post"},"a":{"connector":"model"}},
"output":{"a long name of a value":"a long text that fills the line","another name":"and another text that is too long"}}"#;

#[test]
fn an_untidy_flow_is_tidied() {
    insta::assert_snapshot!(format(UNTIDY).unwrap());
}

#[test]
fn braces_around_the_whole_of_a_bare_expression_are_taken_off() {
    let formatted = |condition: &str| {
        let file = json!({ "steps": [{ "id": "a", "if": condition, "set": condition }] });
        let formatted: Value = serde_json::from_str(&format(&file.to_string()).unwrap()).unwrap();
        let step = &formatted["steps"][0];
        assert_eq!(step["set"], condition);
        step["if"].as_str().unwrap().to_owned()
    };
    assert_eq!(formatted("{{ input.a }}"), "input.a");
    assert_eq!(formatted(" {{input.a}} "), "input.a");
    assert_eq!(formatted("input.a"), "input.a");
    for kept in ["{{ input.a }} and {{ input.b }}", "{{ not an expression", "{{ }}", "x {{ input.a }}"] {
        assert_eq!(formatted(kept), kept);
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let found = format("{\n  \"id\": \n}").unwrap_err();
    assert_eq!((found[0].code, found[0].line), ("syntax", 3));
}

#[test]
fn the_examples_are_formatted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().ends_with(".linkwork.json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let formatted = format(&text).unwrap();
            if std::env::var_os("LINKWORK_UPDATE").is_some() {
                std::fs::write(&path, &formatted).unwrap();
            } else {
                assert!(text == formatted, "{} is not formatted: run this with LINKWORK_UPDATE=1", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen >= 3);
}

/// Files that use the language's keys, rightly and wrongly.
fn files() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        (-1000_i64..1000).prop_map(Value::from),
        Just(json!(1.5e300)),
        "[\"\\\\a-zé\u{1f600}\n ]{0,12}".prop_map(Value::from),
        Just(json!("a text of more than half a line, so that two of it do not fit")),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let words =
            ["id", "set", "steps", "branch", "else", "parallel", "on_error", "codes", "retry", "delay", "output"];
        let key = prop_oneof![proptest::sample::select(words.to_vec()).prop_map(str::to_owned), "[a-z/~\"]{0,3}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_meaning_stays_and_twice_is_once(file in files(), spaced: bool) {
        let file = json!({ "output": file, "steps": file });
        let text = if spaced { serde_json::to_string_pretty(&file).unwrap() } else { file.to_string() };
        let once = format(&text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&once).unwrap(), file);
        assert_eq!(format(&once).unwrap(), once);
    }
}
