//! Answers from a recording: those of a step, in their order, each to the request that it was recorded for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Outcome, Recorded, Replayer, Sent};
use crate::error::{Error, ErrorKind, Origin, Result};

/// One replay of a recording. It remembers how far each step has come, so each run needs its own.
#[derive(Debug)]
pub struct Replay {
    recorded: Arc<Recorded>,
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    answered: HashMap<String, usize>,
    missed: Vec<Missed>,
}

/// A request that the recording has no answer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The path of the step.
    pub step: String,
    /// What is missing, as a sentence.
    pub message: String,
}

impl Replay {
    /// From the beginning.
    pub fn of(recorded: Arc<Recorded>) -> Self {
        Self { recorded, progress: Mutex::default() }
    }

    /// Whether the recording holds exchanges of the step at this path.
    pub fn knows(&self, step: &str) -> bool {
        self.recorded.steps.contains_key(step)
    }

    /// The requests that had no answer, as sentences.
    pub fn missed(&self) -> Vec<Missed> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).missed.clone()
    }
}

impl Replayer for Replay {
    fn replay(&self, step: &str, request: &Sent) -> Result<Outcome> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let at = progress.answered.get(step).copied().unwrap_or(0);
        let next = self.recorded.steps.get(step).and_then(|exchanges| exchanges.get(at));
        let problem = match next {
            None => format!("request {} of the step, {}, has no recorded answer", at + 1, request.line()),
            Some(next) => match next.request.difference(request) {
                None => {
                    progress.answered.insert(step.to_owned(), at + 1);
                    return Ok(next.outcome.clone());
                }
                Some(difference) => {
                    format!(
                        "request {} of the step is not {} as it was recorded: {difference}",
                        at + 1,
                        next.request.line()
                    )
                }
            },
        };
        let message = format!("{step}: {problem}");
        progress.missed.push(Missed { step: step.to_owned(), message: problem });
        Err(not_recorded(message))
    }
}

fn not_recorded(message: String) -> Error {
    Error::new(ErrorKind::TargetRefused, message).with_origin(Origin::Host).with_fix("record it again")
}
