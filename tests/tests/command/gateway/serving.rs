//! A server that runs, and what is done beside it.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use tests::wire::{Reply, Wire, url_of_nobody};

use super::{Answer, House, PROVIDER_KEY, QUESTION};

#[test]
fn a_call_is_answered_recorded_and_summed_up() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let server = house.serve();
    let answer = server.question(&key).is(200);
    assert_eq!(answer.json()["model"], "grok-4.3");
    server.get("/v1/models", &key).is(200);
    server.question("lwk_nobody").is(401);
    server.running.interrupt();
    server.running.end().exits(0);

    let calls = house.shell.run(["calls", "list", "--workspace", "acme", "--output", "json"]).exits(0).json();
    let call = &calls[0];
    assert_eq!(calls.as_array().map(Vec::len), Some(1), "{calls}");
    assert_eq!((&call["principal"], &call["model"], &call["status"]), (&json!("bob"), &json!("grok"), &json!(200)));
    let id = call["id"].as_str().unwrap();
    let shown = house.shell.run(["calls", "show", id, "--workspace", "acme"]).exits(0);
    assert!(shown.stdout.contains("grok-4.3"), "{shown:?}");
    house.shell.run(["calls", "show", id, "--workspace", "other"]).exits(2);
    for by in ["model", "key", "day"] {
        let usage = house.shell.run(["usage", "--workspace", "acme", "--by", by, "--output", "json"]).exits(0).json();
        assert_eq!(usage[0]["sums"]["calls"], 1, "{usage}");
        assert_eq!(usage[0]["sums"]["total"], call["usage"]["total"], "{usage}");
    }
    let audit = house.shell.run(["audit"]).exits(0).stdout;
    for words in ["connection.put", "model.put", "key.make", "key.present", "unauthenticated"] {
        assert!(audit.contains(words), "{words:?} is missing in:\n{audit}");
    }
}

#[test]
fn calls_are_told_as_they_end() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let server = house.serve();
    let mut tail = house.shell.start(["calls", "tail", "--workspace", "acme", "--output", "jsonl"]);
    tail.says("Ctrl-C ends this");
    server.question(&key).is(200);
    let call: Value = serde_json::from_str(&tail.line()).unwrap();
    assert_eq!(call["model"], "grok");
    tail.interrupt();
    tail.end().exits(0);
}

#[test]
fn a_revoked_key_ends_what_goes_on_under_it() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let server = house.serve();
    let body = QUESTION.replace("\"messages\"", "\"stream\":true,\"messages\"");
    // The provider says nothing more after four events, and never ends.
    let mut stream = server.send("POST", "/v1/chat/completions", &key, &[("x-sandbox-fault", "stall=4")], &body);
    let mut begun = [0; 9];
    stream.read_exact(&mut begun).unwrap();
    let id = &key[4..16];
    house.shell.run(["keys", "revoke", id, "--workspace", "acme"]).exits(0);
    let rest = Answer::read(stream);
    assert!(!rest.body.contains("[DONE]"), "{rest:?}");
    server.question(&key).is(401);
}

#[test]
fn a_key_made_beside_the_server_is_good_there() {
    let house = House::furnished();
    let server = house.serve();
    let key = house.key("acme", "bob", &[]);
    // Whoever has just made a key waits until the server has seen it: it looks several times a second.
    while server.question(&key).status == 401 {}
    server.question(&key).is(200);
}

#[test]
fn an_edited_file_is_taken_over_and_a_wrong_one_is_not() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let mut server = house.serve();
    let good = house.file();
    fs::write(house.shell.path("linkwork.json"), "{\"linkwork\": 1, \"colour\": 2}").unwrap();
    server.running.says("unknown_field");
    server.running.says("still counts");
    server.question(&key).is(200);
    assert_eq!(server.get("/health", "").is(200).json()["status"], "degraded");
    fs::write(house.shell.path("linkwork.json"), good.replace("\"grok\":", "\"grokker\":")).unwrap();
    server.running.says("is taken over");
    server.question(&key).is(404);
    assert_eq!(server.get("/health", "").is(200).json()["status"], "ok");
}

#[test]
fn a_secret_that_was_changed_in_its_file_counts_once_the_server_is_asked_to_read_again() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let secret = house.shell.path("provider.key");
    let write = |text: &str| {
        fs::write(&secret, text).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    };
    write(PROVIDER_KEY);
    let mut file: Value = serde_json::from_str(&house.file()).unwrap();
    file["workspaces"]["acme"]["connections"]["xai"]["fields"]["api_key"] = json!({ "file": "provider.key" });
    fs::write(house.shell.path("linkwork.json"), file.to_string()).unwrap();
    let mut server = house.serve();
    server.question(&key).is(200);
    write("no-key-of-xai");
    server.running.hang_up();
    server.running.says("is read again");
    let refused = server.question(&key).is(400);
    assert!(refused.body.contains("Incorrect API key"), "{refused:?}");
}

#[test]
fn a_server_that_is_asked_to_end_ends_its_calls_first() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let server = house.serve();
    let mut call = server.send("POST", "/v1/chat/completions", &key, &[("x-sandbox-fault", "drip=1ms")], QUESTION);
    let mut begun = [0; 9];
    call.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 ");
    server.running.interrupt();
    let mut rest = String::new();
    call.read_to_string(&mut rest).unwrap();
    let body = rest.split_once("\r\n\r\n").unwrap().1;
    assert!(body.trim_end().ends_with('}') || body.trim_end().ends_with('0'), "{rest}");
    server.running.end().exits(0);
}

#[test]
fn calls_that_are_cut_off_at_the_end_leave_records() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let mut server = house.serve();
    let body = QUESTION.replace("\"messages\"", "\"stream\":true,\"messages\"");
    let mut stream = server.send("POST", "/v1/chat/completions", &key, &[("x-sandbox-fault", "stall=4")], &body);
    let mut begun = [0; 9];
    stream.read_exact(&mut begun).unwrap();
    server.running.interrupt();
    server.running.says("Ctrl-C again cuts them off");
    server.running.interrupt();
    server.running.end().exits(0);
    let calls = house.shell.run(["calls", "list", "--workspace", "acme", "--output", "json"]).exits(0).json();
    assert_eq!(calls[0]["error_type"], "cancelled", "{calls}");
}

#[test]
fn a_key_is_revoked_by_all_of_it_and_not_shown_again() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    let told = house.shell.run(["keys", "revoke", &key, "--workspace", "acme"]).exits(0);
    assert!(!format!("{told:?}").contains(&key[17..30]), "{told:?}");
    let server = house.serve();
    server.question(&key).is(401);
}

#[test]
fn traces_go_where_everybody_sends_them_and_a_collector_that_is_gone_is_told_of() {
    let collector = Wire::always(Reply::json(200, "{}"));
    let mut house = House::furnished();
    let key = house.key("acme", "bob", &[]);
    house.shell = house.shell.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url(""));
    let server = house.serve();
    server.question(&key).is(200);
    server.running.interrupt();
    server.running.end().exits(0);
    let told = collector.only_request();
    assert_eq!(told.target(), "/v1/traces");
    assert!(told.text().contains("gen_ai.request.model") && !told.text().contains(PROVIDER_KEY), "{told:?}");

    house.shell = house.shell.env("OTEL_EXPORTER_OTLP_ENDPOINT", &url_of_nobody(""));
    let mut server = house.serve();
    server.question(&key).is(200);
    server.running.says("Traces get lost: the collector cannot be reached. Calls go on.");
    server.question(&key).is(200);
    server.running.interrupt();
    let said = server.running.end().exits(0).stderr;
    assert!(!said.contains("Traces get lost"), "it is said once: {said}");

    house.shell = house.shell.env("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317");
    let said = house.shell.run(["check"]).stderr;
    assert!(said.contains("OTEL_EXPORTER_OTLP_ENDPOINT") && said.contains("https://"), "{said}");
}

#[test]
fn two_servers_do_not_share_a_folder_and_an_address() {
    let house = House::furnished();
    let server = house.serve();
    let told = house.shell.run(["serve"]).exits(3);
    assert!(told.stderr.contains("another process serves from"), "{told:?}");
    let taken = house
        .file()
        .replace("127.0.0.1:0", &server.address)
        .replace("\"linkwork\": 1,", "\"linkwork\": 1, \"data\": \"two\",");
    let taken = taken.replace("{\n            \"connector\"", "{ \"connector\"");
    let mut file: Value = serde_json::from_str(&taken).unwrap();
    file["workspaces"] = json!({});
    fs::write(house.shell.path("two.json"), file.to_string()).unwrap();
    let told = house.shell.run(["serve", "two.json"]).exits(2);
    assert!(told.stderr.contains("the server cannot listen on"), "{told:?}");
}
