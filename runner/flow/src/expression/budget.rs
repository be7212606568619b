//! What one evaluation may make and do: without a bound, a few lines that double a value would fill the memory.
//!
//! Whatever is made is paid for before it is made. Time is never measured: a replay has to come to the same end.

use std::cell::Cell;
use std::{fmt, io};

use connector_sdk::limits;
use serde::Serialize;
use serde_json::Value;

use super::undefined::Undefined;
use crate::footprint::footprint;

/// How many steps one evaluation may take. A step is an operation, or so many bytes that one looks at or makes.
const STEPS: usize = 1_000_000;
const STEP: usize = 64;

/// What one evaluation may still make, and what it may still do, both in bytes.
#[derive(Debug)]
pub(super) struct Budget {
    makes: Cell<usize>,
    does: Cell<usize>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { makes: Cell::new(limits::EVALUATED), does: Cell::new(STEPS * STEP) }
    }

    /// Pays for what is about to be made.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), Undefined> {
        self.makes.set(self.makes.get().checked_sub(bytes).ok_or_else(spent)?);
        self.look_at(bytes)
    }

    /// Pays for one operation and the bytes that it looks at.
    pub(super) fn work(&self, bytes: usize) -> Result<(), Undefined> {
        self.look_at(bytes.saturating_add(STEP))
    }

    fn look_at(&self, bytes: usize) -> Result<(), Undefined> {
        self.does.set(self.does.get().checked_sub(bytes).ok_or_else(worn_out)?);
        Ok(())
    }

    /// Pays for a list, or the list of an object's values, of this length; what it holds is paid for elsewhere.
    pub(super) fn list(&self, length: usize) -> Result<(), Undefined> {
        self.spend(length.saturating_mul(size_of::<Value>()))
    }

    pub(super) fn copy(&self, value: &Value) -> Result<Value, Undefined> {
        self.spend(footprint(value))?;
        Ok(value.clone())
    }

    pub(super) fn text(&self, text: &str) -> Result<Value, Undefined> {
        self.spend(text.len())?;
        Ok(Value::from(text))
    }
}

fn spent() -> Undefined {
    let message = format!("these expressions make more than {} MiB", limits::EVALUATED >> 20);
    Undefined::new(message, Some("hand on only the parts that are needed".to_owned()))
}

fn worn_out() -> Undefined {
    let message = format!("these expressions take more than {STEPS} steps");
    Undefined::new(message, Some("loop over less, or loop with for_each".to_owned()))
}

/// A text that pays for all that is written to it.
#[derive(Debug)]
pub(super) struct PaidText<'b> {
    pub(super) text: String,
    budget: &'b Budget,
    /// Why writing stopped: `fmt` cannot say it.
    stopped: Option<Undefined>,
}

impl<'b> PaidText<'b> {
    pub(super) fn new(budget: &'b Budget) -> Self {
        Self { text: String::new(), budget, stopped: None }
    }

    pub(super) fn push(&mut self, text: &str) -> Result<(), Undefined> {
        self.budget.spend(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    /// Writes a value: text as it is, anything else as compact JSON. Null has no text.
    pub(super) fn show(&mut self, value: &Value) -> Result<(), Undefined> {
        match value {
            Value::String(plain) => self.push(plain),
            other => self.show_json(other),
        }
    }

    /// Writes a value as compact JSON.
    pub(super) fn show_json(&mut self, value: &Value) -> Result<(), Undefined> {
        let written = fmt::write(self, format_args!("{value}"));
        self.stopped(written.is_err())
    }

    /// Writes a value as JSON of several lines.
    pub(super) fn show_lines(&mut self, value: &Value, indent: usize) -> Result<(), Undefined> {
        let indent = " ".repeat(indent);
        let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
        let mut serializer = serde_json::Serializer::with_formatter(&mut *self, formatter);
        let written = value.serialize(&mut serializer);
        self.stopped(written.is_err())
    }

    fn stopped(&mut self, failed: bool) -> Result<(), Undefined> {
        if failed { Err(self.stopped.take().unwrap_or_else(spent)) } else { Ok(()) }
    }
}

impl fmt::Write for PaidText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text).map_err(|error| {
            self.stopped = Some(error);
            fmt::Error
        })
    }
}

impl io::Write for PaidText<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        fmt::Write::write_str(self, text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
