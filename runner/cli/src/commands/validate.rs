//! `linkwork validate`: checks flow files without running them.

use std::path::PathBuf;

use runner_flow::Flow;
use serde_json::json;

use crate::app::App;
use crate::exit::Exit;
use crate::files;
use crate::flow_files::FlowFolder;
use crate::problem::{Problem, Source};

pub(crate) fn run(app: &App, paths: &[PathBuf]) -> Result<Exit, Problem> {
    let mut all = Vec::new();
    let mut words = Vec::new();
    let mut exit = Exit::Done;
    for path in paths {
        let source = match files::read_text(path) {
            Ok(text) => Source::file(path, text),
            Err(problem) => {
                app.console.say(&app.console.style.problem(&problem));
                all.push(json!({ "file": path.display().to_string(), "error": problem.to_json() }));
                exit = Exit::InvalidFile;
                continue;
            }
        };
        let (flow, findings) = Flow::validate(&source.text, &FlowFolder::of(path), &app.registry);
        match flow {
            Some(_) => words.push(format!("{} is valid", path.display())),
            None => exit = Exit::InvalidFile,
        }
        if !findings.is_empty() {
            app.console.say(&app.console.style.findings(&source, &findings));
        }
        all.push(json!({ "file": path.display().to_string(), "diagnostics": findings }));
    }
    app.console.result(&words.join("\n"), &all);
    Ok(exit)
}
