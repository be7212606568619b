//! What one evaluation may make: without a bound, a few steps that double a value would fill the memory.

use std::fmt;

use connector_sdk::limits;

use super::evaluate::Undefined;

/// The bytes that one evaluation may still make.
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: limits::EVALUATED }
    }

    /// Pays for what is about to be made.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Undefined> {
        self.left = self.left.checked_sub(bytes).ok_or_else(spent)?;
        Ok(())
    }
}

fn spent() -> Undefined {
    let message = format!("these expressions make more than {} MiB", limits::EVALUATED >> 20);
    Undefined::new(message, Some("hand on only the parts that are needed".to_owned()))
}

/// A text that pays for all that is written to it.
pub(super) struct PaidText<'b> {
    pub(super) text: String,
    pub(super) budget: &'b mut Budget,
}

impl PaidText<'_> {
    pub(super) fn push(&mut self, text: &str) -> Result<(), Undefined> {
        self.budget.spend(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    /// Writes what shows itself as text, as far as the budget goes.
    pub(super) fn show(&mut self, value: &dyn fmt::Display) -> Result<(), Undefined> {
        fmt::write(self, format_args!("{value}")).map_err(|fmt::Error| spent())
    }
}

impl fmt::Write for PaidText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text).map_err(|_| fmt::Error)
    }
}
