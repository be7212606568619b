//! `concurrency`: how many runs of a flow may be under way together.

use serde_json::Value;

use crate::codes::Code;
use crate::diagnostic::{Place, did_you_mean};
use crate::expression::Template;
use crate::object::Object;
use crate::reading::Reading;

/// How many runs of a flow may be under way together.
#[derive(Clone, Debug)]
pub struct Concurrency {
    limit: usize,
    /// Which runs are counted together: those with the same value. If nothing is said, all of them.
    pub(crate) key: Option<Template>,
    when_full: WhenFull,
}

/// What becomes of a run that is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It waits until another one is over.
    Wait,
    /// It is refused.
    Refuse,
}

/// Most runs that a limit may allow.
const MOST: u64 = 10_000;

impl Concurrency {
    /// How many runs that are counted together may be under way. At least one.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// What becomes of one more.
    pub fn when_full(&self) -> WhenFull {
        self.when_full
    }

    pub(crate) fn read(file: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<Self> {
        match file.get("concurrency")? {
            Value::Number(_) => {
                let limit = limit(file, "concurrency", reading)?;
                Some(Self { limit, key: None, when_full: WhenFull::Wait })
            }
            Value::Object(_) => {
                let object = file.object("concurrency", reading.findings)?;
                object.only(&["limit", "key", "when_full"], "\"concurrency\"", reading.findings);
                object.required("limit", "\"concurrency\"", reading.findings);
                let key = object.template("key", reading.findings);
                let when_full = when_full(&object, reading);
                Some(Self { limit: limit(&object, "limit", reading)?, key, when_full })
            }
            _ => file.typed("concurrency", "a number, or {\"limit\": …}", |_| None, reading.findings),
        }
    }
}

fn limit(object: &Object<'_>, key: &str, reading: &mut Reading<'_, '_>) -> Option<usize> {
    let count = object.typed(key, "a whole number", Value::as_u64, reading.findings)?;
    if !(1..=MOST).contains(&count) {
        let message = format!("{key:?} is from 1 to {MOST}");
        reading.findings.error(Code::RANGE, Place::Value(&object.at(key)), message, None);
    }
    usize::try_from(count).ok()
}

fn when_full(object: &Object<'_>, reading: &mut Reading<'_, '_>) -> WhenFull {
    match object.text("when_full", reading.findings) {
        None | Some("wait") => WhenFull::Wait,
        Some("refuse") => WhenFull::Refuse,
        Some(other) => {
            let fix = did_you_mean(other, ["wait", "refuse"].into_iter());
            let message = "\"when_full\" is \"wait\" or \"refuse\"";
            reading.findings.error(Code::UNKNOWN_WORD, Place::Value(&object.at("when_full")), message, fix);
            WhenFull::Wait
        }
    }
}
