//! A sink that keeps every event.

use std::sync::{Mutex, PoisonError};

use connector_sdk::{Event, EventSink};

/// Keeps every event. While the SDK waits before another attempt the clock is stopped, which takes no time.
#[derive(Default)]
pub struct Recorder {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    events: Vec<Event>,
    clock_is_stopped: bool,
}

impl Recorder {
    /// The events so far.
    pub fn all(&self) -> Vec<Event> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).events.clone()
    }

    /// The idempotency key of each attempt.
    pub fn keys(&self) -> Vec<String> {
        let key = |event| match event {
            Event::Attempt { idempotency_key, .. } => Some(idempotency_key),
            _ => None,
        };
        self.all().into_iter().filter_map(key).collect()
    }

    /// How many attempts there were.
    pub fn attempts(&self) -> usize {
        self.keys().len()
    }

    /// The waits before the second, the third, … attempt, in milliseconds.
    pub fn waits(&self) -> Vec<u64> {
        let wait = |event| match event {
            Event::Retry { delay_ms, .. } => Some(delay_ms),
            _ => None,
        };
        self.all().into_iter().filter_map(wait).collect()
    }

    /// Everything that a log could hold: the events as Rust shows them, as JSON, and the requests as commands.
    pub fn dump(&self) -> String {
        let events = self.all();
        let commands = events.iter().filter_map(|event| match event {
            Event::Request(view) => Some(view.to_curl()),
            _ => None,
        });
        let commands: Vec<String> = commands.collect();
        let json = serde_json::to_string(&events).expect("events are JSON");
        format!("{events:?}\n{json}\n{}", commands.join("\n"))
    }
}

impl EventSink for Recorder {
    fn emit(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Retry { .. } if !state.clock_is_stopped => {
                tokio::time::pause();
                state.clock_is_stopped = true;
            }
            Event::Attempt { .. } if state.clock_is_stopped => {
                tokio::time::resume();
                state.clock_is_stopped = false;
            }
            _ => {}
        }
        state.events.push(event);
    }

    fn wants_requests(&self) -> bool {
        true
    }
}
