//! `wait`: a step that waits for a time, until a time, or for a signal.

use serde_json::Value;

use super::{KindOfStep, StepKind};
use crate::codes::Code;
use crate::diagnostic::{Findings, Place};
use crate::duration::parse_duration;
use crate::expression::Template;
use crate::name::check_name;
use crate::object::Object;
use crate::reading::Reading;
use crate::time::Timestamp;

pub(super) const KIND: KindOfStep = KindOfStep { key: "wait", keys: &["wait"], read };

/// What a step with `wait` says.
#[derive(Clone, Debug)]
pub struct WaitStep(pub(crate) Awaited);

/// What is waited for.
#[derive(Clone, Debug)]
pub(crate) enum Awaited {
    /// A duration, such as `10s`.
    For(Template),
    /// A moment, such as `2026-01-31T12:00:00Z`.
    Until(Template),
    /// A signal of this name. The step's output is what came with it.
    Signal(String),
}

impl WaitStep {
    /// The name of the signal that it waits for, if it waits for one.
    pub fn signal(&self) -> Option<&str> {
        match &self.0 {
            Awaited::Signal(name) => Some(name),
            Awaited::For(_) | Awaited::Until(_) => None,
        }
    }
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let findings = &mut *reading.findings;
    let wait = match step.get("wait")? {
        Value::String(_) => Awaited::For(checked(step, "wait", findings, is_duration)?),
        Value::Object(_) => of_object(&step.object("wait", findings)?, findings)?,
        _ => return step.typed("wait", "a duration, {\"until\": …} or {\"signal\": …}", |_| None, findings),
    };
    Some(StepKind::Wait(WaitStep(wait)))
}

fn of_object(wait: &Object<'_>, findings: &mut Findings<'_>) -> Option<Awaited> {
    wait.only(&["until", "signal"], "\"wait\"", findings);
    match (wait.has("until"), wait.has("signal")) {
        (true, false) => Some(Awaited::Until(checked(wait, "until", findings, is_moment)?)),
        (false, true) => {
            let name = wait.text("signal", findings)?;
            check_name(name, Place::Value(&wait.at("signal")), findings);
            Some(Awaited::Signal(name.to_owned()))
        }
        _ => {
            let fix = Some("write \"10s\", { \"until\": … } or { \"signal\": … }".to_owned());
            findings.error(Code::MISSING_KEY, Place::Value(&wait.pointer), "it is open what this waits for", fix);
            None
        }
    }
}

/// A text that holds expressions, or else one that is good as it stands.
fn checked(
    object: &Object<'_>,
    key: &str,
    findings: &mut Findings<'_>,
    check: impl FnOnce(&str) -> Result<(), String>,
) -> Option<Template> {
    object.text(key, findings)?;
    let template = object.template(key, findings)?;
    if let Some(Value::String(text)) = template.as_literal()
        && let Err(message) = check(text)
    {
        findings.error(Code::DURATION, Place::Value(&object.at(key)), message, None);
        return None;
    }
    Some(template)
}

fn is_duration(text: &str) -> Result<(), String> {
    parse_duration(text).map(drop).map_err(|error| error.to_string())
}

fn is_moment(text: &str) -> Result<(), String> {
    Timestamp::parse(text).map(drop).map_err(|error| error.to_string())
}
