//! What is counted.

/// Something of each thing that is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Each<T> {
    pub(crate) input: T,
    pub(crate) output: T,
    pub(crate) total: T,
    pub(crate) requests: T,
}

/// How much of each.
pub(crate) type Amounts = Each<u64>;
/// How much of each there may be.
pub(crate) type Ceilings = Each<Option<u64>>;

impl<T: Copy> Each<T> {
    /// Each with what it is.
    pub(crate) fn named(&self) -> [(&'static str, T); 4] {
        [
            ("input tokens", self.input),
            ("output tokens", self.output),
            ("tokens", self.total),
            ("requests", self.requests),
        ]
    }

    fn with<U: Copy, V>(&self, other: &Each<U>, join: impl Fn(T, U) -> V) -> Each<V> {
        Each {
            input: join(self.input, other.input),
            output: join(self.output, other.output),
            total: join(self.total, other.total),
            requests: join(self.requests, other.requests),
        }
    }
}

impl Amounts {
    pub(crate) fn tokens(input: u64, output: u64) -> Self {
        Self { input, output, total: input.saturating_add(output), requests: 0 }
    }

    pub(crate) fn and(&self, more: &Self) -> Self {
        self.with(more, u64::saturating_add)
    }

    pub(crate) fn at_least(&self, other: &Self) -> Self {
        self.with(other, u64::max)
    }

    pub(crate) fn at_most(&self, most: u64) -> Self {
        self.with(&Self { input: most, output: most, total: most, requests: most }, u64::min)
    }

    pub(crate) fn without(&self, less: &Self) -> Self {
        self.with(less, u64::saturating_sub)
    }
}

impl Ceilings {
    /// The lower of each two.
    pub(crate) fn and(&self, other: &Self) -> Self {
        self.with(other, |one, other| one.into_iter().chain(other).min())
    }

    pub(crate) fn is_some(&self) -> bool {
        self.named().iter().any(|(_, ceiling)| ceiling.is_some())
    }
}
