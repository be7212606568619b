//! `linkwork record`: runs a flow once and keeps what was said between it and the providers, for tests to replay.

use std::path::PathBuf;
use std::sync::Arc;

use connector_sdk::exchange::{Exchanges, Recording};
use runner_rehearsal::write_recording;

use crate::app::{App, Keep};
use crate::args::RecordArgs;
use crate::exit::Exit;
use crate::files;
use crate::flow_files::{self, folder_of, result_of};
use crate::input;
use crate::live::Live;
use crate::live::tally::counted;
use crate::problem::Problem;

pub(crate) async fn run(app: &App, args: &RecordArgs) -> Result<Exit, Problem> {
    let flow = Arc::new(flow_files::load(app, &args.flow)?);
    let input = input::of_flow(app, &args.input, &flow)?;
    let to = args.to.clone().unwrap_or_else(|| beside(&args.flow));
    files::is_writable(&to)?;
    app.in_session(folder_of(&args.flow), Keep::nothing(), async |session| {
        let live = Live::of_flow(app, result_of(&flow), false);
        let recording = Arc::new(Recording::default());
        let mut request = session.request(input, Arc::clone(&live) as _);
        request.exchanges = Exchanges::Record(Arc::clone(&recording) as _);
        let report = session.engine.run(flow, request).await?;
        let exit = live.finish(&report, &*session.engine.files(&report.run), None).await?;
        let recorded = recording.recorded();
        let count: usize = recorded.steps.values().map(Vec::len).sum();
        let text = write_recording(&recorded).map_err(|error| {
            Problem::usage(format!("the recording cannot be written: {error}"), "this is a defect of the program")
        })?;
        files::replace(&to, &text)?;
        let exchanges = counted(count as u64, "exchange");
        app.console.say(&format!("{} holds {exchanges} of this run, without credentials.", to.display()));
        Ok(exit)
    })
    .await
}

/// `NAME.recording.json` beside `NAME.linkwork.json`.
fn beside(flow: &std::path::Path) -> PathBuf {
    let name = flow.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_end_matches(".json").trim_end_matches(".linkwork");
    flow.with_file_name(format!("{name}.recording.json"))
}
