//! The time of a run: it begins with the wall clock, and only goes forward from there.

use std::time::{Duration, SystemTime};

use runner_flow::Timestamp;
use tokio::time::Instant;

#[derive(Clone, Copy)]
pub(crate) struct RunClock {
    wall: Timestamp,
    started: Instant,
}

impl RunClock {
    pub(crate) fn start() -> Self {
        Self { wall: wall_clock(), started: Instant::now() }
    }

    /// Goes on from the wall clock, or from a moment that was seen before, if the wall clock has been put back since.
    pub(crate) fn resume(after: Timestamp) -> Self {
        Self { wall: wall_clock().max(after), started: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.wall + self.elapsed()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// When the run's clock shows this.
    pub(crate) fn instant(&self, at: Timestamp) -> Instant {
        let wait = at.since(self.wall);
        // Further away than the clock can tell is as good as never.
        self.started.checked_add(wait).unwrap_or_else(|| self.started + FAR)
    }
}

const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

pub(crate) fn wall_clock() -> Timestamp {
    SystemTime::now().into()
}
