//! Every code is explained, and every explanation is of a code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use connector_sdk::ErrorKind;
use runner_flow::{codes, explain};
use serde_json::Value;

/// The words in double quotes behind each of `marks` in a source.
fn words<'s>(source: &'s str, mark: &'s str) -> impl Iterator<Item = &'s str> {
    source.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

/// The first word in double quotes on each line that makes a violation: the rule that it breaks.
fn rules(source: &str) -> Vec<String> {
    let makes = source.lines().filter_map(|line| line.split_once("Violation::new("));
    let quoted = |rest: &str| rest.split('"').skip(1).step_by(2).find(|word| is_code(word)).map(str::to_owned);
    makes.filter_map(|(_, rest)| quoted(rest)).collect()
}

fn is_code(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The sources in a folder and in those within it.
fn sources(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| match path.is_dir() {
        true => sources(&path),
        false => vec![std::fs::read_to_string(path).unwrap_or_default()],
    };
    entries.flat_map(read).collect()
}

/// Codes of the file, of the rules that inputs and connections break, and of errors of runs, as their sources have them.
fn known() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = words(include_str!("../../src/codes/mod.rs"), "Self = Self(\"");
    let errors = include_str!("../../../../connector-sdk/src/error.rs");
    let kinds = errors.split_once("fn code(self)").unwrap().1.split_once("fn usual_origin").unwrap().0;
    let of_schemas = words(include_str!("../../../../connector-sdk/src/schema/explain.rs"), "=> (\"");
    let folders = ["connector-sdk/src", "connectors", "runner/gateway/src", "runner/rehearsal/src"].into_iter();
    let rules = folders.flat_map(|folder| sources(&root.join(folder))).flat_map(|source| rules(&source));
    let of_command = words(include_str!("../../../cli/src/problem.rs"), "\"code\": \"");
    // The code of a `fail` that names none.
    let files = files.chain(of_command);
    files.chain(words(kinds, "=> \"")).chain(of_schemas).chain(["failed"]).map(str::to_owned).chain(rules).collect()
}

#[test]
fn every_code_is_explained_and_no_other() {
    let explained: Vec<&str> = codes().map(|known| known.code).collect();
    let once: BTreeSet<String> = explained.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(once.len(), explained.len());
    assert_eq!(once, known());
    assert!(explained.len() > 70);
}

#[test]
fn an_explanation_has_a_title_a_text_and_examples_that_are_json() {
    for known in codes() {
        assert!(!known.title.is_empty() && known.text.ends_with('.'), "{known:?}");
        assert_eq!(explain(known.code), Some(known));
        for example in known.wrong.iter().chain(&known.right) {
            let is_syntax = ["syntax", "duplicate_key", "number"].contains(&known.code);
            assert!(is_syntax || serde_json::from_str::<Value>(example).is_ok(), "{example}");
        }
    }
}

#[test]
fn a_code_is_explained_with_what_is_wrong_and_how_it_is_right() {
    let duration = explain("duration").unwrap();
    assert_eq!(duration.title, "a text is no duration, or no moment");
    assert_eq!(duration.wrong, Some("{ \"wait\": \"10 minutes\" }"));
    assert_eq!(duration.right, Some("{ \"wait\": \"10m\" }"));
    assert_eq!(explain("nothing"), None);
}

#[test]
fn every_kind_of_error_is_among_all() {
    let in_order = ErrorKind::ALL.iter().enumerate().all(|(index, kind)| *kind as usize == index);
    assert!(in_order && ErrorKind::ALL.last() == Some(&ErrorKind::Internal));
    let codes: BTreeSet<&str> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), ErrorKind::ALL.len());
}
