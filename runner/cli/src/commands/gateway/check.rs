//! `linkwork check`: what is wrong with a server's file, and with what it refers to.

use std::path::Path;

use runner_flow::Severity;
use runner_gateway::control::{self, Purpose};
use serde_json::json;

use crate::app::App;
use crate::exit::Exit;
use crate::files;
use crate::gateway::{self, settings};
use crate::problem::{Problem, Source};

pub(crate) fn run(app: &App, file: &Path) -> Result<Exit, Problem> {
    let text = files::read_text(file)?;
    let findings = control::check(&text, &settings(app, file, Purpose::Visit)?).map_err(gateway::store)?;
    let is_valid = findings.iter().all(|finding| finding.severity != Severity::Error);
    if !findings.is_empty() {
        app.console.say(&app.console.style.findings(&Source::confidential(file), &findings));
    }
    let words = if is_valid { format!("{} is valid", file.display()) } else { String::new() };
    app.console
        .result(&words, &json!({ "file": file.display().to_string(), "valid": is_valid, "diagnostics": findings }));
    Ok(if is_valid { Exit::Done } else { Exit::InvalidFile })
}
