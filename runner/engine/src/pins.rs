//! Outputs of earlier steps that are given instead of run.

use connector_sdk::{Error, ErrorKind, Result};
use runner_flow::{Flow, Pins, Status};
use serde_json::Value;

/// Reads `{"a": output}`, `{"steps": {"a": {"output": …}}}` or a whole report of a run, of which only the steps that
/// succeeded pin anything. A flow may have a step called `steps`: keys that all name steps are the first form.
pub(crate) fn read(pins: Value, flow: &Flow) -> Result<Pins> {
    let Value::Object(mut pins) = pins else { return Err(refuse()) };
    if pins.keys().all(|key| flow.step(key).is_some()) {
        return Ok(pins.into_iter().collect());
    }
    match pins.shift_remove("steps") {
        Some(Value::Object(steps)) => steps.into_iter().map(|(id, step)| Ok((id, output(step)?))).collect(),
        Some(Value::Array(steps)) => steps.into_iter().filter(succeeded).map(of_report).collect(),
        Some(_) => Err(refuse()),
        None => Ok(pins.into_iter().collect()),
    }
}

fn succeeded(step: &Value) -> bool {
    step.get("status").is_none_or(|status| status == Status::Succeeded.code())
}

fn of_report(step: Value) -> Result<(String, Value)> {
    let id = step.get("id").and_then(Value::as_str).map(str::to_owned).ok_or_else(refuse)?;
    Ok((id, output(step)?))
}

fn output(step: Value) -> Result<Value> {
    let Value::Object(mut step) = step else { return Err(refuse()) };
    step.shift_remove("output").ok_or_else(refuse)
}

fn refuse() -> Error {
    Error::new(ErrorKind::InvalidInput, "the pinned outputs cannot be read")
        .with_fix("write {\"STEP\": OUTPUT}, or {\"steps\": {\"STEP\": {\"output\": OUTPUT}}}")
}
