//! What is known of the values of a run before anything runs: their types, and the choices that there are.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use connector_sdk::{ErasedAction, Registry, Schema, limits};
use serde_json::{Value, json};

use crate::definition::Definition;
use crate::expression::{Path, Root, Segment, TurnField};
use crate::steps::Step;

/// Every status that a step can have.
pub(super) const STATUSES: [&str; 5] = ["succeeded", "failed", "skipped", "cancelled", "outcome_unknown"];

static STATUS: LazyLock<Value> = LazyLock::new(|| json!({ "type": "string", "enum": STATUSES }));
static RUN: LazyLock<Value> = LazyLock::new(|| {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "properties": { "id": text, "started_at": text, "tenant": text } })
});
static COUNT: LazyLock<Value> = LazyLock::new(|| json!({ "type": "integer" }));

/// What is known of values, by the paths to them.
pub(super) struct Knowledge<'f> {
    flow: &'f Definition,
    steps: BTreeMap<&'f str, &'f Step>,
    actions: BTreeMap<&'f str, &'f ErasedAction>,
}

/// What a schema says of a value.
pub(super) struct Known<'s> {
    schema: &'s Value,
    /// Whether the value is checked against it. What a provider answers is not.
    pub(super) certain: bool,
}

impl<'f> Knowledge<'f> {
    pub(super) fn of(flow: &'f Definition, steps: &[&'f Step], registry: &'f Registry) -> Self {
        let actions = registry.actions().map(|action| (action.id(), action)).collect();
        Self { flow, steps: steps.iter().map(|step| (step.id(), *step)).collect(), actions }
    }

    /// What is known of the value at this path, if anything is.
    pub(super) fn at(&self, path: &Path) -> Option<Known<'_>> {
        let (root, certain) = self.root(&path.root)?;
        Some(Known { schema: within(root, &path.segments)?, certain })
    }

    fn root(&self, root: &Root) -> Option<(&Value, bool)> {
        match root {
            Root::Status(_) => Some((&*STATUS, true)),
            Root::Output(id) => self.output(id).map(|schema| (schema, false)),
            Root::Turn(TurnField::Index) => Some((&*COUNT, true)),
            Root::Variable(name) => match name.as_str() {
                "input" => self.flow.input.as_ref().map(|schema| (Schema::json(schema), true)),
                "config" => self.flow.config.as_ref().map(|schema| (Schema::json(schema), true)),
                "run" => Some((&*RUN, true)),
                _ => None,
            },
            Root::Error(_) | Root::Turn(_) => None,
        }
    }

    /// The schema of what a step gives, if nothing else can take its place.
    fn output(&self, id: &str) -> Option<&Value> {
        let step = self.steps.get(id).filter(|step| step.on_error.is_none())?;
        Some(self.actions.get(step.action()?.id())?.output_schema())
    }
}

fn within<'s>(root: &'s Value, path: &[Segment]) -> Option<&'s Value> {
    path.iter().try_fold(resolved(root, root)?, |schema, segment| match segment {
        Segment::Key(key) => resolved(root, schema.get("properties")?.get(key)?),
        Segment::Index(_) if schema.get("prefixItems").is_some() => None,
        Segment::Index(_) => resolved(root, schema.get("items")?),
    })
}

/// The schema that is meant: that of a reference, or the only variant beside null.
pub(super) fn resolved<'s>(root: &'s Value, schema: &'s Value) -> Option<&'s Value> {
    let mut schema = schema;
    for _ in 0..limits::DEPTH {
        schema = match (schema.get("$ref").and_then(Value::as_str), only_variant(schema)) {
            (Some(reference), _) => root.pointer(reference.strip_prefix('#')?)?,
            (None, Some(only)) => only,
            (None, None) => return Some(schema),
        };
    }
    None
}

fn only_variant(schema: &Value) -> Option<&Value> {
    let mut variants = schema.get("anyOf")?.as_array()?.iter().filter(|variant| variant["type"] != "null");
    variants.next().filter(|_| variants.next().is_none())
}

impl Known<'_> {
    /// Whether the value may be of this type of JSON.
    pub(super) fn may_be(&self, name: &str) -> bool {
        self.types().is_none_or(|types| types.contains(&name))
    }

    /// Whether the value may be of the type of that one.
    pub(super) fn may_be_like(&self, other: &Value) -> bool {
        self.may_be(type_of(other)) || (other.is_number() && self.may_be("integer"))
    }

    /// The choices that there are, if there are few.
    pub(super) fn choices(&self) -> Option<&[Value]> {
        match (self.schema.get("const"), self.schema.get("enum")) {
            (Some(only), _) => Some(std::slice::from_ref(only)),
            (None, choices) => choices?.as_array().map(Vec::as_slice),
        }
    }

    /// What it is, for a sentence; nothing if that is not known.
    pub(super) fn described(&self) -> Option<String> {
        let types = self.types()?.into_iter().filter(|name| *name != "null");
        let words: Vec<&str> = types.map(word).collect();
        (!words.is_empty()).then(|| words.join(" or "))
    }

    fn types(&self) -> Option<Vec<&str>> {
        match self.schema.get("type") {
            Some(Value::String(name)) => Some(vec![name]),
            Some(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).collect()),
            _ => self.choices().map(|choices| choices.iter().map(type_of).collect()),
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn word(name: &str) -> &str {
    match name {
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "text",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}
