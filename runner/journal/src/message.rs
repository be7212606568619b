//! Messages to a run, such as signals and cancellations.

use bytes::Bytes;

use crate::error::Result;
use crate::limits;
use crate::run::{name, within};

/// What somebody tells a run.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Whoever posts it again uses the same id.
    pub id: String,
    /// What it is, in the words of whoever drives runs.
    pub kind: u8,
    /// What it says.
    pub body: Bytes,
}

impl Message {
    pub(crate) fn check(&self) -> Result<()> {
        name("the id of a message", &self.id)?;
        within("the body of a message", self.body.len(), limits::MESSAGE)
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It is in the inbox now.
    New,
    /// It was posted before.
    Known,
    /// Nobody would ever read it.
    NoSuchRun,
    /// The run has ended.
    RunIsOver,
    /// The inbox is full of messages of this kind.
    TooMany,
}
