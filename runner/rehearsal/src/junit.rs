//! Results as JUnit XML, which build servers read. It holds no time of the real clock, so that the same tests give the same text.

use crate::report::{CaseReport, Complaint, Report, Verdict};

/// The results of test files, each with the name that it goes by, such as its path.
pub fn junit(reports: &[(&str, &Report)]) -> String {
    let suites: String = reports.iter().map(|(name, report)| suite(name, report)).collect();
    let tests: usize = reports.iter().map(|(_, report)| report.cases.len()).sum();
    let failures: usize = reports.iter().map(|(_, report)| failures(report)).sum();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"linkwork\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

fn suite(name: &str, report: &Report) -> String {
    let cases: String = report.cases.iter().map(|case| test_case(name, case)).collect();
    format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n{cases}  </testsuite>\n",
        escaped(name),
        report.cases.len(),
        failures(report)
    )
}

fn test_case(file: &str, case: &CaseReport) -> String {
    let seconds = format!("{}.{:03}", case.virtual_ms / 1000, case.virtual_ms % 1000);
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{seconds}\"",
        escaped(&case.name),
        escaped(file),
        escaped(file),
        case.line
    );
    let Some(first) = case.complaints.first() else { return format!("{head}/>\n") };
    let lines: Vec<String> = case.complaints.iter().map(|complaint| line(file, complaint)).collect();
    let message = escaped(&format!("{}: {}", first.path, first.message));
    let text = escaped(&lines.join("\n"));
    format!("{head}>\n      <failure message=\"{message}\">{text}</failure>\n    </testcase>\n")
}

fn line(file: &str, complaint: &Complaint) -> String {
    let Complaint { line, column, path, message, fix, .. } = complaint;
    let fix = fix.as_ref().map(|fix| format!(" ({fix})")).unwrap_or_default();
    format!("{file}:{line}:{column}: {path}: {message}{fix}")
}

fn failures(report: &Report) -> usize {
    report.cases.iter().filter(|case| case.verdict == Verdict::Failed).count()
}

/// The text within XML. What XML 1.0 cannot hold at all is shown as a question mark.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            c if c.is_control() => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}
