//! Running flows and actions, and what comes out.

use serde_json::{Value, json};
use tests::command::{Shell, root};
use tests::wire::{Gate, Reply, Wire};

const EVENTS: [(&str, &str); 1] = [("content-type", "text/event-stream")];

fn example(name: &str) -> String {
    root().join("examples").join(name).display().to_string()
}

fn chunk(content: &str) -> String {
    let chunk = json!({ "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "grok-4.3",
        "choices": [{ "index": 0, "delta": { "role": "assistant", "content": content } }] });
    format!("data: {chunk}\n\n")
}

const FINISH: &str = concat!(
    r#"data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"grok-4.3","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    "\n\ndata: [DONE]\n\n"
);

#[test]
fn the_first_command_answers_without_key_or_account() {
    let outcome = Shell::default().run(["run", &example("ask-grok.linkwork.json"), "--sandbox"]).exits(0);
    assert!(outcome.stdout.contains("42"), "{}", outcome.stdout);
    let last = outcome.stderr.lines().last().unwrap();
    assert!(last.starts_with("The sandbox answered."), "{last}");
    assert!(
        last.contains("XAI_API_KEY=") && last.contains("ask-grok.linkwork.json") && !last.contains("--sandbox"),
        "{last}"
    );
    let outcome = Shell::default().run(["run", &example("check-and-answer.linkwork.json"), "--sandbox"]).exits(0);
    assert!(outcome.stdout.contains("42"), "{}", outcome.stdout);
    let last = outcome.stderr.lines().last().unwrap();
    assert!(last.contains("OPENAI_API_KEY=") && !last.contains("XAI_API_KEY="), "{last}");
}

#[test]
fn every_example_runs_as_it_is() {
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path().display().to_string();
        if path.ends_with(".linkwork.json") {
            Shell::default().run(["validate", &path]).exits(0);
            Shell::default().run(["run", &path, "--sandbox"]).exits(0);
        }
    }
}

#[test]
fn a_token_is_on_stdout_before_the_next_one_is_sent() {
    let gate = Gate::closed();
    let reply = Reply::head(200, &EVENTS).send(chunk("Forty")).hold(&gate).send(chunk("-two")).send(FINISH).close();
    let upstream = Wire::always(reply);
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let connections = shell.path("linkwork.connections.json").display().to_string();
    let mut running = shell.start(["run", &example("ask-grok.linkwork.json"), "--connections", &connections]);
    running.read("Forty");
    gate.open();
    running.read("-two\n");
    let outcome = running.end().exits(0);
    assert_eq!(outcome.stdout, "", "the result is not printed twice");
}

#[test]
fn an_attempt_that_breaks_off_is_void_and_the_answer_is_whole() {
    let half = Reply::head(200, &EVENTS).send(chunk("half")).close();
    let whole = Reply::head(200, &EVENTS).send(chunk("whole")).send(FINISH).close();
    let upstream = Wire::script([half, whole]);
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let connections = shell.path("linkwork.connections.json").display().to_string();
    let outcome =
        shell.run(["run", &example("ask-grok.linkwork.json"), "--connections", &connections, "--output", "json"]);
    // What was paid for and handed on is not silently asked for again.
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_eq!(upstream.requests().len(), 1);
    assert_eq!(outcome.json()["error"]["code"], "network");
}

#[test]
fn json_is_one_document_and_jsonl_the_events_with_the_result_last() {
    let flow = example("ask-grok.linkwork.json");
    let whole = Shell::default().run(["run", &flow, "--sandbox", "--output", "json"]).exits(0).json();
    assert_eq!(whole["status"], "succeeded");
    assert!(whole["run"].as_str().unwrap().starts_with("run_"));
    assert_eq!(whole["steps"][0]["id"], "ask");

    let lines = Shell::default().run(["run", &flow, "--sandbox", "--output", "jsonl"]).exits(0).stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.first().unwrap()["type"], "run_started");
    assert_eq!(events.last().unwrap()["type"], "run_finished");
    assert_eq!(events.last().unwrap()["output"], whole["output"]);
    let text: String = events.iter().filter_map(|event| event["part"]["content"].as_str()).collect();
    assert_eq!(Value::from(text), whole["output"]);
}

#[test]
fn input_comes_whole_field_by_field_or_from_a_file() {
    let flow = json!({
        "linkwork": 1,
        "name": "echo",
        "input": { "type": "object", "properties": { "a": { "type": "string" }, "n": { "type": "integer" } }, "required": ["a"] },
        "steps": [{ "id": "echo", "set": { "a": "{{ input.a }}", "n": "{{ input.n }}" } }]
    });
    let shell = Shell::default().file("f.linkwork.json", flow.to_string()).file("in.json", r#"{"a":"7","n":7}"#);
    let expected = json!({ "a": "7", "n": 7 });
    for args in [
        ["--input", r#"{"a":"7","n":7}"#, "--output", "json"].as_slice(),
        ["--input", "a=7", "--input", "n=7", "--output", "json"].as_slice(),
        ["--input-file", "in.json", "--output", "json"].as_slice(),
    ] {
        let outcome = shell.run(["run", "f.linkwork.json"].iter().chain(args)).exits(0);
        assert_eq!(outcome.json()["output"], expected);
    }
    let doubtful = shell.run(["run", "f.linkwork.json", "--input", "a=7", "--input", "n=7", "--input", "A=8"]).exits(0);
    assert!(doubtful.stderr.contains("warning: the flow has no input \"A\"; did you mean \"a\"?"), "{doubtful:?}");
    let refused = shell.run(["run", "f.linkwork.json", "--input", "n=seven"]).exits(2);
    assert!(
        refused.stderr.contains("/a: is missing") && refused.stderr.contains("/n: must be a whole number"),
        "{}",
        refused.stderr
    );
}

#[test]
fn words_are_plain_where_nobody_watches() {
    let outcome = Shell::default().run(["run", &example("title-and-draw.linkwork.json"), "--sandbox"]).exits(0);
    assert!(!outcome.stdout.contains('\x1b') && !outcome.stderr.contains('\x1b'), "{outcome:?}");
    let refused = Shell::default().run(["run", &example("ask-grok.linkwork.json")]).exits(5);
    assert!(!refused.stderr.contains('\x1b'), "{refused:?}");
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let shell = Shell::default();
    let mut running = shell.start(["run", &example("ask-grok.linkwork.json"), "--sandbox", "--output", "jsonl"]);
    assert!(running.line().contains("run_started"));
    assert_eq!(running.close_stdout(), 0);
}

#[test]
fn the_sandbox_is_named_only_where_it_answered() {
    let flow = r#"{"linkwork":1,"name":"f","steps":[{"id":"a","set":{"a":1}}]}"#;
    let shell = Shell::default().file("f.linkwork.json", flow);
    for args in [["actions", "xai-grok"], ["validate", "f.linkwork.json"], ["run", "f.linkwork.json"]] {
        let outcome = shell.run(args.iter().chain(&["--sandbox"])).exits(0);
        assert!(!outcome.stderr.contains("sandbox"), "{args:?}: {outcome:?}");
    }
}

/// A flow of two steps that stream, and what it prints where nobody watches.
fn printed(output: &str, chunks: &str) -> String {
    let reply = Reply::head(200, &EVENTS).send(chunks).send(FINISH).close();
    let upstream = Wire::always(reply);
    let step = |id: &str| {
        json!({ "id": id, "action": "xai-grok/create-chat-completion",
            "with": { "model": "grok-4.3", "messages": [{ "role": "user", "content": "Hi" }], "stream": true } })
    };
    let flow = json!({ "linkwork": 1, "name": "f", "connections": { "grok": { "connector": "xai-grok" } },
        "steps": [step("a"), step("b")], "output": output });
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test").file("f.linkwork.json", flow.to_string());
    shell.run(["run", "f.linkwork.json"]).exits(0).stdout
}

#[test]
fn only_one_value_out_of_an_answer_is_shown_while_it_arrives() {
    let content = |step: &str| format!("{{{{ steps.{step}.output.choices[0].message.content }}}}");
    assert_eq!(printed(&content("a"), &chunk("one")), "one\n");
    assert_eq!(printed(&format!("{} and {}", content("a"), content("b")), &chunk("one")), "one and one\n");
    let whole = printed("{{ steps.a.output }}", &chunk("one"));
    let whole: Value = serde_json::from_str(&whole).unwrap_or_else(|error| panic!("{error} in {whole}"));
    assert_eq!(whole["choices"][0]["message"]["content"], "one");
    assert_eq!(printed("{{ steps.a.output.choices[0].finish_reason }}", &chunk("one")), "one\nstop\n");
}

#[test]
fn of_several_answers_the_first_is_shown() {
    let second = format!("{}{}", chunk("two"), FINISH.trim_end_matches("data: [DONE]\n\n"));
    let chunks = format!("{}{}", chunk("one"), second.replace("\"index\":0", "\"index\":1"));
    assert_eq!(printed("{{ steps.a.output.choices[0].message.content }}", &chunks), "one\n");
}

#[test]
fn a_pipe_gets_the_text_as_it_is() {
    assert_eq!(printed("{{ steps.a.output.choices[0].message.content }}", &chunk("a\u{1b}[31mb")), "a\u{1b}[31mb\n");
}
