//! What expressions mean, by way of a flow whose one step is `set`.

use std::sync::Arc;

use runner_flow::{Flow, Machine, MachineStart, Outcome, Timestamp};
use serde_json::{Value, json};

fn input() -> Value {
    json!({
        "text": "a {{ input.number }} b",
        "number": 1.5,
        "big": 18_446_744_073_709_551_615_u64,
        "yes": true,
        "nothing": null,
        "list": [1, [2, 3], { "x": "y" }],
        "object": { "b": 1, "a": [true, null] },
        "a key": { "it's": 1, "say \"x\"": 2, "": 3 },
        "max_tokens": 5
    })
}

/// What the value of the file comes to: the value, or the error's message and fix.
fn evaluated(value: Value) -> Result<Value, (String, Option<String>)> {
    let file = json!({
        "linkwork": 1,
        "name": "one",
        "input": { "type": "object" },
        "steps": [{ "id": "pinned-step", "set": 0 }, { "id": "value", "set": value }]
    });
    let flow = Flow::parse(&file.to_string()).unwrap();
    let begin = MachineStart {
        run_id: "run_1".to_owned(),
        input: input(),
        pins: [("pinned-step".to_owned(), json!({ "x": ["deep"] }))].into(),
        ..MachineStart::default()
    };
    let mut machine = Machine::new(Arc::new(flow), begin);
    assert!(machine.start(Timestamp::from_millis(0)).is_empty());
    match machine.outcome().unwrap() {
        Outcome::Succeeded { output } => Ok(output.clone()),
        Outcome::Failed { failure, .. } => {
            assert_eq!((failure.error.code, failure.error.origin), ("expression", "expression"));
            Err((failure.error.message.clone(), failure.error.fix.clone()))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_expression_keeps_its_type() {
    let table = [
        ("{{ input.number }}", json!(1.5)),
        ("{{input.big}}", json!(18_446_744_073_709_551_615_u64)),
        ("{{ input.yes }}", json!(true)),
        ("{{ input.nothing }}", Value::Null),
        ("{{ input.list }}", json!([1, [2, 3], { "x": "y" }])),
        ("{{ input.list[1][0] }}", json!(2)),
        ("{{ input.list[2].x }}", json!("y")),
        ("{{ input.object.a[1] }}", Value::Null),
        ("{{ input['a key'][\"it's\"] }}", json!(1)),
        ("{{ input['a key']['say \"x\"'] }}", json!(2)),
        ("{{ input[\"a key\"][''] }}", json!(3)),
        ("{{ input }}", input()),
        ("{{ steps.pinned-step.output.x[0] }}", json!("deep")),
        ("{{ steps['pinned-step'].output }}", json!({ "x": ["deep"] })),
        ("{{ steps.pinned-step.status }}", json!("succeeded")),
        ("{{ steps.pinned-step.error }}", Value::Null),
        ("{{ run.id }}", json!("run_1")),
    ];
    for (expression, value) in table {
        assert_eq!(evaluated(json!(expression)), Ok(value), "{expression}");
    }
}

#[test]
fn anything_else_makes_text() {
    let table = [
        ("no expression", "no expression"),
        ("", ""),
        ("single { and } and }} stay", "single { and } and }} stay"),
        (" {{ input.number }}", " 1.5"),
        ("{{ input.yes }}{{ input.number }}", "true1.5"),
        ("a {{ input.object }} b", "a {\"b\":1,\"a\":[true,null]} b"),
        ("{{ input.list[1] }}!", "[2,3]!"),
        ("é{{ run.id }}😀", "érun_1😀"),
    ];
    for (text, value) in table {
        assert_eq!(evaluated(json!(text)), Ok(json!(value)), "{text}");
    }
}

#[test]
fn data_is_never_evaluated() {
    assert_eq!(evaluated(json!("{{ input.text }}")), Ok(json!("a {{ input.number }} b")));
    assert_eq!(evaluated(json!("<{{ input.text }}>")), Ok(json!("<a {{ input.number }} b>")));
}

#[test]
fn literals_are_taken_as_they_stand() {
    let value = json!({ "a": { "$literal": { "x": "{{ input.number }}", "$literal": ["{% x %}"] } }, "b": ["{{ input.yes }}", { "$literal": 1 }] });
    let literal = json!({ "x": "{{ input.number }}", "$literal": ["{% x %}"] });
    assert_eq!(evaluated(value), Ok(json!({ "a": literal, "b": [true, 1] })));
}

#[test]
fn the_order_of_keys_stays() {
    let value = evaluated(json!({ "z": "{{ input.yes }}", "a": 1, "m": "{{ run.id }}" })).unwrap();
    assert_eq!(value.to_string(), r#"{"z":true,"a":1,"m":"run_1"}"#);
}

#[test]
fn what_is_not_there_is_named_with_what_is_near() {
    let table = [
        ("{{ input.nubmer }}", "there is nothing at input.nubmer", Some("did you mean input.number?")),
        ("{{ input.maxTokens }}", "there is nothing at input.maxTokens", Some("did you mean input.max_tokens?")),
        ("{{ input.object.zebra }}", "there is nothing at input.object.zebra", Some("input.object has b, a")),
        ("{{ input.list[7] }}", "there is nothing at input.list[7]: input.list is a list of 3", None),
        (
            "{{ input.list.x }}",
            "there is nothing at input.list.x: input.list is a list",
            Some("write input.list[0] for its first item"),
        ),
        ("{{ input.number.x.y }}", "there is nothing at input.number.x: input.number is a number", None),
        ("{{ input.nothing.x }}", "there is nothing at input.nothing.x: input.nothing is null", None),
        (
            "{{ input['a key'].its }}",
            "there is nothing at input['a key'].its",
            Some("did you mean input['a key'][\"it's\"]?"),
        ),
        ("{{ run.id.x }}", "there is nothing at run.id.x: run.id is text", None),
        (
            "<{{ input.nothing }}>",
            "input.nothing is null",
            Some("null has no text; let the expression stand alone to hand null on"),
        ),
    ];
    for (expression, message, fix) in table {
        let (found, found_fix) = evaluated(json!(expression)).unwrap_err();
        assert_eq!((found.as_str(), found_fix.as_deref()), (message, fix), "{expression}");
    }
}

#[test]
fn an_undefined_expression_says_where_it_stands() {
    let file = json!({
        "linkwork": 1, "name": "one",
        "steps": [{ "id": "a", "set": { "x/y": [0, "{{ input.x }}"] } }]
    });
    let mut machine = Machine::new(Arc::new(Flow::parse(&file.to_string()).unwrap()), MachineStart::default());
    machine.start(Timestamp::from_millis(0));
    let Some(Outcome::Failed { step, failure }) = machine.outcome() else { panic!() };
    assert_eq!(step.as_ref().unwrap().as_str(), "a");
    assert_eq!(failure.error.violations[0].pointer, "/steps/0/set/x~1y/1");
}
