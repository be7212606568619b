//! When each connection was last heard of, and who looks after that.
//!
//! A connection notes what it waits for, which costs it two numbers; one clock for all looks at them several times a second, and ends
//! those whose time is up. No connection has a timer of its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Waker;
use std::time::Duration;

use crate::settings::{Settings, TICK};

/// What a connection is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// It waits for a request.
    Idle,
    /// The head of one is arriving.
    Head,
    /// One is being answered. Whoever answers it has bounds of their own.
    Answering,
}

/// What a connection is told to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Order {
    /// To go on.
    GoOn,
    /// To end after the request that it is at.
    Finish,
    /// To end.
    End,
}

/// The state of one connection, as the clock sees it.
pub(crate) struct Pulse {
    clock: Arc<Clock>,
    phase: AtomicU8,
    /// The tick at which it is ended.
    until: AtomicU64,
    order: AtomicU8,
    waker: OnceLock<Waker>,
}

/// Time in ticks, the same for all connections, and how many of them each phase may last.
struct Clock {
    now: AtomicU64,
    slow_head: u64,
    idle: u64,
    slow_reader: u64,
}

const NEVER: u64 = u64::MAX;

impl Clock {
    fn new(settings: &Settings) -> Self {
        // One more, since the tick that is now has partly passed.
        let ticks = |length: Duration| length.div_duration_f64(TICK).ceil() as u64 + 1;
        Self {
            now: AtomicU64::new(0),
            slow_head: ticks(settings.slow_head),
            idle: ticks(settings.idle),
            slow_reader: ticks(settings.slow_reader),
        }
    }

    fn after(&self, ticks: u64) -> u64 {
        self.now.load(Ordering::Relaxed) + ticks
    }
}

impl Pulse {
    /// Bytes were read.
    pub(crate) fn heard(&self) {
        if self.phase.load(Ordering::Relaxed) == Phase::Idle as u8 {
            self.enter(Phase::Head, self.clock.after(self.clock.slow_head));
        }
    }

    /// A request's head is complete.
    pub(crate) fn answering(&self) {
        self.enter(Phase::Answering, NEVER);
    }

    /// A request is answered.
    pub(crate) fn answered(&self) {
        self.enter(Phase::Idle, self.clock.after(self.clock.idle));
    }

    /// The caller takes nothing more for now.
    pub(crate) fn is_stuck(&self) {
        if self.until.load(Ordering::Relaxed) == NEVER {
            self.until.store(self.clock.after(self.clock.slow_reader), Ordering::Relaxed);
        }
    }

    /// The caller took something.
    pub(crate) fn moves(&self) {
        if self.phase.load(Ordering::Relaxed) == Phase::Answering as u8 {
            self.until.store(NEVER, Ordering::Relaxed);
        }
    }

    /// What the connection has to do now. `waker` wakes it when that changes.
    pub(crate) fn order(&self, waker: &Waker) -> Order {
        self.waker.get_or_init(|| waker.clone());
        match self.order.load(Ordering::Acquire) {
            0 => Order::GoOn,
            1 => Order::Finish,
            _ => Order::End,
        }
    }

    fn enter(&self, phase: Phase, until: u64) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.until.store(until, Ordering::Relaxed);
    }

    fn tell(&self, order: Order) {
        if self.order.fetch_max(order as u8, Ordering::AcqRel) < order as u8
            && let Some(waker) = self.waker.get()
        {
            waker.wake_by_ref();
        }
    }
}

/// All connections.
pub(crate) struct Watch {
    clock: Arc<Clock>,
    pulses: Mutex<HashMap<u64, Arc<Pulse>>>,
    next: AtomicU64,
}

/// A connection's place among all. Dropping it gives the place back.
pub(crate) struct Watched {
    watch: Arc<Watch>,
    number: u64,
    pub(crate) pulse: Arc<Pulse>,
}

impl Watch {
    pub(crate) fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self { clock: Arc::new(Clock::new(settings)), pulses: Mutex::default(), next: AtomicU64::new(0) })
    }

    /// Takes a connection in.
    pub(crate) fn admit(self: &Arc<Self>) -> Watched {
        let pulse = Arc::new(Pulse {
            phase: AtomicU8::new(Phase::Idle as u8),
            until: AtomicU64::new(self.clock.after(self.clock.slow_head)),
            clock: Arc::clone(&self.clock),
            order: AtomicU8::new(Order::GoOn as u8),
            waker: OnceLock::new(),
        });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.all().insert(number, Arc::clone(&pulse));
        Watched { watch: Arc::clone(self), number, pulse }
    }

    /// Lets time pass, and ends those whose time is up.
    pub(crate) fn tick(&self) {
        let now = self.clock.now.fetch_add(1, Ordering::Relaxed) + 1;
        let all = self.all();
        all.values()
            .filter(|pulse| pulse.until.load(Ordering::Relaxed) <= now)
            .for_each(|pulse| pulse.tell(Order::End));
    }

    /// Tells all the same.
    pub(crate) fn tell(&self, order: Order) {
        self.all().values().for_each(|pulse| pulse.tell(order));
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all().len()
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Pulse>>> {
        self.pulses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.all().remove(&self.number);
    }
}
