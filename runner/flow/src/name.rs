//! Names of flows, steps and connections.

use crate::codes::Code;
use crate::diagnostic::{Findings, Place};

const LONGEST: usize = 100;

/// Whether a name is `kebab-case`. If not, that is a finding.
pub(crate) fn check_name(name: &str, place: Place<'_>, findings: &mut Findings<'_>) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let good =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= LONGEST && name.split('-').all(is_word);
    if !good {
        let message = format!("{name:?} is not a name: lower-case letters and digits, words joined by hyphens");
        let fix = kebab(name).unwrap_or_else(|| "write a name such as \"first-step\"".to_owned());
        findings.error(Code::INVALID_NAME, place, message, Some(fix));
    }
    good
}

/// Names that expressions know already.
const TAKEN: [&str; 12] =
    ["input", "config", "run", "steps", "error", "loop", "trigger", "true", "false", "none", "not", "in"];

/// Whether a name can be one of expressions. If not, that is a finding.
pub(crate) fn check_variable(name: &str, place: Place<'_>, findings: &mut Findings<'_>) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let good = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= LONGEST && name.chars().all(is_part);
    if TAKEN.contains(&name) {
        let message = format!("{name:?} already has a meaning in expressions");
        findings.error(Code::SHADOWED_NAME, place, message, Some("choose another name".to_owned()));
        return false;
    }
    if !good {
        let message = format!("{name:?} is not a name for expressions: lower-case letters, digits and underscores");
        let fix = kebab(name).unwrap_or_else(|| "write a name such as \"item\"".to_owned()).replace('-', "_");
        findings.error(Code::INVALID_NAME, place, message, Some(fix));
    }
    good
}

/// The name that was probably meant.
fn kebab(name: &str) -> Option<String> {
    let mut words = String::new();
    for c in name.chars().take(LONGEST) {
        match c {
            'a'..='z' | '0'..='9' => words.push(c),
            'A'..='Z' => {
                if words.ends_with(|before: char| before.is_ascii_lowercase()) {
                    words.push('-');
                }
                words.push(c.to_ascii_lowercase());
            }
            _ if !words.ends_with('-') => words.push('-'),
            _ => {}
        }
    }
    let meant = words.trim_matches('-').trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    (!meant.is_empty()).then(|| format!("write {meant:?}"))
}
