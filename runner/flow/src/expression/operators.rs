//! What operators mean: `+`, `~`, `==`, `<`, `in`, slices, and what counts as true.

use std::cmp::Ordering;

use serde_json::Value;

use super::budget::{Budget, PaidText};
use super::number::{Num, calculate};
use super::program::{Comparison, Operator};
use super::scope::kind;
use super::undefined::Undefined;

/// What `if`, `and`, `or` and `not` take for true within an expression: anything but null, false, 0 and what is empty.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => Num::of(number).real() != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

pub(super) fn operate(operator: Operator, a: &Value, b: &Value, budget: &Budget) -> Result<Value, Undefined> {
    match (operator, a, b) {
        (Operator::Concat, _, _) => {
            let mut text = PaidText::new(budget);
            text.show(not_null(a)?)?;
            text.show(not_null(b)?)?;
            Ok(Value::String(text.text))
        }
        (_, Value::Number(a), Value::Number(b)) => calculate(operator, Num::of(a), Num::of(b)),
        (Operator::Add, Value::String(a), Value::String(b)) => {
            let mut text = PaidText::new(budget);
            text.push(a)?;
            text.push(b)?;
            Ok(Value::String(text.text))
        }
        (Operator::Add, Value::Array(a), Value::Array(b)) => {
            a.iter().chain(b).map(|item| budget.copy(item)).collect::<Result<_, _>>().map(Value::Array)
        }
        (Operator::Multiply, Value::String(_) | Value::Array(_), Value::Number(times)) => repeat(a, times, budget),
        (Operator::Multiply, Value::Number(times), Value::String(_) | Value::Array(_)) => repeat(b, times, budget),
        _ => Err(impossible(operator, a, b)),
    }
}

fn repeat(value: &Value, times: &serde_json::Number, budget: &Budget) -> Result<Value, Undefined> {
    let Some(times) = times.as_u64().and_then(|times| usize::try_from(times).ok()) else {
        return Err(Undefined::new("something is repeated a whole number of times, 0 or more", None));
    };
    match value {
        Value::String(text) => {
            budget.spend(text.len().saturating_mul(times))?;
            Ok(Value::String(text.repeat(times)))
        }
        other => {
            let items = other.as_array().map(Vec::as_slice).unwrap_or_default();
            budget.work(times.saturating_mul(usize::from(!items.is_empty())))?;
            let copies = (0..if items.is_empty() { 0 } else { times }).flat_map(|_| items);
            copies.map(|item| budget.copy(item)).collect::<Result<_, _>>().map(Value::Array)
        }
    }
}

pub(super) fn not_null(value: &Value) -> Result<&Value, Undefined> {
    let fix = || "null has no text; write | default('…')".to_owned();
    if value.is_null() { Err(Undefined::new("this is null", Some(fix()))) } else { Ok(value) }
}

fn impossible(operator: Operator, a: &Value, b: &Value) -> Undefined {
    let sign = match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::DivideWhole => "//",
        Operator::Remainder => "%",
        Operator::Power => "**",
        Operator::Concat => "~",
    };
    let is_text = |value: &Value| value.is_string();
    let fix = match operator {
        Operator::Add if is_text(a) || is_text(b) => Some("write ~ to join text, or | int to count with it".to_owned()),
        _ if is_text(a) || is_text(b) => Some("write | int or | float to count with text".to_owned()),
        _ => None,
    };
    Undefined::new(format!("{sign} does not go with {} and {}", kind(a), kind(b)), fix)
}

pub(super) fn compare(comparison: Comparison, a: &Value, b: &Value, budget: &Budget) -> Result<bool, Undefined> {
    match comparison {
        Comparison::Equal => equal(a, b, budget),
        Comparison::Unequal => equal(a, b, budget).map(|equal| !equal),
        Comparison::Less => order(a, b, budget).map(Ordering::is_lt),
        Comparison::LessOrEqual => order(a, b, budget).map(Ordering::is_le),
        Comparison::Greater => order(a, b, budget).map(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(a, b, budget).map(Ordering::is_ge),
        Comparison::In => contains(b, a, budget),
        Comparison::NotIn => contains(b, a, budget).map(|found| !found),
    }
}

/// Whether two values are the same; 1 and 1.0 are, and so are objects whose keys come in another order.
pub(super) fn equal(a: &Value, b: &Value, budget: &Budget) -> Result<bool, Undefined> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Ok(Num::of(a).order(Num::of(b)) == Ordering::Equal),
        (Value::String(a), Value::String(b)) => {
            budget.work(a.len().min(b.len()))?;
            Ok(a == b)
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            all(a.iter().zip(b), |(a, b)| equal(a, b, budget), budget)
        }
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            all(a, |(key, a)| b.get(key).map_or(Ok(false), |b| equal(a, b, budget)), budget)
        }
        (Value::Null, Value::Null) => Ok(true),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        _ => Ok(false),
    }
}

fn all<T>(
    items: impl IntoIterator<Item = T>,
    holds: impl Fn(T) -> Result<bool, Undefined>,
    budget: &Budget,
) -> Result<bool, Undefined> {
    for item in items {
        budget.work(0)?;
        if !holds(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Numbers are ordered among themselves, and so are texts, by their code points. Nothing else has an order.
pub(super) fn order(a: &Value, b: &Value, budget: &Budget) -> Result<Ordering, Undefined> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Ok(Num::of(a).order(Num::of(b))),
        (Value::String(a), Value::String(b)) => {
            budget.work(a.len().min(b.len()))?;
            Ok(a.cmp(b))
        }
        _ => {
            let numbers = a.is_number() && b.is_string() || a.is_string() && b.is_number();
            let fix = numbers.then(|| "write | int or | float to compare text as a number".to_owned());
            Err(Undefined::new(format!("{} and {} have no order", kind(a), kind(b)), fix))
        }
    }
}

/// Whether a list holds an item, an object a key, or a text another one.
pub(super) fn contains(all: &Value, wanted: &Value, budget: &Budget) -> Result<bool, Undefined> {
    match (all, wanted) {
        (Value::String(text), Value::String(wanted)) => {
            budget.work(text.len())?;
            Ok(text.contains(wanted.as_str()))
        }
        (Value::Object(map), Value::String(key)) => Ok(map.contains_key(key)),
        (Value::Object(_), _) => Ok(false),
        (Value::Array(items), wanted) => {
            for item in items {
                budget.work(0)?;
                if equal(item, wanted, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Value::String(_), other) => Err(Undefined::unfit("only text can be in text", other, None)),
        (other, _) => Err(Undefined::unfit("something can be in text, a list or an object", other, None)),
    }
}

/// `value[start:stop:step]`, as in Python.
pub(super) fn slice(value: &Value, bounds: [Option<i64>; 3], budget: &Budget) -> Result<Value, Undefined> {
    match value {
        Value::Array(items) => {
            let picked = picked(items.len(), bounds)?;
            budget.work(picked.len().saturating_mul(8))?;
            picked.into_iter().map(|at| budget.copy(&items[at])).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::String(text) => {
            // A character takes four bytes while the text is taken apart.
            budget.spend(text.len().saturating_mul(4))?;
            let chars: Vec<char> = text.chars().collect();
            let picked = picked(chars.len(), bounds)?;
            Ok(Value::String(picked.into_iter().map(|at| chars[at]).collect()))
        }
        other => Err(Undefined::unfit("text and lists have parts", other, None)),
    }
}

/// The indices that a slice means.
fn picked(length: usize, [start, stop, step]: [Option<i64>; 3]) -> Result<Vec<usize>, Undefined> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Undefined::new("a slice has no step of 0", None));
    }
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: i64| if bound < 0 { bound.saturating_add(length) } else { bound }.clamp(low, high);
    let start = start.map_or(if step > 0 { low } else { high }, bound);
    let stop = stop.map_or(if step > 0 { high } else { low }, bound);
    let next = |at: &i64| at.checked_add(step);
    let within = |at: &i64| if step > 0 { *at < stop } else { *at > stop };
    let indices = std::iter::successors(Some(start), next).take_while(within);
    Ok(indices.filter_map(|at| usize::try_from(at).ok()).collect())
}
