//! What came of a test file: for people as text, for machines as JSON.

use serde::Serialize;
use serde_json::Value;

use crate::coverage::Coverage;

/// What came of a test file.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The name of the flow.
    pub flow: String,
    /// What came of each case, in the order of the file.
    pub cases: Vec<CaseReport>,
    /// Which ways through the flow no case has taken.
    pub coverage: Coverage,
}

impl Report {
    /// Whether every case has passed.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(|case| case.verdict == Verdict::Passed)
    }
}

/// What came of one case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// The line of the test file on which it begins.
    pub line: usize,
    /// Whether everything was as expected.
    pub verdict: Verdict,
    /// How long the run took on its own clock, which nobody waited for.
    pub virtual_ms: u64,
    /// What was not as expected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub complaints: Vec<Complaint>,
}

/// Whether everything was as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was.
    Passed,
    /// It was not.
    Failed,
}

/// One thing that was not as expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Complaint {
    /// The line of the test file that says what is expected, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in characters.
    pub column: usize,
    /// What it is about: the path of the value, such as `output.team`.
    pub path: String,
    /// A sentence for people.
    pub message: String,
    /// What was expected, where it is a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// What was found, where it is a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}
