//! Outputs of earlier steps that are given instead of run.

use connector_sdk::{Error, ErrorKind, Result};
use runner_flow::Pins;
use serde_json::{Map, Value};

/// Reads `{"a": output}`, `{"steps": {"a": {"output": …}}}` or a whole report of a run.
pub(crate) fn read(pins: Value) -> Result<Pins> {
    let Value::Object(mut pins) = pins else { return Err(refuse()) };
    match pins.get_mut("steps").map(Value::take) {
        Some(Value::Object(steps)) => steps.into_iter().map(|(id, step)| Ok((id, output(step)?))).collect(),
        Some(Value::Array(steps)) => steps.into_iter().map(of_report).collect(),
        Some(_) => Err(refuse()),
        None => Ok(pins.into_iter().collect()),
    }
}

fn of_report(step: Value) -> Result<(String, Value)> {
    let id = step.get("id").and_then(Value::as_str).map(str::to_owned).ok_or_else(refuse)?;
    Ok((id, output(step)?))
}

fn output(step: Value) -> Result<Value> {
    let Value::Object(mut step) = step else { return Err(refuse()) };
    take(&mut step, "output").ok_or_else(refuse)
}

fn take(map: &mut Map<String, Value>, key: &str) -> Option<Value> {
    map.get_mut(key).map(Value::take)
}

fn refuse() -> Error {
    Error::new(ErrorKind::InvalidInput, "the pinned outputs cannot be read")
        .with_fix("write {\"STEP\": OUTPUT}, or {\"steps\": {\"STEP\": {\"output\": OUTPUT}}}")
}
