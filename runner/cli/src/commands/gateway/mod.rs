//! The endpoint for models: one file a command.

pub(super) mod audit;
pub(super) mod calls;
pub(super) mod check;
pub(super) mod connections;
pub(super) mod keys;
pub(super) mod models;
pub(super) mod usage;
pub(super) mod vault;

use runner_flow::Timestamp;

/// A moment to the second, as people read it: `2026-01-31 12:00:00Z`.
fn moment(at: Timestamp) -> String {
    let whole = Timestamp::from_millis(at.as_millis() / 1_000 * 1_000);
    whole.to_string().replace('T', " ")
}

/// A moment that may not have come.
fn moment_if_any(at: Option<Timestamp>) -> String {
    at.map(moment).unwrap_or_default()
}

/// A number that may be unknown, which is not 0.
fn number_if_known(number: Option<u64>) -> String {
    number.map_or_else(|| "?".to_owned(), |number| number.to_string())
}

/// Money, to the hundredth of a cent, in the account's currency.
fn money_if_known(billionths: Option<u64>) -> String {
    billionths.map(|cost| format!("{:.4}", cost as f64 / runner_gateway::control::COST_UNITS)).unwrap_or_default()
}
