//! Command lines to go on with: what a person can paste next, with the options that this command was given.

use std::path::Path;

use runner_engine::{RunReport, Status};
use runner_flow::StepKey;

use crate::args::{Global, JOURNAL, JOURNAL_VARIABLE};

/// The command line that does something with the runs that this command works with.
pub(crate) fn with_runs(global: &Global, words: &[&str]) -> String {
    joined(words, &journal(global))
}

/// The command line that does something with the same runs and connections.
pub(crate) fn with_connections(global: &Global, words: &[&str]) -> String {
    let mut options = Vec::new();
    for (option, file) in [("--connections", &global.connections), ("--env-file", &global.env_file)] {
        options.extend(file.iter().flat_map(|file| [option.to_owned(), file.display().to_string()]));
    }
    options.extend(journal(global));
    options.extend(global.sandbox.then(|| "--sandbox".to_owned()));
    joined(words, &options)
}

/// The command line that goes on where a run ended, if there is something to go on with.
pub(crate) fn rerun(global: &Global, report: &RunReport) -> Option<String> {
    let failed = matches!(report.status, Status::Failed | Status::OutcomeUnknown | Status::Cancelled);
    let error = report.error.as_ref().filter(|_| failed)?;
    match &error.step {
        Some(step) => Some(with_connections(global, &["rerun", &report.run, "--from", StepKey::new(step).own()])),
        // An input that no flow takes is mended where it was written.
        None if error.code == "invalid_input" => None,
        None => Some(with_connections(global, &["rerun", &report.run])),
    }
}

fn journal(global: &Global) -> Vec<String> {
    let is_said = global.journal != Path::new(JOURNAL) && std::env::var_os(JOURNAL_VARIABLE).is_none();
    if is_said { vec!["--journal".to_owned(), global.journal.display().to_string()] } else { Vec::new() }
}

fn joined(words: &[&str], options: &[String]) -> String {
    let line = std::iter::once("linkwork").chain(words.iter().copied()).chain(options.iter().map(String::as_str));
    shlex::try_join(line).unwrap_or_default()
}
