//! Files of a megabyte: whatever they are full of, they are told what is wrong with them.
//!
//! How long that takes is printed: no more than a second is what is wanted.

use std::time::Instant;

use runner_flow::{Flow, Folder, GraphFormat, format, graph};
use serde_json::{Value, json};

use crate::support::registry;

/// A megabyte, or an eighth of it where nothing is optimised.
const SIZE: usize = if cfg!(debug_assertions) { 1 << 17 } else { 1 << 20 };

/// A flow with as many of these steps as fit.
fn full_of(step: impl Fn(usize) -> Value) -> String {
    let mut text = r#"{"linkwork":1,"name":"full","connections":{"model":{"connector":"model"}},"steps":["#.to_owned();
    for index in 0.. {
        text.push_str(&step(index).to_string());
        if text.len() > SIZE {
            break;
        }
        text.push(',');
    }
    text + "]}"
}

/// Steps in steps in steps, and in the innermost one this.
fn deep(inner: Value, around: impl Fn(usize, Value) -> Value) -> Value {
    (0..14).fold(inner, |inner, depth| around(depth, inner))
}

fn files() -> Vec<(&'static str, String)> {
    let long = "x".repeat(SIZE);
    let keys: serde_json::Map<String, Value> = (0..SIZE / 20).map(|at| (format!("key-{at}"), json!(at))).collect();
    let one = |step: Value| json!({ "linkwork": 1, "name": "one", "steps": [step] }).to_string();
    vec![
        ("a long id", one(json!({ "id": long, "set": 1 }))),
        ("a long action", one(json!({ "id": "a", "action": long }))),
        ("a long key", one(json!({ "id": "a", "set": 1, (long.as_str()): 1 }))),
        ("a long text", one(json!({ "id": "a", "set": long }))),
        ("a long path", one(json!({ "id": "a", "set": format!("{{{{ input{} }}}}", ".a".repeat(SIZE / 2)) }))),
        ("a long sum", one(json!({ "id": "a", "set": format!("{{{{ 1{} }}}}", "+1".repeat(SIZE / 2)) }))),
        (
            "a long condition",
            one(json!({ "id": "a", "if": format!("true{}", " and true".repeat(SIZE / 9)), "set": 1 })),
        ),
        ("many names", one(json!({ "id": "a", "set": format!("{{{{ [{}] }}}}", "nobody,".repeat(SIZE / 7)) }))),
        ("many expressions", one(json!({ "id": "a", "set": "{{ nobody }} {{ steps.a.output }}".repeat(SIZE / 34) }))),
        ("many open braces", one(json!({ "id": "a", "set": "{{ ".repeat(SIZE / 3) }))),
        ("many parentheses", one(json!({ "id": "a", "if": "(".repeat(SIZE), "set": 1 }))),
        ("many texts with braces", one(json!({ "id": "a", "set": vec!["{{"; SIZE / 5] }))),
        ("many unknown keys", one(Value::Object(keys.clone()))),
        ("many keys of data", one(json!({ "id": "a", "set": keys }))),
        ("many branches", one(json!({ "id": "a", "parallel": keys }))),
        ("many connections", json!({ "linkwork": 1, "name": "one", "connections": keys, "steps": [] }).to_string()),
        ("many codes", one(json!({ "id": "a", "set": 1, "on_error": { "codes": vec!["rate_limit"; SIZE / 13] } }))),
        ("many arms", one(json!({ "id": "a", "branch": vec![json!({ "if": "true", "steps": [] }); SIZE / 26] }))),
        ("many numbers", format!("[{}1]", "1e999,".repeat(SIZE / 6))),
        ("many twins", format!("{{{}\"a\":1}}", "\"a\":1,".repeat(SIZE / 6))),
        ("many brackets", "[".repeat(SIZE)),
        ("many backslashes", format!("\"{}", "\\".repeat(SIZE))),
        ("many line ends", "\r\n".repeat(SIZE / 2)),
        ("steps that are nothing", full_of(|_| json!({}))),
        ("steps of one id", full_of(|_| json!({ "id": "a", "set": 1 }))),
        ("steps that are right", full_of(|at| json!({ "id": format!("a{at}"), "set": "{{ steps.a0.output }}" }))),
        (
            "steps that are unknown",
            full_of(|at| json!({ "id": format!("a{at}"), "set": format!("{{{{ steps.b{at}.output }}}}") })),
        ),
        (
            "steps that come later",
            full_of(|at| json!({ "id": format!("a{at}"), "set": format!("{{{{ steps.a{}.output }}}}", at + 1) })),
        ),
        (
            "actions that are unknown",
            full_of(|at| json!({ "id": format!("a{at}"), "action": format!("model/ask-{at}") })),
        ),
        (
            "actions that are wrong",
            full_of(
                |at| json!({ "id": format!("a{at}"), "action": "model/ask", "retry": {}, "with": { "mdoel": at } }),
            ),
        ),
        (
            "filters that are unknown",
            full_of(|at| json!({ "id": format!("a{at}"), "set": format!("{{{{ 1 | nofilter{at} }}}}") })),
        ),
        ("many unknown filters", one(json!({ "id": "a", "set": texts(|at| format!("{{{{ 1 | nofilter{at} }}}}")) }))),
        ("many unknown properties", unknown_properties()),
        ("flows that are long", full_of(|at| json!({ "id": format!("a{at}"), "flow": "long" }))),
        ("flows that are not there", full_of(|at| json!({ "id": format!("a{at}"), "flow": format!("n{at}") }))),
        ("flows that run themselves", full_of(|at| json!({ "id": format!("a{at}"), "flow": format!("round-{at}") }))),
        (
            "loops in loops",
            full_of(|at| {
                deep(
                    json!({ "id": format!("a{at}"), "set": "{{ item }}" }),
                    |depth, inner| json!({ "id": format!("l{at}-{depth}"), "for_each": "input.rows", "steps": [inner] }),
                )
            }),
        ),
        (
            "branches in branches",
            full_of(|at| {
                deep(
                    json!({ "id": format!("a{at}"), "set": "{{ steps.nobody.output }}" }),
                    |depth, inner| json!({ "id": format!("b{at}-{depth}"), "branch": [{ "if": "input.a == 'x'", "steps": [inner] }] }),
                )
            }),
        ),
    ]
}

/// As many of these texts as fill a good part of a file.
fn texts(text: impl Fn(usize) -> String) -> Vec<String> {
    (0..SIZE / 40).map(text).collect()
}

/// A file, half of which are properties, and the other half others that are read.
fn unknown_properties() -> String {
    let properties: serde_json::Map<String, Value> =
        (0..SIZE / 50).map(|at| (format!("property{at}"), json!({}))).collect();
    let input = json!({ "type": "object", "properties": properties });
    let steps = json!([{ "id": "a", "set": texts(|at| format!("{{{{ input.pp{at} }}}}")) }]);
    json!({ "linkwork": 1, "name": "one", "input": input, "steps": steps }).to_string()
}

/// A folder of flows that all run all others, and of a long one.
struct Round;

impl Folder for Round {
    fn read(&self, file: &str) -> Result<String, String> {
        if file.starts_with('n') {
            return Err("it is not there".to_owned());
        }
        if file.starts_with("long") {
            return Ok(full_of(|at| json!({ "id": format!("a{at}"), "set": 1 })));
        }
        let steps = (0..20).map(|at| json!({ "id": format!("a{at}"), "flow": format!("round-{at}") }));
        Ok(json!({ "linkwork": 1, "name": "round", "steps": steps.collect::<Vec<_>>() }).to_string())
    }
}

#[test]
fn files_of_a_megabyte() {
    let registry = registry();
    for (name, text) in files() {
        let started = Instant::now();
        let (flow, found) = Flow::validate(&text, &Round, &registry);
        let checked = started.elapsed();
        assert!(flow.is_some() || !found.is_empty(), "{name}");
        assert!(found.len() <= connector_sdk::limits::VIOLATIONS + 1, "{name}");
        let started = Instant::now();
        let formatted = format(&text);
        let drawn = flow.map_or(0, |flow| graph(&flow, GraphFormat::Mermaid).len());
        println!(
            "{name}: {} bytes, checked in {checked:?} ({} findings), formatted ({}) and drawn ({drawn}) in {:?}",
            text.len(),
            found.len(),
            formatted.is_ok(),
            started.elapsed()
        );
    }
}
