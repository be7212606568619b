//! Ten thousand broken flow files: each gets its errors with their places, or is right after all. None is a panic.
//!
//! They are good files that were damaged, in their text and in what they say. The same seed damages in the same way.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_sdk::Registry;
use runner_flow::{
    Act, Diagnostic, Done, Flow, Folder, GraphFormat, Machine, MachineStart, NoFolder, Op, Severity, Signal, Timestamp,
    explain, format, graph,
};
use serde_json::{Value, json};

use crate::schema;
use crate::support::registry;

const FILES: u64 = 10_000;

const GOOD: [&str; 4] = [
    include_str!("../whole-language.json"),
    include_str!("../whole.json"),
    include_str!("../sub_flows/greet.linkwork.json"),
    include_str!("../sub_flows/round.linkwork.json"),
];

/// An input for each of them.
const INPUTS: [&str; 4] = [
    r#"{ "rows": [{ "name": "a" }, { "name": "b" }], "urgent": false, "customer": "c" }"#,
    r#"{ "text": "x", "warmth": 1, "urgent": true }"#,
    r#"{ "name": "you", "times": 1 }"#,
    "{}",
];

/// How much a run may ask for before it is cancelled.
const OPS: usize = 500;

#[test]
fn every_broken_file_gets_an_answer() {
    let registry = registry();
    let mut slowest = (Duration::ZERO, 0);
    let mut slowest_run = (Duration::ZERO, 0);
    let mut right = 0_u64;
    let mut beside = GOOD[2].to_owned();
    for seed in 0..FILES {
        let mut damage = Damage::new(seed);
        let good = damage.below(GOOD.len());
        let text = damage.file(GOOD[good]);
        let started = Instant::now();
        let (flow, found) = Flow::validate(&text, &Always(&beside), &registry);
        slowest = slowest.max((started.elapsed(), seed));
        assert_answer(seed, &text, flow.as_ref(), &found, &registry);
        if let Some(flow) = flow {
            right += 1;
            let started = Instant::now();
            run(seed, Arc::new(flow), INPUTS[good]);
            slowest_run = slowest_run.max((started.elapsed(), seed));
        }
        if text.len() < 10_000 {
            beside = text;
        }
    }
    assert!(right > 100 && right < FILES / 2, "{right} of them are right");
    println!("the slowest check was that of file {} with {:?}", slowest.1, slowest.0);
    println!(
        "{right} are right after all; the slowest run was that of file {} with {:?}",
        slowest_run.1, slowest_run.0
    );
}

/// Does what a run asks for, at most so much of it; then, or if it is still open, it is cancelled. It always ends.
fn run(seed: u64, flow: Arc<Flow>, input: &str) {
    let input = serde_json::from_str(input).unwrap();
    let start = MachineStart { run_id: "run_1".to_owned(), input, ..MachineStart::default() };
    let mut machine = Machine::new(flow, start);
    let mut at = Timestamp::from_millis(1_000_000);
    let mut ops = VecDeque::from(machine.start(at));
    let mut done = 0;
    while let Some(op) = ops.pop_front() {
        done += 1;
        let next = match op {
            Op::Act(Act { key, attempt, input, .. }) => Done::Acted { key, attempt, outcome: Ok(input) },
            Op::Sleep { key, until, .. } | Op::Wait { key, until: Some(until), .. } => {
                at = at.max(until);
                Done::Slept { key }
            }
            Op::Wait { signal, .. } => {
                Done::Signalled(Signal { id: format!("{done}"), name: signal, data: json!({ "name": "you" }) })
            }
            Op::Cancel { .. } => continue,
        };
        ops.extend(machine.complete(next, at));
        assert!(machine.take_ended().len() < 100_000, "file {seed}");
        if done == OPS {
            ops.extend(machine.cancel(at));
        }
        assert!(done < 4 * OPS, "file {seed} goes on after it was cancelled");
    }
    if machine.outcome().is_none() {
        machine.cancel(at);
    }
    assert!(machine.outcome().is_some(), "file {seed} never ends");
}

fn assert_answer(seed: u64, text: &str, flow: Option<&Flow>, found: &[Diagnostic], registry: &Registry) {
    let is_right = found.iter().all(|one| one.severity == Severity::Warning);
    assert_eq!(flow.is_some(), is_right, "file {seed}: {found:?}");
    for one in found {
        assert!(text.get(one.span.clone()).is_some() && one.line >= 1 && one.column >= 1, "file {seed}: {one:?}");
        assert!(explain(one.code).is_some(), "file {seed}: {one:?}");
        assert!(one.message.len() < 10_000, "file {seed}: {one:?}");
        assert!(one.fix.as_ref().is_some_and(|fix| !fix.is_empty()), "file {seed}: {one:?}");
    }
    if let Some(flow) = flow {
        assert!(graph(flow, GraphFormat::Mermaid).starts_with("flowchart TD\n"));
        assert!(graph(flow, GraphFormat::Dot).starts_with("digraph {\n"));
        assert_eq!(schema::found(&serde_json::from_str(flow.text()).unwrap()), [] as [&str; 0], "file {seed}");
    }
    // It takes longer than all of the above: that a part of the files shows it is enough.
    if seed.is_multiple_of(8)
        && let Ok(formatted) = format(text)
    {
        assert_eq!(format(&formatted).unwrap(), formatted, "file {seed}");
        let again = Flow::validate(&formatted, &NoFolder, registry).1;
        let before = Flow::validate(text, &NoFolder, registry).1;
        assert_eq!(words(&again), words(&before), "file {seed}: formatting changes what is found");
    }
}

/// What is found, without the places, which formatting changes.
fn words(found: &[Diagnostic]) -> BTreeSet<(&str, &str)> {
    found.iter().map(|one| (one.code, one.message.as_str())).collect()
}

/// A folder whose every file says the same, so that flows run themselves and one another.
struct Always<'t>(&'t str);

impl Folder for Always<'_> {
    fn read(&self, file: &str) -> Result<String, String> {
        match file.starts_with('n') {
            true => Err("it is not there".to_owned()),
            false => Ok(self.0.to_owned()),
        }
    }
}

/// A way to damage a file, told by its seed.
struct Damage(u64);

impl Damage {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn file(&mut self, good: &str) -> String {
        if self.below(2) == 0 {
            let mut file: Value = serde_json::from_str(good).unwrap();
            for _ in 0..=self.below(3) {
                self.value(&mut file);
            }
            return serde_json::to_string_pretty(&file).unwrap();
        }
        let mut text: Vec<char> = good.chars().collect();
        for _ in 0..=self.below(3) {
            self.text(&mut text);
        }
        text.into_iter().collect()
    }

    /// Damages what a file says, at some place in it.
    fn value(&mut self, value: &mut Value) {
        let goes_on = self.below(6) > 0;
        match value {
            Value::Object(map) if goes_on && !map.is_empty() => {
                let at = self.below(map.len());
                let inner = map.values_mut().nth(at);
                inner.into_iter().for_each(|inner| self.value(inner));
            }
            Value::Array(items) if goes_on && !items.is_empty() => {
                let at = self.below(items.len());
                self.value(&mut items[at]);
            }
            Value::Object(map) => self.object(map),
            Value::Array(items) => self.list(items),
            other => *other = self.other(other),
        }
    }

    fn object(&mut self, map: &mut serde_json::Map<String, Value>) {
        let key = map.keys().nth(self.below(map.len())).cloned().unwrap_or_default();
        let value = map.shift_remove(&key).unwrap_or(Value::Null);
        match self.below(4) {
            0 => {}
            1 => drop(map.insert(format!("{key}{}", self.of(&["s", "_", " ", "/~", "é"])), value)),
            2 => drop(map.insert((*self.of(&KEYS)).to_owned(), value)),
            _ => drop(map.insert(key, self.other(&value))),
        }
    }

    fn list(&mut self, items: &mut Vec<Value>) {
        let (a, b) = (self.below(items.len()), self.below(items.len()));
        match self.below(4) {
            _ if items.is_empty() => items.push(self.other(&Value::Null)),
            0 => items.swap(a, b),
            1 => drop(items.remove(a)),
            2 => items.insert(a, items[b].clone()),
            _ => items[a] = self.other(&items[b]),
        }
    }

    /// A value that has nothing to do with the one that stands there, or too much.
    fn other(&mut self, value: &Value) -> Value {
        match self.below(14) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.below(3)),
            3 => json!(1.5e300),
            4 => json!([value]),
            5 => json!({ "steps": value }),
            6 => json!({ "$literal": value, "and": 1 }),
            7 => (0..self.below(90)).fold(value.clone(), |inner, _| json!([inner])),
            8 => Value::from("x".repeat(self.below(100_000))),
            9 => json!([{ "id": "more", "flow": "more" }, { "id": "none", "flow": "none" }]),
            _ => Value::from(*self.of(&TEXTS)),
        }
    }

    /// Damages a text, whatever it says.
    fn text(&mut self, text: &mut Vec<char>) {
        let (a, b) = (self.below(text.len()), self.below(40));
        let end = (a + b).min(text.len());
        match self.below(7) {
            0 => text.truncate(a),
            1 => drop(text.drain(a..end)),
            2 => {
                let again: Vec<char> = text[a..end].to_vec();
                text.splice(a..a, again);
            }
            3 if end < text.len() => text.swap(a, end),
            4 => {
                let after_brace = text[a..].iter().position(|c| *c == '{').map_or(a, |at| a + at + 1);
                text.splice(after_brace..after_brace, "\"id\": \"twice\", \"set\": 1, ".chars());
            }
            5 => {
                let piece = *self.of(&PIECES);
                let often = if self.below(20) == 0 { 2_000 } else { 1 };
                text.splice(a..a, piece.repeat(often).chars());
            }
            _ => {
                let piece = *self.of(&PIECES);
                text.splice(a..end, piece.chars());
            }
        }
    }
}

const KEYS: [&str; 12] =
    ["id", "set", "steps", "if", "on_error", "retry", "branch", "parallel", "for_each", "$literal", "flow", "output"];

const TEXTS: [&str; 20] = [
    "",
    "{{",
    "}}",
    "{{ }}",
    "{% if",
    "{{ steps.ask.output }}",
    "{{ steps.nobody.output[0]['x'] }}",
    "{{ input.rows | map('upper') | join(', ') }}",
    "{{ loop.previous }}",
    "{{ error.message }}",
    "{% for row in input.rows %}{{ row }}{% endfor %}",
    "steps.ask.status == 'success'",
    "((((((((((((((((",
    "'unclosed",
    "1 / 0",
    "round",
    "10s",
    "\u{1f600}\u{202e}\u{0}\u{feff}",
    "é\u{301}",
    "model/ask",
];

const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "{{",
    "}}",
    "//",
    "/*",
    "'",
    "\u{0}",
    "\u{feff}",
    "\u{a0}",
    "\n",
    "1e999",
    "nul",
    "é",
    "\u{1f600}",
    "[{\"a\":",
];
