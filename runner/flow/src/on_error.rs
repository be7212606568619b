//! `on_error`: what is done when a step, or the flow, has failed.

use serde_json::Value;

use crate::codes::Code;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::object::Object;
use crate::reading::Reading;
use crate::steps::Block;

/// What is done when something has failed. Where nothing is said, the failure goes on to what is around.
#[derive(Clone, Debug)]
pub(crate) struct OnError {
    /// Which failures are caught.
    pub(crate) catches: Catches,
    /// What is done then, with the error as `error`. If nothing is, the flow just goes on.
    pub(crate) steps: Block,
}

/// Which failures are caught. A cancelled run is never caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Catches {
    /// All but an outcome that is unknown, which has to be named.
    Any,
    /// Those with one of these codes; `any` among them means what [`Catches::Any`] means.
    Codes(Vec<String>),
}

/// The code that stands for all others.
const ANY: &str = "any";
/// The code that is only caught by name.
const BY_NAME: &str = "outcome_unknown";

impl Catches {
    /// Whether a failure with this code is caught.
    pub(crate) fn catches(&self, code: &str) -> bool {
        let any = code != BY_NAME;
        let caught = match self {
            Self::Any => any,
            Self::Codes(codes) => codes.iter().any(|known| known == code || (known == ANY && any)),
        };
        caught && code != "cancelled"
    }
}

impl OnError {
    /// What stands under `on_error`; none for "fail".
    pub(crate) fn read(object: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<Self> {
        match object.get("on_error")? {
            Value::String(word) => of_word(word, &object.at("on_error"), reading.findings),
            Value::Array(_) => Some(Self { catches: Catches::Any, steps: Block::read(object, "on_error", reading) }),
            Value::Object(_) => of_object(&object.object("on_error", reading.findings)?, reading),
            _ => {
                let wanted = "\"fail\", \"continue\", a list of steps, or {\"codes\": […], \"steps\": […]}";
                object.typed("on_error", wanted, |_| None, reading.findings)
            }
        }
    }
}

fn of_word(word: &str, pointer: &str, findings: &mut Findings<'_>) -> Option<OnError> {
    match word {
        "fail" => None,
        "continue" => Some(OnError { catches: Catches::Any, steps: Block::default() }),
        other => {
            let fix = did_you_mean(other, ["fail", "continue"].into_iter());
            let message = "\"on_error\" is \"fail\", \"continue\", or what is done instead";
            findings.error(Code::UNKNOWN_WORD, Place::Value(pointer), message, fix);
            None
        }
    }
}

fn of_object(object: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<OnError> {
    object.only(&["codes", "steps"], "\"on_error\"", reading.findings);
    object.required("codes", "\"on_error\" as an object", reading.findings);
    let codes = object.typed("codes", "a list of one or more codes of errors", texts, reading.findings);
    let steps = match object.has("steps") {
        true => Block::read(object, "steps", reading),
        false => Block::default(),
    };
    Some(OnError { catches: Catches::Codes(codes?), steps })
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let texts = value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
    texts.collect::<Option<Vec<_>>>().filter(|codes| !codes.is_empty())
}
