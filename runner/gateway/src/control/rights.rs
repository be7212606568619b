//! What an actor may change of what is there: nothing that would give somebody more than they have.

use connector_sdk::Registry;
use serde_json::{Map, Value};

use super::document::{Reference, is_secret};
use super::refusal::{Refusal, RefusalKind};

/// What an admin sets, and no maker of a model.
const POLICIES: [&str; 3] = ["limits", "prices", "record_content"];

/// Whether somebody may make this of a model. Whoever makes one owns it. Of a connection that is closed, only an admin may.
pub(crate) fn of_model(
    principal: &str,
    all: bool,
    policies: bool,
    is_closed: impl Fn(&str) -> bool,
    before: Option<&Value>,
    after: Option<&mut Value>,
) -> Result<(), Refusal> {
    let owner = |model: &Value| model["owner"].as_str().map(str::to_owned);
    if before.is_some_and(|before| !all && owner(before).as_deref() != Some(principal)) {
        return forbidden("this model is somebody else's", "ask its owner or an admin, or make a model of your own");
    }
    let Some(after) = after.and_then(Value::as_object_mut) else { return Ok(()) };
    // Who changes its own need not say again whose it is; what an admin leaves out has no owner.
    if (before.is_none() || !all) && !after.contains_key("owner") {
        after.insert("owner".to_owned(), Value::from(principal));
    }
    let kept = |name: &str| after.get(name).unwrap_or(&Value::Null);
    if !all && kept("owner").as_str() != Some(principal) {
        return forbidden("a member's model is its own", "leave \"owner\" as it is");
    }
    if !all && is_closed(kept("connection").as_str().unwrap_or_default()) {
        return forbidden(
            "only an admin makes models of this connection",
            "choose another connection, or ask an admin",
        );
    }
    let changed = POLICIES.iter().find(|name| !is_same(before.map(|before| &before[**name]), kept(name)));
    match changed {
        Some(name) if !policies => {
            let message = format!("only an admin may change {name:?}");
            Err(Refusal::new(RefusalKind::Forbidden, message, "leave it as it is, or ask an admin"))
        }
        _ => Ok(()),
    }
}

/// What is left out is as what it stands for: null, false, or nothing in a list.
fn is_same(before: Option<&Value>, after: &Value) -> bool {
    let plain = |value: &Value| match value {
        Value::Bool(false) => Value::Null,
        Value::Array(items) if items.is_empty() => Value::Null,
        other => other.clone(),
    };
    plain(before.unwrap_or(&Value::Null)) == plain(after)
}

/// Whether an admin of a workspace may make this of a connection.
///
/// The file, the environment and private addresses are the operator's. And where a secret goes may only be changed by
/// whoever knows it: else it would be read by sending it elsewhere.
pub(crate) fn of_connection(registry: &Registry, before: Option<&Value>, after: Option<&Value>) -> Result<(), Refusal> {
    let Some(after) = after else { return Ok(()) };
    let leads_elsewhere = before.is_none_or(|before| destination(registry, before) != destination(registry, after));
    if after["allow_private"] == true && leads_elsewhere {
        let fix = "leave \"allow_private\" out, or ask whoever runs the server to change the file";
        return forbidden("only whoever runs the server lets a connection reach private addresses", fix);
    }
    let none = Map::new();
    let fields = |connection: &Value| connection["fields"].as_object().unwrap_or(&none).clone();
    let known = before.map(fields).unwrap_or_default();
    for (name, value) in &fields(after) {
        if Reference::read(value).is_none() || (known.get(name) == Some(value) && !leads_elsewhere) {
            continue;
        }
        let is_new = known.get(name) != Some(value);
        return match is_new {
            true => forbidden("only whoever runs the server lets a field refer to something", "send the value itself"),
            false => forbidden(
                "where the connection leads changes, so its secrets have to be given again",
                "send each secret itself along with the change",
            ),
        };
    }
    Ok(())
}

/// Everything that says where a connection leads, and how.
fn destination(registry: &Registry, connection: &Value) -> Value {
    let connector = connection["connector"].as_str().and_then(|id| registry.connector(id).ok());
    let mut rest = connection.clone();
    if let Some(rest) = rest.as_object_mut() {
        rest.remove("admins_only");
    }
    if let Some(fields) = rest.get_mut("fields").and_then(Value::as_object_mut) {
        fields.retain(|name, _| !connector.is_some_and(|connector| is_secret(connector, name)));
    }
    rest
}

fn forbidden(message: &'static str, fix: &'static str) -> Result<(), Refusal> {
    Err(Refusal::new(RefusalKind::Forbidden, message, fix))
}
