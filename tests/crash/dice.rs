//! Chance that can be had again: the same seed gives the same throws.

use std::ops::RangeInclusive;

/// Chance that can be had again.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from this range. SplitMix64 gives the bits.
    pub(crate) fn throw(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start() + (bits ^ (bits >> 31)) % (range.end() - range.start() + 1)
    }
}
