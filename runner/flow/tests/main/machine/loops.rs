//! `for_each`, `repeat` and `break`.

use runner_flow::{MachineStart, Op, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, cancelled, flow, in_doubt, rejected};

fn each(items: Value, more: Value, steps: Value) -> Value {
    let mut step = json!({ "id": "each", "for_each": items, "steps": steps });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([step])
}

#[test]
fn a_list_is_gone_through_in_order() {
    let names = json!({ "id": "names", "set": ["{{ item }}", "{{ loop.index }}", "{{ loop.key }}", "{{ loop.item }}", "{{ loop.previous }}"] });
    let steps = each(json!([7, 8]), json!({}), json!([names]));
    assert_eq!(Driver::of(steps).output(), json!([[7, 0, null, 7, null], [8, 1, null, 8, [7, 0, null, 7, null]]]));
}

#[test]
fn an_object_is_gone_through_by_its_entries() {
    let names = json!({ "id": "names", "set": { "k": "{{ loop.key }}", "v": "{{ file }}" } });
    let steps = each(json!({ "b": 1, "a": 2 }), json!({ "as": "file" }), json!([names]));
    assert_eq!(Driver::of(steps).output(), json!([{ "k": "b", "v": 1 }, { "k": "a", "v": 2 }]));
}

#[test]
fn items_come_from_an_expression_and_may_be_none() {
    let run = |items: Value| {
        let flow = flow(
            json!({ "steps": each(json!("input.items"), json!({}), json!([{ "id": "a", "set": "{{ item }}" }])) }),
        );
        Driver::begin(&flow, MachineStart { input: json!({ "items": items }), ..MachineStart::default() })
    };
    assert_eq!(run(json!([1, 2])).output(), json!([1, 2]));
    assert_eq!(run(json!([])).output(), json!([]));
    assert_eq!(run(json!({})).output(), json!([]));
    run(json!("text")).failed_with("each", "invalid_input");
    assert_eq!(run(json!(3)).failure().2, "\"for_each\" goes through a list or an object, not 3");
}

#[test]
fn a_turn_gives_its_output_if_the_loop_says_which() {
    let steps = each(
        json!([1, 2]),
        json!({ "output": { "n": "{{ item }}", "s": "{{ steps.a.output }}", "before": "{{ loop.previous }}" } }),
        json!([{ "id": "a", "set": "x{{ item }}" }, { "id": "b", "set": null }]),
    );
    let first = json!({ "n": 1, "s": "x1", "before": null });
    assert_eq!(Driver::of(steps).output(), json!([first, { "n": 2, "s": "x2", "before": first }]));
}

#[test]
fn keys_tell_the_turn_and_loops_stand_in_loops() {
    let inner = json!({ "id": "inner", "for_each": "row", "as": "cell", "steps": [
        ask("ask", json!({ "with": { "cell": "{{ cell }}", "row": "{{ row }}", "outer": "{{ steps.before.output }}" } }))] });
    let steps = each(
        json!([[1, 2], [3]]),
        json!({ "as": "row" }),
        json!([{ "id": "before", "set": "{{ loop.index }}" }, inner]),
    );
    let run = Driver::of(steps).echo();
    let of = |cell: u64, row: Value, outer: u64| json!({ "cell": cell, "row": row, "outer": outer });
    assert_eq!(run.output(), json!([[of(1, json!([1, 2]), 0), of(2, json!([1, 2]), 0)], [of(3, json!([3]), 1)]]));
    let keys: Vec<&str> = run.ended().into_iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        [
            "each[0].before",
            "each[0].inner[0].ask",
            "each[0].inner[1].ask",
            "each[0].inner",
            "each[1].before",
            "each[1].inner[0].ask",
            "each[1].inner",
            "each",
        ]
    );
}

#[test]
fn turns_run_at_once_and_outputs_keep_the_order_of_the_items() {
    let steps = each(json!([10, 11, 12, 13, 14]), json!({ "at_once": 3 }), json!([ask("ask", json!({}))]));
    let mut run = Driver::of(steps);
    assert_eq!(run.waiting(), ["each[0].ask", "each[1].ask", "each[2].ask"]);
    run.ok("each[2].ask", json!("c"));
    assert_eq!(run.waiting(), ["each[0].ask", "each[1].ask", "each[3].ask"]);
    run.ok("each[1].ask", json!("b"));
    run.ok("each[4].ask", json!("e"));
    run.ok("each[3].ask", json!("d"));
    assert_eq!(run.waiting(), ["each[0].ask"]);
    run.ok("each[0].ask", json!("a"));
    assert_eq!(run.output(), json!(["a", "b", "c", "d", "e"]));
}

#[test]
fn the_first_turn_that_fails_ends_the_others_and_the_loop() {
    let steps = each(json!([1, 2, 3, 4]), json!({ "at_once": 3 }), json!([ask("ask", json!({}))]));
    let mut run = Driver::of(steps);
    run.answer("each[1].ask", Err(rejected()));
    assert_eq!(run.waiting(), Vec::<&str>::new());
    assert!(run.machine.outcome().is_none(), "two attempts are still in flight");
    run.answer("each[0].ask", Err(cancelled()));
    run.ok("each[2].ask", json!("too late"));
    run.failed_with("each[1].ask", "rejected");
    assert_eq!(
        run.ended(),
        [
            ("each[1].ask", Status::Failed),
            ("each[0].ask", Status::Cancelled),
            ("each[2].ask", Status::Succeeded),
            ("each", Status::Failed),
        ]
    );
}

#[test]
fn a_write_in_doubt_outdoes_the_failure_that_cut_it_off() {
    let steps = each(json!([1, 2]), json!({ "at_once": 2 }), json!([ask("ask", json!({}))]));
    let mut run = Driver::of(steps);
    run.answer("each[0].ask", Err(rejected()));
    run.answer("each[1].ask", Err(in_doubt()));
    assert_eq!(
        (run.status("each"), run.status("each[1].ask")),
        (Some(Status::OutcomeUnknown), Some(Status::OutcomeUnknown))
    );
    assert!(
        matches!(run.machine.outcome(), Some(runner_flow::Outcome::OutcomeUnknown { step, .. }) if step.as_str() == "each[1].ask")
    );
}

#[test]
fn failures_of_turns_can_be_collected() {
    let steps =
        each(json!([1, 2, 3]), json!({ "at_once": 2, "on_item_error": "collect" }), json!([ask("ask", json!({}))]));
    let mut run = Driver::of(steps);
    run.answer("each[1].ask", Err(rejected()));
    run.ok("each[2].ask", json!("c"));
    run.ok("each[0].ask", json!("a"));
    let output = run.output();
    assert_eq!(output[0], json!({ "status": "succeeded", "output": "a", "error": null }));
    assert_eq!(
        (&output[1]["status"], &output[1]["output"], &output[1]["error"]["code"], &output[1]["error"]["step"]),
        (&json!("failed"), &Value::Null, &json!("rejected"), &json!("each[1].ask"))
    );
    assert_eq!(output[2]["output"], "c");
}

#[test]
fn an_unknown_outcome_is_not_collected() {
    let steps = each(json!([1, 2]), json!({ "on_item_error": "collect" }), json!([ask("ask", json!({}))]));
    let mut run = Driver::of(steps);
    run.answer("each[0].ask", Err(in_doubt()));
    assert_eq!(run.status("each"), Some(Status::OutcomeUnknown));
}

#[test]
fn a_break_ends_the_loop_with_what_there_is() {
    let steps = each(
        json!([1, 2, 3, 4]),
        json!({ "output": "{{ steps.a.output }}" }),
        json!([
            { "id": "a", "set": "{{ item }}" },
            { "id": "done", "if": "item == 3", "break": true },
            { "id": "never", "if": "item == 3", "fail": "not reached" },
        ]),
    );
    let steps = serde_json::from_str(
        &steps.to_string().replace("item == 3", "input[loop.index]").replace("input[loop.index]", "steps.stop.output"),
    )
    .unwrap_or(steps);
    let stop = json!({ "id": "stop", "set": "{{ loop.item.stop }}" });
    let mut steps: Value = steps;
    steps[0]["for_each"] = json!([{ "stop": false }, { "stop": true }, { "stop": false }]);
    steps[0]["steps"].as_array_mut().unwrap().insert(0, stop);
    let run = Driver::of(steps);
    assert_eq!(run.output(), json!([{ "stop": false }, { "stop": true }]));
    assert_eq!(run.status("each[1].done"), Some(Status::Succeeded));
    assert_eq!(run.status("each[0].done"), Some(Status::Skipped));
    assert_eq!(run.status("each[1].never"), None);
}

#[test]
fn a_break_step_does_not_count_as_the_last_one() {
    let steps = each(
        json!([false, true, false]),
        json!({}),
        json!([
        { "id": "a", "set": "{{ loop.index }}" }, { "id": "done", "if": "item", "break": true }]),
    );
    assert_eq!(Driver::of(steps).output(), json!([0, 1]));
}

#[test]
fn a_break_with_more_at_once_cuts_off_what_comes_after_it() {
    let body = json!([ask("ask", json!({})), { "id": "done", "if": "steps.ask.output", "break": true }]);
    let steps = each(json!([0, 1, 2, 3, 4, 5]), json!({ "at_once": 4 }), body);
    let mut run = Driver::of(steps);
    run.ok("each[3].ask", json!(false));
    run.ok("each[1].ask", json!(true));
    assert_eq!(run.waiting(), ["each[0].ask"]);
    run.answer("each[2].ask", Err(cancelled()));
    run.answer("each[4].ask", Err(cancelled()));
    assert!(run.machine.outcome().is_none());
    run.ok("each[0].ask", json!(false));
    assert_eq!(run.output(), json!([false, true]));
}

#[test]
fn a_break_goes_through_branches_and_parallels_to_its_loop() {
    let steps = each(
        json!([1, 2]),
        json!({ "output": "{{ item }}" }),
        json!([
        { "id": "both", "parallel": {
            "a": [{ "id": "which", "branch": [{ "else": true, "steps": [{ "id": "done", "break": true }] }] }],
            "b": [ask("ask", json!({}))] } },
        ask("after", json!({}))]),
    );
    let mut run = Driver::of(steps);
    assert_eq!(run.ops.last(), Some(&Op::Cancel { key: run.act("each[0].ask").key }));
    run.answer("each[0].ask", Err(cancelled()));
    assert_eq!(run.output(), json!([1]));
    assert_eq!(run.status("each[0].both"), Some(Status::Succeeded));
}

#[test]
fn a_repeat_has_as_many_turns_as_it_says() {
    let run = |times: Value, input: Value| {
        let steps =
            json!([{ "id": "r", "repeat": { "times": times }, "steps": [{ "id": "a", "set": "{{ loop.index }}" }] }]);
        Driver::begin(&flow(json!({ "steps": steps })), MachineStart { input, ..MachineStart::default() })
    };
    assert_eq!(run(json!(3), Value::Null).output(), json!([0, 1, 2]));
    assert_eq!(run(json!(0), Value::Null).output(), json!([]));
    assert_eq!(run(json!("{{ input }}"), json!(2)).output(), json!([0, 1]));
    assert_eq!(run(json!("{{ input }}"), json!("2")).failure().2, "\"times\" is a whole number, not text");
    assert_eq!(run(json!("{{ input }}"), json!(1.5)).failure().2, "\"times\" is a whole number, not 1.5");
    run(json!("{{ input }}"), json!(1_000_001)).failed_with("r", "limit_exceeded");
}

#[test]
fn a_repeat_goes_on_while_its_condition_holds() {
    let run = |list: Value, bound: Value| {
        let mut repeat = json!({ "while": "steps.more.output" });
        repeat.as_object_mut().unwrap().extend(bound.as_object().unwrap().clone());
        let steps = json!([
            { "id": "more", "set": list },
            { "id": "r", "repeat": repeat, "steps": [{ "id": "a", "set": "{{ loop.index }}" }, { "id": "done", "if": "input.breaks", "break": true }] }]);
        Driver::begin(
            &flow(json!({ "steps": steps })),
            MachineStart {
                input: json!({ "breaks": bound.get("times") == Some(&json!(1)) }),
                ..MachineStart::default()
            },
        )
    };
    assert_eq!(run(json!(false), json!({})).output(), json!([]));
    run(json!(true), json!({ "times": 5 })).failed_with("r", "limit_exceeded");
    assert_eq!(run(json!(true), json!({ "times": 5 })).records.len(), 1 + 5 * 2 + 1);
    run(json!(true), json!({})).failed_with("r", "limit_exceeded");
    assert_eq!(run(json!(true), json!({})).records.len(), 1 + 1_000 * 2 + 1);
    // A loop that was broken off at its bound has not met it.
    assert_eq!(run(json!(true), json!({ "times": 1 })).output(), json!([0]));
}

#[test]
fn the_condition_of_a_repeat_sees_what_the_turn_before_gave() {
    let steps = |condition: &str| {
        json!([{ "id": "r", "repeat": { "while": condition, "times": 9 }, "steps": [
            { "id": "n", "set": "{{ loop.index < 2 }}" }] }])
    };
    let run = Driver::of(steps("loop.index == 0 or loop.previous"));
    assert_eq!(run.output(), json!([true, true, false]));
    // Before the first turn there is null, which is neither true nor false.
    Driver::of(steps("loop.previous")).failed_with("r", "expression");
}

#[test]
fn results_inside_a_turn_are_those_of_this_turn() {
    let steps = each(
        json!([true, false]),
        json!({}),
        json!([
        { "id": "a", "if": "item", "set": "there" }, { "id": "b", "set": ["{{ steps.a.status }}", "{{ steps.a.output }}"] }]),
    );
    assert_eq!(Driver::of(steps).output(), json!([["succeeded", "there"], ["skipped", null]]));
}
