//! Who may act now: bounded, and fair between tenants.
//!
//! Slots go round the tenants in turn, and within a tenant to who has waited longest. A tenant that floods the engine
//! fills its own part of the queue and no other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connector_sdk::Result;
use tokio::sync::oneshot;

use crate::limits::{Limits, overloaded};

/// The slots of an engine, and who waits for one.
#[derive(Debug)]
pub(crate) struct Admission {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: usize,
    queued: usize,
    running: usize,
    tenants: HashMap<Arc<str>, Tenant>,
    /// The tenants that have somebody waiting and may have more running, in the order of their turns.
    turns: VecDeque<Arc<str>>,
}

#[derive(Debug, Default)]
struct Tenant {
    held: usize,
    queued: usize,
    running: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
    has_turn: bool,
}

impl Admission {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    /// A place for a new run, which is queued until it acts for the first time.
    pub(crate) fn queue(self: &Arc<Self>, tenant: &Arc<str>) -> Result<Place> {
        let (limits, mut state) = (&self.limits, self.state());
        let own = state.tenants.get(tenant).map_or(0, |own| own.queued);
        if state.held >= limits.held {
            return Err(overloaded(format!("the engine has {} runs and takes no more", state.held)));
        }
        if state.queued >= limits.queued {
            return Err(overloaded(format!("{} runs wait for their turn already", state.queued)));
        }
        if own >= limits.tenant_queued {
            return Err(overloaded(format!("{own} runs of this tenant wait for their turn already")));
        }
        state.queued += 1;
        state.tenants.entry(Arc::clone(tenant)).or_default().queued += 1;
        Ok(self.place(&mut state, tenant, Stage::Queued))
    }

    /// A place for a run that was taken on before, if there is room for it.
    pub(crate) fn take_back(self: &Arc<Self>, tenant: &Arc<str>) -> Option<Place> {
        let mut state = self.state();
        (state.held < self.limits.held).then(|| self.place(&mut state, tenant, Stage::Resting))
    }

    fn place(self: &Arc<Self>, state: &mut State, tenant: &Arc<str>, stage: Stage) -> Place {
        state.held += 1;
        state.tenants.entry(Arc::clone(tenant)).or_default().held += 1;
        Place { admission: Arc::clone(self), tenant: Arc::clone(tenant), stage }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a slot at once, or waits in line for one.
    fn ask(&mut self, name: &Arc<str>, limits: &Limits) -> Option<oneshot::Receiver<()>> {
        let is_free = self.running < limits.running && self.turns.is_empty();
        let tenant = self.tenants.entry(Arc::clone(name)).or_default();
        if is_free && tenant.running < limits.tenant_running && tenant.waiting.is_empty() {
            tenant.running += 1;
            self.running += 1;
            return None;
        }
        let (grant, granted) = oneshot::channel();
        tenant.waiting.push_back(grant);
        self.line_up(name, limits);
        self.grant(limits);
        Some(granted)
    }

    /// Gives a tenant its turn, if it waits for one and may have one.
    fn line_up(&mut self, name: &Arc<str>, limits: &Limits) {
        let Some(tenant) = self.tenants.get_mut(name) else { return };
        if !tenant.has_turn && !tenant.waiting.is_empty() && tenant.running < limits.tenant_running {
            tenant.has_turn = true;
            self.turns.push_back(Arc::clone(name));
        }
    }

    /// Gives the free slots away.
    fn grant(&mut self, limits: &Limits) {
        while self.running < limits.running {
            let Some(name) = self.turns.pop_front() else { return };
            let Some(tenant) = self.tenants.get_mut(&name) else { continue };
            tenant.has_turn = false;
            // Whoever has given up waiting is passed over.
            let taken = std::iter::from_fn(|| tenant.waiting.pop_front()).any(|waiting| waiting.send(()).is_ok());
            if taken {
                tenant.running += 1;
                self.running += 1;
            }
            self.line_up(&name, limits);
        }
    }

    fn give_back(&mut self, name: &Arc<str>, limits: &Limits) {
        self.running -= 1;
        if let Some(tenant) = self.tenants.get_mut(name) {
            tenant.running -= 1;
        }
        self.line_up(name, limits);
        self.grant(limits);
    }

    /// Forgets who has given up waiting.
    fn forget_gone(&mut self, name: &Arc<str>) {
        if let Some(tenant) = self.tenants.get_mut(name) {
            tenant.waiting.retain(|waiting| !waiting.is_closed());
        }
    }

    fn leave_queue(&mut self, name: &Arc<str>) {
        self.queued -= 1;
        if let Some(tenant) = self.tenants.get_mut(name) {
            tenant.queued -= 1;
        }
    }

    fn leave(&mut self, name: &Arc<str>) {
        self.held -= 1;
        let Some(tenant) = self.tenants.get_mut(name) else { return };
        tenant.held -= 1;
        if tenant.held == 0 {
            self.tenants.remove(name);
        }
    }
}

/// The place of one run in the engine, given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    admission: Arc<Admission>,
    tenant: Arc<str>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has not acted yet.
    Queued,
    /// It has a slot.
    Acting,
    /// It only waits.
    Resting,
}

impl Place {
    pub(crate) fn is_acting(&self) -> bool {
        self.stage == Stage::Acting
    }

    /// Waits for a slot.
    pub(crate) async fn act(&mut self) {
        if self.stage == Stage::Acting {
            return;
        }
        let granted = self.admission.state().ask(&self.tenant, &self.admission.limits);
        if let Some(granted) = granted {
            let mut waiting = Waiting { place: self, granted, is_over: false };
            // The engine holds the other end as long as anybody waits.
            let _ = (&mut waiting.granted).await;
            waiting.is_over = true;
        }
        self.leave_queue();
        self.stage = Stage::Acting;
    }

    /// Gives the slot up until it acts again.
    pub(crate) fn rest(&mut self) {
        if self.stage == Stage::Acting {
            self.stage = Stage::Resting;
            self.admission.state().give_back(&self.tenant, &self.admission.limits);
        }
    }

    fn leave_queue(&mut self) {
        if self.stage == Stage::Queued {
            self.stage = Stage::Resting;
            self.admission.state().leave_queue(&self.tenant);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.rest();
        self.leave_queue();
        self.admission.state().leave(&self.tenant);
    }
}

/// Somebody in line. If it goes away with a slot that it has not noticed, the slot goes to the next.
struct Waiting<'p> {
    place: &'p Place,
    granted: oneshot::Receiver<()>,
    is_over: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        self.granted.close();
        let (admission, tenant) = (&self.place.admission, &self.place.tenant);
        let mut state = admission.state();
        match self.granted.try_recv() {
            Ok(()) => state.give_back(tenant, &admission.limits),
            Err(_) => state.forget_gone(tenant),
        }
    }
}
