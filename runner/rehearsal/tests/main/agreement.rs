//! The schema that editors have and the reader that the command has agree, whatever is done to a file.

use std::sync::LazyLock;

use connector_sdk::Schema;
use runner_rehearsal::TestFile;
use serde_json::{Value, json};

/// What only the reader sees, by its code.
const SEEN_BY_THE_READER: [&str; 5] = ["duplicate_name", "expectation", "missing_key", "moment", "two_kinds"];

/// A file with everything in it.
fn whole() -> Value {
    json!({
        "$schema": "./schemas/test.schema.json",
        "flow": "./support.linkwork.json",
        "recording": "./support.recording.json",
        "cases": [{
            "name": "a",
            "input": { "a": 1 },
            "config": { "b": 2 },
            "at": "2026-01-01T00:00:00Z",
            "signals": [{ "name": "approval", "after": "5s", "data": null }],
            "mock": {
                "one": { "output": null, "took": "5s" },
                "other": [
                    { "error": { "status": 429, "code": "rate_limited", "message": "m", "retry_after": "1s", "sent": true }, "times": 2 },
                    { "output": 1 }
                ]
            },
            "expect": {
                "status": "failed", "output": 1, "error": {}, "output.a[0]": 1, "error.code": "x", "steps.one.attempts": 1,
                "called": ["one"], "not_called": ["other"], "duration": "5s", "duration_at_most": "2m"
            }
        }]
    })
}

/// What a schema finds and what the reader finds, each as pointers of a kind of mistake.
fn judged(file: &Value) -> (bool, Vec<String>) {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::new(runner_rehearsal::schema()));
    let by_schema = SCHEMA.check(file).is_empty();
    let found = TestFile::parse(&file.to_string()).err().unwrap_or_default();
    (by_schema, found.into_iter().map(|found| found.code.to_owned()).collect())
}

#[test]
fn a_file_with_everything_in_it_is_right_for_both() {
    assert_eq!(Schema::new(runner_rehearsal::schema()).defect(), None);
    assert_eq!(judged(&whole()), (true, Vec::new()));
}

#[test]
fn whatever_is_put_in_a_place_both_take_it_or_both_refuse_it() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!(""),
        json!("5 s"),
        json!([]),
        json!([1]),
        json!({}),
        json!({ "x": 1 }),
    ];
    let mut refused = 0;
    for pointer in pointers(&whole(), String::new()) {
        for odd in &odd {
            let mut file = whole();
            *file.pointer_mut(&pointer).unwrap() = odd.clone();
            refused += usize::from(agreed(&file, &pointer));
        }
    }
    assert!(refused > 200, "{refused} are refused");
}

#[test]
fn whatever_is_left_out_both_miss_it_or_neither() {
    for pointer in pointers(&whole(), String::new()) {
        let Some((around, key)) = pointer.rsplit_once('/') else { continue };
        let mut file = whole();
        match file.pointer_mut(around).unwrap() {
            Value::Object(object) => drop(object.shift_remove(&unescaped(key))),
            Value::Array(list) => drop(list.remove(key.parse().unwrap())),
            _ => continue,
        }
        agreed(&file, &pointer);
    }
}

#[test]
fn a_duration_is_one_for_both() {
    for text in
        ["5s", "500ms", "1.5h", "2m", "3d", "5", "s", "5 s", "-5s", "5S", "1e3s", ".5s", "5.s", "", "5ss", "٣s", "1_0s"]
    {
        let mut file = whole();
        file["cases"][0]["expect"]["duration"] = json!(text);
        agreed(&file, text);
    }
}

/// Whether both refuse it. What only the reader can see is left to it.
fn agreed(file: &Value, what: &str) -> bool {
    let (schema, reader) = judged(file);
    let beyond = reader.iter().filter(|code| !SEEN_BY_THE_READER.contains(&code.as_str()));
    let agreed = if schema { beyond.count() == 0 } else { !reader.is_empty() };
    assert!(agreed, "{what}: the schema says {schema} and the reader {reader:?} of {file}");
    !schema
}

/// Every place of a value.
fn pointers(value: &Value, here: String) -> Vec<String> {
    let inner: Vec<String> = match value {
        Value::Object(object) => {
            object.iter().flat_map(|(key, value)| pointers(value, connector_sdk::pointer_to(&here, key))).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(index, value)| pointers(value, format!("{here}/{index}"))).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(here).chain(inner).collect()
}

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}
