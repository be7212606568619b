//! The Machine with a fake clock: what every kind of step does, alone and in one another.

mod actions;
mod branches;
mod cancelling;
pub(crate) mod driver;
mod failures;
mod groups;
mod limits;
mod loops;
mod parallels;
mod pins;
mod places;
mod retries;
mod step_keys;
mod stops;
mod sub_flows;
mod time;
mod waits;
mod written;
