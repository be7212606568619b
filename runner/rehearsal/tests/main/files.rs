//! Test files that are wrong: everything is told, each at its place.

use runner_rehearsal::read_recording;
use serde_json::json;

use crate::support::{ask, file, flow, suite};

fn wrong(text: &str) -> Vec<String> {
    let flow = flow(json!([ask("classify"), { "id": "done", "set": 1 }]));
    let found = suite(&flow, text, None).expect_err("the file is wrong");
    let told = found.iter().map(|found| {
        let fix = found.fix.as_ref().map(|fix| format!(" ({fix})")).unwrap_or_default();
        format!("{}:{} {}{fix}", found.line, found.column, found.message)
    });
    told.collect()
}

#[test]
fn what_is_no_json_is_told_at_its_place() {
    assert_eq!(wrong("{\n  \"flow\": ,\n}").len(), 1);
    let twice = "{\n  \"flow\": \"a\",\n  \"flow\": \"b\", \"cases\": [] }";
    assert_eq!(wrong(twice), ["3:3 the key \"flow\" stands here a second time (take one of the two away)"]);
}

#[test]
fn unknown_keys_and_wrong_types_are_told_at_once() {
    let text = "{\n  \"flow\": \"./a.linkwork.json\",\n  \"cases\": [{\n    \"name\": \"a\",\n    \"moc\": {},\n    \
                \"expect\": { \"status\": \"fine\", \"outptu\": 1 },\n    \"mock\": { \"classify\": [{ \"eror\": {} }] }\n  }]\n}";
    insta::assert_snapshot!(wrong(text).join("\n"), @r#"
    5:5 is not known here (did you mean "mock"?)
    6:27 must be one of succeeded, failed, cancelled, outcome_unknown, not "fine"
    6:35 is not known here (did you mean "output"?)
    7:30 is not known here (did you mean "error"?)
    "#);
}

#[test]
fn what_a_schema_cannot_see_is_told_too() {
    let cases = json!([
        { "name": "a", "at": "yesterday", "mock": { "classify": { "output": 1, "error": {} } } },
        { "name": "a", "mock": { "classify": [{ "took": "long" }] }, "signals": [{ "name": "x", "after": "5" }] },
        { "name": "b", "expect": { "steps.classify": 1, "output.": 1, "duration": "soon" } }
    ]);
    let text = file(cases);
    insta::assert_snapshot!(wrong(&text).join("\n"), @r#"
    1:61 "yesterday" is not a moment (write a date, a time and its zone, such as 2026-01-31T12:00:00Z)
    1:92 an answer has "output" or "error", not both
    1:126 a case before this one has the name "a" too
    1:150 an answer needs "output" or "error"
    1:158 "long" is not a duration (write a number and a unit, such as 500ms, 60s, 2m or 1h)
    1:199 "5" is not a duration (write a number and a unit, such as 500ms, 60s, 2m or 1h)
    1:245 "steps.classify" is not steps.ID and one of status, attempts, input, output, error
    1:257 "output." is no path such as output.list[0].name
    1:270 "soon" is not a duration (write a number and a unit, such as 500ms, 60s, 2m or 1h)
    "#);
}

#[test]
fn steps_that_the_flow_does_not_have_are_told_with_what_was_meant() {
    let text = "{ \"flow\": \"./a\", \"cases\": [{ \"name\": \"a\",\n \"mock\": {\n  \"clasify\": { \"output\": 1 },\n  \
                \"done\": { \"output\": 1 } },\n \"expect\": {\n  \"steps.don.status\": \"skipped\",\n  \"called\": [\"nobody\"] } }] }";
    insta::assert_snapshot!(wrong(text).join("\n"), @r#"
    3:3 the flow has no step with an action "clasify" (did you mean "classify"?)
    4:3 the flow has no step with an action "done" (known are classify)
    6:3 the flow has no step "don" (did you mean "done"?)
    7:14 the flow has no step "nobody" (known are classify, done)
    "#);
}

#[test]
fn a_recording_that_cannot_be_read_is_told() {
    let told = |text: &str| read_recording(text).unwrap_err().remove(0);
    let found = told("{\n  \"recording\": 2,\n  \"steps\": {} }");
    assert_eq!((found.line, &*found.message), (2, "this program reads version 1 of recordings, not 2"));
    let found = told("{ \"recording\": 1,\n \"steps\": { \"a\": [{ \"request\": {} }] } }");
    assert_eq!(found.line, 2);
    assert!(found.message.starts_with("this is no recording: missing field `method`"), "{}", found.message);
}
