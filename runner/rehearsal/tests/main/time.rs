//! Time passes on the run's own clock, and ids stand still.

use serde_json::json;

use crate::support::{and, ask, complains, flow, look, passes};

#[tokio::test]
async fn the_clock_and_the_ids_are_frozen() {
    let set = json!({ "id": "now", "set": { "run": "{{ run.id }}", "at": "{{ run.started_at }}" } });
    let flow = flow(json!([set]));
    passes(&flow, json!({ "expect": { "output": { "run": "run_test", "at": "2026-01-01T00:00:00Z" } } })).await;
    let given = json!({ "at": "2027-02-03T04:05:06Z", "expect": { "output.at": "2027-02-03T04:05:06Z" } });
    passes(&flow, given).await;
}

#[tokio::test]
async fn waits_retries_and_answers_take_no_real_time() {
    let retry = json!({ "retry": { "max_attempts": 2, "delay": "1m" } });
    let flow = flow(json!([{ "id": "pause", "wait": "2d" }, and(look("look"), retry)]));
    let mock = json!({ "look": [{ "error": { "status": 500 }, "took": "5s" }, { "output": {}, "took": "10s" }] });
    let expect = json!({ "duration": "172875s", "steps.look.attempts": 2 });
    passes(&flow, json!({ "mock": mock, "expect": expect })).await;
}

#[tokio::test]
async fn a_step_that_takes_too_long_times_out() {
    let flow = flow(json!([and(ask("ask"), json!({ "timeout": "30s" }))]));
    let given = json!({
        "mock": { "ask": { "output": {}, "took": "31s" } },
        "expect": { "error.code": "timeout", "duration": "30s" }
    });
    passes(&flow, given).await;
}

#[tokio::test]
async fn a_signal_comes_when_it_is_sent() {
    let flow = flow(json!([{ "id": "approval", "wait": { "signal": "approved" } }]));
    let signals = json!([{ "name": "approved", "after": "5s", "data": { "by": "anna" } }]);
    let expect = json!({ "output": { "by": "anna" }, "duration": "5s" });
    passes(&flow, json!({ "signals": signals, "expect": expect })).await;
    let complaint = "run: the step approval waits for the signal \"approved\", which never comes (add { \"name\": \
                     \"approved\" } to the case's \"signals\", or bound the wait with a timeout)";
    complains(&flow, json!({ "expect": { "status": "cancelled" } }), &[complaint]).await;
}

#[tokio::test]
async fn what_is_slower_side_by_side_is_cancelled() {
    let race = json!([{
        "id": "race", "wait_for": "first", "parallel": { "fast": [ask("fast")], "slow": [ask("slow")] }
    }]);
    let mock = json!({ "fast": { "output": 1, "took": "1s" }, "slow": { "output": 2, "took": "9s" } });
    let expect =
        json!({ "output": { "branch": "fast", "output": 1 }, "steps.slow.status": "cancelled", "duration": "1s" });
    passes(&flow(race), json!({ "mock": mock, "expect": expect })).await;
}

#[tokio::test]
async fn the_config_is_the_cases() {
    let steps = json!([{ "id": "team", "set": "{{ config.team }}" }]);
    let config = json!({ "type": "object", "properties": { "team": { "type": "string" } } });
    let flow = and(flow(steps), json!({ "config": config }));
    passes(&flow, json!({ "config": { "team": "billing" }, "expect": { "output": "billing" } })).await;
}
