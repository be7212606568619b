//! The structure of a flow file. What cannot be read is a finding and left out, so that the rest can still be checked.

use std::collections::HashMap;
use std::fmt;

use connector_sdk::{Schema, pointer_to};
use serde_json::Value;

use crate::diagnostic::{Findings, Place};
use crate::expression::Template;
use crate::name::check_name;
use crate::object::Object;
use crate::steps::Step;

/// What a flow file defines.
#[derive(Default)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) input: Option<Schema>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) steps: Vec<Step>,
    pub(crate) output: Option<Template>,
    /// The place of each step in the order, of unreadable ones too.
    pub(crate) order: HashMap<String, usize>,
}

/// A connection that the flow needs.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) connector: String,
}

/// The keys of the file.
pub(crate) const KEYS: [&str; 8] =
    ["$schema", "linkwork", "name", "description", "input", "connections", "steps", "output"];

/// The version of the format.
const VERSION: u64 = 1;

impl Definition {
    pub(crate) fn read(file: &Value, findings: &mut Findings<'_>) -> Self {
        let Some(file) = Object::read(file, String::new(), "a flow", findings) else { return Self::default() };
        file.only(&KEYS, "a flow", findings);
        file.text("$schema", findings);
        check_version(&file, findings);
        let name = name(&file, findings);
        let slots = slots(&file, findings);
        let (mut steps, order) = steps(&file, findings);
        steps.iter_mut().for_each(|step| step.choose_connection(&slots));
        Self {
            name,
            description: file.text("description", findings).map(str::to_owned),
            input: input(&file, findings),
            output: file.template("output", findings),
            slots,
            steps,
            order,
        }
    }

    /// The ids of the steps before this place, in order.
    pub(crate) fn order_before(&self, before: usize) -> Vec<&str> {
        let mut ids: Vec<(&str, usize)> = self.order.iter().map(|(id, index)| (id.as_str(), *index)).collect();
        ids.retain(|(_, index)| *index < before);
        ids.sort_by_key(|(_, index)| *index);
        ids.into_iter().map(|(id, _)| id).collect()
    }
}

fn check_version(file: &Object<'_>, findings: &mut Findings<'_>) {
    let version = file.required("linkwork", "a flow", findings);
    if version.is_some_and(|version| version.as_u64() != Some(VERSION)) {
        let message = format!("this program reads version {VERSION} of flow files");
        findings.error("version", Place::Value("/linkwork"), message, Some(format!("write \"linkwork\": {VERSION}")));
    }
}

fn name(file: &Object<'_>, findings: &mut Findings<'_>) -> String {
    let name = file.required("name", "a flow", findings).and_then(|_| file.text("name", findings));
    if let Some(name) = name {
        check_name(name, Place::Value("/name"), findings);
    }
    name.unwrap_or_default().to_owned()
}

fn input(file: &Object<'_>, findings: &mut Findings<'_>) -> Option<Schema> {
    let object = file.object("input", findings)?;
    let schema = Schema::new(file.get("input")?.clone());
    if let Some(defect) = schema.defect() {
        findings.error(
            "invalid_schema",
            Place::Key(&object.pointer),
            format!("the JSON Schema is defective: {defect}"),
            None,
        );
        return None;
    }
    Some(schema)
}

fn slots(file: &Object<'_>, findings: &mut Findings<'_>) -> Vec<Slot> {
    let Some(object) = file.object("connections", findings) else { return Vec::new() };
    let mut slots = Vec::new();
    for name in object.keys() {
        check_name(name, Place::Key(&object.at(name)), findings);
        let Some(slot) = object.object(name, findings) else { continue };
        slot.only(&["connector"], "a connection of a flow", findings);
        let connector = slot.required("connector", "a connection of a flow", findings);
        if let Some(connector) = connector.and_then(|_| slot.text("connector", findings)) {
            slots.push(Slot { name: name.to_owned(), connector: connector.to_owned() });
        }
    }
    slots
}

fn steps(file: &Object<'_>, findings: &mut Findings<'_>) -> (Vec<Step>, HashMap<String, usize>) {
    let mut steps = Vec::new();
    let mut order = HashMap::new();
    let list = file
        .required("steps", "a flow", findings)
        .and_then(|_| file.typed("steps", "a list of steps", Value::as_array, findings));
    if list.is_some_and(Vec::is_empty) {
        findings.error("no_steps", Place::Value("/steps"), "a flow has at least one step", None);
    }
    for (index, value) in list.into_iter().flatten().enumerate() {
        let pointer = pointer_to("/steps", &index.to_string());
        let Some(object) = Object::read(value, pointer, "a step", findings) else { continue };
        if let Some(id) = object.get("id").and_then(Value::as_str)
            && order.insert(id.to_owned(), index).is_some()
        {
            let message = format!("there is a step {id:?} before this one");
            findings.error("duplicate_id", Place::Value(&object.at("id")), message, None);
        }
        steps.extend(Step::read(&object, findings));
    }
    (steps, order)
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).field("steps", &self.steps).finish_non_exhaustive()
    }
}
