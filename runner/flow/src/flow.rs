//! A flow: what a file says, read and ready to run.

use connector_sdk::Registry;
use serde_json::Value;

use crate::check;
use crate::definition::Definition;
use crate::diagnostic::{Diagnostic, Findings};
use crate::document::Document;
use crate::expression::Root;
use crate::steps::Step;

/// What a flow file says.
#[derive(Debug)]
pub struct Flow {
    document: Document,
    definition: Definition,
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
    /// Reads a flow file: its syntax and its structure.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let document = Document::parse(text)?;
        let mut findings = Findings::new(&document);
        let definition = Definition::read(document.value(), &mut findings);
        if findings.has_errors() {
            return Err(findings.finish());
        }
        Ok(Self { document, definition })
    }

    /// Reads a flow file and checks it against the connectors: everything that is wrong or doubtful, at once.
    /// The flow is there if it can run.
    pub fn validate(text: &str, registry: &Registry) -> (Option<Self>, Vec<Diagnostic>) {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(found) => return (None, found),
        };
        let mut findings = Findings::new(&document);
        let definition = Definition::read(document.value(), &mut findings);
        check::check(&definition, registry, &mut findings);
        let runs = !findings.has_errors();
        let found = findings.finish();
        (runs.then_some(Self { document, definition }), found)
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

    /// Its steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.definition.steps
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps().iter().find(|step| step.id() == id)
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

    pub(crate) fn definition(&self) -> &Definition {
        &self.definition
    }
}
