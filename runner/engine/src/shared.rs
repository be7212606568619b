//! What an engine and its runs share.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connector_sdk::Registry;
use runner_journal::Journal;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::admission::Admission;
use crate::connections::ConnectionStore;
use crate::events::RunEvents;
use crate::flows::Flows;
use crate::groups::Groups;
use crate::handle::Handle;
use crate::hooks::Hooks;

/// What an engine and its runs share.
pub(crate) struct Shared {
    pub(crate) registry: Arc<Registry>,
    pub(crate) connections: Arc<dyn ConnectionStore>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) events: Arc<dyn RunEvents>,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) groups: Arc<Groups>,
    pub(crate) runs: Runs,
    pub(crate) flows: Flows,
    pub(crate) is_closed: AtomicBool,
    pub(crate) mailroom: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        let mailroom = self.mailroom.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(mailroom) = mailroom.take() {
            mailroom.abort();
        }
    }
}

/// The runs that are under way in an engine.
#[derive(Default)]
pub(crate) struct Runs {
    all: Mutex<HashMap<Arc<str>, Arc<Handle>>>,
    left: Notify,
}

impl Runs {
    /// False if there is such a run already.
    pub(crate) fn add(&self, handle: &Arc<Handle>) -> bool {
        let mut all = self.all();
        if all.contains_key(&handle.identity.run) {
            return false;
        }
        all.insert(Arc::clone(&handle.identity.run), Arc::clone(handle));
        true
    }

    pub(crate) fn remove(&self, run: &str) {
        self.all().remove(run);
        self.left.notify_waiters();
    }

    pub(crate) fn get(&self, run: &str) -> Option<Arc<Handle>> {
        self.all().get(run).cloned()
    }

    pub(crate) fn each(&self, mut tell: impl FnMut(&Handle)) {
        self.all().values().for_each(|handle| tell(handle));
    }

    /// Until none is left.
    pub(crate) async fn gone(&self) {
        loop {
            let left = self.left.notified();
            if self.all().is_empty() {
                return;
            }
            left.await;
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Handle>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
