//! `linkwork fmt`: writes flow files in their one canonical form, or says which are not.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::App;
use crate::exit::Exit;
use crate::files;
use crate::problem::{Problem, Source};

/// What became of a file.
enum Formatted {
    AsItWas,
    Changed,
}

pub(crate) fn run(app: &App, paths: &[PathBuf], check: bool) -> Result<Exit, Problem> {
    let mut all = Vec::new();
    let mut words = Vec::new();
    let mut exit = Exit::Done;
    for path in paths {
        let name = path.display().to_string();
        match format(path, check) {
            Ok(Formatted::AsItWas) => all.push(json!({ "file": name, "changed": false })),
            Ok(Formatted::Changed) => {
                words.push(if check { format!("{name} is not formatted") } else { format!("{name} was formatted") });
                all.push(json!({ "file": name, "changed": true }));
                if check && exit == Exit::Done {
                    exit = Exit::Failed;
                }
            }
            Err(problem) => {
                app.console.say(&app.console.style.problem(&problem));
                all.push(json!({ "file": name, "error": problem.to_json() }));
                exit = Exit::InvalidFile;
            }
        }
    }
    app.console.result(&words.join("\n"), &all);
    Ok(exit)
}

fn format(path: &Path, check: bool) -> Result<Formatted, Problem> {
    files::is_regular(path)?;
    let source = Source::file(path, files::read_text(path)?);
    let formatted = match runner_flow::format(&source.text) {
        Ok(formatted) => formatted,
        Err(findings) => return Err(Problem::Invalid { source, findings }),
    };
    if formatted == source.text {
        return Ok(Formatted::AsItWas);
    }
    if !check {
        files::replace(path, &formatted)?;
    }
    Ok(Formatted::Changed)
}
