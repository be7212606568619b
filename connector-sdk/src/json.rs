//! Reading JSON without losing a digit: a number that this runtime cannot hold exactly is an error, never rounded.

use serde_json::Value;

use crate::limits;
use crate::violation::{Violation, pointer_to};

/// Reads JSON from outside. Integers from −2⁶³ to 2⁶⁴−1 and doubles are exact; any other number is a violation.
pub fn parse(text: &[u8]) -> Result<Value, Violation> {
    if nodes(text) > limits::NODES {
        let message = format!("holds over {} values, the most that are read", limits::NODES);
        return Err(Violation::new("", "limit", message));
    }
    let parsed = serde_json::from_slice(text);
    // serde_json refuses a number beyond the doubles too, but does not say where it stands.
    let is_of_numbers = |error: &serde_json::Error| error.to_string().starts_with("number out of range");
    let inexact_at = if parsed.as_ref().err().is_none_or(is_of_numbers) { first_inexact(text) } else { None };
    match inexact_at {
        Some(at) => Err(inexact(text, at)),
        None => parsed.map_err(|error| Violation::new("", "syntax", format!("is not JSON: {error}"))),
    }
}

/// Whether a JSON number can be held without rounding.
pub fn is_exact(number: &str) -> bool {
    if !number.contains(['.', 'e', 'E']) {
        return number.len() <= 18 || number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
    }
    let mantissa = number.split(['e', 'E']).next().unwrap_or(number);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_matches('0');
    match number.parse::<f64>() {
        Ok(double) => double.is_finite() && names(digits, double),
        Err(_) => false,
    }
}

/// Whether these significant digits name the double: written with as many, it has the same ones.
fn names(digits: &str, double: f64) -> bool {
    /// No double has more.
    const LONGEST: usize = 800;
    if digits.is_empty() || digits.len() > LONGEST {
        return digits.is_empty();
    }
    let written = format!("{:.*e}", digits.len() - 1, double);
    written.split('e').next().unwrap_or_default().chars().filter(char::is_ascii_digit).eq(digits.chars())
}

/// How many values the text holds at most: each but the first follows one of these, outside strings.
fn nodes(text: &[u8]) -> usize {
    let (mut count, mut at) = (1, 0);
    while at < text.len() {
        match text[at] {
            b'"' => at = end_of_string(text, at),
            byte => {
                count += usize::from(matches!(byte, b',' | b'[' | b'{'));
                at += 1;
            }
        }
    }
    count
}

/// The offset of the first number that cannot be held exactly. `text` is known to be JSON up to there.
fn first_inexact(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => at = end_of_string(text, at),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(text, at);
                if !number_at(text, at, end).is_some_and(is_exact) {
                    return Some(at);
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

fn number_at(text: &[u8], start: usize, end: usize) -> Option<&str> {
    std::str::from_utf8(text.get(start..end)?).ok()
}

fn end_of_number(text: &[u8], start: usize) -> usize {
    let is_part = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
    text[start..].iter().position(|byte| !is_part(byte)).map_or(text.len(), |length| start + length)
}

fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn inexact(text: &[u8], at: usize) -> Violation {
    let number = number_at(text, at, end_of_number(text, at)).unwrap_or("?");
    let shown: String = number.chars().take(40).collect();
    let message = format!("{shown} cannot be held exactly; send it as text, in quotes, to keep its digits");
    Violation::new(pointer_at(text, at), "number", message)
}

/// The JSON Pointer of the value that begins at `target`.
fn pointer_at(text: &[u8], target: usize) -> String {
    enum Step {
        Key(String),
        Index(usize),
    }
    let mut path: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < target {
        match text[at] {
            b'{' => path.push(Step::Key(String::new())),
            b'[' => path.push(Step::Index(0)),
            b'}' | b']' => drop(path.pop()),
            b',' => {
                if let Some(Step::Index(index)) = path.last_mut() {
                    *index += 1;
                }
            }
            b'"' => {
                let end = end_of_string(text, at);
                let is_key = text[end.min(text.len())..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                if let (true, Some(Step::Key(key))) = (is_key, path.last_mut()) {
                    *key = serde_json::from_slice(&text[at..end]).unwrap_or_default();
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    path.iter().fold(String::new(), |pointer, step| match step {
        Step::Key(key) => pointer_to(&pointer, key),
        Step::Index(index) => pointer_to(&pointer, &index.to_string()),
    })
}
