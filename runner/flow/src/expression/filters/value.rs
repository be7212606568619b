//! Filters of any value: conversions, numbers, JSON.

use connector_sdk::json;
use serde_json::Value;

use super::Given;
use crate::expression::budget::PaidText;
use crate::expression::number::Num;
use crate::expression::operators::{is_true, not_null};
use crate::expression::undefined::Undefined;

pub(super) fn bool(given: &Given<'_>) -> Result<Value, Undefined> {
    Ok(Value::Bool(is_true(given.value)))
}

pub(super) fn length(given: &Given<'_>) -> Result<Value, Undefined> {
    let length = match given.value {
        Value::String(_) => given.text()?.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        other => return Err(Undefined::unfit("text, lists and objects have a length", other, None)),
    };
    Ok(Value::from(length))
}

pub(super) fn abs(given: &Given<'_>) -> Result<Value, Undefined> {
    match number(given)? {
        Num::Whole(whole) => Num::Whole(whole.abs()).json(),
        Num::Real(real) => Num::Real(real.abs()).json(),
    }
}

fn number(given: &Given<'_>) -> Result<Num, Undefined> {
    let fix = given.value.is_string().then(|| "write | float before it".to_owned());
    let unfit = || Undefined::unfit("this filter takes a number", given.value, fix);
    given.value.as_number().map(Num::of).ok_or_else(unfit)
}

pub(super) fn round(given: &Given<'_>) -> Result<Value, Undefined> {
    const MOST: usize = 15;
    let digits = given.count_arg(0)?.unwrap_or_default();
    let method: fn(f64) -> f64 = match given.text_arg(1)?.unwrap_or("common") {
        "common" => f64::round_ties_even,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        _ => return Err(Undefined::new("the method is 'common', 'ceil' or 'floor'", None)),
    };
    if digits > MOST {
        return Err(Undefined::new(format!("a number has at most {MOST} digits to round to"), None));
    }
    match number(given)? {
        Num::Whole(whole) => Num::Whole(whole).json(),
        Num::Real(real) => {
            let scale = (0..digits).fold(1.0, |scale, _| scale * 10.0);
            let rounded = method(real * scale) / scale;
            Num::Real(if rounded.is_finite() { rounded } else { real }).json()
        }
    }
}

pub(super) fn int(given: &Given<'_>) -> Result<Value, Undefined> {
    let whole = match given.value {
        Value::Bool(flag) => Some(i128::from(*flag)),
        Value::String(_) => {
            let text = given.text()?.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(cut))
        }
        Value::Number(number) => match Num::of(number) {
            Num::Whole(whole) => Some(whole),
            Num::Real(real) => cut(real),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    whole.map_or_else(|| not_a_number(given), |whole| Num::Whole(whole).json())
}

fn cut(real: f64) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "cutting is meant")]
    let whole = real.trunc() as i128;
    real.is_finite().then_some(whole)
}

pub(super) fn float(given: &Given<'_>) -> Result<Value, Undefined> {
    let real = match given.value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::String(_) => given.text()?.trim().parse().ok().filter(|real: &f64| real.is_finite()),
        Value::Number(number) => Some(Num::of(number).real()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    real.map_or_else(|| not_a_number(given), |real| Num::Real(real).json())
}

fn not_a_number(given: &Given<'_>) -> Result<Value, Undefined> {
    match given.arg(0) {
        Some(default) => given.budget.copy(default),
        None if given.value.is_string() => {
            Err(Undefined::new("this text is no number", Some("give one to take instead: | int(0)".to_owned())))
        }
        None => Err(Undefined::unfit("only numbers and text become numbers", given.value, None)),
    }
}

pub(super) fn string(given: &Given<'_>) -> Result<Value, Undefined> {
    let mut text = PaidText::new(given.budget);
    text.show(not_null(given.value)?)?;
    Ok(Value::String(text.text))
}

pub(super) fn tojson(given: &Given<'_>) -> Result<Value, Undefined> {
    const WIDEST: usize = 16;
    let mut text = PaidText::new(given.budget);
    match given.count_arg(0)? {
        Some(indent) => text.show_lines(given.value, indent.min(WIDEST))?,
        None => text.show_json(given.value)?,
    }
    Ok(Value::String(text.text))
}

pub(super) fn fromjson(given: &Given<'_>) -> Result<Value, Undefined> {
    let text = given.text()?;
    let values = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() + 1;
    given.budget.spend(text.len() + values.saturating_mul(size_of::<Value>() + size_of::<String>()))?;
    json::parse(text.as_bytes()).map_err(|violation| Undefined::new(format!("this text {}", violation.message), None))
}
