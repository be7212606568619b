//! Everything that is wrong with a flow file is found at once, each with its place and its fix.
//! A file that is dropped into `tests/broken` is a test.

use std::collections::BTreeMap;
use std::path::Path;

use runner_flow::{Diagnostic, Flow, Severity};

use crate::support::{Beside, registry};

#[test]
fn broken_files() {
    let files = broken();
    assert!(files.len() > 20);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../broken_snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, text) in files {
            let (flow, found) = Flow::validate(&text, &Beside, &registry());
            assert!(!found.is_empty(), "{name:?} is not broken");
            assert_eq!(flow.is_some(), found.iter().all(|one| one.severity == Severity::Warning), "{name:?}");
            insta::assert_snapshot!(name.trim_end_matches(".json"), shown(&text, &found));
        }
    });
}

/// The broken files by their names.
pub(crate) fn broken() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read_to_string(file.path()).unwrap())).collect()
}

/// The diagnostics as a person sees them: each with its line, and marks under what is meant.
fn shown(text: &str, found: &[Diagnostic]) -> String {
    let mut shown = String::new();
    for one in found {
        let line = text.lines().nth(one.line - 1).unwrap_or_default();
        let meant = text[one.span.clone()].lines().next().unwrap_or_default();
        let severity = if one.severity == Severity::Error { "error" } else { "warning" };
        shown.push_str(&format!("{severity}[{}] {}:{} {}\n", one.code, one.line, one.column, one.message));
        shown.push_str(&format!("  | {line}\n"));
        shown.push_str(&format!("  | {}{}\n", " ".repeat(one.column - 1), "^".repeat(meant.chars().count().max(1))));
        if let Some(fix) = &one.fix {
            shown.push_str(&format!("  = {fix}\n"));
        }
    }
    shown
}

#[test]
fn what_is_found_says_what_to_do() {
    for (name, text) in broken() {
        for one in Flow::validate(&text, &Beside, &registry()).1 {
            assert!(one.fix.is_some_and(|fix| !fix.is_empty()), "{name}: {} {}", one.code, one.message);
        }
    }
}

/// Texts that editors and other programs make, each with the code, the line and the column of what is found first.
#[test]
fn texts_that_cannot_be_seen_are_told_apart() {
    let file = |name: &str| {
        format!(
            "{{\r\n  \"linkwork\": 1,\r\n  \"name\": \"{name}\",\r\n  \"steps\": [{{ \"id\": \"a\", \"set\": 1 }}]\r\n}}\r\n"
        )
    };
    let table = [
        (format!("\u{feff}{}", file("mark")), "syntax", 1, 1, "byte order mark"),
        (" \r\n\t".to_owned(), "syntax", 1, 1, "empty"),
        (file("a\u{0}"), "syntax", 3, 13, "control character"),
        (file("a\tb"), "syntax", 3, 13, "control character"),
        (file("\\ud800"), "syntax", 3, 12, "half of one"),
        (file("\\udc00"), "syntax", 3, 12, "half of one"),
        (file("\\x41"), "syntax", 3, 12, "escape"),
        (file("é\u{301}🎉\", \"b\": \"\u{2028}"), "invalid_name", 3, 11, "is not a name"),
        (file("a\", \"b\": 1, \"c\": \""), "unknown_key", 3, 16, "\"b\""),
        ("\u{0}".to_owned(), "syntax", 1, 1, ""),
        ("\u{a0}{}".to_owned(), "syntax", 1, 1, ""),
    ];
    for (text, code, line, column, message) in table {
        let (flow, found) = Flow::validate(&text, &Beside, &registry());
        assert!(flow.is_none(), "{text:?}");
        let first = &found[0];
        assert!(first.message.contains(message), "{text:?}: {first:?}");
        assert_eq!((first.code, first.line, first.column), (code, line, column), "{text:?}: {first:?}");
        assert!(first.fix.is_some(), "{text:?}: {first:?}");
    }
}

#[test]
fn parse_and_check_find_what_validate_finds() {
    let text = include_str!("../broken/inputs.json");
    let flow = Flow::parse(text).unwrap();
    assert_eq!(flow.check(&registry()), Flow::validate(text, &Beside, &registry()).1);
}

#[test]
fn a_whole_flow_has_nothing_wrong() {
    let text = include_str!("../whole.json");
    let (flow, found) = Flow::validate(text, &Beside, &registry());
    assert_eq!(found, []);
    let flow = flow.unwrap();
    assert_eq!(flow.name(), "whole");
    assert_eq!(flow.connections().collect::<Vec<_>>(), [("model", "model"), ("outbox", "post")]);
    assert_eq!(flow.steps().iter().map(|step| step.id()).collect::<Vec<_>>(), ["ask", "pick", "send", "look"]);
    assert_eq!(flow.step("send").unwrap().action().unwrap().connection(), Some("outbox"));
    assert_eq!(flow.input_schema().unwrap()["required"], serde_json::json!(["text"]));
}

#[test]
fn one_error_for_a_file_that_is_too_deep_or_too_long() {
    let deep = "[".repeat(100_000);
    assert_eq!(codes(&deep), ["too_deep"]);
    let deep = format!("{{\"steps\":{}1{}}}", "[{\"a\":".repeat(100_000), "}]".repeat(100_000));
    assert_eq!(codes(&deep), ["too_deep"]);
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(200 << 20));
    assert_eq!(codes(&long), ["too_large"]);
}

#[test]
fn a_file_with_thousands_of_errors_says_that_there_is_more() {
    let step = "{\"id\": \"Not An Id\", \"colour\": 1},";
    let text = format!("{{\"linkwork\": 1, \"name\": \"long\", \"steps\": [{}{{}}]}}", step.repeat(10_000));
    let codes = codes(&text);
    assert_eq!(codes.len(), connector_sdk::limits::VIOLATIONS + 1);
    assert_eq!(codes.last().unwrap(), &"more");
}

fn codes(text: &str) -> Vec<&'static str> {
    let (flow, found) = Flow::validate(text, &Beside, &registry());
    assert!(flow.is_none());
    found.iter().map(|one| one.code).collect()
}

#[test]
fn every_kind_of_step_can_be_right() {
    let (flow, found) = Flow::validate(include_str!("../whole-language.json"), &Beside, &registry());
    assert_eq!(found, []);
    let kinds: std::collections::HashSet<_> =
        flow.unwrap().all_steps().into_iter().map(|step| std::mem::discriminant(step.kind())).collect();
    assert_eq!(kinds.len(), 11);
}

/// Each of these is twice the one before it: a short file that unfolds to more than can ever be checked.
#[test]
fn a_schema_that_unfolds_without_end_is_refused() {
    let mut defs = serde_json::Map::from_iter([("d0".to_owned(), serde_json::json!({ "type": "string" }))]);
    for at in 1..40 {
        let before = serde_json::json!({ "$ref": format!("#/$defs/d{}", at - 1) });
        defs.insert(format!("d{at}"), serde_json::json!({ "anyOf": [before, before] }));
    }
    let schema = |top: &str| serde_json::json!({ "properties": { "x": { "$ref": top } }, "$defs": defs });
    assert_eq!(of_input(&schema("#/$defs/d5")), Vec::new());
    let found = of_input(&schema("#/$defs/d39"));
    assert_eq!(found[0].code, "invalid_schema");
    assert!(found[0].message.ends_with("it holds more than 100000 schemas"), "{}", found[0].message);
    assert_eq!(of_input(&schema("#/%24defs/d39"))[0].message, found[0].message);
    assert!(of_input(&schema("elsewhere#/d39"))[0].message.ends_with("stands outside of it"));
}

#[test]
fn schemas_that_lead_back_to_themselves_are_fine() {
    let every = |at: usize| (0..30).filter(move |other| *other != at).map(|at| format!("d{at}"));
    let family = (0..30).map(|at| {
        let others = every(at).map(|name| (name.clone(), serde_json::json!({ "$ref": format!("#/$defs/{name}") })));
        (format!("d{at}"), serde_json::json!({ "properties": others.collect::<serde_json::Map<_, _>>() }))
    });
    let family: serde_json::Map<_, _> = family.collect();
    assert_eq!(of_input(&serde_json::json!({ "$ref": "#/$defs/d0", "$defs": family })), Vec::new());
    let tree = serde_json::json!({ "properties": { "left": { "$ref": "#" }, "right": { "$ref": "#" } } });
    assert_eq!(of_input(&tree), Vec::new());
}

/// What is found in a flow with this schema of its input.
fn of_input(schema: &serde_json::Value) -> Vec<Diagnostic> {
    let steps = serde_json::json!([{ "id": "a", "set": 1 }]);
    let file = serde_json::json!({ "linkwork": 1, "name": "one", "input": schema, "steps": steps });
    Flow::validate(&file.to_string(), &Beside, &registry()).1
}
