//! What is somebody else's is answered exactly as what does not exist.

use serde_json::json;
use tests::wire::{Reply, Wire};

use crate::support::{Answer, House};

const BODY: &str = r#"{"model":"hidden"}"#;

/// A second workspace: its own people, connection and model, under names that the first one does not have.
async fn two_workspaces(wire: &Wire) -> House {
    House::with(wire, Default::default(), |file| {
        let mut other = file["workspaces"]["acme"].clone();
        let main = other["connections"]["main"].take();
        other["connections"] = json!({ "theirs": main });
        other["models"] = json!({ "hidden": { "connection": "theirs", "model": "grok-4.3" } });
        other["principals"] = json!({ "eve": { "kind": "person", "role": "admin" } });
        file["workspaces"]["globex"] = other;
    })
    .await
}

/// An answer without when it was given, and without the name that was asked for.
fn without(answer: &Answer, name: &str) -> String {
    let head = answer.head.text.lines().filter(|line| !line.starts_with("date: "));
    (head.collect::<Vec<_>>().join("\n") + "\n\n" + answer.text()).replace(name, "NAME")
}

/// Names of the same length, so that even the lengths of both answers are the same.
fn assert_alike(there: (&str, &Answer), missing: (&str, &Answer), what: &str) {
    assert_eq!(there.0.len(), missing.0.len(), "{what}");
    assert_eq!(without(there.1, there.0), without(missing.1, missing.0), "{what}");
    assert!((400..500).contains(&there.1.head.status), "{what}");
}

#[tokio::test]
async fn a_model_of_another_workspace_is_as_if_it_were_missing() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = two_workspaces(&wire).await;
    let body = |name: &str| BODY.replace("hidden", name);
    for (there, missing) in [("hidden", "absent"), ("closed", "absent")] {
        let by_body = async |name: &str| house.ask_post("/v1/chat/completions", &body(name)).await;
        assert_alike((there, &by_body(there).await), (missing, &by_body(missing).await), "by the body");
        let by_message = async |name: &str| house.ask_post("/v1/messages", &body(name)).await;
        assert_alike((there, &by_message(there).await), (missing, &by_message(missing).await), "by a message");
        let by_path =
            async |name: &str| house.ask_post(&format!("/acme/models/{name}/v1/chat/completions"), "{}").await;
        assert_alike((there, &by_path(there).await), (missing, &by_path(missing).await), "by the path");
        let by_list = async |name: &str| house.ask(&house.head(&format!("GET /v1/models/{name}"), "")).await;
        assert_alike((there, &by_list(there).await), (missing, &by_list(missing).await), "by the list");
    }
    for call in ["POST {}/v1/chat/completions", "GET {}/v1/models", "GET {}/v1/api-key", "POST {}/v1/nothing"] {
        let ask = async |workspace: &str| {
            let line = call.replace("{}", &format!("/{workspace}/models/hidden"));
            house.ask(&house.head(&line, "Content-Length: 0\r\n")).await
        };
        assert_alike(("globex", &ask("globex").await), ("nobody", &ask("nobody").await), call);
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn what_a_key_of_somebody_else_is_worth_here_is_nothing() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = two_workspaces(&wire).await;
    let eve = house.key_of("globex", "eve").await;
    let models = house.ask(&house.head_by(&eve, "GET /v1/models", "")).await;
    assert_eq!(models.json()["data"].as_array().map(Vec::len), Some(1), "{}", models.text());
    for target in ["/acme/models/grok/v1/chat/completions", "/acme/models/hidden/v1/chat/completions"] {
        let answer = house.ask(&house.head_by(&eve, &format!("POST {target}"), "Content-Length: 0\r\n")).await;
        assert_eq!(answer.error(), (404, "model_not_found".to_owned()), "{target}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
    let ours = house
        .ask(
            &house
                .head_by(&eve, "POST /globex/models/hidden/v1/chat/completions", "Content-Length: 2\r\n")
                .to_owned()
                .replace("\r\n\r\n", "\r\n\r\n{}"),
        )
        .await;
    assert_eq!(ours.head.status, 200, "its own place it finds");
}

#[tokio::test]
async fn what_another_workspace_has_is_missing_in_the_api() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = two_workspaces(&wire).await;
    let eve = house.key_of("globex", "eve").await;
    let (key, no_key) = (&eve[4..16], "abcdefghijkm");
    let called = house
        .ask(
            &house
                .head_by(&eve, "POST /globex/models/hidden/v1/chat/completions", "Content-Length: 2\r\n")
                .replace("\r\n\r\n", "\r\n\r\n{}"),
        )
        .await;
    let call = called.head.header("x-linkwork-call-id").unwrap();
    let no_call = "call_00000000000000000000000000000000";
    house.gateway.flush().await.unwrap();
    let before = house.file();
    let version = format!("If-Match: \"{}\"\r\n", house.gateway.snapshot().version());
    for (line, there, missing) in [
        ("GET {}/connections/NAME", "theirs", "absent"),
        ("DELETE {}/connections/NAME", "theirs", "absent"),
        ("POST {}/connections/NAME/test", "theirs", "absent"),
        ("GET {}/connections/NAME/models", "theirs", "absent"),
        ("GET {}/models/NAME", "hidden", "absent"),
        ("DELETE {}/models/NAME", "hidden", "absent"),
        ("GET {}/principals/NAME", "eve", "xyz"),
        ("DELETE {}/principals/NAME", "eve", "xyz"),
        ("GET {}/keys/NAME", key, no_key),
        ("DELETE {}/keys/NAME", key, no_key),
        ("GET {}/calls/NAME", call, no_call),
    ] {
        let line = line.replace("{}", "/admin/v1/acme");
        let ask = async |name: &str| house.ask(&house.head(&line.replace("NAME", name), &version)).await;
        assert_alike((there, &ask(there).await), (missing, &ask(missing).await), &line);
    }
    for line in [
        "GET {}/models",
        "GET {}/models/hidden",
        "PUT {}/models/hidden",
        "GET {}/connections/theirs",
        "GET {}/principals/eve",
        "GET {}/keys",
        "POST {}/keys",
        "GET {}/calls",
        "GET {}/usage",
        "GET {}/audit",
        "GET {}/nothing",
    ] {
        let ask = async |workspace: &str| {
            let line = line.replace("{}", &format!("/admin/v1/{workspace}"));
            house.ask(&house.head(&line, &version)).await
        };
        assert_alike(("globex", &ask("globex").await), ("nobody", &ask("nobody").await), line);
    }
    assert_eq!(house.file(), before);
    let eves = house.ask(&house.head_by(&eve, "GET /v1/api-key", "")).await;
    assert_eq!(eves.json()["user_id"], "eve", "whose key still opens");
}

#[tokio::test]
async fn what_refers_to_another_workspace_refers_to_nothing() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = two_workspaces(&wire).await;
    let ask = async |line: &str, body: String| {
        let version = house.gateway.snapshot().version().to_owned();
        let more =
            format!("Content-Type: application/json\r\nIf-Match: \"{version}\"\r\nContent-Length: {}\r\n", body.len());
        house.ask(&(house.head(line, &more) + &body)).await
    };
    for (line, body, there, missing) in [
        ("PUT /admin/v1/acme/models/x", r#"{"connection":"NAME","model":"grok-4.3"}"#, "theirs", "absent"),
        ("PUT /admin/v1/acme/models/x", r#"{"connection":"main","model":"x","allow":["NAME"]}"#, "eve", "xyz"),
        ("PUT /admin/v1/acme/models/x", r#"{"connection":"main","model":"x","owner":"NAME"}"#, "eve", "xyz"),
        ("POST /admin/v1/acme/keys", r#"{"principal":"NAME"}"#, "eve", "xyz"),
        ("POST /admin/v1/acme/keys", r#"{"principal":"bob","models":["NAME"]}"#, "hidden", "absent"),
    ] {
        let (theirs, none) =
            (ask(line, body.replace("NAME", there)).await, ask(line, body.replace("NAME", missing)).await);
        assert_alike((there, &theirs), (missing, &none), &format!("{line} {body}"));
    }
}

#[tokio::test]
async fn what_is_somebody_elses_in_the_same_workspace_is_missing_for_a_member() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = two_workspaces(&wire).await;
    let bob = house.key_of("acme", "bob").await;
    let call = house.ask_post("/v1/chat/completions", r#"{"model":"grok"}"#).await;
    let call = call.head.header("x-linkwork-call-id").unwrap();
    house.gateway.flush().await.unwrap();
    for (line, there, missing) in [
        ("GET /admin/v1/acme/keys/NAME", house.key_id.as_str(), "abcdefghijkm"),
        ("DELETE /admin/v1/acme/keys/NAME", &house.key_id, "abcdefghijkm"),
        ("GET /admin/v1/acme/calls/NAME", call, "call_00000000000000000000000000000000"),
    ] {
        let ask = async |name: &str| house.ask(&house.head_by(&bob, &line.replace("NAME", name), "")).await;
        assert_alike((there, &ask(there).await), (missing, &ask(missing).await), line);
    }
    let listed = house.ask(&house.head_by(&bob, "GET /admin/v1/acme/calls", "")).await;
    assert_eq!(listed.json(), json!([]), "nor is it listed");
}
