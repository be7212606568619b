//! Exchanges as they are kept: by the path of the step, in the order in which they ended.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Broken, BrokenBy, Exchange, Outcome, Recorder};
use crate::limits;

/// The exchanges of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recorded {
    /// Those of each step, by its path.
    pub steps: BTreeMap<String, Vec<Exchange>>,
}

/// Collects the exchanges of one run, up to [`limits::RECORDING`].
#[derive(Debug, Default)]
pub struct Recording {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: Recorded,
    bytes: usize,
}

impl Recording {
    /// What was collected so far.
    pub fn recorded(&self) -> Recorded {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).exchanges.clone()
    }
}

impl Recorder for Recording {
    fn record(&self, step: &str, mut exchange: Exchange) {
        let size = serde_json::to_vec(&exchange).map_or(0, |text| text.len());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + size > limits::RECORDING {
            let message = format!("the recording would be over {} MiB", limits::RECORDING >> 20);
            exchange.outcome = Outcome::Broken(Broken { by: BrokenBy::Limit, sent: true, message });
            exchange.request.body = None;
        } else {
            kept.bytes += size;
        }
        kept.exchanges.steps.entry(step.to_owned()).or_default().push(exchange);
    }
}
