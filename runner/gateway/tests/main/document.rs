//! The server's file: everything that is wrong with it is told at once, and where.

use runner_flow::Diagnostic;
use runner_gateway::control::{check_text, schema};
use serde_json::{Value, json};

use crate::support::{SECRET, file, registry};

fn findings(file: &Value) -> Vec<Diagnostic> {
    check_text(&serde_json::to_string_pretty(file).unwrap(), &registry())
}

/// The usual file with a value put at a place, and what is found then.
fn with(pointer: &str, value: Value) -> Vec<Diagnostic> {
    let mut file = file();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    file.pointer_mut(parent).unwrap()[name] = value;
    findings(&file)
}

#[test]
fn a_good_file_has_no_findings() {
    assert_eq!(findings(&file()), []);
    assert_eq!(findings(&json!({ "linkwork": 1 })), []);
}

#[test]
fn each_mistake_is_told_where_it_is_and_how_to_mend_it() {
    let model = "/workspaces/acme/models/grok";
    let connection = "/workspaces/acme/connections/main";
    for (pointer, value, code, words) in [
        ("/linkwrok", json!(1), "unknown_field", "did you mean \"linkwork\"?"),
        ("/linkwork", json!(2), "range", "must be at most 1"),
        ("/listen", json!("8080"), "address", "127.0.0.1:8080"),
        ("/hosts", json!(["Models.example.com/x"]), "address", "small letters"),
        ("/workspaces/v1", json!({}), "reserved_name", "cannot be the name of a workspace"),
        ("/workspaces/Acme", json!({}), "invalid_name", "small letters"),
        (&format!("{model}/connection"), json!("mian"), "unknown_connection", "did you mean \"main\"?"),
        (&format!("{model}/modle"), json!("x"), "unknown_field", "did you mean \"model\"?"),
        (&format!("{model}/allow"), json!(["adda"]), "unknown_principal", "did you mean \"ada\"?"),
        (&format!("{model}/allow"), json!(["group:suport"]), "unknown_group", "did you mean \"support\"?"),
        (&format!("{model}/owner"), json!("nobody"), "unknown_principal", "there is no principal"),
        (&format!("{model}/limits"), json!([{ "per": "day" }]), "no_bound", "limits nothing"),
        (&format!("{model}/limits"), json!([{ "per": "week", "total": 1 }]), "choice", "minute, hour, day, month"),
        (&format!("{model}/limits"), json!([{ "per": "day", "total": 0 }]), "range", "at least 1"),
        (&format!("{model}/limits"), json!([{ "per": "day", "total": 5, "input": 6 }]), "range", "never be reached"),
        (&format!("{model}/limits"), json!([{ "per": "day", "total": 5, "each": "user" }]), "choice", "key"),
        (&format!("{model}/prices"), json!({ "input": 1 }), "required", "is missing"),
        (&format!("{connection}/connector"), json!("model"), "choice", "did you mean \"models\"?"),
        (&format!("{connection}/fields/api_kye"), json!("x"), "unknown_field", "did you mean \"api_key\"?"),
        (&format!("{connection}/fields/seconds"), json!("many"), "type", "must be a whole number"),
        (&format!("{connection}/fields"), json!({}), "required", "is missing"),
        (&format!("{connection}/fields/api_key"), json!(SECRET), "secret_in_clear", "MODELS_API_KEY"),
        ("/traces", json!({}), "required", "is missing"),
        ("/traces", json!({ "endpoint": "localhost:4318" }), "base_url", "must begin with https://"),
        ("/traces", json!({ "endpoint": "http://c", "sample": 2 }), "range", "at most 1"),
        ("/traces", json!({ "endpoint": "http://c", "headers": { "host": { "env": "X" } } }), "header", "transport"),
        ("/traces", json!({ "endpoint": "http://c", "headers": { "x": SECRET } }), "type", "an object"),
    ] {
        let found = with(pointer, value);
        assert_eq!(found.len(), 1, "{pointer}: {found:#?}");
        let text = format!("{} {}", found[0].message, found[0].fix.clone().unwrap_or_default());
        assert!(found[0].code == code && text.contains(words), "{pointer}: {found:#?}");
        assert!(found[0].pointer.starts_with(pointer) && found[0].line > 1, "{pointer}: {found:#?}");
        assert!(!format!("{found:?}").contains(SECRET));
    }
}

#[test]
fn a_model_needs_a_connection_that_offers_models() {
    let found = with("/workspaces/other/connections/main/connector", json!("files"));
    let told: Vec<(&str, &str)> = found.iter().map(|one| (one.code, one.pointer.as_str())).collect();
    assert_eq!(told, [("wrong_connector", "/workspaces/other/models/theirs/connection")]);
}

#[test]
fn everything_is_told_at_once_in_the_order_of_the_file() {
    let text = "{
  \"linkwork\": 1,
  \"linkwork\": 1,
  \"workspaces\": {
    \"acme\": {
      \"principals\": { \"ada\": { \"kind\": \"robot\", \"role\": \"admin\" } },
      \"connections\": { \"main\": { \"connector\": \"models\", \"fields\": { \"api_key\": { \"env\": \"X\" } } } },
      \"models\": { \"grok\": { \"connection\": \"nain\", \"model\": \"\", \"allow\": [\"adda\"], \"limit\": [] } }
    }
  }
}";
    let found = check_text(text, &registry());
    let told: Vec<(&str, usize)> = found.iter().map(|one| (one.code, one.line)).collect();
    assert_eq!(
        told,
        [
            ("duplicate_key", 3),
            ("choice", 6),
            ("unknown_connection", 8),
            ("length", 8),
            ("unknown_principal", 8),
            ("unknown_field", 8)
        ]
    );
}

#[test]
fn what_is_no_json_is_told_too() {
    for (text, code) in [("", "syntax"), ("{", "syntax"), ("[]", "type"), ("{} {}", "syntax")] {
        let found = check_text(text, &registry());
        assert_eq!(found.first().map(|one| one.code), Some(code), "{text}: {found:#?}");
    }
}

#[test]
fn the_schema_knows_the_connectors_and_their_fields() {
    let schema = schema(&registry());
    let connection = &schema["$defs"]["ConnectionEntry"];
    assert_eq!(connection["properties"]["connector"]["enum"], json!(["models", "files"]));
    let fields = &connection["allOf"][0]["then"]["properties"]["fields"]["properties"];
    assert_eq!(fields["api_key"]["description"], "The key.");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["title"], "Linkwork server");
}
