//! The open lanes to one connection's origin. Each connection has its own, so that no socket serves two credentials.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::dial::Dialer;
use super::lane::Lane;
use crate::error::Result;
use crate::limits;

/// Lanes that are kept open while nobody uses them.
const KEPT: usize = 256;
/// How often lanes that nobody uses any more are looked for.
const SWEEP: Duration = Duration::from_secs(5);

/// The lanes to one origin.
pub(super) struct Pool {
    dialer: Dialer,
    parked: Mutex<Parked>,
}

#[derive(Default)]
struct Parked {
    /// The one that was used last stands last.
    lanes: Vec<(Box<Lane>, Instant)>,
    has_sweeper: bool,
}

impl Pool {
    pub(super) fn new(dialer: Dialer) -> Arc<Self> {
        Arc::new(Self { dialer, parked: Mutex::default() })
    }

    /// A lane that has been used before and is still open.
    pub(super) fn parked(&self) -> Option<Box<Lane>> {
        loop {
            let mut lane = self.lock().lanes.pop()?.0;
            if lane.is_still_open() {
                return Some(lane);
            }
        }
    }

    /// A new lane.
    pub(super) async fn dialled(&self) -> Result<Box<Lane>> {
        let socket = self.dialer.dial().await?;
        Lane::over(socket).await.map(Box::new).map_err(super::super::client::unconnected)
    }

    /// Keeps a lane for the next request.
    pub(super) fn park(self: &Arc<Self>, lane: Box<Lane>) {
        let mut parked = self.lock();
        if parked.lanes.len() >= KEPT {
            return;
        }
        parked.lanes.push((lane, Instant::now()));
        if !parked.has_sweeper {
            parked.has_sweeper = true;
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }

    /// Closes what has not been used for long. False if nothing is left to look after.
    fn sweep(&self) -> bool {
        let mut parked = self.lock();
        parked.lanes.retain_mut(|(lane, since)| since.elapsed() < limits::IDLE && lane.is_still_open());
        parked.has_sweeper = !parked.lanes.is_empty();
        parked.has_sweeper
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Parked> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn sweep(pool: Weak<Pool>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        if !pool.upgrade().is_some_and(|pool| pool.sweep()) {
            return;
        }
    }
}
