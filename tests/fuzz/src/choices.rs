//! Choices that are read off the fuzzer's bytes; once they are used up, the first of everything.

pub(crate) struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// A number below this one.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let mut number = 0;
        for _ in 0..if bound > 256 { 2 } else { 1 } {
            let Some((first, rest)) = self.bytes.split_first() else { break };
            number = number << 8 | u64::from(*first);
            self.bytes = rest;
        }
        number % bound
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}
