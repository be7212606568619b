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
    parsed(&file)
}

#[expect(clippy::expect_used, reason = "nothing is measured without a flow")]
fn parsed(file: &Value) -> Arc<Flow> {
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

/// A run with completions that take no time.
struct Run {
    machine: Machine,
    at: Timestamp,
    open: Vec<Op>,
    count: usize,
}

impl Run {
    fn new(flow: &Arc<Flow>, input: &Value) -> Self {
        let begin = MachineStart { run_id: "run_1".to_owned(), input: input.clone(), ..MachineStart::default() };
        let mut machine = Machine::new(Arc::clone(flow), begin);
        let at = Timestamp::from_millis(1_000_000);
        let open = machine.start(at);
        Self { machine, at, open, count: 0 }
    }

    /// Ends one operation, the last one that was asked for; false if none is left.
    fn step(&mut self, failure: &Failure) -> bool {
        let Some(op) = self.open.pop() else { return false };
        self.count += 1;
        if let Op::Sleep { until, .. } = &op {
            self.at = self.at.max(*until);
        }
        if let Some(done) = done(op, failure) {
            self.open.extend(self.machine.complete(done, self.at));
        }
        std::hint::black_box(self.machine.take_ended());
        true
    }

    /// Goes on to the end. How many operations there were.
    fn finish(mut self, failure: &Failure) -> usize {
        while self.step(failure) {}
        let outcome = self.machine.outcome();
        assert!(matches!(outcome, Some(Outcome::Succeeded { .. })), "{outcome:?}");
        self.count
    }
}

/// How many operations a second there are on the mixed flow.
fn mixed(failure: &Failure) -> f64 {
    let (flow, input) = (flow(), json!({ "name": "Ada", "items": (0..100).collect::<Vec<_>>() }));
    let work = Work::begin();
    let mut operations = 0;
    while work.took() < LONG_ENOUGH {
        operations += Run::new(&flow, &input).finish(failure);
    }
    operations as f64 / work.took().as_secs_f64()
}

/// How long one turn takes of a loop of so many, and by how many KiB the process grows while the second half of them
/// pass, where that is known. What a turn gives is kept to the end: here it is null.
fn long_loop(turns: usize, failure: &Failure) -> (Duration, Option<usize>) {
    let file = json!({
        "linkwork": 1,
        "name": "long",
        "connections": { "m": { "connector": "model" } },
        "steps": [{ "id": "turns", "repeat": { "times": turns }, "output": null, "steps": [
            { "id": "ask", "action": "model/ask", "with": { "text": "Turn {{ loop.index }} of many, with some text to hold." } },
        ] }],
        "output": "{{ steps.turns.output | length }}"
    });
    let flow = parsed(&file);
    let work = Work::begin();
    let mut run = Run::new(&flow, &json!({}));
    while run.count < turns / 2 {
        run.step(failure);
    }
    let half = resident();
    while run.count < turns {
        run.step(failure);
    }
    let grown = resident().zip(half).map(|(end, half)| end.saturating_sub(half));
    (work.took() / u32::try_from(turns).unwrap_or(1), grown)
}

/// What the processor has done for this process: others that want it too do not count, where the system tells.
struct Work {
    begun: Instant,
    before: Option<Duration>,
}

impl Work {
    fn begin() -> Self {
        Self { begun: Instant::now(), before: Self::so_far() }
    }

    fn took(&self) -> Duration {
        Self::so_far().zip(self.before).map_or_else(|| self.begun.elapsed(), |(now, before)| now - before)
    }

    fn so_far() -> Option<Duration> {
        let told = std::fs::read_to_string("/proc/self/schedstat").ok()?;
        told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

/// How many KiB of memory the process has, on systems that tell.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
}

#[expect(clippy::print_stdout, reason = "what was measured is shown")]
fn main() {
    let error = Error::new(ErrorKind::RateLimited, "slow down").with_evidence(Evidence::Refused).with_status(429);
    let failure = Failure::of_attempt(&error, Effect::Read, 1, OwnRetries::Unsaid);
    println!("a mixed flow: {:.0} operations a second on one core", mixed(&failure));
    for turns in [10_000, 100_000] {
        let (each, grown) = long_loop(turns, &failure);
        let grown = grown.map_or("unknown".to_owned(), |kib| format!("{kib} KiB"));
        println!("a loop of {turns} turns: {each:?} for each turn; growth of memory in the second half: {grown}");
    }
}
