//! What mocks answer, and what becomes of a run on such an answer: as in real life.

use serde_json::{Value, json};

use crate::support::{and, ask, complains, flow, look, passes, send};

fn one(step: Value) -> Value {
    flow(json!([step]))
}

#[tokio::test]
async fn a_list_is_answered_in_its_order() {
    let flow = one(and(send("notify"), json!({ "retry": { "max_attempts": 4, "delay": "1s", "backoff": 2 } })));
    let mock = json!({ "notify": [{ "error": { "status": 503, "retry_after": "1s" }, "times": 2 }, { "output": { "id": 7 } }] });
    let expect = json!({
        "steps.notify.attempts": 3, "steps.notify.output.id": 7, "output": { "id": 7 }, "duration_at_most": "4s"
    });
    passes(&flow, json!({ "mock": mock, "expect": expect })).await;
}

#[tokio::test]
async fn an_error_is_repeated_as_its_evidence_and_the_actions_effect_allow() {
    let patient = json!({ "retry": { "max_attempts": 3, "delay": "1s" } });
    let cases = [
        (look("step"), json!({ "status": 500 }), "unavailable", 3),
        (look("step"), json!({ "code": "network" }), "network", 3),
        (look("step"), json!({ "status": 404 }), "not_found", 1),
        (ask("step"), json!({ "status": 429 }), "rate_limited", 3),
        (ask("step"), json!({ "code": "rate_limited" }), "rate_limited", 3),
        (and(send("step"), patient.clone()), json!({ "status": 500 }), "unavailable", 1),
        (and(send("step"), patient.clone()), json!({ "status": 429 }), "rate_limited", 3),
        (and(send("step"), patient.clone()), json!({ "code": "network", "sent": false }), "network", 3),
        (and(send("step"), patient), json!({ "code": "no_credits", "status": 403, "message": "no" }), "no_credits", 1),
    ];
    for (step, error, code, attempts) in cases {
        let expect = json!({ "status": "failed", "error.code": code, "steps.step.attempts": attempts });
        passes(&one(step), json!({ "mock": { "step": { "error": error } }, "expect": expect })).await;
    }
}

#[tokio::test]
async fn a_write_that_was_not_answered_is_in_doubt() {
    let expect = json!({ "status": "outcome_unknown", "steps.step.attempts": 1, "error.code": "outcome_unknown" });
    for answer in [json!({ "error": { "code": "network" } }), json!({ "output": {}, "took": "2m" })] {
        let step = and(send("step"), json!({ "timeout": "30s" }));
        passes(&one(step), json!({ "mock": { "step": answer }, "expect": expect })).await;
    }
}

#[tokio::test]
async fn an_input_that_the_action_does_not_take_is_found() {
    let mut step = ask("ask");
    step["with"]["temperature"] = json!("{{ input.heat }}");
    let given = json!({ "input": { "heat": 9 }, "mock": { "ask": { "output": {} } } });
    let complaint = "status: expected \"succeeded\", found \"failed\": ask: the input of \
                     xai-grok/create-chat-completion is not valid:\n  /temperature: must be at most 2, not 9";
    complains(&one(step), given, &[complaint]).await;
}

#[tokio::test]
async fn a_step_that_nobody_answers_fails_the_case() {
    let fix = r#"add "ask": { "output": … } to the case's "mock", or record the flow"#;
    let complaint = format!("run: the step ask is neither mocked nor recorded ({fix})");
    complains(&one(ask("ask")), json!({ "expect": { "status": "failed" } }), &[&complaint]).await;
}

#[tokio::test]
async fn a_mock_at_its_end_fails_the_case() {
    let flow = one(and(look("look"), json!({ "on_error": "continue" })));
    let mock = json!({ "look": [{ "error": { "status": 500 }, "times": 2 }] });
    let complaint = "run: the step look is called once more than its mock has answers: 3 times \
                     (add an answer to the mock of \"look\", or raise \"times\")";
    complains(&flow, json!({ "mock": mock }), &[complaint]).await;
}

#[tokio::test]
async fn the_turns_of_a_loop_are_answered_together_or_one_by_one() {
    let each = json!([{ "id": "each", "for_each": ["a", "b", "c"], "steps": [ask("ask")] }]);
    let flow = flow(each);
    passes(&flow, json!({ "mock": { "ask": { "output": 1 } }, "expect": { "output": [1, 1, 1] } })).await;
    let list = json!([{ "output": 1, "times": 2 }, { "output": 2 }]);
    let expect = json!({ "output": [1, 1, 2], "steps.each[2].ask.output": 2, "called": ["ask", "each[0].ask"] });
    passes(&flow, json!({ "mock": { "ask": list }, "expect": expect })).await;
    let exact = json!({ "each.ask": { "output": 1 }, "each[1].ask": { "output": 5 } });
    passes(&flow, json!({ "mock": exact, "expect": { "output": [1, 5, 1] } })).await;
    let complaint = "steps.ask.output: the step ask ran 3 times (say which is meant, such as each[0].ask)";
    complains(&flow, json!({ "mock": { "ask": { "output": 1 } }, "expect": { "steps.ask.output": 1 } }), &[complaint])
        .await;
}
