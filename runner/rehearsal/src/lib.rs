//! Tests of flows: a file beside the flow says what goes in, what its steps are answered, and what must come of it.
//!
//! Nothing is dialled and nobody waits: the flow's own Machine runs under a clock that jumps to whatever is due next.
//! This crate reads no file and prints nothing; texts come in, and a [`Report`] goes out.

mod clock_driver;
mod compare;
mod coverage;
mod expectation;
mod file;
mod judge;
mod junit;
mod mock;
mod mock_error;
mod path;
mod placeholder;
mod recording;
mod report;
mod schema;
mod stage;
mod step_name;
mod suite;

pub use self::coverage::{Coverage, Untaken, Way};
pub use self::file::TestFile;
pub use self::junit::junit;
pub use self::recording::{read_recording, write_recording};
pub use self::report::{CaseReport, Complaint, Report, Verdict};
pub use self::schema::schema;
pub use self::suite::Suite;
