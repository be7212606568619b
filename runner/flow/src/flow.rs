//! A flow: what a file says, read and ready to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use connector_sdk::Registry;
use serde_json::Value;

use crate::check;
use crate::concurrency::Concurrency;
use crate::definition::Definition;
use crate::diagnostic::{Diagnostic, Findings};
use crate::document::{Document, Span};
use crate::expression::Root;
use crate::machine::{Layout, StepKey};
use crate::reading::{Folder, NoFolder, SubFlows};
use crate::steps::{Step, StepKind};

/// What a flow file says.
#[derive(Debug)]
pub struct Flow {
    document: Document,
    definition: Definition,
    /// Where its runs keep the results of its steps.
    layout: Arc<Layout>,
}

/// A step on the way of a key that the flow does not have.
pub(crate) struct NoStep<'f, 'k> {
    pub(crate) flow: &'f Flow,
    pub(crate) id: &'k str,
}

/// The place of a value in the output of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputPath<'f> {
    /// The step.
    pub step: &'f str,
    /// Whether it is a part of what the step gave, and not all of it.
    pub within: bool,
}

impl Flow {
    /// Reads a flow file that runs no other flows: its syntax and its structure.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::parse_in(text, &NoFolder)
    }

    /// Reads a flow file of this folder: its syntax and its structure, and those of the flows that it runs.
    pub fn parse_in(text: &str, folder: &dyn Folder) -> Result<Self, Vec<Diagnostic>> {
        Self::read(text, &SubFlows::of(folder))
    }

    pub(crate) fn read(text: &str, sub_flows: &SubFlows<'_>) -> Result<Self, Vec<Diagnostic>> {
        let (document, found) = Document::parse_beside(text)?;
        let mut findings = Findings::beside(&document, found);
        let definition = Definition::read(document.value(), &mut findings, sub_flows);
        if findings.has_errors() {
            return Err(findings.finish());
        }
        Ok(Self::of(document, definition))
    }

    fn of(document: Document, definition: Definition) -> Self {
        let layout = Arc::new(Layout::of(&definition));
        Self { document, definition, layout }
    }

    /// Reads a flow file of this folder and checks it against the connectors: everything that is wrong or doubtful, at
    /// once. The flow is there if it can run.
    pub fn validate(text: &str, folder: &dyn Folder, registry: &Registry) -> (Option<Self>, Vec<Diagnostic>) {
        let (document, found) = match Document::parse_beside(text) {
            Ok(read) => read,
            Err(found) => return (None, found),
        };
        let mut findings = Findings::beside(&document, found);
        let definition = Definition::read(document.value(), &mut findings, &SubFlows::of(folder));
        check::check(&definition, registry, &mut findings);
        let runs = !findings.has_errors();
        let found = findings.finish();
        (runs.then(|| Self::of(document, definition)), found)
    }

    /// The text of its file.
    pub fn text(&self) -> &str {
        self.document.text()
    }

    /// The flows that it runs, and those that they run, by the names of their files.
    pub fn sub_flows(&self) -> BTreeMap<&str, &Arc<Self>> {
        let mut found = BTreeMap::new();
        add_sub_flows(&self.all_steps(), &mut found);
        found
    }

    /// The place in the file of the value with this JSON Pointer.
    pub fn locate(&self, pointer: &str) -> Span {
        self.document.locate(pointer)
    }

    /// Everything that is wrong or doubtful about it with these connectors.
    pub fn check(&self, registry: &Registry) -> Vec<Diagnostic> {
        let mut findings = Findings::new(&self.document);
        check::check(&self.definition, registry, &mut findings);
        findings.finish()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// What its author says about it.
    pub fn description(&self) -> Option<&str> {
        self.definition.description.as_deref()
    }

    /// The connections that it needs, in the order of the file: the slot, and the connector of what is bound to it.
    pub fn connections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.definition.slots.iter().map(|slot| (slot.name.as_str(), slot.connector.as_str()))
    }

    /// How many of its runs may be under way together, if it says so.
    pub fn concurrency(&self) -> Option<&Concurrency> {
        self.definition.concurrency.as_ref()
    }

    /// Its steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.definition.steps
    }

    /// Its steps and those that stand in them, in the order of the file.
    pub fn all_steps(&self) -> Vec<&Step> {
        self.definition.all_steps()
    }

    /// The step with this id, wherever it stands.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.all_steps().into_iter().find(|step| step.id() == id)
    }

    /// The step that a key leads to, in this flow or in one that it runs.
    pub fn step_at(&self, key: &StepKey) -> Option<&Step> {
        self.find(key).ok()
    }

    pub(crate) fn find<'f, 'k>(&'f self, key: &'k StepKey) -> Result<&'f Step, NoStep<'f, 'k>> {
        let mut flow = self;
        let mut found = flow.step(key.own()).ok_or(NoStep { flow, id: key.own() })?;
        for id in key.ids().skip(1) {
            if let StepKind::SubFlow(sub) = found.kind() {
                flow = sub.flow();
            }
            found = flow.step(id).ok_or(NoStep { flow, id })?;
        }
        Ok(found)
    }

    /// The JSON Schema of its input.
    pub fn input_schema(&self) -> Option<&Value> {
        self.definition.input.as_ref().map(connector_sdk::Schema::json)
    }

    /// Where its output stands, if it is one value out of the output of one step and nothing else.
    pub fn output_path(&self) -> Option<OutputPath<'_>> {
        let path = self.definition.output.as_ref()?.only_path()?;
        match &path.root {
            Root::Output(step) => Some(OutputPath { step, within: !path.segments.is_empty() }),
            Root::Variable(_) | Root::Turn(_) | Root::Status(_) | Root::Error(_) => None,
        }
    }

    /// The JSON Schema of what each customer sets.
    pub fn config_schema(&self) -> Option<&Value> {
        self.definition.config.as_ref().map(connector_sdk::Schema::json)
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    pub(crate) fn layout(&self) -> Arc<Layout> {
        Arc::clone(&self.layout)
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.definition
    }
}

/// Adds the flows that these steps run, and those that they run, each once, by the names of their files.
pub(crate) fn add_sub_flows<'f>(steps: &[&'f Step], found: &mut BTreeMap<&'f str, &'f Arc<Flow>>) {
    for step in steps {
        if let StepKind::SubFlow(sub) = step.kind()
            && found.insert(sub.file(), sub.flow()).is_none()
        {
            add_sub_flows(&sub.flow().all_steps(), found);
        }
    }
}
