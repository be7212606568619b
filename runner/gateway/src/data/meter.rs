//! Numbers about calls, as Prometheus reads them, with the names of the `gen_ai` conventions.
//!
//! A call touches nothing but counters that are there already. Labels are the names of models and operations and words
//! from fixed lists, so there is a bound to how many series there can be.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::bounds;
use super::histogram::{Bounds, Histogram};
use super::names::{self, label};
use crate::control::{CallEnd, Model};

const DURATION: Bounds =
    &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68];
const FIRST_TOKEN: Bounds =
    &[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0];
const TOKENS: Bounds =
    &[1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0];
const OVERHEAD: Bounds = &[0.000_025, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25];

/// The numbers of all calls.
#[derive(Default)]
pub(super) struct Meter {
    series: RwLock<HashMap<Key, Arc<Series>>>,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    under_way: AtomicI64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    workspace: Arc<str>,
    model: Arc<str>,
    operation: &'static str,
}

/// The numbers of one model's calls of one kind.
pub(super) struct Series {
    labels: String,
    duration: Histogram,
    first_byte: Histogram,
    overhead: Histogram,
    input: Histogram,
    output: Histogram,
    unknown_usage: AtomicU64,
    /// How long failed calls took, by what went wrong.
    failed: Mutex<BTreeMap<String, Histogram>>,
}

impl Meter {
    /// Where the numbers of such a call go.
    pub(super) fn series(&self, model: &Model, operation: &'static str) -> Arc<Series> {
        let key = Key { workspace: model.workspace.clone(), model: model.name.clone(), operation };
        if let Some(series) = self.series.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(series);
        }
        let mut all = self.series.write().unwrap_or_else(PoisonError::into_inner);
        let key = if all.len() < bounds::SERIES { key } else { Key::other() };
        let series =
            all.entry(key).or_insert_with_key(|key| Arc::new(Series::new(key, names::provider(model.connector))));
        Arc::clone(series)
    }

    /// Counts a request that was not let through.
    pub(super) fn refused(&self, code: &'static str) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    pub(super) fn begun(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    /// The numbers of a workspace's models as text, and what is counted without regard to whose it is.
    pub(super) fn text(&self, workspace: &str) -> String {
        let mut text = String::new();
        let series = self.series.read().unwrap_or_else(PoisonError::into_inner);
        let own = series.iter().filter(|(key, _)| *key.workspace == *workspace);
        let mut all: Vec<_> = own.map(|(_, series)| series).collect();
        all.sort_by(|one, other| one.labels.cmp(&other.labels));
        for family in FAMILIES {
            let _ = writeln!(text, "# HELP {} {}\n# TYPE {0} histogram", family.name, family.help);
            all.iter().for_each(|series| (family.write)(series, family.name, &mut text));
        }
        let _ = writeln!(
            text,
            "# HELP {UNKNOWN} Calls that were served, or may have been, and did not say what was used.\n# TYPE {UNKNOWN} counter"
        );
        for series in all {
            let _ = writeln!(text, "{UNKNOWN}{{{}}} {}", series.labels, series.unknown_usage.load(Ordering::Relaxed));
        }
        let _ = writeln!(text, "# HELP {REFUSED} Requests that were not let through.\n# TYPE {REFUSED} counter");
        for (code, count) in &*self.refused.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "{REFUSED}{{{}}} {count}", label(names::ERROR, code));
        }
        let _ = writeln!(text, "# HELP {UNDER_WAY} Calls that are under way.\n# TYPE {UNDER_WAY} gauge");
        let _ = writeln!(text, "{UNDER_WAY} {}", self.under_way.load(Ordering::Relaxed));
        text
    }
}

const UNKNOWN: &str = "linkwork_gateway_calls_of_unknown_usage_total";
const REFUSED: &str = "linkwork_gateway_refusals_total";
const UNDER_WAY: &str = "linkwork_gateway_calls_under_way";

struct Family {
    name: &'static str,
    help: &'static str,
    write: fn(&Series, &str, &mut String),
}

const FAMILIES: [Family; 4] = [
    Family {
        name: "gen_ai_server_request_duration_seconds",
        help: "From the first byte of a call to the last of its answer.",
        write: Series::write_durations,
    },
    Family {
        name: "gen_ai_server_time_to_first_token_seconds",
        help: "Until the first byte of an answer's body.",
        write: |series, name, text| series.first_byte.write(name, &series.labels, text),
    },
    Family {
        name: "gen_ai_client_token_usage",
        help: "Tokens of a call, as its answer tells.",
        write: Series::write_tokens,
    },
    Family {
        name: "linkwork_gateway_overhead_seconds",
        help: "What a call took of the gateway's own time, without waiting for the provider or the caller.",
        write: |series, name, text| series.overhead.write(name, &series.labels, text),
    },
];

impl Series {
    fn new(key: &Key, provider: &str) -> Self {
        let Key { workspace, model, operation } = key;
        let labels = [
            label("workspace", workspace),
            label(names::MODEL, model),
            label(names::OPERATION, operation),
            label(names::PROVIDER, provider),
        ];
        Self {
            labels: labels.join(","),
            duration: Histogram::new(DURATION),
            first_byte: Histogram::new(FIRST_TOKEN),
            overhead: Histogram::new(OVERHEAD),
            input: Histogram::new(TOKENS),
            output: Histogram::new(TOKENS),
            unknown_usage: AtomicU64::new(0),
            failed: Mutex::default(),
        }
    }

    /// Counts a call that is over.
    pub(super) fn count(&self, end: &CallEnd) {
        let duration = end.duration.as_secs_f64();
        match &end.error_type {
            None => self.duration.note(duration),
            Some(error) => {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.entry(error.to_string()).or_insert_with(|| Histogram::new(DURATION)).note(duration);
            }
        }
        self.overhead.note(end.overhead.as_secs_f64());
        if let Some(first) = end.first_byte {
            self.first_byte.note(first.as_secs_f64());
        }
        match (end.usage.all_input(), end.usage.all_output()) {
            (None, None) if end.was_served() => drop(self.unknown_usage.fetch_add(1, Ordering::Relaxed)),
            (input, output) => {
                input.into_iter().for_each(|tokens| self.input.note(tokens as f64));
                output.into_iter().for_each(|tokens| self.output.note(tokens as f64));
            }
        }
    }

    fn write_durations(&self, name: &str, text: &mut String) {
        self.duration.write(name, &self.labels, text);
        for (error, failed) in &*self.failed.lock().unwrap_or_else(PoisonError::into_inner) {
            failed.write(name, &format!("{},{}", self.labels, label(names::ERROR, error)), text);
        }
    }

    fn write_tokens(&self, name: &str, text: &mut String) {
        for (kind, tokens) in [("input", &self.input), ("output", &self.output)] {
            tokens.write(name, &format!("{},{}", self.labels, label(names::TOKEN_TYPE, kind)), text);
        }
    }
}

impl Key {
    /// Where the numbers go that have no place of their own any more.
    fn other() -> Self {
        Self { workspace: "_other".into(), model: "_other".into(), operation: "_other" }
    }
}
