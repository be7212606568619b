//! The table of routes: each refuses whoever lacks its permission, and the documents that are made of it hold.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use tests::command::root;

use super::{House, Server};

fn table() -> Value {
    let text = fs::read_to_string(root().join("schemas/permissions.json")).expect("the table is checked in");
    serde_json::from_str(&text).expect("it is JSON")
}

/// Asks a route for what is not there, which nobody learns without the permission.
fn ask(server: &Server, route: &Value, key: &str) -> u16 {
    let path = route["path"].as_str().unwrap().replace("{workspace}", "acme").replace("{name}", "nothing");
    let path = path.replace("{model}", "nothing").replace("{call}", "chat/completions");
    let method = route["method"].as_str().unwrap().replace('*', "POST");
    let body = if matches!(&*method, "PUT" | "POST") { "{}" } else { "" };
    server.ask(&method, &path, key, &[], body).status
}

/// The others are the providers' own, or have no name in the API.
fn is_of_the_api(route: &Value) -> bool {
    route["path"].as_str().unwrap().starts_with("/admin/")
}

#[test]
fn every_route_refuses_whoever_lacks_its_permission() {
    let house = House::furnished();
    let member = house.key("acme", "bob", &[]);
    let limited = house.key("acme", "ada", &["--models", "grok"]);
    let elsewhere = house.key("other", "ada", &[]);
    let server = house.serve();
    let table = table();
    let permissions = table["permissions"].as_array().unwrap();
    let is_members = |permission: &Value| {
        let grant = permissions.iter().find(|grant| grant["permission"] == *permission).expect("it is in the table");
        grant["roles"].as_array().unwrap().iter().any(|role| role == "member")
    };
    let routes = table["routes"].as_array().unwrap();
    assert!(routes.len() > 20, "there are routes");
    for route in routes {
        let permission = &route["permission"];
        let refused = if permission.is_null() { 200 } else { 401 };
        assert_eq!(ask(&server, route, ""), refused, "without a key: {route}");
        assert_eq!(ask(&server, route, "lwk_nobody"), refused, "with a wrong key: {route}");
        if permission.is_null() {
            continue;
        }
        assert_eq!(ask(&server, route, &member) == 403, !is_members(permission), "as a member: {route}");
        if !is_of_the_api(route) {
            continue;
        }
        assert_eq!(ask(&server, route, &elsewhere), 404, "with a key of another workspace: {route}");
        let is_for_calls = permission == "models:list" || permission == "calls:read";
        assert_eq!(ask(&server, route, &limited) == 403, !is_for_calls, "with a key for some models: {route}");
    }
}

#[test]
fn the_document_is_served_and_tells_every_route() {
    let house = House::empty();
    let server = house.serve();
    let served = server.get("/openapi.json", "").is(200).json();
    let kept = fs::read_to_string(root().join("schemas/openapi.json")).expect("the document is checked in");
    assert_eq!(served, serde_json::from_str::<Value>(&kept).expect("it is JSON"));
    for route in table()["routes"].as_array().unwrap().iter().filter(|route| is_of_the_api(route)) {
        let (path, method) = (route["path"].as_str().unwrap(), route["method"].as_str().unwrap().to_lowercase());
        assert_eq!(served["paths"][path][&method]["x-permission"], route["permission"], "{route}");
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let text = fs::read_to_string(root().join("schemas/openapi.json")).expect("the document is checked in");
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let mut found = BTreeSet::new();
    collect(&document, &mut found);
    assert!(found.len() > 10, "it has references");
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("it leads into the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}
