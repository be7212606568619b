//! How numbers of records are written in JSON.

use std::time::Duration;

use serde::{Serialize as _, Serializer};

use crate::control::prices::COST_UNITS;

/// Money, in whole ones of its currency.
#[expect(clippy::ref_option, reason = "serde calls it so")]
pub(super) fn cost<S: Serializer>(cost: &Option<u64>, to: S) -> Result<S::Ok, S::Error> {
    cost.map(|cost| cost as f64 / COST_UNITS).serialize(to)
}

/// How long something took.
pub(super) fn micros<S: Serializer>(took: &Duration, to: S) -> Result<S::Ok, S::Error> {
    whole(*took).serialize(to)
}

/// How long something took, if it came about.
#[expect(clippy::ref_option, reason = "serde calls it so")]
pub(super) fn micros_if_any<S: Serializer>(took: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    took.map(whole).serialize(to)
}

fn whole(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
