//! `fail`: a step that fails, with a message and a code of the flow's own.

use serde_json::Value;

use super::{KindOfStep, StepKind};
use crate::codes::Code;
use crate::diagnostic::{Findings, Place};
use crate::expression::Template;
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "fail", keys: &["fail"], read };

/// The code of a failure that names none.
pub(crate) const CODE: &str = "failed";

/// What a step with `fail` says.
#[derive(Clone, Debug)]
pub struct FailStep {
    /// A sentence for people.
    pub(crate) message: Template,
    /// JSON Pointer of the message, from the step.
    pub(crate) at: &'static str,
    /// The stable code, in `snake_case`.
    pub(crate) code: String,
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let findings = &mut *reading.findings;
    let (message, at, code) = match step.get("fail")? {
        Value::String(_) => (step.template("fail", findings)?, "/fail", CODE.to_owned()),
        Value::Object(_) => {
            let fail = step.object("fail", findings)?;
            fail.only(&["message", "code"], "\"fail\"", findings);
            fail.required("message", "\"fail\"", findings)?;
            fail.text("message", findings)?;
            (fail.template("message", findings)?, "/fail/message", code(&fail, findings)?)
        }
        _ => return step.typed("fail", "a message, or {\"message\": …, \"code\": …}", |_| None, findings),
    };
    Some(StepKind::Fail(FailStep { message, at, code }))
}

fn code(fail: &Object<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let Some(code) = fail.text("code", findings) else { return Some(CODE.to_owned()) };
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let reserved = ["cancelled", "outcome_unknown"].contains(&code);
    if code.is_empty() || code.len() > 100 || !code.chars().all(is_plain) || reserved {
        let message = format!("{code:?} is not a code of an error: lower-case letters, digits and underscores");
        let fix = reserved.then(|| "this word is kept for what really happened; choose another one".to_owned());
        findings.error(Code::INVALID_NAME, Place::Value(&fail.at("code")), message, fix);
        return None;
    }
    Some(code.to_owned())
}
