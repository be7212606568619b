//! Where two values differ, down to the parts that do.

use serde_json::Value;

/// One place where a value is not what was expected.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    /// The way to it, in the form in which a test writes it.
    pub(crate) path: String,
    /// What was expected there; none if nothing was.
    pub(crate) expected: Option<Value>,
    /// What was found there; none if nothing was.
    pub(crate) found: Option<Value>,
}

/// The most places that one comparison tells.
const MOST: usize = 20;

/// Every place where `found` is not what was expected.
pub(crate) fn differences(path: &str, expected: &Value, found: Option<&Value>) -> Vec<Difference> {
    let mut all = Vec::new();
    compare(path, Some(expected), found, &mut all);
    all
}

fn compare(path: &str, expected: Option<&Value>, found: Option<&Value>, all: &mut Vec<Difference>) {
    if all.len() == MOST {
        return;
    }
    match (expected, found) {
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let extra = found.keys().filter(|key| !expected.contains_key(*key));
            for key in expected.keys().chain(extra) {
                compare(&within(path, key), expected.get(key), found.get(key), all);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{path}[{index}]"), Some(expected), Some(found), all);
            }
        }
        _ if same(expected, found) => {}
        _ => all.push(Difference { path: path.to_owned(), expected: expected.cloned(), found: found.cloned() }),
    }
}

/// Numbers are the same if they are equal, however they are written.
fn same(expected: Option<&Value>, found: Option<&Value>) -> bool {
    match (expected, found) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a == b || (is_double(a, b) && a.as_f64() == b.as_f64()),
        _ => expected == found,
    }
}

fn is_double(a: &serde_json::Number, b: &serde_json::Number) -> bool {
    a.is_f64() || b.is_f64()
}

fn within(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if plain { format!("{path}.{key}") } else { format!("{path}[\"{key}\"]") }
}
