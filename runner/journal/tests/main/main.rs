//! The journal through its public doors: real files, real processes.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod child;
mod conformance;
mod crash;
mod damage;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod faults;
mod full;
mod group;
mod inbox;
mod owners;
mod prune;
mod store;
mod support;
#[cfg(target_os = "linux")]
mod sync;
mod taken_away;
