//! The outputs of earlier steps for `linkwork run --step`: those of the flow's last run, or a file to fill in.

use runner_engine::{Query, Status};
use runner_flow::Flow;
use serde_json::{Map, Value};

use crate::again;
use crate::app::App;
use crate::args::{Format, RunArgs};
use crate::console::pretty;
use crate::kept::Kept;
use crate::problem::Problem;

/// Runs that are looked through for the outputs.
const LOOKED_AT: u32 = 20;

/// The outputs that the step refers to, from the last run that has all of them. None if there is no such run.
pub(super) async fn of_last_run(app: &App, flow: &Flow, step: &str) -> Result<Option<Value>, Problem> {
    let wanted = mentioned(flow, step);
    if wanted.is_empty() {
        return Ok(Some(Value::Object(Map::new())));
    }
    if !app.global.journal.exists() {
        return Ok(None);
    }
    let kept = Kept::open(app)?;
    let query = Query { flow: Some(flow.name().to_owned()), limit: LOOKED_AT, ..Query::default() };
    for info in kept.engine.list(query).await? {
        let history = kept.engine.history(&info.run).await?;
        let output = |id: &str| {
            let record = history.steps.iter().rev().find(|record| record.key.as_str() == id)?;
            (record.status == Status::Succeeded).then(|| (id.to_owned(), Value::clone(&record.output)))
        };
        if let Some(pins) = wanted.iter().map(|id| output(id)).collect::<Option<Map<String, Value>>>() {
            app.console.say(&format!("with the outputs of {}", info.run));
            return Ok(Some(Value::Object(pins)));
        }
    }
    Ok(None)
}

/// Says that there is nothing to run the step with, and shows what is to be filled in: on stdout, or for machines in
/// the fix itself.
pub(super) fn skeleton(app: &App, args: &RunArgs, flow: &Flow, step: &str) -> Problem {
    let wanted = mentioned(flow, step);
    let pins: Map<String, Value> = wanted.iter().map(|id| ((*id).to_owned(), Value::Null)).collect();
    let what = match app.console.format {
        Format::Text => {
            app.console.out(&format!("{}\n", pretty(&pins)));
            "the lines above".to_owned()
        }
        Format::Json | Format::Jsonl => Value::Object(pins).to_string(),
    };
    let again = again::with_connections(
        &app.global,
        &["run", &args.flow.display().to_string(), "--step", step, "--pins", "pins.json"],
    );
    Problem::usage(
        format!("the step {step:?} refers to {}, and no run is kept that has their outputs", wanted.join(", ")),
        format!("run the whole flow once; or save {what} as pins.json, fill them in, and: {again}"),
    )
}

/// The steps that the text of a step refers to, as far as a reader of the text can tell.
fn mentioned<'f>(flow: &'f Flow, step: &str) -> Vec<&'f str> {
    let Some(step) = flow.step(step) else { return Vec::new() };
    let file: Value = serde_json::from_str(flow.text()).unwrap_or_default();
    let text = file.pointer(step.pointer()).map(Value::to_string).unwrap_or_default();
    let within = |id: &str| step.blocks().any(|block| block.iter().any(|inner| inner.id() == id));
    let others = flow.all_steps().into_iter().map(|other| other.id()).filter(|id| *id != step.id() && !within(id));
    others.filter(|id| mentions(&text, id)).collect()
}

fn mentions(text: &str, id: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let path = format!("steps.{id}");
    let by_path = text.match_indices(&path).any(|(at, found)| ends(&text[at + found.len()..]));
    by_path || text.contains(&format!("steps['{id}']")) || text.contains(&format!("steps[\\\"{id}\\\"]"))
}
