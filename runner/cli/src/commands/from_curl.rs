//! `linkwork from-curl`: a curl command line becomes a Raw Request step.

use crate::app::App;
use crate::exit::Exit;
use crate::from_curl;
use crate::problem::Problem;

pub(crate) fn run(app: &App, line: &str) -> Result<Exit, Problem> {
    let converted = from_curl::convert(line, &app.registry)?;
    let text = serde_json::to_string_pretty(&converted.step).unwrap_or_default();
    app.console.result(&text, &converted.step);
    for note in &converted.notes {
        app.console.say(&format!("note: {note}"));
    }
    Ok(Exit::Done)
}
