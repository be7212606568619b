//! Faults on demand: a small language for what should go wrong, and the ledger of where.
//!
//! A fault is written as words separated by semicolons, in the header `x-sandbox-fault` or for
//! [`Sandbox::set_fault`](crate::Sandbox::set_fault). How a body is harmed is the matter of `damage`.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode};

use crate::refusal::Refusal;
use crate::shelf::{Shelf, hold};

const HEADER: &str = "x-sandbox-fault";
const LONGEST_WAIT: Duration = Duration::from_secs(600);
const MOST_FAULTS: usize = 100;

/// Something that goes wrong on purpose. Written, for example, `status=503; retry-after=1; times=2`.
///
/// | word | meaning |
/// | --- | --- |
/// | `status=503` | that status, with a flat body, and nothing is answered |
/// | `retry-after=1` | that header, beside a status |
/// | `delay=500ms` | waits before the answer; goes with any other word |
/// | `times=2` | only the first two requests; without it, all |
/// | `hang-up` | closes the connection without an answer |
/// | `cut=3` | closes the connection after three events of a stream, or three bytes of another body |
/// | `stall=2` | after two events or bytes, nothing more, and the connection stays open |
/// | `drip=10ms` | one byte at a time, that far apart |
/// | `malformed` | half of the body, or half of a stream's second event: not JSON |
/// | `error-event=2` | after two events, a `{code, error}` event and the end |
/// | `error-200` | a `{code, error}` body with status 200 |
/// | `no-finish` | the stream ends in order, but without its finish reason and what follows |
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    pub(crate) delay: Duration,
    pub(crate) harm: Option<Harm>,
    pub(crate) times: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Harm {
    Status { status: StatusCode, retry_after: Option<HeaderValue> },
    HangUp,
    Error200,
    Body(BodyHarm),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyHarm {
    Cut(usize),
    Stall(usize),
    Drip(Duration),
    Malformed,
    ErrorEvent(usize),
    NoFinish,
}

/// The text is not a fault; the message says which word is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFaultError(String);

impl fmt::Display for ParseFaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseFaultError {}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let mut fault = Self::default();
        let mut retry_after = None;
        for word in text.split(';').map(str::trim).filter(|word| !word.is_empty()) {
            let (name, value) = word.split_once('=').map_or((word, ""), |(name, value)| (name.trim(), value.trim()));
            match name {
                "delay" => fault.delay = duration(value).ok_or_else(|| wrong(word))?,
                "times" => fault.times = Some(value.parse().map_err(|_| wrong(word))?),
                "retry-after" => retry_after = Some(value.parse().map_err(|_| wrong(word))?),
                _ => {
                    let harm = harm(name, value).ok_or_else(|| wrong(word))?;
                    if fault.harm.replace(harm).is_some() {
                        return Err(ParseFaultError(format!("`{word}` is one harm too many: name one only")));
                    }
                }
            }
        }
        match &mut fault.harm {
            Some(Harm::Status { retry_after: slot, .. }) => *slot = retry_after,
            _ if retry_after.is_some() => {
                return Err(ParseFaultError("`retry-after` needs a `status`".to_owned()));
            }
            _ => {}
        }
        Ok(fault)
    }
}

fn wrong(word: &str) -> ParseFaultError {
    ParseFaultError(format!(
        "`{word}` is no fault; the words are status=503, retry-after=1, delay=500ms, times=2, hang-up, cut=3, stall=2, \
         drip=10ms, malformed, error-event=2, error-200 and no-finish"
    ))
}

fn harm(name: &str, value: &str) -> Option<Harm> {
    let harm = match (name, value) {
        ("hang-up", "") => return Some(Harm::HangUp),
        ("error-200", "") => return Some(Harm::Error200),
        ("status", code) => {
            let status = StatusCode::from_bytes(code.as_bytes()).ok().filter(|status| status.as_u16() >= 200)?;
            return Some(Harm::Status { status, retry_after: None });
        }
        ("malformed", "") => BodyHarm::Malformed,
        ("no-finish", "") => BodyHarm::NoFinish,
        ("cut", units) => BodyHarm::Cut(units.parse().ok()?),
        ("stall", units) => BodyHarm::Stall(units.parse().ok()?),
        ("error-event", units) => BodyHarm::ErrorEvent(units.parse().ok()?),
        ("drip", pause) => BodyHarm::Drip(duration(pause)?),
        _ => return None,
    };
    Some(Harm::Body(harm))
}

/// `500ms` or `2s`, at most ten minutes.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number = number.parse().ok()?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        _ => return None,
    };
    (duration <= LONGEST_WAIT).then_some(duration)
}

/// Which faults wait for which requests.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    by_prefix: Mutex<Vec<(String, Fault)>>,
    /// How often a header's fault has struck, by path and text: a client that tries again sends the same header.
    struck: Shelf<u32>,
}

impl Faults {
    pub(crate) fn set(&self, path_prefix: &str, fault: Fault) {
        let mut faults = hold(&self.by_prefix);
        faults.retain(|(prefix, _)| prefix != path_prefix);
        faults.push((path_prefix.to_owned(), fault));
        let surplus = faults.len().saturating_sub(MOST_FAULTS);
        faults.drain(..surplus);
    }

    /// The fault that this request meets, counted as met; no harm if there is none.
    pub(crate) fn for_request(&self, path: &str, headers: &HeaderMap) -> Result<Fault, Refusal> {
        match headers.get(HEADER) {
            Some(text) => {
                let text = text.to_str().unwrap_or_default();
                let fault = text.parse::<Fault>().map_err(|error| Refusal::invalid(format!("{HEADER}: {error}.")))?;
                Ok(if self.strikes_again(&format!("{path} {text}"), &fault) { fault } else { Fault::default() })
            }
            None => Ok(self.set_for(path).unwrap_or_default()),
        }
    }

    fn strikes_again(&self, key: &str, fault: &Fault) -> bool {
        let Some(times) = fault.times else {
            return true;
        };
        let struck = self.struck.take(key).unwrap_or(0);
        self.struck.put(key, struck.saturating_add(1));
        struck < times
    }

    fn set_for(&self, path: &str) -> Option<Fault> {
        let mut faults = hold(&self.by_prefix);
        let (_, fault) =
            faults.iter_mut().find(|(prefix, fault)| path.starts_with(prefix.as_str()) && fault.times != Some(0))?;
        fault.times = fault.times.map(|times| times - 1);
        Some(fault.clone())
    }
}
