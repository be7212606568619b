//! Writes flows by dice: all kinds of steps, in one another.

use serde_json::{Map, Value, json};

use super::dice::Dice;

/// The flows that may be run by others: each runs only those before it.
pub(crate) const SUB_FLOWS: [&str; 2] = ["low", "high"];
/// The names of signals.
pub(crate) const SIGNALS: [&str; 2] = ["go", "stop"];

pub(crate) struct Author<'d> {
    dice: &'d mut Dice,
    /// How many flows it may run.
    sub_flows: usize,
    ids: usize,
    /// Actions that can be referred to.
    seen: Vec<String>,
    /// How many steps may still be written.
    left: usize,
}

impl<'d> Author<'d> {
    /// What a flow says that may run so many others and has about so many steps.
    pub(crate) fn flow(dice: &'d mut Dice, sub_flows: usize, size: usize) -> Value {
        let mut author = Self { dice, sub_flows, ids: 0, seen: Vec::new(), left: size };
        let mut flow = json!({ "steps": author.steps(4, false) });
        if author.dice.hit(4) {
            author.left += 2;
            flow["on_error"] = author.on_error(1, false);
        }
        if author.dice.hit(4) {
            flow["timeout"] = json!("60s");
        }
        if author.dice.hit(4) {
            flow["output"] = if author.dice.hit(10) { json!("{{ input.missing }}") } else { author.value() };
        }
        flow
    }

    fn steps(&mut self, depth: usize, in_loop: bool) -> Value {
        let count = 1 + self.dice.throw(self.left.clamp(1, 4));
        (0..count).map(|_| self.step(depth, in_loop)).collect()
    }

    /// Steps in a scope of their own: what is seen there is not seen after it.
    fn turn(&mut self, depth: usize) -> Value {
        let before = self.seen.len();
        let steps = self.steps(depth, true);
        self.seen.truncate(before);
        steps
    }

    fn step(&mut self, depth: usize, in_loop: bool) -> Value {
        self.ids += 1;
        self.left = self.left.saturating_sub(1);
        let id = format!("s{}", self.ids);
        let deep = if depth > 0 && self.left > 0 { 14 } else { 7 };
        let mut step = match self.dice.throw(deep) {
            0..=2 => self.action(in_loop),
            3 => json!({ "set": self.value() }),
            4 => self.wait(),
            5 if in_loop && self.dice.hit(2) => json!({ "break": true, "if": self.condition() }),
            5 if self.dice.hit(4) => json!({ "stop": self.value(), "if": self.condition() }),
            6 if self.dice.hit(4) => json!({ "fail": "as the flow says" }),
            5 | 6 => self.action(in_loop),
            7 | 8 => self.branch(depth, in_loop),
            9 => self.for_each(depth),
            10 => self.repeat(depth),
            11 | 12 => self.parallel(depth, in_loop),
            _ if self.sub_flows > 0 => {
                json!({ "flow": SUB_FLOWS[self.dice.throw(self.sub_flows)], "with": { "yes": true, "no": false, "list": [1] } })
            }
            _ => self.action(in_loop),
        };
        let is_action = step.get("action").is_some();
        if let Some(step) = step.as_object_mut() {
            step.insert("id".to_owned(), json!(id));
            self.common(step, depth, in_loop);
        }
        if is_action {
            self.seen.push(id);
        }
        step
    }

    fn common(&mut self, step: &mut Map<String, Value>, depth: usize, in_loop: bool) {
        if !step.contains_key("if") && self.dice.hit(6) {
            step.insert("if".to_owned(), self.condition());
        }
        if self.dice.hit(6) {
            step.insert("timeout".to_owned(), json!(self.dice.pick(&["1s", "10s", "1h"])));
        }
        if self.dice.hit(5) {
            step.insert("retry".to_owned(), json!({ "max_attempts": 2, "delay": "2s" }));
        }
        if self.dice.hit(4) {
            let on_error = self.on_error(depth.saturating_sub(1), in_loop);
            step.insert("on_error".to_owned(), on_error);
        }
    }

    fn on_error(&mut self, depth: usize, in_loop: bool) -> Value {
        match self.dice.throw(4) {
            0 => json!("continue"),
            1 => self.handler(depth, in_loop),
            2 => json!({ "codes": ["rejected", "timeout"] }),
            _ => json!({ "codes": ["any", "outcome_unknown"], "steps": self.handler(depth, in_loop) }),
        }
    }

    fn handler(&mut self, depth: usize, in_loop: bool) -> Value {
        self.ids += 1;
        let mut steps = vec![json!({ "id": format!("s{}", self.ids), "set": "{{ error.code }}" })];
        steps.extend(self.steps(depth.min(1), in_loop).as_array().cloned().unwrap_or_default());
        json!(steps)
    }

    fn action(&mut self, in_loop: bool) -> Value {
        let turn = if in_loop { "{{ [loop.index, loop.item, loop.key] }}" } else { "{{ run.id }}" };
        json!({ "action": "model/ask", "with": { "x": self.value(), "turn": turn } })
    }

    fn wait(&mut self) -> Value {
        match self.dice.throw(4) {
            0 => json!({ "wait": "0s" }),
            1 => json!({ "wait": "5s" }),
            2 => json!({ "wait": { "until": "1970-01-01T00:16:50Z" } }),
            _ => json!({ "wait": { "signal": self.dice.pick(&SIGNALS) } }),
        }
    }

    fn branch(&mut self, depth: usize, in_loop: bool) -> Value {
        let mut arms = vec![json!({ "if": self.condition(), "steps": self.steps(depth - 1, in_loop) })];
        if self.dice.hit(2) {
            arms.push(json!({ "else": true, "steps": self.steps(depth - 1, in_loop) }));
        }
        json!({ "branch": arms })
    }

    fn for_each(&mut self, depth: usize) -> Value {
        let items = self
            .dice
            .pick(&[
                json!([1, 2, 3]),
                json!([]),
                json!({ "a": 1, "b": 2 }),
                json!("input.list"),
                json!([1, 2, 3, 4, 5]),
            ])
            .clone();
        let collects = if self.dice.hit(3) { "collect" } else { "fail" };
        let mut step = json!({ "for_each": items, "at_once": 1 + self.dice.throw(3), "on_item_error": collects, "steps": self.turn(depth - 1) });
        if self.dice.hit(3) {
            step["output"] = json!(["{{ loop.index }}", "{{ item }}"]);
        }
        step
    }

    fn repeat(&mut self, depth: usize) -> Value {
        let repeat = match self.dice.throw(3) {
            0 => json!({ "while": self.condition(), "times": 3 }),
            1 => json!({ "while": "loop.index < 2" }),
            _ => json!({ "times": "{{ input.list | length }}" }),
        };
        json!({ "repeat": repeat, "steps": self.turn(depth - 1) })
    }

    fn parallel(&mut self, depth: usize, in_loop: bool) -> Value {
        let count = 1 + self.dice.throw(3);
        // What stands in one branch is not seen in another one.
        let before = self.seen.clone();
        let branches: Map<String, Value> = (0..count)
            .map(|n| {
                self.seen.clone_from(&before);
                (format!("b{n}"), self.steps(depth - 1, in_loop))
            })
            .collect();
        self.seen = before;
        json!({ "parallel": branches, "wait_for": if self.dice.hit(3) { "first" } else { "all" } })
    }

    fn condition(&mut self) -> Value {
        match self.dice.throw(4) {
            0 => json!("input.no"),
            1 if !self.seen.is_empty() => {
                let id = self.dice.pick(&self.seen);
                json!(format!("steps.{id}.status == 'succeeded' and steps.{id}.output.flag"))
            }
            _ => json!("input.yes"),
        }
    }

    fn value(&mut self) -> Value {
        match self.dice.throw(6) {
            0 if !self.seen.is_empty() => {
                json!([format!("{{{{ steps.{}.output }}}}", self.dice.pick(&self.seen)), "{{ run.id }}"])
            }
            1 if !self.seen.is_empty() => json!(format!("{{{{ steps.{}.status }}}}", self.dice.pick(&self.seen))),
            2 if self.dice.hit(12) => json!("{{ input.missing }}"),
            _ => json!({ "n": self.dice.throw(100), "yes": "{{ input.yes }}" }),
        }
    }
}
