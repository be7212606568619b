//! How much may be used: by the calendar, per model and per key.
//!
//! A call that crosses a ceiling is served, and later ones are refused until the window ends. Under a hard ceiling what
//! a call may use is held for it while it goes on, so that no call crosses. What a served call did not tell is
//! estimated, and only here.

mod amounts;
mod counter;
pub(crate) mod table;
mod window;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use runner_flow::Timestamp;

pub(crate) use self::amounts::{Amounts, Ceilings, Each};
pub(crate) use self::counter::{Bounds, Counter};
use self::counter::{Place, Reached};
pub(crate) use self::window::DAY;
pub use self::window::Window;
use super::call::{CallEnd, Wanted};
use super::refusal::{Refusal, RefusalKind};

/// Bytes of a body that are taken for one token.
const BYTES: u64 = 3;
/// Bytes of a streamed answer that are taken for one token, most of which are not text.
const STREAMED_BYTES: u64 = 150;

/// The limits of a model in one window: for all keys together, or for each.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) bounds: Bounds,
    each_key: bool,
    counters: Arc<Family>,
}

/// The counters of one model in one window. They outlive the snapshots.
#[derive(Debug)]
struct Family {
    place: Place,
    counters: RwLock<HashMap<Arc<str>, Arc<Counter>>>,
}

/// What a call holds of a counter.
#[derive(Debug)]
pub(crate) struct Held {
    counter: Arc<Counter>,
    amounts: Amounts,
}

/// All counters.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    families: Mutex<HashMap<(Place, bool), Arc<Family>>>,
}

impl Limits {
    /// Counters that go on from what was written, as far as their windows have not ended.
    pub(crate) fn restore(&self, counters: Vec<Counter>, now: Timestamp) {
        for counter in counters.into_iter().filter(|counter| !counter.is_over(now)) {
            let place = &counter.place;
            let each_key = !place.key.is_empty();
            let family = self.family(&place.workspace, &place.model, place.window, each_key);
            family
                .counters
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(place.key.clone(), Arc::new(counter));
        }
    }

    /// The limit of a model in a window.
    pub(crate) fn limit(
        &self,
        workspace: &Arc<str>,
        model: &Arc<str>,
        window: Window,
        each_key: bool,
        bounds: Bounds,
    ) -> Limit {
        Limit { bounds, each_key, counters: self.family(workspace, model, window, each_key) }
    }

    /// Lets go of counters that count nothing any more.
    pub(crate) fn tidy(&self, now: Timestamp) {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        families.retain(|_, family| {
            let mut counters = family.counters.write().unwrap_or_else(PoisonError::into_inner);
            counters.retain(|_, counter| Arc::strong_count(counter) > 1 || !counter.is_over(now));
            !counters.is_empty() || Arc::strong_count(family) > 1
        });
    }

    fn family(&self, workspace: &Arc<str>, model: &Arc<str>, window: Window, each_key: bool) -> Arc<Family> {
        let place = Place { workspace: workspace.clone(), model: model.clone(), key: Arc::from(""), window };
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let family = families.entry((place, each_key));
        family
            .or_insert_with_key(|(place, _)| Arc::new(Family { place: place.clone(), counters: RwLock::default() }))
            .clone()
    }
}

impl Family {
    fn counter(&self, key: &Arc<str>, now: Timestamp) -> Arc<Counter> {
        if let Some(counter) = self.counters.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return counter.clone();
        }
        let place = Place { key: key.clone(), ..self.place.clone() };
        let mut counters = self.counters.write().unwrap_or_else(PoisonError::into_inner);
        let counter = counters.entry(key.clone());
        counter.or_insert_with(|| Arc::new(Counter::new(place, now, Amounts::default()))).clone()
    }
}

impl Limit {
    fn is_hard_on_output(&self) -> bool {
        self.bounds.hard.output.is_some() || self.bounds.hard.total.is_some()
    }

    fn refuse(&self, model: &str, reached: &Reached, now: Timestamp) -> Refusal {
        let window = self.counters.place.window.word();
        let each = if self.each_key { " for each key" } else { "" };
        let hard = if reached.hard { ", which this call could cross" } else { ", which is reached" };
        let (what, ceiling) = (reached.what, reached.ceiling);
        let message = format!("the model {model:?} has a limit of {ceiling} {what} a {window}{each}{hard}");
        let fix = format!("try again after {}, or ask an admin for more", reached.until);
        // Whoever waits for whole seconds is not to come a moment too early.
        let wait = reached.until.since(now).as_millis().div_ceil(1_000).max(1);
        let retry_after = Some(Duration::from_secs(u64::try_from(wait).unwrap_or(u64::MAX)));
        Refusal { retry_after, ..Refusal::new(RefusalKind::LimitReached, message, fix) }
    }
}

/// Lets a call of a model through all its limits, or through none.
pub(crate) fn admit(
    limits: &[Limit],
    model: &str,
    key: &Arc<str>,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Vec<Held>, Refusal> {
    let mut held: Vec<Held> = Vec::with_capacity(limits.len());
    for limit in limits {
        let admitted = hold(limit, wanted).and_then(|amounts| {
            let counter = match limit.each_key {
                true => limit.counters.counter(key, now),
                false => limit.counters.counter(&limit.counters.place.key, now),
            };
            let admitted = counter.admit(now, &limit.bounds, &amounts);
            admitted.map(|()| Held { counter, amounts }).map_err(|reached| limit.refuse(model, &reached, now))
        });
        match admitted {
            Ok(one) => held.push(one),
            Err(refusal) => {
                held.iter().for_each(|one| one.counter.withdraw(now, &one.amounts));
                return Err(refusal);
            }
        }
    }
    Ok(held)
}

/// What a call holds under hard ceilings; nothing under others.
fn hold(limit: &Limit, wanted: &Wanted) -> Result<Amounts, Refusal> {
    if !limit.bounds.hard.is_some() {
        return Ok(Amounts::default());
    }
    match wanted.max_output {
        None if limit.is_hard_on_output() => Err(Refusal::new(
            RefusalKind::Invalid,
            "this model has a hard limit, so a call has to say how much it may answer",
            "send max_tokens, or what this API calls it",
        )),
        most => Ok(Amounts::tokens(wanted.body_bytes.div_ceil(BYTES), most.unwrap_or(0))),
    }
}

/// Counts what a call used, and lets go of what it held. Tells which counters have to be written since.
pub(crate) fn settle(held: Vec<Held>, wanted: &Wanted, end: &CallEnd, now: Timestamp) -> Vec<Arc<Counter>> {
    let (used, is_told) = used(wanted, end);
    let settled = held.into_iter().filter(|one| {
        // Where nobody knows better, what was held may have been used up.
        let used = if is_told { used } else { used.at_least(&one.amounts) };
        one.counter.settle(now, &one.amounts, &used)
    });
    settled.map(|one| one.counter).collect()
}

/// What counts against limits: what was told, or an estimate where a call was served and did not tell. And whether it
/// was told.
fn used(wanted: &Wanted, end: &CallEnd) -> (Amounts, bool) {
    let (input, output) = (end.usage.all_input(), end.usage.all_output());
    let was_served = end.was_served();
    let is_told = !was_served || (input.is_some() && output.is_some());
    let amounts = if was_served {
        let answered = end.bytes_out.div_ceil(if wanted.stream { STREAMED_BYTES } else { BYTES });
        let sent = end.bytes_in.max(wanted.body_bytes).div_ceil(BYTES);
        Amounts::tokens(input.unwrap_or(sent), output.unwrap_or(answered.min(wanted.max_output.unwrap_or(u64::MAX))))
    } else {
        Amounts::tokens(input.unwrap_or(0), output.unwrap_or(0))
    };
    (Amounts { total: end.usage.all().unwrap_or(amounts.total), ..amounts }, is_told)
}
