//! Runs flows and single actions: the library that a host embeds.
//!
//! The [`Engine`] is a thin driver: a `runner_flow::Machine` says what to do next, and the engine does it on tokio.
//! A step that fails, or panics, fails its run and nothing else. Cancelling reaches the request in flight at once.

mod attempt;
mod clock;
mod connections;
mod driver;
mod engine;
mod events;
mod ids;
mod isolated;
mod pins;
mod report;
mod request;

pub use runner_flow::{ErrorReport, Status};

pub use self::connections::{Binding, ConnectionStore};
pub use self::engine::Engine;
pub use self::events::{NoRunEvents, RunEvent, RunEvents};
pub use self::report::{RunReport, StepReport};
pub use self::request::RunRequest;
