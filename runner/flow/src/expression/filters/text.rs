//! Filters that make text of text.

use serde_json::Value;

use super::Given;
use crate::expression::budget::PaidText;
use crate::expression::undefined::Undefined;

pub(super) fn upper(given: &Given<'_>) -> Result<Value, Undefined> {
    changed(given, str::to_uppercase)
}

pub(super) fn lower(given: &Given<'_>) -> Result<Value, Undefined> {
    changed(given, str::to_lowercase)
}

pub(super) fn capitalize(given: &Given<'_>) -> Result<Value, Undefined> {
    changed(given, capitalized)
}

pub(super) fn title(given: &Given<'_>) -> Result<Value, Undefined> {
    changed(given, |text| text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '\'').map(capitalized).collect())
}

/// A letter grows to at most three times its bytes when its case changes.
fn changed(given: &Given<'_>, change: impl Fn(&str) -> String) -> Result<Value, Undefined> {
    let text = given.text()?;
    given.budget.spend(text.len())?;
    let changed = change(text);
    given.budget.spend(changed.len().saturating_sub(text.len()))?;
    Ok(Value::String(changed))
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().to_lowercase().chars()).collect()
}

pub(super) fn trim(given: &Given<'_>) -> Result<Value, Undefined> {
    let text = given.text()?;
    let trimmed = match given.text_arg(0)? {
        Some(chars) => {
            given.budget.work(text.len().saturating_mul(chars.len()))?;
            text.trim_matches(|c| chars.contains(c))
        }
        None => text.trim(),
    };
    given.budget.text(trimmed)
}

pub(super) fn replace(given: &Given<'_>) -> Result<Value, Undefined> {
    let text = given.text()?;
    let (old, new) = (given.text_arg(0)?.unwrap_or_default(), given.text_arg(1)?.unwrap_or_default());
    let mut left = given.count_arg(2)?.unwrap_or(usize::MAX);
    let mut made = PaidText::new(given.budget);
    let mut from = 0;
    for (at, found) in text.match_indices(old) {
        if left == 0 {
            break;
        }
        left -= 1;
        made.push(&text[from..at])?;
        made.push(new)?;
        from = at + found.len();
    }
    made.push(&text[from..])?;
    Ok(Value::String(made.text))
}

pub(super) fn split(given: &Given<'_>) -> Result<Value, Undefined> {
    let text = given.text()?;
    let most = given.count_arg(1)?.map_or(usize::MAX, |most| most.saturating_add(1));
    match given.text_arg(0)? {
        Some("") => {
            Err(Undefined::new("text cannot be split at nothing", Some("write | list for its characters".to_owned())))
        }
        Some(sep) => parts(given, text.splitn(most, sep)),
        None => parts(given, text.split_whitespace()),
    }
}

pub(super) fn lines(given: &Given<'_>) -> Result<Value, Undefined> {
    parts(given, given.text()?.lines())
}

pub(super) fn parts<'t>(given: &Given<'_>, parts: impl Iterator<Item = &'t str>) -> Result<Value, Undefined> {
    let paid = parts.map(|part| {
        given.budget.list(1)?;
        given.budget.text(part)
    });
    paid.collect::<Result<_, _>>().map(Value::Array)
}

pub(super) fn indent(given: &Given<'_>) -> Result<Value, Undefined> {
    const WIDEST: usize = 1000;
    let width = given.count_arg(0)?.unwrap_or_default();
    if width > WIDEST {
        return Err(Undefined::new(format!("a line is moved in by at most {WIDEST} blanks"), None));
    }
    let (first, blank) = (given.flag_arg(1)?, given.flag_arg(2)?);
    let margin = " ".repeat(width);
    let mut made = PaidText::new(given.budget);
    for (index, line) in given.text()?.split_inclusive('\n').enumerate() {
        if (index > 0 || first) && (blank || !line.trim().is_empty()) {
            made.push(&margin)?;
        }
        made.push(line)?;
    }
    Ok(Value::String(made.text))
}

pub(super) fn urlencode(given: &Given<'_>) -> Result<Value, Undefined> {
    let mut made = PaidText::new(given.budget);
    match given.value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                made.push(if made.text.is_empty() { "" } else { "&" })?;
                encode(key, &mut made)?;
                made.push("=")?;
                encode_value(value, given, &mut made)?;
            }
        }
        other => encode_value(other, given, &mut made)?,
    }
    Ok(Value::String(made.text))
}

fn encode_value(value: &Value, given: &Given<'_>, made: &mut PaidText<'_>) -> Result<(), Undefined> {
    match value {
        Value::String(text) => encode(text, made),
        Value::Bool(_) | Value::Number(_) => {
            let mut text = PaidText::new(given.budget);
            text.show(value)?;
            encode(&text.text, made)
        }
        other => {
            Err(Undefined::unfit("a URL takes text and numbers", other, Some("write | tojson before it".to_owned())))
        }
    }
}

/// Letters, digits and `-_.~` stay, as RFC 3986 says.
fn encode(text: &str, made: &mut PaidText<'_>) -> Result<(), Undefined> {
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' | b'.' | b'~' => made.push(char::from(byte).encode_utf8(&mut [0; 4]))?,
            byte if byte.is_ascii_alphanumeric() => made.push(char::from(byte).encode_utf8(&mut [0; 4]))?,
            byte => made.push(&format!("%{byte:02X}"))?,
        }
    }
    Ok(())
}
