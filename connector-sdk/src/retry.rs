//! Repeating a failed attempt: the one loop, and the one place that says what may be repeated.

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::context::{Context, Retries};
use crate::effect::Effect;
use crate::error::{Error, ErrorKind, Evidence, Result};
use crate::event::Event;
use crate::http::Client;
use crate::limits;

/// How often, after which failures and after how long an attempt is repeated.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// All attempts, the first one among them.
    pub max_attempts: u32,
    /// After which failures.
    pub on: RetryOn,
    /// After how long.
    pub delay: Delay,
}

/// What an input itself says about how often it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnRetries {
    /// Nothing: the action's effect decides.
    Unsaid,
    /// Once, unless a step asks for more.
    Once,
    /// As often as it says, so that nobody else may.
    Counted,
}

/// After which failures an attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryOn {
    /// Where the action's effect makes it safe.
    SafeFor(Effect),
    /// On 5xx and network errors, whatever the method: the user's own wish.
    ServerErrors,
    /// On every failure of a request: the user's own wish.
    AllErrors,
}

/// How long to wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Always as long.
    Fixed(Duration),
    /// Up to `first`, doubling to at most `cap`, with full jitter.
    Exponential { first: Duration, cap: Duration },
}

impl Delay {
    /// Half a second, doubling, at most eight.
    pub const EXPONENTIAL: Self = Self::Exponential { first: Duration::from_millis(500), cap: Duration::from_secs(8) };

    /// The longest wait, before a provider's wish.
    pub(crate) fn longest(self) -> Duration {
        match self {
            Self::Fixed(wait) => wait,
            Self::Exponential { cap, .. } => cap,
        }
    }
}

impl Policy {
    /// What a connector does where neither the input nor the step says anything.
    pub(crate) fn of_connector(retries: Retries, effect: Effect) -> Self {
        let max_attempts = match retries {
            Retries::Here => 3,
            Retries::Caller => 1,
        };
        Self { max_attempts, on: RetryOn::SafeFor(effect), delay: Delay::EXPONENTIAL }
    }

    fn repeats(&self, error: &Error, attempt: u32) -> bool {
        if attempt >= self.max_attempts || error.kind() == ErrorKind::Cancelled || error.forbids_repeating() {
            return false;
        }
        let network = matches!(error.evidence(), Evidence::NotSent | Evidence::Unanswered);
        match self.on {
            RetryOn::SafeFor(effect) => is_safe(error, effect, attempt),
            RetryOn::ServerErrors => network || error.status().is_some_and(|status| status >= 500),
            RetryOn::AllErrors => network || error.status().is_some_and(|status| status >= 300),
        }
    }

    /// The waits before the second, the third, … attempt, before jitter.
    fn waits(&self) -> Waits {
        match self.delay {
            Delay::Fixed(wait) => Waits::Fixed(wait),
            Delay::Exponential { first, cap } => Waits::Exponential(Box::new(ExponentialBackoff {
                current_interval: first,
                initial_interval: first,
                max_interval: cap,
                multiplier: 2.0,
                randomization_factor: 0.0,
                max_elapsed_time: None,
                ..ExponentialBackoff::default()
            })),
        }
    }
}

enum Waits {
    Fixed(Duration),
    Exponential(Box<ExponentialBackoff>),
}

impl Waits {
    fn next(&mut self, jitter: f64) -> Duration {
        match self {
            Self::Fixed(wait) => *wait,
            Self::Exponential(curve) => curve.next_backoff().unwrap_or_default().mul_f64(jitter),
        }
    }
}

/// Whether an attempt that failed so may be repeated by itself, for an action with this effect.
pub fn is_safe(error: &Error, effect: Effect, attempt: u32) -> bool {
    match error.evidence() {
        Evidence::NotSent => error.kind() == ErrorKind::Network,
        Evidence::Refused => effect != Effect::Write || matches!(error.status(), Some(429 | 503)),
        Evidence::Failed => match effect {
            Effect::Read | Effect::Idempotent => true,
            Effect::Generate => attempt == 1,
            Effect::Write => false,
        },
        // A model that thought until the time was over would be paid a second time.
        Evidence::Unanswered => match effect {
            Effect::Read | Effect::Idempotent => true,
            Effect::Generate => attempt == 1 && error.kind() != ErrorKind::Timeout,
            Effect::Write => false,
        },
        Evidence::Final => false,
    }
}

/// Attempts `work` as often as the policy allows, within the context's deadline and until it is cancelled.
/// Its errors leave here without the connection's secrets.
pub(crate) async fn run<T, F, W>(ctx: &Context, client: &Client, policy: &Policy, effect: Effect, work: W) -> Result<T>
where
    F: Future<Output = Result<T>>,
    W: Fn(Context) -> F,
{
    let mut waits = policy.waits();
    let mut attempt = 1;
    let mut in_doubt = false;
    loop {
        let ctx = ctx.for_attempt(attempt, client);
        ctx.emit(Event::Attempt { attempt, idempotency_key: ctx.idempotency_key().to_owned() });
        let error = match ctx.within_bounds(work(ctx.clone())).await {
            Ok(value) => return Ok(value),
            Err(error) => client.redactor().error(error).with_attempts(attempt),
        };
        in_doubt |= error.evidence() == Evidence::Unanswered;
        if !policy.repeats(&error, attempt) {
            return Err(settle(error, effect, in_doubt));
        }
        let jitter = jitter(ctx.idempotency_key(), ctx.run_id(), attempt);
        let Some(wait) = floor_at_retry_after(waits.next(jitter), &error, jitter, ctx.deadline()) else {
            return Err(settle(error, effect, in_doubt));
        };
        ctx.emit(Event::Retry {
            attempt,
            code: error.kind().code(),
            reason: error.message().to_owned(),
            delay_ms: wait.as_millis() as u64,
        });
        let pause = async {
            ctx.sleep(wait).await;
            Ok(())
        };
        let paused = ctx.within_bounds(pause).await;
        paused.map_err(|error| settle(error.with_attempts(attempt), effect, in_doubt))?;
        attempt += 1;
    }
}

/// A write one of whose requests left and was not answered may have been carried out: neither success nor failure.
pub fn settle(error: Error, effect: Effect, in_doubt: bool) -> Error {
    if effect != Effect::Write || !in_doubt {
        return error;
    }
    let message = format!("a request was sent and not answered: it may have been carried out (in the end: {error})");
    Error::new(ErrorKind::OutcomeUnknown, message)
        .with_evidence(Evidence::Unanswered)
        .with_attempts(error.attempts())
        .with_fix("look at the other side whether it was; run it again only if it was not")
        .with_source(error)
}

/// The provider's wish is the least that is waited. `None` if that is longer than is worth waiting here.
fn floor_at_retry_after(wait: Duration, error: &Error, jitter: f64, deadline: Option<Instant>) -> Option<Duration> {
    let asked = error.retry_after();
    let wait = match asked {
        Some(asked) => wait.max(asked + asked.mul_f64(jitter / 10.0)),
        None => wait,
    };
    let time_left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
    let too_long = asked.is_some_and(|asked| asked > limits::RETRY_AFTER);
    let in_time = time_left.is_none_or(|left| wait < left);
    (in_time && !too_long).then_some(wait)
}

/// A number from 0 to 1 that differs between runs and attempts, and is the same when a run is replayed.
pub fn jitter(key: &str, run: &str, attempt: u32) -> f64 {
    let hash = Sha256::new().chain_update(key).chain_update([0]).chain_update(run).chain_update(attempt.to_le_bytes());
    let number = hash.finalize().iter().take(7).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    (number >> 3) as f64 / (1_u64 << 53) as f64
}
