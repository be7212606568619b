//! The journal through its public doors: real files, real processes.

mod child;
mod conformance;
mod crash;
mod damage;
mod full;
mod group;
mod inbox;
mod owners;
mod prune;
mod support;
#[cfg(target_os = "linux")]
mod sync;
