//! The gateway's control through its public doors: real files, a real store.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod audit;
mod calls;
mod changes;
mod document;
#[cfg(target_os = "linux")]
#[path = "../../../journal/tests/main/faults.rs"]
mod faults;
mod full;
mod keys;
mod limits;
mod reloads;
mod roles;
mod store;
mod support;
#[cfg(target_os = "linux")]
mod sync;
mod vault;
