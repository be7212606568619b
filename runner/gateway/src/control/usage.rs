//! What a call used. What nobody told is unknown, and never 0.

use connector_sdk::Count;
use schemars::JsonSchema;
use serde::Serialize;

/// The numbers of tokens that an answer told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Usage {
    /// What was sent.
    pub input: Option<u64>,
    /// What was answered.
    pub output: Option<u64>,
    /// Of the input, what came from a cache.
    pub cached: Option<u64>,
    /// What came from a cache and is not part of `input`.
    pub cached_apart: Option<u64>,
    /// What the model thought.
    pub reasoning: Option<u64>,
    /// All together, as the provider counts.
    pub total: Option<u64>,
}

/// No call has more tokens of a kind; what a provider tells beyond that is not believed.
const MOST: u64 = 1 << 40;

impl Usage {
    /// The same, with numbers that can be added up.
    pub(crate) fn bounded(self) -> Self {
        let most = |tokens: Option<u64>| tokens.map(|tokens| tokens.min(MOST));
        Self {
            input: most(self.input),
            output: most(self.output),
            cached: most(self.cached),
            cached_apart: most(self.cached_apart),
            reasoning: most(self.reasoning),
            total: most(self.total),
        }
    }

    /// Notes a number that an answer told. The last one of a kind counts.
    pub fn tell(&mut self, count: Count, tokens: u64) {
        let place = match count {
            Count::Input => &mut self.input,
            Count::Output => &mut self.output,
            Count::Cached => &mut self.cached,
            Count::CachedApart => &mut self.cached_apart,
            Count::Reasoning => &mut self.reasoning,
            Count::Total => &mut self.total,
        };
        *place = Some(tokens);
    }

    /// Everything that was sent, whether or not it came from a cache.
    pub fn all_input(&self) -> Option<u64> {
        Some(self.input?.saturating_add(self.cached_apart.unwrap_or(0)))
    }

    /// Everything that was made. Some providers count what the model thought as part of the output and some beside it,
    /// and some tell a total instead of an output: the total tells which.
    pub fn all_output(&self) -> Option<u64> {
        let rest = self.total.zip(self.all_input()).map(|(total, input)| total.saturating_sub(input));
        let Some(output) = self.output else { return rest };
        let with_thoughts = output.saturating_add(self.reasoning.unwrap_or(0));
        Some(if rest.is_some_and(|rest| with_thoughts <= rest) { with_thoughts } else { output })
    }

    /// All together: what the provider says, or else the sum.
    pub fn all(&self) -> Option<u64> {
        self.total.or_else(|| Some(self.all_input()?.saturating_add(self.all_output()?)))
    }
}
