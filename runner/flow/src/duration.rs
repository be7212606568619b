//! Durations as people write them: `500ms`, `60s`, `2m`, `1h`.

use std::fmt;
use std::time::Duration;

/// The pattern of the text, for JSON Schemas.
pub const PATTERN: &str = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$";

/// The longest: one year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADuration(String);

impl fmt::Display for NotADuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotADuration {}

/// The duration that a text means.
pub fn parse_duration(text: &str) -> Result<Duration, NotADuration> {
    let refuse = || {
        let shown: String = text.chars().take(40).collect();
        NotADuration(format!("{shown:?} is not a duration; write a number and a unit, such as 500ms, 60s, 2m or 1h"))
    };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return Err(refuse()),
    };
    let is_digit = |c: char| c.is_ascii_digit();
    let plain =
        digits.starts_with(is_digit) && digits.ends_with(is_digit) && digits.chars().all(|c| is_digit(c) || c == '.');
    let count: f64 = digits.parse().ok().filter(|_| plain).ok_or_else(refuse)?;
    match Duration::try_from_secs_f64(count * seconds) {
        Ok(length) if length <= LONGEST => Ok(length),
        _ => Err(NotADuration(format!("{digits}{} is longer than a year", &text[digits.len()..]))),
    }
}
