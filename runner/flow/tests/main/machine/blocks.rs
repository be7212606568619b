//! Steps in steps: branches, loops, parallels, sub-flows, and where their results are seen.

use runner_flow::{MachineStart, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, cancelled, flow, flow_in, in_doubt, refused, rejected};

#[test]
fn a_branch_takes_the_first_arm_that_holds() {
    let run = |a: bool, b: bool| {
        let steps = json!([
            { "id": "which", "branch": [
                { "if": "input.a", "steps": [{ "id": "one", "set": 1 }, ask("two", json!({ "with": { "x": "{{ steps.one.output }}" } }))] },
                { "if": "input.b", "steps": [{ "id": "three", "set": 3 }] },
                { "else": true, "steps": [{ "id": "four", "set": 4 }] } ] },
            { "id": "after", "set": ["{{ steps.which.output }}", "{{ steps.one.status }}", "{{ steps.three.output }}", "{{ steps.four.status }}"] }
        ]);
        let begin = MachineStart { input: json!({ "a": a, "b": b }), ..MachineStart::default() };
        Driver::begin(&flow(json!({ "steps": steps })), begin).echo().output()
    };
    assert_eq!(run(true, true), json!([{ "x": 1 }, "succeeded", null, "skipped"]));
    assert_eq!(run(false, true), json!([3, "skipped", 3, "skipped"]));
    assert_eq!(run(false, false), json!([4, "skipped", null, "succeeded"]));
}

#[test]
fn a_loop_goes_through_a_list() {
    let steps = json!([{ "id": "each", "for_each": [1, 2, 3], "steps": [
        { "id": "sub", "set": ["{{ item }}", "{{ loop.index }}", "{{ loop.previous }}"] }] }]);
    assert_eq!(
        Driver::of(steps).echo().output(),
        json!([[1, 0, null], [2, 1, [1, 0, null]], [3, 2, [2, 1, [1, 0, null]]]])
    );
}
