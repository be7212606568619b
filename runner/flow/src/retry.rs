//! How often a step is tried and how long it waits between.

use std::time::Duration;

use connector_sdk::retry::jitter;
use serde_json::Value;

use crate::codes::Code;
use crate::diagnostic::{Findings, Place};
use crate::object::Object;

/// The `retry` of a step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RetrySettings {
    /// All attempts, the first one among them.
    pub(crate) max_attempts: u32,
    /// The first wait.
    pub(crate) delay: Duration,
    /// How much longer each wait is than the one before.
    pub(crate) backoff: f64,
    /// The longest wait.
    pub(crate) max_delay: Duration,
}

const MOST_ATTEMPTS: u64 = 100;
const STEEPEST: f64 = 100.0;
const KEYS: [&str; 4] = ["max_attempts", "delay", "backoff", "max_delay"];

impl RetrySettings {
    /// What holds for a step that says nothing.
    pub(crate) const DEFAULT: Self =
        Self { max_attempts: 3, delay: Duration::from_secs(1), backoff: 2.0, max_delay: Duration::from_secs(100) };

    pub(crate) fn read(step: &Object<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let object = step.object("retry", findings)?;
        object.only(&KEYS, "\"retry\"", findings);
        let default = Self::DEFAULT;
        Some(Self {
            max_attempts: max_attempts(&object, findings).unwrap_or(default.max_attempts),
            delay: object.duration("delay", findings).unwrap_or(default.delay),
            backoff: backoff(&object, findings).unwrap_or(default.backoff),
            max_delay: object.duration("max_delay", findings).unwrap_or(default.max_delay),
        })
    }

    /// The wait after this attempt, which has failed.
    pub(crate) fn wait(&self, attempt: u32) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.delay.as_secs_f64() * self.backoff.powi(exponent);
        Duration::try_from_secs_f64(seconds).map_or(self.max_delay, |wait| wait.min(self.max_delay))
    }
}

/// How long a step waits after this attempt. What the flow says is kept to; what nobody says is spread, so that
/// runs which failed together do not come back together. The provider's wish is the least.
pub(crate) fn wait_after(
    own: Option<&RetrySettings>,
    asked: Option<Duration>,
    run: &str,
    key: &str,
    attempt: u32,
) -> Duration {
    let spread = jitter(key, run, attempt);
    let wait = match own {
        Some(own) => own.wait(attempt),
        None => RetrySettings::DEFAULT.wait(attempt).mul_f64(spread),
    };
    asked.map_or(wait, |asked| wait.max(asked.saturating_add(asked.mul_f64(spread / 10.0))))
}

fn max_attempts(object: &Object<'_>, findings: &mut Findings<'_>) -> Option<u32> {
    let count = object.typed("max_attempts", "a whole number", Value::as_u64, findings)?;
    if !(1..=MOST_ATTEMPTS).contains(&count) {
        let message = format!("\"max_attempts\" is from 1 to {MOST_ATTEMPTS}, the first attempt among them");
        findings.error(Code::RANGE, Place::Value(&object.at("max_attempts")), message, None);
    }
    u32::try_from(count).ok()
}

fn backoff(object: &Object<'_>, findings: &mut Findings<'_>) -> Option<f64> {
    let factor = object.typed("backoff", "a number", Value::as_f64, findings)?;
    if !(1.0..=STEEPEST).contains(&factor) {
        let message = format!("\"backoff\" is from 1 (every wait is as long) to {STEEPEST}");
        findings.error(Code::RANGE, Place::Value(&object.at("backoff")), message, None);
    }
    Some(factor)
}
