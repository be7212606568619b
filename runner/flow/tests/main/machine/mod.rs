//! The Machine with a fake clock: what every kind of step does, alone and in one another.

mod blocks;
pub(crate) mod driver;
