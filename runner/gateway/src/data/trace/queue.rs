//! Calls that wait to be told. Leaving one costs a lock and a push, whatever becomes of the collector.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::super::bounds;

/// What waits to be told.
pub(super) struct Queue<T> {
    waiting: Mutex<VecDeque<T>>,
    /// There is a whole batch.
    is_enough: Notify,
    dropped: AtomicU64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { waiting: Mutex::default(), is_enough: Notify::default(), dropped: AtomicU64::default() }
    }
}

impl<T> Queue<T> {
    /// Adds one, or drops it if too many wait.
    pub(super) fn push(&self, span: T) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= bounds::SPANS {
            return self.drop_some(1);
        }
        waiting.push_back(span);
        if waiting.len() == bounds::SPANS_AT_ONCE {
            self.is_enough.notify_one();
        }
    }

    /// The next batch, empty if none wait.
    pub(super) fn take(&self) -> Vec<T> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(bounds::SPANS_AT_ONCE);
        waiting.drain(..count).collect()
    }

    /// Waits until there is a whole batch.
    pub(super) async fn enough(&self) {
        self.is_enough.notified().await;
    }

    /// Notes that so many will never be told.
    pub(super) fn drop_some(&self, count: usize) {
        self.dropped.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::bounds::{SPANS, SPANS_AT_ONCE};
    use super::Queue;

    #[tokio::test]
    async fn so_many_wait_and_further_ones_are_dropped_and_counted() {
        let queue = Queue::default();
        (0..SPANS + 3).for_each(|number| queue.push(number));
        queue.enough().await;
        assert_eq!(queue.dropped(), 3);
        let mut taken = Vec::new();
        for batch in std::iter::repeat_with(|| queue.take()).take_while(|batch| !batch.is_empty()) {
            assert!(batch.len() <= SPANS_AT_ONCE);
            taken.extend(batch);
        }
        assert!(taken.into_iter().eq(0..SPANS), "the oldest, in their order");
    }
}
