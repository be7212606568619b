//! The engine: what a host calls.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use connector_sdk::Registry;
use runner_journal::{Journal, MemoryJournal};

use crate::admission::Admission;
use crate::connections::ConnectionStore;
use crate::events::{NoRunEvents, RunEvents};
use crate::flows::Flows;
use crate::groups::Groups;
use crate::hooks::Hooks;
use crate::limits::Limits;
use crate::shared::{Runs, Shared};

/// Runs flows and single actions. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

/// What an engine is made of.
pub struct EngineBuilder {
    registry: Registry,
    connections: Arc<dyn ConnectionStore>,
    journal: Arc<dyn Journal>,
    events: Arc<dyn RunEvents>,
    hooks: Option<Arc<dyn Hooks>>,
    limits: Limits,
}

impl Engine {
    /// An engine that offers these connectors, by way of these connections, and keeps its runs in memory.
    pub fn new(registry: Registry, connections: Arc<dyn ConnectionStore>) -> Self {
        Self::builder(registry, connections).build()
    }

    /// An engine that offers these connectors, by way of these connections.
    pub fn builder(registry: Registry, connections: Arc<dyn ConnectionStore>) -> EngineBuilder {
        EngineBuilder {
            registry,
            connections,
            journal: Arc::new(MemoryJournal::default()),
            events: Arc::new(NoRunEvents),
            hooks: None,
            limits: Limits::default(),
        }
    }

    /// The connectors that it offers.
    pub fn registry(&self) -> &Registry {
        &self.shared.registry
    }
}

impl EngineBuilder {
    /// Where runs are kept.
    pub fn journal(self, journal: Arc<dyn Journal>) -> Self {
        Self { journal, ..self }
    }

    /// Who is told of all runs.
    pub fn events(self, events: Arc<dyn RunEvents>) -> Self {
        Self { events, ..self }
    }

    /// What the host does around each call of an action.
    pub fn hooks(self, hooks: Arc<dyn Hooks>) -> Self {
        Self { hooks: Some(hooks), ..self }
    }

    /// How much it takes on.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The engine.
    pub fn build(self) -> Engine {
        let Self { registry, connections, journal, events, hooks, limits } = self;
        let shared = Shared {
            registry: Arc::new(registry),
            connections,
            journal,
            events,
            hooks,
            admission: Admission::new(limits),
            groups: Arc::new(Groups::default()),
            runs: Runs::default(),
            flows: Flows::default(),
            is_closed: AtomicBool::new(false),
            mailroom: Mutex::new(None),
        };
        Engine { shared: Arc::new(shared) }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("registry", &self.shared.registry).finish_non_exhaustive()
    }
}
