//! Names of flows, steps and connections.

use crate::diagnostic::{Findings, Place};

const LONGEST: usize = 100;

/// Whether a name is `kebab-case`. If not, that is a finding.
pub(crate) fn check_name(name: &str, place: Place<'_>, findings: &mut Findings<'_>) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let good =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= LONGEST && name.split('-').all(is_word);
    if !good {
        let message = format!("{name:?} is not a name: lower-case letters and digits, words joined by hyphens");
        findings.error("invalid_name", place, message, kebab(name));
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
