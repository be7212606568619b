//! `linkwork explain`: what the code of a finding or of an error means.

use serde_json::json;

use crate::app::App;
use crate::exit::Exit;
use crate::problem::Problem;
use crate::table::table;

pub(crate) fn run(app: &App, code: Option<&str>) -> Result<Exit, Problem> {
    match code {
        Some(code) => one(app, code),
        None => Ok(all(app)),
    }
}

fn all(app: &App) -> Exit {
    let rows: Vec<[String; 2]> =
        runner_flow::codes().map(|known| [known.code, known.title].map(str::to_owned)).collect();
    let titles = runner_flow::codes().map(|known| json!({ "code": known.code, "title": known.title }));
    app.console.result(&table(&rows, ""), &titles.collect::<Vec<_>>());
    Exit::Done
}

fn one(app: &App, code: &str) -> Result<Exit, Problem> {
    let Some(found) = runner_flow::explain(code) else { return Err(unknown(code)) };
    let mut words = format!("{}: {}\n\n{}\n", found.code, found.title, found.text);
    for (title, example) in [("Wrong:", found.wrong), ("Right:", found.right)] {
        let Some(example) = example else { continue };
        let indented: String = example.lines().map(|line| format!("  {line}\n")).collect();
        words.push_str(&format!("\n{title}\n{indented}"));
    }
    let value = json!({
        "code": found.code, "title": found.title, "text": found.text, "wrong": found.wrong, "right": found.right
    });
    app.console.result(&words, &value);
    Ok(Exit::Done)
}

fn unknown(code: &str) -> Problem {
    let codes = || runner_flow::codes().map(|known| known.code);
    let fix = match connector_sdk::nearest(code, codes()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "`linkwork explain` lists all that there are".to_owned(),
    };
    Problem::usage(format!("there is no code {code:?}"), fix)
}
