//! The server's file: one truth for whoever starts the server, checks the file, or changes it through the API.

mod check;
mod edit;
mod fields;
mod file;
mod reference;
mod schema;

use connector_sdk::{Registry, Schema, Violation};
use runner_flow::{Diagnostic, Document};
use serde::Deserialize as _;

pub(crate) use self::check::{GROUP, is_name};
pub use self::edit::{Change, Object};
pub(crate) use self::edit::{changed, find, text, version, write};
pub(crate) use self::fields::is_secret;
pub(crate) use self::file::{
    ConnectionEntry, LimitEntry, ModelEntry, SecretSource, ServerFile, TracesEntry, WorkspaceEntry,
};
pub(crate) use self::reference::Reference;
pub use self::schema::schema;

/// Everything that is wrong with the text of a file, without looking at what it refers to.
pub fn check_text(text: &str, registry: &Registry) -> Vec<Diagnostic> {
    read(text, registry).err().unwrap_or_default()
}

/// Reads the text of a file, or says everything that is wrong with it.
pub(crate) fn read(text: &str, registry: &Registry) -> Result<(Document, ServerFile), Vec<Diagnostic>> {
    let (document, mut findings) = Document::parse_with_findings(text)?;
    let mut violations = Schema::new(schema(registry)).check(document.value());
    violations.extend(check::check(document.value(), registry));
    findings.extend(place(violations, &document));
    findings.sort_by_key(|finding| finding.span.start);
    if !findings.is_empty() {
        return Err(findings);
    }
    match ServerFile::deserialize(document.value()) {
        Ok(file) => Ok((document, file)),
        // The schema is that of the types, so this says that they differ.
        Err(error) => {
            let violation = Violation::new("", "schema", error.to_string());
            Err(place(vec![violation], &document).collect())
        }
    }
}

/// What was found, with its places in the text.
pub(crate) fn place(violations: Vec<Violation>, document: &Document) -> impl Iterator<Item = Diagnostic> {
    violations.into_iter().map(|violation| Diagnostic::of_violation(violation, document))
}
