//! What a call costs, where that was said: an estimate, and never a bill.

use schemars::JsonSchema;
use serde::Deserialize;

use super::usage::Usage;

/// What a million tokens cost, in whatever currency the account has.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// A million tokens that are sent.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub input: f64,
    /// A million tokens that are answered.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub output: f64,
    /// A million tokens that come from the provider's cache; as `input`, unless it is said.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub cached: Option<f64>,
}

/// Of a currency, how much is counted as one: a billionth.
pub const COST_UNITS: f64 = 1e9;

impl Prices {
    /// What was used costs this many billionths; nothing if it is not known what was used.
    pub(crate) fn cost(&self, usage: &Usage) -> Option<u64> {
        let (input, output) = (usage.input?, usage.all_output()?);
        let cached = usage.cached.unwrap_or(0).min(input);
        let from_cache = (cached + usage.cached_apart.unwrap_or(0)) as f64 * self.cached.unwrap_or(self.input);
        let millionths = (input - cached) as f64 * self.input + from_cache + output as f64 * self.output;
        // Nine million of any currency are beyond a call, and can still be added up.
        Some((millionths * (COST_UNITS / 1e6)).round().clamp(0.0, (1u64 << 53) as f64) as u64)
    }
}
