//! What the expressions of a flow may make: a few lines that double a value must not fill the memory.

use std::sync::Arc;

use runner_flow::{ErrorReport, Flow, Machine, MachineStart, Outcome, Status, Timestamp};
use serde_json::{Value, json};

/// The machine of a flow of `set` steps at its end.
fn ended(steps: Vec<Value>, output: Value) -> Machine {
    let file = json!({ "linkwork": 1, "name": "test", "steps": steps, "output": output });
    let flow = Arc::new(Flow::parse(&file.to_string()).unwrap());
    let mut machine = Machine::new(flow, MachineStart::default());
    assert!(machine.start(Timestamp::from_millis(0)).is_empty());
    machine
}

fn failure(machine: &Machine) -> (Option<&str>, &ErrorReport) {
    match machine.outcome() {
        Some(Outcome::Failed { step, failure }) => (step.as_ref().map(|step| step.as_str()), &failure.error),
        other => panic!("{:?}", other.is_some()),
    }
}

/// A value that takes another one twice, by its expression.
type Twice = fn(&str) -> Value;

/// Steps `s0`, `s1`, …, each of which takes the output of the one before twice.
fn doubling(first: Value, twice: Twice, times: usize) -> Vec<Value> {
    let again =
        |n: usize| json!({ "id": format!("s{n}"), "set": twice(&format!("{{{{ steps.s{}.output }}}}", n - 1)) });
    std::iter::once(json!({ "id": "s0", "set": first })).chain((1..=times).map(again)).collect()
}

#[test]
fn lists_objects_and_texts_that_double_are_stopped() {
    let list = |before: &str| json!([before, before]);
    let object = |before: &str| json!({ "a": before, "b": before });
    let text = |before: &str| json!(format!("{before}{before}"));
    let shown = |before: &str| json!({ "again": format!("{before}{before}") });
    let table: [(Value, Twice); 4] = [(json!([]), list), (json!({}), object), (json!("x"), text), (json!(1), shown)];
    for (first, twice) in table {
        let machine = ended(doubling(first, twice, 40), Value::Null);
        let (step, error) = failure(&machine);
        assert_eq!(step, machine.records().last().map(|last| last.key.as_str()));
        assert_eq!((error.code, error.message.as_str()), ("expression", "these expressions make more than 8 MiB"));
    }
}

#[test]
fn a_value_counts_each_time_it_is_taken() {
    let big = |count: usize| {
        let mut steps = doubling(json!("x"), |before| json!(format!("{before}{before}")), 20);
        steps.push(json!({ "id": "all", "set": vec!["{{ steps.s20.output }}"; count] }));
        ended(steps, json!("{{ steps.all.status }}"))
    };
    assert_eq!(big(7).outcome(), Some(&Outcome::Succeeded { output: json!("succeeded") }));
    let over = big(8);
    let (step, error) = failure(&over);
    assert_eq!((step, error.violations[0].pointer.as_str()), (Some("all"), "/steps/21/set/7"));
}

#[test]
fn the_outputs_of_a_run_are_bounded_together() {
    let mut steps = doubling(json!("x"), |before| json!(format!("{before}{before}")), 22);
    steps.extend((0..80).map(|n| json!({ "id": format!("copy-{n}"), "set": "{{ steps.s22.output }}" })));
    let machine = ended(steps, Value::Null);
    let (step, error) = failure(&machine);
    assert_eq!((step, error.code), (None, "limit_exceeded"));
    assert_eq!(error.message, "the outputs of the run's steps are over 256 MiB together");
    let ended = machine.records();
    // Up to s22 they take 8 MiB; each copy takes 4.
    assert_eq!((ended.len(), ended.last().map(|last| last.status)), (23 + 62, Some(Status::Succeeded)));
}

#[test]
fn pinned_outputs_count_too() {
    let file = json!({ "linkwork": 1, "name": "test", "steps": [{ "id": "a", "set": 1 }, { "id": "b", "set": 2 }] });
    let flow = Arc::new(Flow::parse(&file.to_string()).unwrap());
    let pins = [("a".to_owned(), json!("x".repeat(256 << 20)))].into();
    let mut machine = Machine::new(flow, MachineStart { pins, ..MachineStart::default() });
    machine.start(Timestamp::from_millis(0));
    assert_eq!(failure(&machine).1.code, "limit_exceeded");
    assert!(machine.records().is_empty());
}

#[test]
fn values_are_not_nested_without_end() {
    let mut steps = vec![json!({ "id": "s0", "set": 0 })];
    steps.extend(
        (1..=100).map(|n| json!({ "id": format!("s{n}"), "set": [format!("{{{{ steps.s{}.output }}}}", n - 1)] })),
    );
    let machine = ended(steps, Value::Null);
    let (step, error) = failure(&machine);
    assert_eq!((step, error.message.as_str()), (Some("s65"), "the value is nested deeper than 64 levels"));
}

/// The message that a text ends with, where the input is a text of 1 MiB and a list of 10,000 numbers.
fn stopped(text: &str) -> String {
    let file = json!({
        "linkwork": 1, "name": "test", "input": { "type": "object" }, "steps": [{ "id": "a", "set": text }]
    });
    let flow = Arc::new(Flow::parse(&file.to_string()).unwrap());
    let input = json!({ "text": "x".repeat(1 << 20), "list": (0..10_000).collect::<Vec<_>>() });
    let mut machine = Machine::new(flow, MachineStart { input, ..MachineStart::default() });
    machine.start(Timestamp::from_millis(0));
    match machine.outcome() {
        Some(Outcome::Failed { failure, .. }) => failure.error.message.clone(),
        other => panic!("{text}: {}", other.is_some()),
    }
}

#[test]
fn nothing_in_an_expression_grows_without_end() {
    let doubled = |start: &str, twice: &str| {
        let opened: String =
            (0..30).map(|n| format!("{{% for a{} in [{}] %}}", n + 1, twice.replace('?', &format!("a{n}")))).collect();
        format!("{{% for a0 in [{start}] %}}{opened}{{{{ a30 | length }}}}{}", "{% endfor %}".repeat(31))
    };
    let table = [
        doubled("'x'", "? ~ ?"),
        doubled("'x'", "? + ?"),
        doubled("'x'", "? * 2"),
        doubled("[1]", "? + ?"),
        doubled("[1]", "? * 2"),
        doubled("[1]", "[?, ?]"),
        doubled("[1]", "{'a': ?, 'b': ?}"),
        doubled("[1]", "[?, ?] | map('list')"),
        doubled("[1]", "[?, ?] | sum(attribute='0') if false else [?, ?]"),
        doubled("'x'", "? | replace('x', 'xx')"),
        doubled("'x'", "[?, ?] | join"),
        doubled("'x'", "[?, ?] | string"),
        doubled("'x'", "[?, ?] | tojson(indent=16)"),
        "{{ 'x' * 9000000 }}".to_owned(),
        "{{ [1] * 9000000 }}".to_owned(),
        "{{ 'x' * 18446744073709551615 }}".to_owned(),
        "{{ input.text | replace('', 'xxxxxxxxxx') }}".to_owned(),
        "{{ input.text | list | length }}".to_owned(),
        "{{ input.text[::1] * 8 }}".to_owned(),
        "{{ input.list | join(input.text) }}".to_owned(),
        "{{ input.list | batch(9000000, 0) }}".to_owned(),
        "{{ input.list | map('batch', 1000) if false else range(9000000) }}".to_owned(),
        "{{ ('x\n' * 100000) | indent(1000) }}".to_owned(),
        "{% for n in input.list %}{{ input.text }}{% endfor %}".to_owned(),
        "{{ ('[' ~ input.list | join(',') ~ ',0' * 2000000 ~ ']') | fromjson | length }}".to_owned(),
    ];
    for text in table {
        assert_eq!(stopped(&text), "these expressions make more than 8 MiB", "{text}");
    }
}

#[test]
fn nothing_in_an_expression_goes_on_without_end() {
    let table = [
        "{% for a in input.list %}{% for b in input.list %}{% endfor %}{% endfor %}",
        "{% for a in input.list %}{% if 'y' in input.text %}{% endif %}{% endfor %}",
        "{% for a in input.list %}{% if input.list == input.list %}{% endif %}{% endfor %}",
        "{% for a in input.list %}{% if -1 in input.list %}{% endif %}{% endfor %}",
        "{% for a in input.list %}{% if input.text | length > 0 %}{% endif %}{% endfor %}",
        "{% for a in input.list %}{% if input.list | sum > 0 %}{% endif %}{% endfor %}",
        "{% for a in input.list %}{% if input.list | select('in', input.list) | length > 0 %}{% endif %}{% endfor %}",
    ];
    for text in table {
        assert_eq!(stopped(text), "these expressions take more than 1000000 steps", "{text}");
    }
}
