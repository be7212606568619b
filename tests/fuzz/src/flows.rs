//! Flows of every kind of step, nested a few levels deep.

use serde_json::{Value, json};

use crate::choices::Choices;

pub(crate) fn flow(choices: &mut Choices<'_>) -> Value {
    let mut made = Made { choices, ids: 0 };
    let steps = made.steps(3, false);
    let mut flow = json!({ "linkwork": 1, "name": "fuzz", "connections": { "m": { "connector": "model" } }, "steps": steps });
    if made.choices.below(3) == 0 {
        flow["timeout"] = json!("20s");
    }
    if made.choices.below(3) == 0 {
        flow["on_error"] = made.steps(1, false);
    }
    flow
}

struct Made<'m, 'b> {
    choices: &'m mut Choices<'b>,
    ids: usize,
}

impl Made<'_, '_> {
    fn steps(&mut self, depth: usize, in_loop: bool) -> Value {
        (0..=self.choices.below(3)).map(|_| self.step(depth, in_loop)).collect()
    }

    fn step(&mut self, depth: usize, in_loop: bool) -> Value {
        let mut step = self.kind(depth, in_loop);
        self.ids += 1;
        step["id"] = json!(format!("s{}", self.ids));
        match self.choices.below(8) {
            0 => step["if"] = json!("input.list[0] == 2"),
            1 => step["timeout"] = json!("3s"),
            2 => step["retry"] = json!({ "max_attempts": 2, "delay": "1s" }),
            3 => step["on_error"] = json!("continue"),
            4 if depth > 0 => step["on_error"] = self.steps(depth - 1, in_loop),
            5 => step["on_error"] = json!({ "codes": ["any", "outcome_unknown"] }),
            _ => {}
        }
        step
    }

    fn kind(&mut self, depth: usize, in_loop: bool) -> Value {
        let simple = self.choices.below(7);
        if depth > 0 && self.choices.below(2) == 0 {
            return self.container(depth - 1, in_loop);
        }
        match simple {
            0 => json!({ "set": "{{ run.id }}" }),
            1 => json!({ "wait": "2s" }),
            2 => json!({ "wait": { "signal": "go" } }),
            3 => json!({ "stop": [1] }),
            4 => json!({ "fail": "no" }),
            5 if in_loop => json!({ "break": true }),
            _ => json!({ "action": "model/ask", "connection": "m", "with": { "n": "{{ input.list[1] }}" } }),
        }
    }

    fn container(&mut self, depth: usize, in_loop: bool) -> Value {
        match self.choices.below(5) {
            0 => json!({ "branch": [
                { "if": "input.list[0] == 1", "steps": self.steps(depth, in_loop) },
                { "else": true, "steps": self.steps(depth, in_loop) }
            ] }),
            1 => json!({ "for_each": "input.list", "at_once": 1 + self.choices.below(3), "steps": self.steps(depth, true),
                         "on_item_error": self.choices.pick(&["fail", "collect"]) }),
            2 => json!({ "repeat": { "times": self.choices.below(4) }, "steps": self.steps(depth, true) }),
            3 => json!({ "repeat": { "while": "loop.index < 2", "times": 3 }, "steps": self.steps(depth, true) }),
            _ => json!({ "wait_for": self.choices.pick(&["all", "first"]),
                         "parallel": { "a": self.steps(depth, in_loop), "b": self.steps(depth, in_loop) } }),
        }
    }
}
