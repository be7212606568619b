//! `linkwork run`: a flow, or one step of it.

use std::path::Path;
use std::sync::Arc;

use runner_flow::Flow;
use serde_json::json;

use crate::app::App;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::files;
use crate::input;
use crate::live::Live;
use crate::problem::{Problem, Source};

pub(crate) async fn run(app: &App, args: &RunArgs) -> Result<Exit, Problem> {
    let flow = Arc::new(load(app, &args.flow)?);
    let input = match &args.input_file {
        Some(path) => input::from_file(path)?,
        None => input::from_option("--input", &args.input, flow.input_schema())?,
    };
    for key in input::unknown(&input, flow.input_schema()) {
        app.console.say(&app.console.style.warning(&key));
    }
    let folder = args.flow.parent().unwrap_or(Path::new(""));
    app.in_session(folder, async |session| {
        let live = Live::of_flow(&app.console, result_of(&flow).filter(|_| args.step.is_none()));
        let mut request = session.request(input, Arc::clone(&live) as _);
        request.timeout = args.timeout;
        let report = match &args.step {
            Some(step) => {
                let pins = args.pins.as_deref().map_or_else(|| Ok(json!({})), input::from_file)?;
                session.engine.run_step(flow, step, pins, request).await
            }
            None => session.engine.run(flow, request).await,
        };
        live.finish(&report, &*session.blobs).await
    })
    .await
}

/// The flow in a file, checked against the connectors. Warnings are said, errors end it.
fn load(app: &App, path: &Path) -> Result<Flow, Problem> {
    let source = Source::file(path, files::read_text(path)?);
    let (flow, findings) = Flow::validate(&source.text, &app.registry);
    let Some(flow) = flow else { return Err(Problem::Invalid { source, findings }) };
    if !findings.is_empty() {
        app.console.say(&app.console.style.findings(&source, &findings));
    }
    Ok(flow)
}

/// The step that the flow's output is a part of, if it is nothing else: its text is the result while it arrives.
fn result_of(flow: &Flow) -> Option<String> {
    flow.output_path().filter(|path| path.within).map(|path| path.step.to_owned())
}
