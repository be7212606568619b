//! What the rest of the engine holds of a run that is under way here.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use crate::identity::RunIdentity;
use crate::report::RunResult;

/// What the rest of the engine holds of a run that is under way here.
pub(crate) struct Handle {
    pub(crate) identity: Arc<RunIdentity>,
    bell: Notify,
    cancelled: AtomicBool,
    has_mail: AtomicBool,
    stop: AtomicU8,
    stage: AtomicU8,
    ended: OnceLock<Ended>,
    over: Notify,
}

/// How a run left this engine.
#[derive(Clone)]
pub(crate) enum Ended {
    /// It is over.
    Over(Arc<RunResult>),
    /// It is not over, and goes on when it is resumed. A sentence says why it does not here.
    Stopped(Arc<str>),
}

/// Why the bell rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Drop everything.
    Stop,
    /// Cancel the run.
    Cancel,
    /// Look into the inbox.
    Mail,
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stage {
    Queued = 0,
    Running = 1,
    Waiting = 2,
}

const GO_ON: u8 = 0;
const DRAIN: u8 = 1;
const STOP: u8 = 2;

impl Handle {
    pub(crate) fn new(identity: Arc<RunIdentity>) -> Arc<Self> {
        Arc::new(Self {
            identity,
            bell: Notify::new(),
            cancelled: AtomicBool::new(false),
            has_mail: AtomicBool::new(false),
            stop: AtomicU8::new(GO_ON),
            stage: AtomicU8::new(Stage::Queued as u8),
            ended: OnceLock::new(),
            over: Notify::new(),
        })
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    pub(crate) fn mail(&self) {
        self.has_mail.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    /// Asks it to begin nothing new, and to stop once nothing is under way.
    pub(crate) fn drain(&self) {
        self.stop.fetch_max(DRAIN, Ordering::AcqRel);
        self.bell.notify_one();
    }

    /// Asks it to stop at once.
    pub(crate) fn stop(&self) {
        self.stop.fetch_max(STOP, Ordering::AcqRel);
        self.bell.notify_one();
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.stop.load(Ordering::Acquire) != GO_ON
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire) == STOP
    }

    /// What has been asked of the run since the last time. A request to drain rings too, and is no call.
    pub(crate) fn take_call(&self) -> Option<Call> {
        if self.is_stopped() {
            return Some(Call::Stop);
        }
        if self.cancelled.swap(false, Ordering::AcqRel) {
            return Some(Call::Cancel);
        }
        self.take_mail().then_some(Call::Mail)
    }

    /// Whether there may be something in the inbox that nobody has looked at since the last time.
    pub(crate) fn take_mail(&self) -> bool {
        self.has_mail.swap(false, Ordering::AcqRel)
    }

    /// Whether it is to be cancelled, and does not know yet.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Whether something has been asked that [`Handle::take_call`] has not told. Whoever heard the bell while it wrote
    /// has to look before it waits for the bell again.
    pub(crate) fn is_called(&self) -> bool {
        self.is_stopped() || self.is_cancelled() || self.has_mail.load(Ordering::Acquire)
    }

    /// Until something may have been asked.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }

    pub(crate) fn enter(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Queued,
            1 => Stage::Running,
            _ => Stage::Waiting,
        }
    }

    pub(crate) fn end(&self, ended: Ended) {
        // The first word counts.
        let _ = self.ended.set(ended);
        self.over.notify_waiters();
    }

    /// Until the run has left this engine.
    pub(crate) async fn ended(&self) -> Ended {
        loop {
            let over = self.over.notified();
            if let Some(ended) = self.ended.get() {
                return ended.clone();
            }
            over.await;
        }
    }
}
