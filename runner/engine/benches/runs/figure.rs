//! A figure in plain words: what was measured, what it came to, and the bound that it is held to.

use std::fmt;

/// What a figure is held to.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// What was measured, once a turn.
pub(crate) struct Figure {
    what: String,
    unit: &'static str,
    bound: Bound,
    turns: Vec<f64>,
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, unit: &'static str, bound: Bound, turns: Vec<f64>) -> Self {
        Self { what: what.into(), unit, bound, turns: sorted(turns) }
    }

    fn is_held(&self) -> bool {
        match self.bound {
            Bound::AtLeast(least) => middle(&self.turns) >= least,
            Bound::AtMost(most) => middle(&self.turns) <= most,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, bound) = match self.bound {
            Bound::AtLeast(least) => ("at least", least),
            Bound::AtMost(most) => ("at most", most),
        };
        write!(f, "{}: {} {}", self.what, short(middle(&self.turns)), self.unit)?;
        if let [lowest, .., highest] = self.turns[..] {
            write!(f, " ({} to {} in {} turns)", short(lowest), short(highest), self.turns.len())?;
        }
        write!(f, "; {word} {}: {}", short(bound), if self.is_held() { "held" } else { "MISSED" })
    }
}

/// The median of what was measured.
pub(crate) fn median(turns: &[f64]) -> f64 {
    middle(&sorted(turns.to_vec()))
}

fn sorted(mut turns: Vec<f64>) -> Vec<f64> {
    turns.sort_by(f64::total_cmp);
    turns
}

fn middle(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

/// Three digits, more only before the point.
fn short(number: f64) -> String {
    let digits = if number >= 100.0 { 0 } else { 2 };
    format!("{number:.digits$}")
}
