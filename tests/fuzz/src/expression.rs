//! Any text between or without braces is an expression with a value, or an error: never a panic, never more than its bounds.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use runner_flow::{Flow, Machine, MachineStart, Timestamp};
use serde_json::json;

fuzz_target!(|text: &str| {
    let steps = [
        json!({ "id": "data", "set": { "items": [1, -2.5, "three", null, [4], { "five": 6 }], "text": "a b c" } }),
        json!({ "id": "template", "set": text, "on_error": "continue" }),
        json!({ "id": "bare", "if": text, "set": true, "on_error": "continue" }),
        json!({ "id": "each", "for_each": text, "steps": [{ "id": "one", "set": "{{ item }}" }] }),
    ];
    for step in &steps[1..] {
        let file = json!({ "linkwork": 1, "name": "fuzz", "steps": [steps[0], step] });
        let Ok(flow) = Flow::parse(&file.to_string()) else { continue };
        let start = MachineStart { input: json!({ "a": { "b-c": [true, 1e300, 18_446_744_073_709_551_615_u64] } }), ..MachineStart::default() };
        let mut machine = Machine::new(Arc::new(flow), start);
        assert!(machine.start(Timestamp::from_millis(0)).is_empty());
        assert!(machine.outcome().is_some(), "nothing waits here");
    }
});
