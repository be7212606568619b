//! What is wrong with a file and with all that it refers to, told without serving and without making anything.

use connector_sdk::{Violation, pointer_to};
use runner_flow::{Diagnostic, Severity};
use runner_journal::{Error, SqliteJournal, SqliteOptions};

use super::Settings;
use crate::control::document::{self, Reference, ServerFile};
use crate::control::limits::Limits;
use crate::control::snapshot::{Builder, Sources};
use crate::control::store::Purpose;
use crate::control::vault::check_mode;

/// Everything that is wrong with the text of a server's file, or doubtful: variables that are not set, files that cannot be
/// read or that others may read, secrets that do not open.
pub fn check(text: &str, settings: &Settings) -> Result<Vec<Diagnostic>, Error> {
    let (document, file) = match document::read(text, &settings.registry) {
        Ok(read) => read,
        Err(findings) => return Ok(findings),
    };
    let folder = settings.folder();
    let data = folder.join(&file.data);
    let open = || SqliteJournal::open(&data, SqliteOptions::default());
    let journal = SqliteJournal::is_in(&data).then(open).transpose()?;
    let store = journal.as_ref().map(SqliteJournal::store);
    let sources = Sources { environment: settings.environment.clone(), folder };
    let builder = Builder {
        registry: &settings.registry,
        sources: &sources,
        store: store.as_ref(),
        limits: &Limits::default(),
        before: None,
        purpose: Purpose::Serve,
    };
    let mut findings = builder.build(text).err().unwrap_or_default();
    findings.extend(document::place(readable_by_others(&file, &sources), &document).map(doubtful));
    findings.sort_by_key(|finding| finding.span.start);
    Ok(findings)
}

/// Files with secrets that others than their owner may read.
fn readable_by_others(file: &ServerFile, sources: &Sources) -> Vec<Violation> {
    let mut found = Vec::new();
    for (workspace, entry) in &file.workspaces {
        for (name, connection) in &entry.connections {
            for (field, value) in &connection.fields {
                let Some(Reference::File(path)) = Reference::read(value) else { continue };
                let place = ["workspaces", workspace, "connections", name, "fields", field];
                let place = place.iter().fold(String::new(), |at, step| pointer_to(&at, step));
                // One that cannot be read is an error, which is told already.
                if let Err(why) = check_mode(&sources.folder.join(path))
                    && !why.starts_with("cannot")
                {
                    let message = format!("comes from {path:?}, which {why}");
                    found.push(Violation::new(place, "readable_by_others", message));
                }
            }
        }
    }
    found
}

fn doubtful(finding: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..finding }
}
