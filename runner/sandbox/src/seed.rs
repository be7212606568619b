//! A request's fingerprint, from which ids grow in place of randomness.

/// FNV-1a's offset and prime. The standard library's hasher may change between releases; this one may not.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        // The separator keeps ("ab", "c") and ("a", "bc") apart; no UTF-8 text holds it.
        let bytes = parts.iter().flat_map(|part| part.iter().chain(&[0xff]));
        Self(bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME)))
    }

    /// Another seed, grown from this one: for the second id of an answer, and the third.
    pub(crate) fn branch(self, name: &str) -> Self {
        Self::of(&[&self.0.to_be_bytes(), name.as_bytes()])
    }

    pub(crate) fn number(self) -> u64 {
        // FNV mixes its last bytes poorly into the high bits; one more round of shifts spreads them.
        let mixed = (self.0 ^ (self.0 >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }

    pub(crate) fn uuid(self) -> String {
        let (high, low) = (self.number(), self.branch("low").number());
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    /// Eight decimal digits, as in xAI's `call_55117580`.
    pub(crate) fn digits(self) -> String {
        format!("{:08}", self.number() % 100_000_000)
    }
}
