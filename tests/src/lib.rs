//! What every end-to-end test works with: an upstream made of a raw socket, a connector for tests, a record of events.
//!
//! Tests go through public doors only: a connector is connected, an action is prepared and called, and what counts is
//! what reached the wire and what came back.

#![expect(clippy::expect_used, clippy::panic, reason = "a harness that cannot work must fail the test at once")]

pub mod coding;
pub mod command;
pub mod events;
pub mod probe;
pub mod rig;
pub mod wire;
