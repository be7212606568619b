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
        Self { wall: SystemTime::now().into(), started: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.wall + self.elapsed()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// When the run's clock shows this.
    pub(crate) fn instant(&self, at: Timestamp) -> Instant {
        self.started + at.since(self.wall)
    }
}
