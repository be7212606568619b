//! The time of a run: it begins with the wall clock, and only goes forward from there.

use std::time::{Duration, SystemTime};

use runner_flow::Timestamp;
use tokio::time::Instant;

#[derive(Clone, Copy)]
pub(crate) struct RunClock {
    /// How long it went on elsewhere.
    before: Duration,
    wall: Timestamp,
    started: Instant,
}

impl RunClock {
    pub(crate) fn start() -> Self {
        Self { before: Duration::ZERO, wall: wall_clock(), started: Instant::now() }
    }

    /// Of a run that has begun before. It goes on from the wall clock, or from the last moment that was seen, if the
    /// wall clock has been put back since.
    pub(crate) fn resume(began: Option<Timestamp>, last: Timestamp) -> Self {
        let wall = wall_clock().max(last);
        Self { before: wall.since(began.unwrap_or(wall)), wall, started: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.wall + self.started.elapsed()
    }

    /// Since it began, in whichever process.
    pub(crate) fn elapsed(&self) -> Duration {
        self.before + self.started.elapsed()
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
