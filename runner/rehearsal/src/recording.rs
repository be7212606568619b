//! The file of a recording: the exchanges of one run, by step, in a form that stays the same when nothing changed.

use connector_sdk::Violation;
use connector_sdk::exchange::Recorded;
use runner_flow::{Diagnostic, Document};
use serde::{Deserialize, Serialize};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordingText {
    recording: u32,
    steps: Recorded,
}

/// Reads the file of a recording.
pub fn read_recording(text: &str) -> Result<Recorded, Vec<Diagnostic>> {
    let document = Document::parse(text)?;
    let file: RecordingText = serde_json::from_str(text).map_err(|error| vec![of_serde(&document, &error)])?;
    match file.recording {
        VERSION => Ok(file.steps),
        other => {
            let message = format!("this program reads version {VERSION} of recordings, not {other}");
            Err(vec![diagnostic(&document, "version", message, "record it again")])
        }
    }
}

/// The text of the file of a recording.
pub fn write_recording(recorded: &Recorded) -> Result<String, serde_json::Error> {
    let file = RecordingText { recording: VERSION, steps: recorded.clone() };
    serde_json::to_string_pretty(&file).map(|text| text + "\n")
}

fn of_serde(document: &Document, error: &serde_json::Error) -> Diagnostic {
    let message = format!("this is no recording: {error}");
    let found = diagnostic(document, "recording", message, "correct it, or record it again");
    Diagnostic { line: error.line().max(1), column: error.column().max(1), ..found }
}

fn diagnostic(document: &Document, code: &'static str, message: String, fix: &str) -> Diagnostic {
    let violation = Violation::new("/recording", code, message);
    Diagnostic { fix: Some(fix.to_owned()), ..Diagnostic::of_violation(violation, document) }
}
