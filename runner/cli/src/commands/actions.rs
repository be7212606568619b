//! `linkwork actions`: what can be done, and how.

use connector_sdk::ErasedAction;
use serde_json::{Value, json};

use crate::app::App;
use crate::console::pretty;
use crate::exit::Exit;
use crate::problem::Problem;

pub(crate) fn list(app: &App, connector: Option<&str>) -> Result<Exit, Problem> {
    let actions: Vec<&ErasedAction> = match connector {
        Some(id) => app.registry.connector(id)?.actions().iter().collect(),
        None => app.registry.actions().collect(),
    };
    let width = actions.iter().map(|action| action.id().len()).max().unwrap_or(0);
    let words: Vec<String> =
        actions.iter().map(|action| format!("{:width$}  {}", action.id(), action.about().description)).collect();
    let list: Vec<Value> = actions
        .iter()
        .map(|action| {
            let about = action.about();
            json!({ "id": action.id(), "label": about.label, "description": about.description, "effect": about.effect })
        })
        .collect();
    app.console.result(&words.join("\n"), &list);
    Ok(Exit::Done)
}

pub(crate) fn show(app: &App, id: &str, example: bool) -> Result<Exit, Problem> {
    let action = app.registry.action(id)?;
    let about = action.about();
    let step = step(action);
    if example {
        let words = format!("{}\n\n{}\n", pretty(&step), command(action));
        app.console.result(&words, &json!({ "step": step, "command": command(action) }));
        return Ok(Exit::Done);
    }
    let whole = json!({
        "id": action.id(),
        "label": about.label,
        "description": about.description,
        "effect": about.effect,
        "timeout_ms": about.timeout.as_millis() as u64,
        "example": about.example,
        "input_schema": action.input_schema(),
        "output_schema": action.output_schema(),
    });
    app.console.result(&page(action, &step), &whole);
    Ok(Exit::Done)
}

fn page(action: &ErasedAction, step: &Value) -> String {
    let about = action.about();
    format!(
        "{}: {}\n{}\n\neffect: {}\ntimeout: {} s\n\ninputs\n{}\nexample\n{}\n\n{}\n\ninput schema\n{}\n\noutput schema\n{}\n",
        action.id(),
        about.label,
        about.description,
        about.effect.code(),
        about.timeout.as_secs(),
        inputs(action.input_schema()),
        pretty(step),
        command(action),
        pretty(action.input_schema()),
        pretty(action.output_schema()),
    )
}

/// A line or two an input: name, type, default, then what it is for.
fn inputs(schema: &Value) -> String {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
    let mut words = String::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let default = field.get("default").map(|default| format!(", default {default}")).unwrap_or_default();
        let needed = if required(name) && default.is_empty() { ", required" } else { "" };
        let options = field["x-options"].as_str().map(|id| format!(", options {id}")).unwrap_or_default();
        words.push_str(&format!("  {name}  ({}{needed}{default}{options})\n", type_of(field, schema)));
        words.push_str(&format!("      {}\n", field["description"].as_str().unwrap_or_default()));
    }
    if words.is_empty() { "  none\n".to_owned() } else { words }
}

fn type_of(field: &Value, root: &Value) -> String {
    if let Some(target) = field["$ref"].as_str().and_then(|reference| root.pointer(reference.trim_start_matches('#'))) {
        return type_of(target, root);
    }
    let name = |value: &Value| value.as_str().filter(|name| *name != "null").map(str::to_owned);
    let mut names: Vec<String> = match &field["type"] {
        Value::Array(types) => types.iter().filter_map(name).collect(),
        single => name(single).into_iter().collect(),
    };
    for variant in ["anyOf", "oneOf"].iter().filter_map(|key| field[*key].as_array()).flatten() {
        names.push(type_of(variant, root));
    }
    names.retain(|name| !name.is_empty());
    names.dedup();
    if let Some(choices) = field["enum"].as_array() {
        return choices.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|");
    }
    if names.is_empty() && field["const"].is_null() { "any".to_owned() } else { names.join(" or ") }
}

/// A step to paste into a flow.
fn step(action: &ErasedAction) -> Value {
    json!({ "id": action.about().id, "action": action.id(), "with": action.about().example })
}

/// The command that runs the action, ready.
fn command(action: &ErasedAction) -> String {
    let input = action.about().example.to_string();
    let words = ["linkwork", "action", "run", action.id(), "--with", &input];
    shlex::try_join(words).unwrap_or_default()
}
