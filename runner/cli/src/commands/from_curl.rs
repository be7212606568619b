//! `linkwork from-curl`: a curl command line becomes a Raw Request step.

use crate::app::App;
use crate::console::pretty;
use crate::exit::Exit;
use crate::files;
use crate::from_curl;
use crate::problem::Problem;

pub(crate) fn run(app: &App, line: &str) -> Result<Exit, Problem> {
    let converted = match line {
        "-" => from_curl::convert(files::read_stdin()?.trim(), &app.registry)?,
        line => from_curl::convert(line, &app.registry)?,
    };
    app.console.result(&pretty(&converted.step), &converted.step);
    for note in &converted.notes {
        app.console.say(&format!("note: {note}"));
    }
    Ok(Exit::Done)
}
