//! Comparisons that come out the same whatever happens: with a value that is none of the choices, or of another type.

use serde_json::Value;

use super::formulas::{self, Formula};
use super::knowledge::{Knowledge, Known, STATUSES};
use crate::codes::Code;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Fix, Place, Severity, did_you_mean};
use crate::expression::{Compared, Path, Root, kind};
use crate::steps::Step;

pub(super) fn check(flow: &Definition, steps: &[&Step], knowledge: &Knowledge<'_>, findings: &mut Findings<'_>) {
    for (pointer, formula) in formulas::of_flow(flow) {
        check_formula(&pointer, &formula, knowledge, findings);
    }
    for step in steps {
        for (pointer, formula) in formulas::all(step, findings.file()) {
            check_formula(&pointer, &formula, knowledge, findings);
        }
    }
}

fn check_formula(pointer: &str, formula: &Formula<'_>, knowledge: &Knowledge<'_>, findings: &mut Findings<'_>) {
    for (inner, compared) in formula.comparisons() {
        let Some(known) = knowledge.at(compared.path) else { continue };
        let pointer = format!("{pointer}{inner}");
        for (range, value) in &compared.with {
            let Some((code, message, fix)) = mistake(&known, &compared, value) else { continue };
            let severity = if known.certain { Severity::Error } else { Severity::Warning };
            findings.tell(severity, code, Place::Within(&pointer, range.clone()), message, fix);
        }
    }
}

/// What is wrong with a comparison with this value. Anything may be compared with null.
fn mistake(known: &Known<'_>, compared: &Compared<'_>, value: &Value) -> Option<(Code, String, Fix)> {
    let path = compared.path;
    if value.is_null() {
        return None;
    }
    if !known.may_be_like(value) {
        let (is, other) = (known.described()?, kind(value));
        let message = match compared.by_order {
            true => format!("{path} is {is}, which has no order with {other}"),
            false => format!("{path} is never {other}: it is {is}"),
        };
        return Some((Code::NEVER_EQUAL, message, Some(other_type(known, path, value, &is))));
    }
    let choices =
        known.choices().filter(|choices| !compared.by_order && !choices.iter().any(|one| same(one, value)))?;
    if let (Root::Status(_), Some(word)) = (&path.root, value.as_str()) {
        return Some((Code::UNKNOWN_STATUS, format!("no step has the status {word:?}"), status(word)));
    }
    let message = format!("{path} is never {value}");
    Some((Code::NEVER_EQUAL, message, Some(choice(value, choices))))
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || (a.is_number() && a.as_f64() == b.as_f64())
}

/// How a value of another type is made one that can be compared.
fn other_type(known: &Known<'_>, path: &Path, value: &Value, is: &str) -> String {
    let unquoted = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    match unquoted.filter(|unquoted| !unquoted.is_null() && known.may_be_like(unquoted)) {
        Some(unquoted) => format!("take the quotes away: {unquoted}"),
        None if value.is_number() && known.may_be("string") => {
            format!("put it into quotes, or write {path} | float to compare the text as a number")
        }
        None => format!("compare it with {is}"),
    }
}

fn choice(value: &Value, choices: &[Value]) -> String {
    let texts = choices.iter().filter_map(Value::as_str);
    let near = value.as_str().and_then(|word| did_you_mean(word, texts));
    near.unwrap_or_else(|| {
        let choices: Vec<String> = choices.iter().map(Value::to_string).collect();
        format!("known are {}", choices.join(", "))
    })
}

/// The status that was probably meant: other programs have other words.
fn status(word: &str) -> Fix {
    let meant = match word {
        "success" | "successful" | "ok" | "completed" | "done" => "succeeded",
        "failure" | "error" | "errored" => "failed",
        other => return did_you_mean(other, STATUSES.into_iter()),
    };
    Some(format!("did you mean {meant:?}?"))
}
