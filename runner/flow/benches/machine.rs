//! How many operations a second the Machine gives and takes on one core, on a flow with something of everything.
//! Run it with `cargo bench -p runner-flow --bench machine`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_sdk::retry::OwnRetries;
use connector_sdk::{Effect, Error, ErrorKind, Evidence};
use runner_flow::{Done, Failure, Flow, Machine, MachineStart, Op, Outcome, Timestamp};
use serde_json::{Value, json};

/// How long is measured.
const LONG_ENOUGH: Duration = Duration::from_secs(3);

fn flow() -> Arc<Flow> {
    let ask = |id: &str, with: Value| json!({ "id": id, "action": "model/ask", "connection": "m", "with": with });
    let file = json!({
        "linkwork": 1,
        "name": "mixed",
        "connections": { "m": { "connector": "model" } },
        "steps": [
            ask("first", json!({ "text": "Hello, {{ input.name | upper }}!", "n": 1 })),
            { "id": "made", "set": { "n": "{{ steps.first.output.n + 1 }}", "text": "{{ steps.first.output.text }}" } },
            { "id": "which", "branch": [
                { "if": "steps.made.output.n > 10 and 'bug' in steps.made.output.text", "steps": [ask("bug", json!({}))] },
                { "if": "steps.made.output.n > 1", "steps": [ask("other", json!({ "n": "{{ steps.made.output.n }}" }))] },
                { "else": true, "steps": [{ "id": "none", "set": null }] },
            ] },
            { "id": "each", "for_each": "input.items", "output": "{{ steps.item.output.n }}", "steps": [
                ask("item", json!({ "n": "{{ item * 2 }}", "of": "{{ loop.index }} of {{ input.items | length }}" })),
                { "id": "small", "if": "item < 3", "set": "{{ steps.item.output.n }}" },
            ] },
            { "id": "together", "for_each": "input.items", "at_once": 4, "steps": [ask("part", json!({ "n": "{{ item }}" }))] },
            { "id": "both", "parallel": {
                "left": [ask("left", json!({ "n": 1 })), ask("more", json!({ "n": "{{ steps.left.output.n }}" }))],
                "right": [ask("right", json!({ "n": 2 }))],
            } },
            { "id": "again", "retry": { "max_attempts": 3, "delay": "1s" }, "action": "model/ask", "with": { "fails": "once" } },
            { "id": "pause", "wait": "10s" },
        ],
        "output": { "total": "{{ steps.each.output | sum }}", "both": "{{ steps.both.output.left.n }}" }
    });
    Arc::new(Flow::parse(&file.to_string()).expect("the flow is valid"))
}

/// What became of an operation; none where that is not told.
fn done(op: Op, failure: &Failure) -> Option<Done> {
    match op {
        Op::Act(act) => {
            let fails = act.attempt == 1 && act.input.get("fails").is_some();
            let outcome = if fails { Err(failure.clone()) } else { Ok(act.input) };
            Some(Done::Acted { key: act.key, attempt: act.attempt, outcome })
        }
        Op::Sleep { key, .. } | Op::Wait { key, .. } => Some(Done::Slept { key }),
        Op::Cancel { .. } => None,
    }
}

/// One run, with completions that take no time. How many operations there were.
fn run(flow: &Arc<Flow>, input: &Value, failure: &Failure) -> usize {
    let begin = MachineStart { run_id: "run_1".to_owned(), input: input.clone(), ..MachineStart::default() };
    let mut machine = Machine::new(Arc::clone(flow), begin);
    let mut at = Timestamp::from_millis(1_000_000);
    let mut open = machine.start(at);
    let mut count = 0;
    while let Some(op) = open.pop() {
        count += 1;
        if let Op::Sleep { until, .. } = &op {
            at = at.max(*until);
        }
        if let Some(done) = done(op, failure) {
            open.extend(machine.complete(done, at));
        }
        std::hint::black_box(machine.take_ended());
    }
    assert!(matches!(machine.outcome(), Some(Outcome::Succeeded { .. })), "{:?}", machine.outcome());
    count
}

#[expect(clippy::print_stdout, reason = "what was measured is shown")]
fn main() {
    let flow = flow();
    let input = json!({ "name": "Ada", "items": (0..100).collect::<Vec<_>>() });
    let error = Error::new(ErrorKind::RateLimited, "slow down").with_evidence(Evidence::Refused).with_status(429);
    let failure = Failure::of_attempt(&error, Effect::Read, 1, OwnRetries::Unsaid);
    let begun = Instant::now();
    let mut operations = 0;
    while begun.elapsed() < LONG_ENOUGH {
        operations += run(&flow, &input, &failure);
    }
    let each_second = operations as f64 / begun.elapsed().as_secs_f64();
    println!("{each_second:.0} operations a second on one core");
}
