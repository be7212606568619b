//! The structure of a flow file. What cannot be read is a finding and left out, so that the rest can still be checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use connector_sdk::Schema;
use serde_json::Value;

use crate::codes::Code;
use crate::concurrency::Concurrency;
use crate::diagnostic::{Findings, Place};
use crate::expression::Template;
use crate::name::check_name;
use crate::object::Object;
use crate::on_error::OnError;
use crate::reading::{Reading, SubFlows};
use crate::steps::{Block, Part, Step};

/// What a flow file defines.
#[derive(Default)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) input: Option<Schema>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) steps: Block,
    pub(crate) output: Option<Template>,
    /// A JSON Schema of what each customer sets.
    pub(crate) config: Option<Schema>,
    /// How long a run may take.
    pub(crate) timeout: Option<Duration>,
    /// What is done when the flow has failed.
    pub(crate) on_error: Option<OnError>,
    /// How many runs may be under way together.
    pub(crate) concurrency: Option<Concurrency>,
    /// Whether a step could not be read, and is left out.
    pub(crate) incomplete: bool,
    /// Ids of steps that could not be read: what refers to them is not to blame.
    pub(crate) unreadable: BTreeSet<String>,
}

/// A connection that the flow needs.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) connector: String,
}

/// The keys of the file.
pub(crate) const KEYS: [&str; 12] = [
    "$schema",
    "linkwork",
    "name",
    "description",
    "input",
    "config",
    "connections",
    "timeout",
    "concurrency",
    "steps",
    "on_error",
    "output",
];

/// The version of the format.
const VERSION: u64 = 1;

impl Definition {
    pub(crate) fn read(file: &Value, findings: &mut Findings<'_>, sub_flows: &SubFlows<'_>) -> Self {
        let Some(file) = Object::read(file, String::new(), "a flow", findings) else { return Self::default() };
        file.only(&KEYS, "a flow", findings);
        file.text("$schema", findings);
        check_version(&file, findings);
        let name = name(&file, findings);
        let slots = slots(&file, findings);
        let by_connector = by_connector(&slots);
        let mut reading =
            Reading { findings, slots: &by_connector, sub_flows, ids: BTreeSet::new(), incomplete: false };
        let steps = Block::required(&file, "steps", "a flow", &mut reading);
        let on_error = OnError::read(&file, &mut reading);
        let concurrency = Concurrency::read(&file, &mut reading);
        let (incomplete, ids) = (reading.incomplete, reading.ids);
        let mut definition = Self {
            name,
            description: file.text("description", findings).map(str::to_owned),
            input: schema(&file, "input", findings),
            config: schema(&file, "config", findings),
            timeout: file.duration("timeout", findings),
            output: file.template("output", findings),
            slots,
            steps,
            on_error,
            concurrency,
            incomplete,
            unreadable: ids,
        };
        let read: BTreeSet<String> = definition.all_steps().into_iter().map(|step| step.id().to_owned()).collect();
        definition.unreadable.retain(|id| !read.contains(id));
        definition
    }

    /// The lists of steps that the flow itself has.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (Part, &Block)> {
        let on_error = self.on_error.iter().map(|on_error| (Part::Handler, &on_error.steps));
        std::iter::once((Part::Body, &self.steps)).chain(on_error)
    }

    /// Every step, in the order of the file, those in other steps too.
    pub(crate) fn all_steps(&self) -> Vec<&Step> {
        let mut all = Vec::new();
        self.parts().flat_map(|(_, block)| block.iter()).for_each(|step| step.visit(&mut |step| all.push(step)));
        all
    }
}

fn check_version(file: &Object<'_>, findings: &mut Findings<'_>) {
    let version = file.required("linkwork", "a flow", findings);
    if version.is_some_and(|version| version.as_u64() != Some(VERSION)) {
        let message = format!("this program reads version {VERSION} of flow files");
        findings.error(
            Code::VERSION,
            Place::Value("/linkwork"),
            message,
            Some(format!("write \"linkwork\": {VERSION}")),
        );
    }
}

fn name(file: &Object<'_>, findings: &mut Findings<'_>) -> String {
    let name = file.required("name", "a flow", findings).and_then(|_| file.text("name", findings));
    if let Some(name) = name {
        check_name(name, Place::Value("/name"), findings);
    }
    name.unwrap_or_default().to_owned()
}

fn schema(file: &Object<'_>, key: &str, findings: &mut Findings<'_>) -> Option<Schema> {
    let object = file.object(key, findings)?;
    let schema = Schema::new(file.get(key)?.clone());
    if let Some(defect) = schema.defect() {
        findings.error(
            Code::INVALID_SCHEMA,
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

fn by_connector(slots: &[Slot]) -> BTreeMap<&str, Vec<&str>> {
    let mut names = BTreeMap::<&str, Vec<&str>>::new();
    for slot in slots {
        names.entry(&slot.connector).or_default().push(&slot.name);
    }
    names
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).field("steps", &self.steps).finish_non_exhaustive()
    }
}
