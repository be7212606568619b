//! What an expression costs: one `set` step evaluates the same expression many times, so that the time of the run is
//! the time of its expressions, and of the list that they make.

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use runner_flow::{Flow, Machine, MachineStart, Timestamp};
use serde_json::json;

const TIMES: usize = 1000;

fn main() {
    divan::main();
}

#[divan::bench(args = [
    "literal",
    "{{ input.ticket.number }}",
    "{{ steps.first-step.output.choices[0].message.role }}",
    "{{ input.ticket.number > 3 }}",
    "{{ 'bug' in steps.first-step.output.choices[0].message.content }}",
    "{{ input.ticket.number > 3 and input.ticket.open }}",
    "{{ steps.first-step.output.choices[0].message.content | trim }}",
    "A prompt about {{ input.ticket.title }} by {{ input.ticket.author }}.",
    "{% if input.ticket.open %}open{% else %}closed{% endif %}",
    "{% for label in input.ticket.labels %}{{ label }} {% endfor %}",
])]
fn one_evaluation(bencher: Bencher<'_, '_>, text: &str) {
    let file = json!({
        "linkwork": 1, "name": "bench", "input": { "type": "object" },
        "steps": [
            { "id": "first-step", "set": { "choices": [{ "message": { "role": "assistant", "content": " a bug, I think " } }] } },
            { "id": "many", "set": vec![text; TIMES] }
        ]
    });
    let Ok(flow) = Flow::parse(&file.to_string()) else { return };
    let flow = Arc::new(flow);
    let input = json!({ "ticket": {
        "number": 7, "open": true, "title": "It breaks", "author": "Ada", "labels": ["a", "b", "c"]
    } });
    let machine = || {
        let start = MachineStart { run_id: "run_1".to_owned(), input: input.clone(), ..MachineStart::default() };
        Machine::new(Arc::clone(&flow), start)
    };
    bencher.counter(ItemsCount::new(TIMES)).with_inputs(machine).bench_local_refs(|machine| {
        machine.start(Timestamp::from_millis(0));
    });
}
