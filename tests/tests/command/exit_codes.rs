//! The exit code says what happened.

use tests::command::Shell;
use tests::wire::{Reply, Wire};

fn code_of(reply: Reply, args: &[&str]) -> i32 {
    let upstream = Wire::always(reply);
    Shell::default().grok_at(&upstream.url("/v1"), "xai-test").run(args).code
}

const GET: [&str; 5] = ["action", "run", "xai-grok/raw-request", "--with", r#"{"url":"/models","method":"GET"}"#];
const POST: [&str; 5] =
    ["action", "run", "xai-grok/raw-request", "--with", r#"{"url":"/files","method":"POST","data":{}}"#];

#[test]
fn every_ending_has_its_code() {
    assert_eq!(code_of(Reply::json(200, "{}"), &GET), 0);
    assert_eq!(code_of(Reply::json(500, "{}"), &GET), 1);
    assert_eq!(code_of(Reply::json(404, "{}"), &GET), 1);
    assert_eq!(code_of(Reply::json(401, "{}"), &GET), 5);
    assert_eq!(code_of(Reply::json(500, "{}"), &POST), 1, "an answer is proof that it failed");
    assert_eq!(code_of(Reply::silence().close(), &GET), 1);
    assert_eq!(code_of(Reply::silence().close(), &POST), 7, "no answer is no proof");
    let timeout = [GET.as_slice(), &["--timeout", "2s"]].concat();
    assert_eq!(code_of(Reply::silence().stall(), &timeout), 6);
    let timeout = [POST.as_slice(), &["--timeout", "2s"]].concat();
    assert_eq!(code_of(Reply::silence().stall(), &timeout), 7);
    assert_eq!(code_of(Reply::json(200, "{}"), &["--no-such-flag"]), 2);
    assert_eq!(code_of(Reply::json(200, "{}"), &["run", "nowhere"]), 3);
}

#[test]
fn a_wait_that_is_too_long_to_sleep_through_is_said() {
    let upstream = Wire::always(Reply::new(429, &[("retry-after", "120")], "{}"));
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let outcome = shell.run(["action", "run", "xai-grok/list-models"]).exits(1);
    assert!(outcome.stderr.contains("asks to wait, in ms: 120000"), "{}", outcome.stderr);
    assert_eq!(upstream.requests().len(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_is_lost_is_a_failure() {
    let outcome = Shell::default().run_into("/dev/full", ["actions"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("the result cannot be written"), "{}", outcome.stderr);
}

#[test]
fn a_flow_has_the_same_codes() {
    let flow = r#"{"linkwork":1,"name":"f","connections":{"grok":{"connector":"xai-grok"}},"steps":[{"id":"a","action":"xai-grok/raw-request","timeout":"TIME","with":{"url":"/x","method":"METHOD"}}]}"#;
    for (method, reply, is_silent, code) in [
        ("GET", Reply::json(200, "{}"), false, 0),
        ("GET", Reply::json(500, "{}"), false, 1),
        ("GET", Reply::json(401, "{}"), false, 5),
        ("GET", Reply::silence().stall(), true, 6),
        ("POST", Reply::silence().stall(), true, 7),
        ("POST", Reply::silence().close(), false, 7),
    ] {
        let upstream = Wire::always(reply);
        // Only what is never answered has to be in time.
        let time = if is_silent { "2s" } else { "60s" };
        let shell = Shell::default()
            .grok_at(&upstream.url("/v1"), "xai-test")
            .file("f.linkwork.json", flow.replace("METHOD", method).replace("TIME", time));
        let outcome = shell.run(["run", "f.linkwork.json", "--output", "json"]).exits(code);
        assert_eq!(outcome.json()["steps"][0]["id"], "a");
        assert_eq!(upstream.requests().len(), 1, "{method}");
    }
}

#[test]
fn an_input_that_a_flow_made_is_the_flows_failure() {
    let flow = r#"{"linkwork":1,"name":"f","connections":{"grok":{"connector":"xai-grok"}},"steps":[{"id":"a","action":"xai-grok/get-model","with":{"model_id":"{{ input.n }}"}}]}"#;
    let shell = Shell::default().file("f.linkwork.json", flow);
    let outcome = shell.run(["run", "f.linkwork.json", "--input", "n=7", "--sandbox"]).exits(1);
    assert!(outcome.stderr.contains("error[invalid_input]"), "{}", outcome.stderr);
    let typed = ["action", "run", "xai-grok/get-model", "--with", r#"{"model_id":7}"#, "--sandbox"];
    Shell::default().run(typed).exits(2);
}
