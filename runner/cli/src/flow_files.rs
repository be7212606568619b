//! Flow files: read together with the flows that they run, and checked.

use std::path::{Path, PathBuf};

use runner_flow::{Flow, Folder};

use crate::app::App;
use crate::files;
use crate::problem::{Problem, Source};

/// The folder that a flow file is in, where the flows that it runs are too.
pub(crate) struct FlowFolder(PathBuf);

impl FlowFolder {
    pub(crate) fn of(flow: &Path) -> Self {
        Self(folder_of(flow).to_owned())
    }
}

impl Folder for FlowFolder {
    fn read(&self, file: &str) -> Result<String, String> {
        files::read_text(&self.0.join(file)).map_err(|problem| problem.message())
    }
}

pub(crate) fn folder_of(flow: &Path) -> &Path {
    flow.parent().unwrap_or(Path::new(""))
}

/// The flow in a file, checked against the connectors. Warnings are said, errors end it.
pub(crate) fn load(app: &App, path: &Path) -> Result<Flow, Problem> {
    let source = Source::file(path, files::read_text(path)?);
    let (flow, findings) = Flow::validate(&source.text, &FlowFolder::of(path), &app.registry);
    let Some(flow) = flow else { return Err(Problem::Invalid { source, findings }) };
    if !findings.is_empty() {
        app.console.say(&app.console.style.findings(&source, &findings));
    }
    Ok(flow)
}

/// The step that the flow's output is a part of, if it is nothing else: its text is the result while it arrives.
pub(crate) fn result_of(flow: &Flow) -> Option<String> {
    flow.output_path().filter(|path| path.within).map(|path| path.step.to_owned())
}
