//! How a command ends. Every exit code is decided here.

use connector_sdk::{Error, ErrorKind};
use runner_engine::{ErrorReport, RunReport, Status};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// It did what was asked.
    Done = 0,
    /// The flow, or the action, ran and failed.
    Failed = 1,
    /// The command line asks for something that cannot be.
    Usage = 2,
    /// A file cannot be read, or is not valid.
    InvalidFile = 3,
    /// A test of a flow found something else than it expected.
    Assertion = 4,
    /// A connection is missing, or its credential is refused.
    Connection = 5,
    /// Time ran out.
    Timeout = 6,
    /// Something was sent, and nothing proves what became of it.
    OutcomeUnknown = 7,
    /// Somebody cancelled.
    Cancelled = 130,
}

impl Exit {
    /// What a finished run means.
    pub(crate) fn of_report(report: &RunReport) -> Self {
        match report.status {
            Status::Succeeded => Self::Done,
            Status::Cancelled => Self::Cancelled,
            Status::OutcomeUnknown => Self::OutcomeUnknown,
            _ => report.error.as_ref().map_or(Self::Failed, Self::of_failure),
        }
    }

    /// An input that no step made is the fault of whoever typed it.
    fn of_failure(error: &ErrorReport) -> Self {
        match &*error.code {
            "invalid_input" if error.step.is_none() => Self::Usage,
            code => Self::of_code(code),
        }
    }

    /// What an error outside a run means.
    pub(crate) fn of_error(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidInput => Self::Usage,
            ErrorKind::Cancelled => Self::Cancelled,
            kind => Self::of_code(kind.code()),
        }
    }

    fn of_code(code: &str) -> Self {
        match code {
            "invalid_connection" | "unauthorized" | "forbidden" | "no_credits" => Self::Connection,
            "timeout" => Self::Timeout,
            "outcome_unknown" => Self::OutcomeUnknown,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
