//! What is said of a run while it goes on and when it is over.

use std::time::Duration;

use runner_engine::{RunEvent, Status};

use super::tally::in_words;

/// The longest reason that is said: the whole stands in the run.
const REASON: usize = 160;

/// What a step that has paused waits for.
pub(super) fn pause(event: &RunEvent) -> Option<String> {
    match event {
        RunEvent::Retry { attempt, delay_ms, reason, .. } => {
            // A part of it is over by the time that it is said.
            let wait = in_words(Duration::from_millis(delay_ms.next_multiple_of(10)));
            Some(format!("{}; waiting {wait}, then attempt {}", cut(reason), attempt + 1))
        }
        RunEvent::Waiting { signal, until, .. } => Some(match (signal, until) {
            (Some(signal), Some(until)) => format!("waiting for the signal {signal:?} until {until}"),
            (Some(signal), None) => format!("waiting for the signal {signal:?}"),
            (None, Some(until)) => format!("waiting until {until}"),
            (None, None) => "waiting".to_owned(),
        }),
        _ => None,
    }
}

/// How a run or a step ended.
pub(crate) fn ended(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
        Status::OutcomeUnknown => "ended with an unknown outcome",
        other => other.code(),
    }
}

/// The first line of a text, as much as is said.
fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(REASON).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}
