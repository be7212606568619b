//! Flow files: read together with the flows that they run, and checked.

use std::path::{Path, PathBuf};

use connector_sdk::nearest;
use runner_flow::{Flow, Folder, Step};

use crate::app::App;
use crate::files;
use crate::problem::{Problem, Source};
use crate::words::named;

/// How the names of flow files end.
const ENDING: &str = ".linkwork.json";

/// The folder that a flow file is in, where the flows that it runs are too.
pub(crate) struct FlowFolder(PathBuf);

impl FlowFolder {
    pub(crate) fn of(flow: &Path) -> Self {
        Self(folder_of(flow).to_owned())
    }
}

impl Folder for FlowFolder {
    fn read(&self, file: &str) -> Result<String, String> {
        files::read_named_text(&self.0.join(file))
    }
}

pub(crate) fn folder_of(flow: &Path) -> &Path {
    flow.parent().unwrap_or(Path::new(""))
}

/// The flow in a file, checked against the connectors. Warnings are said, errors end it.
pub(crate) fn load(app: &App, path: &Path) -> Result<Flow, Problem> {
    let source = Source::file(path, files::read_text(path).map_err(|problem| meant(path, problem))?);
    let (flow, findings) = Flow::validate(&source.text, &FlowFolder::of(path), &app.registry);
    let Some(flow) = flow else { return Err(Problem::Invalid { source, findings }) };
    if !findings.is_empty() {
        app.console.say(&app.console.style.findings(&source, &findings));
    }
    Ok(flow)
}

/// Whoever leaves the end of a file's name away is told of the file.
fn meant(path: &Path, problem: Problem) -> Problem {
    let mut whole = path.as_os_str().to_owned();
    whole.push(ENDING);
    match (problem, Path::new(&whole)) {
        (Problem::File { path, message }, whole) if whole.is_file() && !path.exists() => {
            Problem::File { path, message: format!("{message}; did you mean {}?", whole.display()) }
        }
        (problem, _) => problem,
    }
}

/// Refuses a step that the flow does not have.
pub(crate) fn has_step(flow: &Flow, id: &str) -> Result<(), Problem> {
    if flow.step(id).is_some() {
        return Ok(());
    }
    let ids: Vec<&str> = flow.all_steps().into_iter().map(Step::id).collect();
    let fix = match nearest(id, ids.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("its steps are {}", named(ids.iter().copied())),
    };
    Err(Problem::usage(format!("the flow {:?} has no step {id:?}", flow.name()), fix))
}

/// The step that the flow's output is a part of, if it is nothing else: its text is the result while it arrives.
pub(crate) fn result_of(flow: &Flow) -> Option<String> {
    flow.output_path().filter(|path| path.within).map(|path| path.step.to_owned())
}
