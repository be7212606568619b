//! That a run is under way in this engine: however it leaves, it is taken off the list.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::handle::{Ended, Handle};
use crate::shared::Shared;

/// That a run is under way in this engine.
pub(crate) struct Present {
    shared: Arc<Shared>,
    handle: Arc<Handle>,
}

impl Present {
    /// None if it is under way here already.
    pub(crate) fn enter(shared: &Arc<Shared>, handle: Arc<Handle>) -> Option<Self> {
        let is_new = shared.runs.add(&handle);
        if shared.is_closed.load(Ordering::Acquire) {
            // Those that were under way when the engine was closed were told then.
            handle.drain();
        }
        is_new.then(|| Self { shared: Arc::clone(shared), handle })
    }

    pub(crate) fn handle(&self) -> &Arc<Handle> {
        &self.handle
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.shared.runs.remove(&self.handle.identity.run);
        self.handle.end(Ended::Stopped("the run was dropped; it is not over".into()));
    }
}
