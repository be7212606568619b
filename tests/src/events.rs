//! A sink that keeps every event.

use std::sync::{Mutex, MutexGuard, PoisonError};

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
        self.state().events.clone()
    }

    /// Stops the clock. With nothing else to do, it jumps to whatever the call waits for.
    pub fn stop_clock(&self) {
        if !std::mem::replace(&mut self.state().clock_is_stopped, true) {
            tokio::time::pause();
        }
    }

    /// Lets the clock run again.
    pub fn start_clock(&self) {
        if std::mem::take(&mut self.state().clock_is_stopped) {
            tokio::time::resume();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        match event {
            Event::Retry { .. } => self.stop_clock(),
            Event::Attempt { .. } => self.start_clock(),
            _ => {}
        }
        self.state().events.push(event);
    }

    fn wants_requests(&self) -> bool {
        true
    }
}
