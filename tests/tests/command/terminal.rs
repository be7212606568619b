//! What a person sees on a screen while a flow runs, and when it is over.

#![cfg(target_os = "linux")]

use serde_json::json;
use tests::wire::{Reply, Wire};

use super::{MODEL, flow, read, shell_at};

#[test]
fn each_step_has_a_line_and_the_last_says_what_it_took() {
    let answer = json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "grok-4.3",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Yes." }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "cost_in_usd_ticks": 12_500_000 }
    });
    let upstream =
        Wire::script([Reply::json(503, "{}"), Reply::json(200, MODEL), Reply::json(200, &answer.to_string())]);
    let mut look = read("look");
    look["retry"] = json!({ "max_attempts": 2, "delay": "10ms" });
    let messages = json!([{ "role": "user", "content": "Well?" }]);
    let ask = json!({ "id": "ask", "action": "xai-grok/create-chat-completion", "with": { "model": "grok-4.3", "messages": messages } });
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[look, ask]));
    let shown = shell.on_a_terminal(["run", "f.linkwork.json"]);
    assert!(shown.contains("look: the provider answered 503"), "{shown:?}");
    assert!(shown.contains("; waiting 10 ms, then attempt 2"), "{shown:?}");
    assert!(shown.contains("look  succeeded, ") && shown.contains(", 2 attempts"), "{shown:?}");
    assert!(shown.contains("ask  succeeded, "), "{shown:?}");
    let last = shown.lines().last().unwrap();
    assert!(
        last.contains("succeeded after ") && last.contains("3 attempts, 7 tokens (3 in, 4 out), $0.00125"),
        "{last:?}"
    );
}

#[test]
fn a_step_under_way_stands_at_the_foot_until_it_is_over() {
    let upstream = Wire::always(Reply::silence().stall());
    let mut slow = read("slow");
    slow["timeout"] = "1s".into();
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[slow]));
    let shown = shell.on_a_terminal(["run", "f.linkwork.json"]);
    let (foot, rest) = shown.split_once("slow  xai-grok/get-model").expect("it is drawn");
    assert!(!foot.contains("failed"), "{shown:?}");
    assert!(rest.contains("\u{1b}[1A\r\u{1b}[J"), "it is taken away again: {shown:?}");
    assert!(rest.contains("slow  failed, ") && rest.contains("error[timeout]"), "{shown:?}");
}
