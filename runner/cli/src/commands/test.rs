//! `linkwork test`: runs the tests of flows, offline and in no time.

use std::path::{Path, PathBuf};

use runner_rehearsal::{CaseReport, Report, Suite, TestFile, Verdict, junit, read_recording};
use serde_json::{Value, json};

use crate::app::App;
use crate::args::TestArgs;
use crate::exit::Exit;
use crate::files;
use crate::flow_files::{self, folder_of};
use crate::problem::{Problem, Source};
use crate::words::{Style, printable};

/// How the files of tests end.
const ENDING: &str = ".test.json";

pub(crate) async fn run(app: &App, args: &TestArgs) -> Result<Exit, Problem> {
    let mut reports = Vec::new();
    let mut exit = Exit::Done;
    let mut all = Vec::new();
    for path in test_files(&args.paths)? {
        let name = path.display().to_string();
        match run_file(app, &path, args).await {
            Ok(report) => {
                app.console.say(&words(app.console.style, &name, &report, args.case.is_none()));
                all.push(told(&name, &report));
                reports.push((name, report));
            }
            Err(problem) => {
                app.console.say(&app.console.style.problem(&problem));
                all.push(json!({ "file": name, "error": problem.to_json() }));
                exit = problem.exit();
            }
        }
    }
    if let Some(file) = &args.junit {
        let reports: Vec<(&str, &Report)> = reports.iter().map(|(name, report)| (name.as_str(), report)).collect();
        files::replace(file, &junit(&reports))?;
    }
    if let Some(part) = args.case.as_deref().filter(|_| reports.iter().all(|(_, report)| report.cases.is_empty())) {
        let message = format!("no case has {part:?} in its name");
        return Err(Problem::usage(message, "look at the names without --case"));
    }
    let failed = reports.iter().any(|(_, report)| !report.passed());
    app.console.result(&summary(&reports), &all);
    Ok(if exit == Exit::Done && failed { Exit::Assertion } else { exit })
}

async fn run_file(app: &App, path: &Path, args: &TestArgs) -> Result<Report, Problem> {
    let source = source_of(path)?;
    let file = match TestFile::parse(&source.text) {
        Ok(file) => file,
        Err(findings) => return Err(Problem::Invalid { source, findings }),
    };
    let folder = folder_of(path);
    let flow = folder.join(file.flow());
    files::is_regular(&flow)?;
    let flow = flow_files::load(app, &flow)?;
    let recorded = match file.recording() {
        Some(recording) => {
            let source = source_of(&folder.join(recording))?;
            Some(read_recording(&source.text).map_err(|findings| Problem::Invalid { source, findings })?)
        }
        None => None,
    };
    let suite = Suite::new(file, flow.into(), recorded);
    let suite = suite.map_err(|findings| Problem::Invalid { source, findings })?;
    let wanted = |name: &str| args.case.as_deref().is_none_or(|part| name.contains(part));
    Ok(suite.run(&app.registry, &wanted).await)
}

/// What stands in a file of a test.
fn source_of(path: &Path) -> Result<Source, Problem> {
    files::is_regular(path)?;
    Ok(Source::file(path, files::read_text(path)?))
}

/// The files that are named, and those in and below the folders that are named, in the order of their names.
fn test_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => found.extend(files::below(path, ENDING)?.into_iter().map(without_dot)),
            false => found.push(path.clone()),
        }
    }
    if found.is_empty() {
        let message = format!("there are no tests here: no file ends in {ENDING}");
        return Err(Problem::usage(message, "name a test file or a folder with some; linkwork init DIR writes one"));
    }
    Ok(found)
}

/// A file of this folder by its name alone.
fn without_dot(path: PathBuf) -> PathBuf {
    path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)
}

fn told(name: &str, report: &Report) -> Value {
    json!({ "file": name, "passed": report.passed(), "report": report })
}

fn summary(reports: &[(String, Report)]) -> String {
    let cases = || reports.iter().flat_map(|(_, report)| &report.cases);
    let failed = cases().filter(|case| case.verdict == Verdict::Failed).count();
    let ways: usize = reports.iter().map(|(_, report)| report.coverage.ways).sum();
    let taken: usize = reports.iter().map(|(_, report)| report.coverage.taken).sum();
    format!("{} passed, {failed} failed; {taken} of {ways} ways through the flows taken", cases().count() - failed)
}

/// A line a case, what was not as expected under it, and the ways that no case has taken if all of them were run.
fn words(style: Style, name: &str, report: &Report, is_whole: bool) -> String {
    let mut words = format!("{name}\n");
    for case in &report.cases {
        words.push_str(&case_words(style, name, case));
    }
    if is_whole {
        for way in &report.coverage.untaken {
            words.push_str(&style.dim(&format!("  untested: {} (line {} of the flow)", way.what, way.line)));
            words.push('\n');
        }
    }
    words
}

fn case_words(style: Style, name: &str, case: &CaseReport) -> String {
    let mark = match case.verdict {
        Verdict::Passed => style.green("passed"),
        Verdict::Failed => style.red("failed"),
    };
    let mut words = format!("  {mark}  {}\n", printable(&case.name));
    for complaint in &case.complaints {
        let place = format!("{name}:{}:{}", complaint.line, complaint.column);
        words.push_str(&format!("    {} {}\n", style.dim(&place), printable(&complaint.message)));
        for (what, value) in [("expected", &complaint.expected), ("found", &complaint.found)] {
            let Some(value) = value else { continue };
            words.push_str(&format!("      {what}: {}\n", printable(&value.to_string())));
        }
        if let Some(fix) = &complaint.fix {
            words.push_str(&format!("      what to do: {}\n", printable(fix)));
        }
    }
    words
}
