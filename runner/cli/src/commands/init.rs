//! `linkwork init`: a folder with a first flow, its test, and what an editor needs. It replaces nothing.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::app::App;
use crate::connections;
use crate::console::pretty;
use crate::exit::Exit;
use crate::init::{self, NewFile, Schemas};
use crate::problem::Problem;

pub(crate) fn run(app: &App, folder: &Path) -> Result<Exit, Problem> {
    let name = name_of(folder)?;
    let text = |schema: Value| format!("{}\n", pretty(&schema));
    let schemas = Schemas {
        flow: text(runner_flow::schema(&app.registry)),
        connections: text(connections::schema(&app.registry)),
        test: text(runner_rehearsal::schema()),
    };
    let files = init::files(&name, schemas);
    refuse_to_replace(folder, &files)?;
    for file in &files {
        write(&folder.join(&file.path), &file.text)?;
    }
    let next = next_commands(folder, &name);
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let words = format!("{} has a first flow. Next:\n\n  {}\n", folder.display(), next.join("\n  "));
    app.console
        .result(&words, &json!({ "name": name, "folder": folder.display().to_string(), "files": paths, "next": next }));
    Ok(Exit::Done)
}

/// The flow's name, from the folder's own, also where that is written as `.`.
fn name_of(folder: &Path) -> Result<String, Problem> {
    let whole = folder.canonicalize().or_else(|_| std::path::absolute(folder));
    let whole = whole.map_err(|error| problem(folder, "has no place", &error))?;
    Ok(init::flow_name(&whole.file_name().unwrap_or_default().to_string_lossy()))
}

/// Looks before anything is written, so that a folder is never left half made.
fn refuse_to_replace(folder: &Path, files: &[NewFile]) -> Result<(), Problem> {
    let in_the_way: Vec<&str> = files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| folder.join(path).symlink_metadata().is_ok())
        .collect();
    if in_the_way.is_empty() {
        return Ok(());
    }
    let message = format!("{} has {} already", folder.display(), in_the_way.join(", "));
    Err(Problem::usage(message, "nothing was written; move these away, or choose another folder"))
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| problem(parent, "cannot be made", &error))?;
    }
    let file = fs::File::create_new(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| problem(path, "cannot be written", &error))
}

/// What to type next, as it can be pasted.
fn next_commands(folder: &Path, name: &str) -> [String; 4] {
    // A name that begins with a dash would be taken for an option.
    let is_dashed = folder.to_string_lossy().starts_with('-');
    let folder = if is_dashed { &Path::new(".").join(folder) } else { folder };
    let flow = folder.join(format!("{name}.linkwork.json"));
    let test = folder.join(format!("{name}.test.json"));
    let line = |command: &str, file: &Path| {
        shlex::try_join(["linkwork", command, &*file.to_string_lossy()]).unwrap_or_default()
    };
    [
        format!("{} --sandbox", line("run", &flow)),
        line("test", &test),
        line("validate", &flow),
        format!("XAI_API_KEY=… {}", line("run", &flow)),
    ]
}

fn problem(path: &Path, what: &str, error: &std::io::Error) -> Problem {
    Problem::File { path: path.to_owned(), message: format!("{} {what}: {error}", path.display()) }
}
