//! Behaviour of the engine, through the crate's public doors.

#![cfg(test)]
#![expect(clippy::needless_pass_by_value, reason = "a test writes its values where it uses them")]

mod bounds;
mod commits;
mod concurrency;
mod connector;
mod damage;
mod events;
mod exchanges;
mod faulty;
mod hooks;
mod host_example;
mod hosts;
mod in_doubt;
mod keys;
mod outside_of_runs;
mod restarts;
mod retries;
mod reuse;
mod runs;
mod secrets;
mod support;
mod values;
