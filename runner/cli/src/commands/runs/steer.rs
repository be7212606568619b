//! `linkwork runs cancel` and `linkwork runs signal`: tells a run something, wherever it is under way.

use std::collections::BTreeSet;

use connector_sdk::nearest;
use runner_engine::Signal;
use runner_flow::{Flow, StepKind};
use serde_json::{Value, json};

use crate::app::App;
use crate::args::SignalArgs;
use crate::exit::Exit;
use crate::input;
use crate::kept::{Kept, is_open};
use crate::problem::Problem;

pub(crate) async fn cancel(app: &App, name: &str) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let run = open_run(&kept, name, "there is nothing to cancel").await?;
    kept.engine.cancel(&run).await?;
    let words = format!("{run} is told to end");
    app.console.result(&words, &json!({ "run": run, "told": "cancel" }));
    Ok(Exit::Done)
}

pub(crate) async fn signal(app: &App, args: &SignalArgs) -> Result<Exit, Problem> {
    let data = args.data.as_deref().map_or(Ok(Value::Null), |text| input::from_text("--data", text))?;
    let kept = Kept::open(app)?;
    let run = open_run(&kept, &args.run.run, "there is nobody to hear it").await?;
    warn_of_stranger(app, &kept.engine.history(&run).await?.flow, &args.name);
    let signal = Signal { id: args.id.clone().unwrap_or_default(), name: args.name.clone(), data };
    let is_new = kept.engine.signal(&run, signal).await?;
    let words = match is_new {
        true => format!("{run} is told {:?}", args.name),
        false => format!("{run} had been told before"),
    };
    app.console.result(&words, &json!({ "run": run, "told": args.name, "is_new": is_new }));
    Ok(Exit::Done)
}

/// The id of a run that is not over.
async fn open_run(kept: &Kept, name: &str, otherwise: &str) -> Result<String, Problem> {
    let info = kept.find(name).await?;
    match is_open(&info) {
        true => Ok(info.run),
        false => Err(Problem::usage(format!("the run {} is over ({})", info.run, info.status.code()), otherwise)),
    }
}

/// Says that no step of the flow waits for a signal of this name: it is most likely misspelt.
fn warn_of_stranger(app: &App, flow: &Flow, name: &str) {
    let mut known = BTreeSet::new();
    std::iter::once(flow).chain(flow.sub_flows().into_values().map(|flow| &**flow)).for_each(|flow| {
        known.extend(flow.all_steps().into_iter().filter_map(|step| match step.kind() {
            StepKind::Wait(wait) => wait.signal(),
            _ => None,
        }));
    });
    if known.contains(name) {
        return;
    }
    let hint = nearest(name, known.iter().copied()).map(|near| format!("; did you mean {near:?}?"));
    let message = format!("no step of the flow waits for the signal {name:?}{}", hint.unwrap_or_default());
    app.console.say(&app.console.style.warning(&message));
}
