//! The API of a workspace: the file's own shape, one version at a time, and no secret ever out.

use serde_json::{Value, json};

use super::{House, PROVIDER_KEY, Server};

const MODELS: &str = "/admin/v1/acme/models";

/// The version of the file, as whoever is to change it reads it.
fn version(server: &Server, key: &str) -> String {
    server.get(MODELS, key).is(200).header("etag").to_owned()
}

#[test]
fn a_model_is_made_changed_and_removed() {
    let house = House::furnished();
    let key = house.key("acme", "ada", &[]);
    let server = house.serve();
    let model = json!({ "connection": "xai", "model": "grok-4.5", "allow": ["ada"] });
    let path = format!("{MODELS}/second");
    let put = |version: &str, body: &Value| server.ask("PUT", &path, &key, &[("if-match", version)], &body.to_string());

    let none = server.ask("PUT", &path, &key, &[], &model.to_string()).is(428);
    assert_eq!(none.code(), "no_version");
    let first = version(&server, &key);
    let made = put(&first, &model).is(201);
    assert!(made.json()["place"]["endpoint"].as_str().unwrap().ends_with("/acme/models/second/v1"), "{made:?}");
    assert_eq!(made.json()["billed_to"], "xai");
    assert_eq!(put(&first, &model).is(412).code(), "conflict");

    let shown = server.get(&path, &key).is(200);
    assert_eq!(shown.header("etag"), made.header("etag"));
    let mut shown = shown.json();
    assert_eq!(shown["model"], "grok-4.5");
    shown["enabled"] = json!(false);
    let changed = put(made.header("etag"), &shown).is(200);
    server.ask("POST", "/acme/models/second/v1/chat/completions", &key, &[], super::QUESTION).is(404);
    server.ask("DELETE", &path, &key, &[("if-match", changed.header("etag"))], "").is(204);
    server.get(&path, &key).is(404);
    assert!(!house.file().contains("second"), "the file says so too");
}

#[test]
fn what_the_file_would_not_take_the_api_does_not_take() {
    let house = House::furnished();
    let key = house.key("acme", "ada", &[]);
    let server = house.serve();
    let before = house.file();
    let put = |path: &str, body: &str| {
        let version = version(&server, &key);
        server.ask("PUT", &format!("/admin/v1/acme/{path}"), &key, &[("if-match", &version)], body)
    };
    let unknown = put("models/x", r#"{"connection":"xai","model":"grok-4.3","colour":1}"#).is(422);
    let finding = &unknown.json()["error"]["findings"][0];
    assert_eq!((&finding["pointer"], &finding["code"]), (&json!("/models/x/colour"), &json!("unknown_field")));
    assert_eq!(put("models/x", r#"{"connection":"nowhere","model":"grok-4.3"}"#).is(422).code(), "invalid");
    put("models/x", r#"{"connection":"xai","connection":"xai","model":"grok-4.3"}"#).is(422);
    put("models/x", "{").is(422);
    put("models/x", "[]").is(422);
    put("models/X_", r#"{"connection":"xai","model":"grok-4.3"}"#).is(400);
    put("connections/y", r#"{"connector":"xai-grok","fields":{"api_key":{"env":"MASTER_KEY"}}}"#).is(403);
    put("connections/y", r#"{"connector":"xai-grok","fields":{"api_key":{"file":"/etc/passwd"}}}"#).is(403);
    put("connections/y", r#"{"connector":"xai-grok","fields":{"api_key":"xai-1"},"allow_private":true}"#).is(403);
    put("models/x?force=true", r#"{"connection":"xai","model":"grok-4.3"}"#).is(400);
    put("models/x", &format!("\"{}\"", "x".repeat(300_000))).is(413);
    server.ask("POST", "/admin/v1/acme/keys", &key, &[], r#"{"principal":"bob","colour":1}"#).is(422);
    server.ask("PATCH", MODELS, &key, &[], "").is(405);
    assert_eq!(house.file(), before);
}

#[test]
fn a_secret_goes_in_and_never_comes_out() {
    let house = House::furnished();
    let key = house.key("acme", "ada", &[]);
    let server = house.serve();
    let path = "/admin/v1/acme/connections/second";
    // No address of the provider is given, so nobody is reached by trying it: what counts is that it is stored.
    let secret = format!("{PROVIDER_KEY}-second");
    let body =
        json!({ "connector": "xai-grok", "fields": { "api_key": secret, "base_url": "https://xai.invalid/v1" } });
    let put = server.ask("PUT", path, &key, &[("if-match", &version(&server, &key))], &body.to_string()).is(201);
    assert_eq!(put.json()["tried"]["works"], false, "{put:?}");
    let shown = server.get(path, &key).is(200);
    assert_eq!(shown.json()["fields"]["api_key"], json!({ "vault": 1 }));
    for text in [&put.body, &shown.body, &server.get("/admin/v1/acme/connections", &key).body, &house.file()] {
        assert!(!text.contains("canary"), "{text}");
    }
    let tried = server.ask("POST", "/admin/v1/acme/connections/xai/test", &key, &[], "").is(200);
    assert_eq!(tried.json()["works"], true, "{tried:?}");
    let found = server.get("/admin/v1/acme/connections/xai/models?search=4.3", &key).is(200);
    assert_eq!(found.json(), json!(["grok-4.3"]));
}

#[test]
fn a_key_is_made_listed_and_revoked() {
    let house = House::furnished();
    let ada = house.key("acme", "ada", &[]);
    let server = house.serve();
    let made = server.ask("POST", "/admin/v1/acme/keys", &ada, &[], r#"{"principal":"bob","models":["grok"]}"#).is(201);
    let (key, id) = (made.json()["key"].clone(), made.json()["about"]["id"].clone());
    let (key, id) = (key.as_str().unwrap(), id.as_str().unwrap());
    server.question(key).is(200);
    assert!(!server.get("/admin/v1/acme/keys", &ada).is(200).body.contains(key));
    let path = format!("/admin/v1/acme/keys/{id}");
    assert_eq!(server.get(&path, &ada).is(200).json()["principal"], "bob");
    server.ask("DELETE", &path, &ada, &[], "").is(204);
    server.question(key).is(401);
}

#[test]
fn what_is_elsewhere_is_as_if_it_were_missing() {
    let house = House::furnished();
    let (ada, other) = (house.key("acme", "ada", &[]), house.key("other", "ada", &[]));
    let server = house.serve();
    server.question(&ada).is(200);
    let made_up = ["abcdefghijkm", "call_00000000000000000000000000000000"];
    // A record is written soon after its call.
    let listed = || server.get("/admin/v1/acme/calls", &ada).is(200).json()[0]["id"].as_str().map(str::to_owned);
    let call = std::iter::repeat_with(listed).flatten().next().unwrap();
    let there = [&ada[4..16], &call];
    for (of, there, made_up) in [("keys", there[0], made_up[0]), ("calls", there[1], made_up[1])] {
        let foreign = server.get(&format!("/admin/v1/other/{of}/{there}"), &other).is(404);
        let missing = server.get(&format!("/admin/v1/other/{of}/{made_up}"), &other).is(404);
        assert_eq!(foreign.body.replace(there, ""), missing.body.replace(made_up, ""));
    }
    let foreign = server.get("/admin/v1/acme/models", &other).is(404);
    let missing = server.get("/admin/v1/nowhere/models", &other).is(404);
    assert_eq!(foreign.body.replace("acme", ""), missing.body.replace("nowhere", ""));
}

#[test]
fn a_member_makes_models_and_no_policies_and_what_is_refused_is_noted() {
    let house = House::furnished();
    let (ada, bob) = (house.key("acme", "ada", &[]), house.key("acme", "bob", &[]));
    let server = house.serve();
    let put = |name: &str, body: &str| {
        let headers = [("if-match", &*version(&server, &bob))];
        server.ask("PUT", &format!("{MODELS}/{name}"), &bob, &headers, body).status
    };
    assert_eq!(put("own", r#"{"connection":"xai","model":"grok-4.5"}"#), 201);
    assert_eq!(
        put("own", r#"{"connection":"xai","model":"grok-4.5","owner":"bob","limits":[{"per":"day","total":9}]}"#),
        403
    );
    assert_eq!(put("grok", r#"{"connection":"xai","model":"grok-4.5"}"#), 403);
    server.get("/admin/v1/acme/audit", &bob).is(403);
    server.running.interrupt();
    server.running.end().exits(0);
    let server = house.serve();
    let audit = server.get("/admin/v1/acme/audit", &ada).is(200).json();
    let has = |action: &str, outcome: &str| {
        let lines = audit.as_array().unwrap().iter().map(|one| &one["line"]);
        lines.clone().any(|line| line["actor"] == "bob" && line["action"] == action && line["outcome"] == outcome)
    };
    assert!(has("model.put", "done") && has("models:write", "forbidden") && has("audit:read", "forbidden"), "{audit}");
}
