//! Reading an object of the file whose keys are known.

use connector_sdk::pointer_to;
use serde_json::{Map, Value};

use crate::codes::Code;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::duration::parse_duration;
use crate::expression::{Advice, Expression, NotAnExpression, Template, kind};

/// An object of the file, and where it stands.
pub(crate) struct Object<'v> {
    map: &'v Map<String, Value>,
    pub(crate) pointer: String,
}

impl<'v> Object<'v> {
    /// The object at this place. `what` is what it should describe, such as "a step".
    pub(crate) fn read(value: &'v Value, pointer: String, what: &str, findings: &mut Findings<'_>) -> Option<Self> {
        let map = value.as_object();
        if map.is_none() {
            let message = format!("{what} is an object, not {}", kind(value));
            let fix = Some("write { … } with the keys that belong to it".to_owned());
            findings.error(Code::TYPE, Place::Value(&pointer), message, fix);
        }
        map.map(|map| Self { map, pointer })
    }

    /// The object under this key, if there is one.
    pub(crate) fn object(&self, key: &str, findings: &mut Findings<'_>) -> Option<Self> {
        let value = self.get(key)?;
        Self::read(value, self.at(key), &format!("{key:?}"), findings)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'v str> + Clone {
        self.map.keys().map(String::as_str)
    }

    /// The pointer of what stands under this key.
    pub(crate) fn at(&self, key: &str) -> String {
        pointer_to(&self.pointer, key)
    }

    /// Refuses every other key, and says whether there was none.
    pub(crate) fn only(&self, known: &[&str], what: &str, findings: &mut Findings<'_>) -> bool {
        let mut none = true;
        for key in self.keys().filter(|key| !known.contains(key)) {
            let fix = if findings.is_full() { None } else { did_you_mean(key, known.iter().copied()) };
            let message = format!("{key:?} is not a key of {what}");
            findings.error(Code::UNKNOWN_KEY, Place::Key(&self.at(key)), message, fix);
            none = false;
        }
        none
    }

    /// The value under a key that must be there.
    pub(crate) fn required(&self, key: &str, what: &str, findings: &mut Findings<'_>) -> Option<&'v Value> {
        let value = self.get(key);
        if value.is_none() {
            let fix = Some(format!("add {key:?}: …"));
            findings.error(Code::MISSING_KEY, Place::Key(&self.pointer), format!("{what} needs {key:?}"), fix);
        }
        value
    }

    /// The text under this key, if there is one.
    pub(crate) fn text(&self, key: &str, findings: &mut Findings<'_>) -> Option<&'v str> {
        self.typed(key, "text", Value::as_str, findings)
    }

    /// What stands under this key, if it is what it should be.
    pub(crate) fn typed<T>(
        &self,
        key: &str,
        wanted: &str,
        read: impl FnOnce(&'v Value) -> Option<T>,
        findings: &mut Findings<'_>,
    ) -> Option<T> {
        let value = self.get(key)?;
        let typed = read(value);
        if typed.is_none() {
            let is = if value.as_array().is_some_and(Vec::is_empty) { "an empty list" } else { kind(value) };
            let message = format!("{key:?} is {wanted}, not {is}");
            findings.error(Code::TYPE, Place::Value(&self.at(key)), message, Some(other_type(wanted, value)));
        }
        typed
    }

    /// The duration under this key, if there is one.
    pub(crate) fn duration(&self, key: &str, findings: &mut Findings<'_>) -> Option<std::time::Duration> {
        let text = self.typed(key, "a duration in text, such as \"60s\"", Value::as_str, findings)?;
        match parse_duration(text) {
            Ok(duration) => Some(duration),
            Err(error) => {
                findings.error(Code::DURATION, Place::Value(&self.at(key)), error.to_string(), None);
                None
            }
        }
    }

    /// The value under this key with its expressions.
    pub(crate) fn template(&self, key: &str, findings: &mut Findings<'_>) -> Option<Template> {
        let value = self.get(key)?;
        match Template::compile(value) {
            Ok(template) => Some(template),
            Err(errors) => {
                self.refuse(key, &errors, findings);
                // Where nothing more is shown, nothing more needs to be looked at.
                if findings.is_full() { harmless() } else { Template::compile(&without(value, &errors)).ok() }
            }
        }
    }

    /// The bare expression under this key, if there is one.
    pub(crate) fn expression(&self, key: &str, findings: &mut Findings<'_>) -> Option<Expression> {
        let text = self.typed(key, "an expression in text", Value::as_str, findings)?;
        match Expression::compile(text) {
            Ok(expression) => Some(expression),
            Err(errors) => {
                self.refuse(key, &errors, findings);
                Expression::compile(HARMLESS).ok()
            }
        }
    }

    fn refuse(&self, key: &str, errors: &[NotAnExpression], findings: &mut Findings<'_>) {
        let at = self.at(key);
        for (index, error) in errors.iter().enumerate() {
            if findings.is_full() {
                return findings.leave_out(errors.len() - index);
            }
            let pointer = format!("{at}{}", error.pointer);
            let place = match &error.range {
                Some(range) => Place::Within(&pointer, range.clone()),
                None => Place::Key(&pointer),
            };
            let fix = error.fix.as_ref().and_then(Advice::say).unwrap_or_else(|| EXAMPLE.to_owned());
            findings.error(Code::EXPRESSION, place, error.message.clone(), Some(fix));
        }
    }
}

/// What to do where nothing better can be said of an expression that cannot be read.
const EXAMPLE: &str =
    "an expression looks like input.text, steps.ask.output.items[0], or input.count > 3 and not input.done";

/// How a value of another type is made what is wanted.
fn other_type(wanted: &str, value: &Value) -> String {
    let unquoted = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    match value {
        Value::Number(number) if wanted.contains("duration") => format!("write it with a unit, such as \"{number}s\""),
        Value::Bool(_) | Value::Number(_) if wanted == "text" => format!("put it into quotes: \"{value}\""),
        Value::String(text) if wanted.contains("number") && unquoted.is_some_and(|value| value.is_number()) => {
            format!("take the quotes away: {text}")
        }
        _ if wanted == "text" => "write text, in quotes".to_owned(),
        Value::Object(_) if wanted.starts_with("a list") => "put it into brackets: [{ … }]".to_owned(),
        _ => format!("write {wanted}"),
    }
}

/// An expression that is right everywhere and may be of any type: it stands for one that could not be read, so that
/// everything around it is still checked.
const HARMLESS: &str = "run.labels";

/// A value that is right everywhere: it stands for one that could not be read.
pub(crate) fn harmless() -> Option<Template> {
    Template::compile(&format!("{{{{ {HARMLESS} }}}}").into()).ok()
}

/// The value without what is no expression.
fn without(value: &Value, errors: &[NotAnExpression]) -> Value {
    let mut value = value.clone();
    for error in errors {
        match (&error.range, error.pointer.rsplit_once('/')) {
            (Some(_), _) => {
                if let Some(text) = value.pointer_mut(&error.pointer) {
                    *text = format!("{{{{ {HARMLESS} }}}}").into();
                }
            }
            (None, Some((around, key))) => {
                let key = key.replace("~1", "/").replace("~0", "~");
                value.pointer_mut(around).and_then(Value::as_object_mut).map(|object| object.shift_remove(&key));
            }
            (None, None) => {}
        }
    }
    value
}
