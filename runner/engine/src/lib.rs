//! Runs flows and single actions: the library that a host embeds.
//!
//! The [`Engine`] is a thin driver: a `runner_flow::Machine` says what to do next, and the engine does it on tokio.
//! A step that fails, or panics, fails its run and nothing else. Cancelling reaches the request in flight at once.
//! What a run has done is in its journal before anything is done because of it: a step that is over never runs again.

mod admission;
mod alarms;
mod attempt;
mod clock;
mod connections;
mod driver;
mod engine;
mod entry;
mod events;
mod files;
mod flows;
mod groups;
mod handle;
mod history;
mod hooks;
mod identity;
mod ids;
mod isolated;
mod ledger;
mod limits;
mod mailroom;
mod outside;
mod pins;
mod report;
mod request;
mod resume;
mod reuse;
mod shared;
mod starting;
mod steps;
mod watching;

pub use runner_flow::{ErrorReport, Signal, Status};
pub use runner_journal::{Query, Retention};

pub use self::connections::{Binding, ConnectionStore};
pub use self::engine::{Engine, EngineBuilder};
pub use self::entry::Intent;
pub use self::events::{NoRunEvents, RunEvent, RunEvents};
pub use self::history::{RetryRecord, RunHistory, UnderWay};
pub use self::hooks::{ActionCall, Hooks, Verdict};
pub use self::identity::{RunIdentity, SOLE_TENANT};
pub use self::limits::Limits;
pub use self::report::{RunReport, RunResult, StepReport};
pub use self::request::{Reuse, RunRequest};
pub use self::resume::{Resumed, Resumption};
pub use self::reuse::{Again, RerunPlan};
pub use self::starting::Started;
pub use self::watching::{RunInfo, RunStatus};
