//! Counts of values by size, as Prometheus reads them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// The upper bounds of a histogram's buckets.
pub(super) type Bounds = &'static [f64];

/// Sums are kept in millionths, for there is no atomic fraction.
const PARTS: f64 = 1e6;

/// Counts of values by size.
pub(super) struct Histogram {
    bounds: Bounds,
    /// One more than bounds: what is larger than all of them.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(), sum: AtomicU64::new(0) }
    }

    /// Counts a value.
    pub(super) fn note(&self, value: f64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add((value * PARTS) as u64, Ordering::Relaxed);
    }

    /// Writes it down, unless there is nothing in it.
    pub(super) fn write(&self, name: &str, labels: &str, text: &mut String) {
        let counts: Vec<u64> = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let all: u64 = counts.iter().sum();
        if all == 0 {
            return;
        }
        let mut so_far = 0;
        for (bound, count) in self.bounds.iter().zip(&counts) {
            so_far += count;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {so_far}");
        }
        let sum = self.sum.load(Ordering::Relaxed) as f64 / PARTS;
        let _ = writeln!(
            text,
            "{name}_bucket{{{labels},le=\"+Inf\"}} {all}\n{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {all}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn values_are_counted_up_to_their_bound() {
        let histogram = Histogram::new(&[0.5, 2.0]);
        let mut text = String::new();
        histogram.write("h", "a=\"b\"", &mut text);
        assert_eq!(text, "", "nothing was counted");
        [0.5, 0.6, 3.0, 3.5].iter().for_each(|value| histogram.note(*value));
        histogram.write("h", "a=\"b\"", &mut text);
        let expected = "h_bucket{a=\"b\",le=\"0.5\"} 1\nh_bucket{a=\"b\",le=\"2\"} 2\nh_bucket{a=\"b\",le=\"+Inf\"} 4\n\
                        h_sum{a=\"b\"} 7.6\nh_count{a=\"b\"} 4\n";
        assert_eq!(text, expected);
    }
}
