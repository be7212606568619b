//! `linkwork runs cancel` and `linkwork runs signal`: tells a run something, wherever it is under way.

use runner_engine::Signal;
use serde_json::{Value, json};

use crate::app::App;
use crate::args::SignalArgs;
use crate::exit::Exit;
use crate::input;
use crate::kept::{Kept, is_open};
use crate::problem::Problem;

pub(crate) async fn cancel(app: &App, name: &str) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let info = kept.find(name).await?;
    if !is_open(&info) {
        let message = format!("the run {} is over: it {}", info.run, info.status.code());
        return Err(Problem::usage(message, "there is nothing to cancel"));
    }
    kept.engine.cancel(&info.run).await?;
    let words = format!("{} is told to end", info.run);
    app.console.result(&words, &json!({ "run": info.run, "told": "cancel" }));
    Ok(Exit::Done)
}

pub(crate) async fn signal(app: &App, args: &SignalArgs) -> Result<Exit, Problem> {
    let data = args.data.as_deref().map_or(Ok(Value::Null), |text| input::from_text("--data", text))?;
    let kept = Kept::open(app)?;
    let run = kept.find(&args.run.run).await?.run;
    let signal = Signal { id: args.id.clone().unwrap_or_default(), name: args.name.clone(), data };
    let is_new = kept.engine.signal(&run, signal).await?;
    let words = match is_new {
        true => format!("{run} is told {:?}", args.name),
        false => format!("{run} had been told before"),
    };
    app.console.result(&words, &json!({ "run": run, "told": args.name, "is_new": is_new }));
    Ok(Exit::Done)
}
