//! Every code is explained, and every explanation is of a code.

use std::collections::BTreeSet;

use runner_flow::{codes, explain};
use serde_json::Value;

/// The words in double quotes behind each of `marks` in a source.
fn words<'s>(source: &'s str, mark: &'s str) -> impl Iterator<Item = &'s str> {
    source.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

/// Codes of the file, of the rules of schemas, and of errors of runs, as their sources have them.
fn known() -> BTreeSet<&'static str> {
    let files = words(include_str!("../../src/codes/mod.rs"), "Self = Self(\"");
    let errors = include_str!("../../../../connector-sdk/src/error.rs");
    let kinds = errors.split_once("fn code(self)").unwrap().1.split_once("fn usual_origin").unwrap().0;
    let rules = words(include_str!("../../../../connector-sdk/src/schema/explain.rs"), "(\"");
    let rules = rules.filter(|rule| {
        ["type", "range", "choice", "length", "pattern", "unique", "schema", "unknown_field"].contains(rule)
    });
    let others = ["required", "variant", "conflict", "failed", "retired_model", "more"];
    files.chain(words(kinds, "=> \"")).chain(rules).chain(others).collect()
}

#[test]
fn every_code_is_explained_and_no_other() {
    let explained: Vec<&str> = codes().map(|known| known.code).collect();
    let once: BTreeSet<&str> = explained.iter().copied().collect();
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
