//! Filters of lists and objects.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Given, add, attribute, no_attribute};
use crate::expression::budget::PaidText;
use crate::expression::number::Num;
use crate::expression::operators::{not_null, order};
use crate::expression::undefined::Undefined;

pub(super) fn first(given: &Given<'_>) -> Result<Value, Undefined> {
    one_of(given, given.list()?.first())
}

pub(super) fn last(given: &Given<'_>) -> Result<Value, Undefined> {
    one_of(given, given.list()?.last())
}

fn one_of(given: &Given<'_>, item: Option<&Value>) -> Result<Value, Undefined> {
    let fix = || Some("give a value to take instead: | default('…')".to_owned());
    given.budget.copy(item.ok_or_else(|| Undefined::absent("this list is empty", fix()))?)
}

pub(super) fn list(given: &Given<'_>) -> Result<Value, Undefined> {
    match given.value {
        Value::Array(_) => given.budget.copy(given.value),
        Value::Object(map) => super::text::parts(given, map.keys().map(String::as_str)),
        Value::String(text) => {
            let ends = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
            super::text::parts(given, ends)
        }
        other => Err(Undefined::unfit("lists, objects and text become lists", other, None)),
    }
}

fn object<'g>(given: &Given<'g>) -> Result<&'g Map<String, Value>, Undefined> {
    let map =
        given.value.as_object().ok_or_else(|| Undefined::unfit("this filter takes an object", given.value, None))?;
    given.budget.work(map.len().saturating_mul(64))?;
    Ok(map)
}

pub(super) fn values(given: &Given<'_>) -> Result<Value, Undefined> {
    object(given)?.values().map(|value| given.budget.copy(value)).collect::<Result<_, _>>().map(Value::Array)
}

pub(super) fn items(given: &Given<'_>) -> Result<Value, Undefined> {
    object(given)?.iter().map(|entry| pair(given, entry)).collect::<Result<_, _>>().map(Value::Array)
}

fn pair(given: &Given<'_>, (key, value): (&String, &Value)) -> Result<Value, Undefined> {
    given.budget.list(2)?;
    Ok(Value::Array(vec![given.budget.text(key)?, given.budget.copy(value)?]))
}

pub(super) fn dictsort(given: &Given<'_>) -> Result<Value, Undefined> {
    let by_value = match given.text_arg(1)?.unwrap_or("key") {
        "key" => false,
        "value" => true,
        _ => return Err(Undefined::new("an object is sorted by 'key' or 'value'", None)),
    };
    let mut entries: Vec<_> = object(given)?
        .iter()
        .map(|(name, value)| {
            let name_key = Cow::Owned(given.budget.text(name)?);
            Ok((
                folded(given, if by_value { Cow::Borrowed(value) } else { name_key }, given.flag_arg(0)?)?,
                (name, value),
            ))
        })
        .collect::<Result<_, Undefined>>()?;
    put_in_order(given, &mut entries, given.flag_arg(2)?)?;
    entries.into_iter().map(|(_, entry)| pair(given, entry)).collect::<Result<_, _>>().map(Value::Array)
}

pub(super) fn join(given: &Given<'_>) -> Result<Value, Undefined> {
    let between = given.text_arg(0)?.unwrap_or_default();
    let path = given.text_arg(1)?;
    let mut made = PaidText::new(given.budget);
    for (index, item) in given.list()?.iter().enumerate() {
        made.push(if index > 0 { between } else { "" })?;
        made.show(not_null(key_of(item, path)?)?)?;
    }
    Ok(Value::String(made.text))
}

pub(super) fn reverse(given: &Given<'_>) -> Result<Value, Undefined> {
    match given.value {
        Value::String(_) => {
            let text = given.text()?;
            given.budget.spend(text.len())?;
            Ok(Value::String(text.chars().rev().collect()))
        }
        _ => copies(given, given.list()?.iter().rev()),
    }
}

fn copies<'v>(given: &Given<'_>, items: impl Iterator<Item = &'v Value>) -> Result<Value, Undefined> {
    items.map(|item| given.budget.copy(item)).collect::<Result<_, _>>().map(Value::Array)
}

pub(super) fn batch(given: &Given<'_>) -> Result<Value, Undefined> {
    let Some(count) = given.count_arg(0)?.filter(|count| *count > 0) else {
        return Err(Undefined::new("a batch has 1 item or more", None));
    };
    let mut batches = Vec::new();
    for items in given.list()?.chunks(count) {
        given.budget.list(1)?;
        let missing = given.arg(1).map_or(0, |_| count - items.len());
        given.budget.work(missing)?;
        let fill = std::iter::repeat_n(given.arg(1).unwrap_or(&Value::Null), missing);
        batches.push(copies(given, items.iter().chain(fill))?);
    }
    Ok(Value::Array(batches))
}

pub(super) fn sum(given: &Given<'_>) -> Result<Value, Undefined> {
    let path = given.text_arg(0)?;
    let start = given.arg(1).cloned().unwrap_or_else(|| Value::from(0));
    given.list()?.iter().try_fold(start, |sum, item| match key_of(item, path)? {
        number @ Value::Number(_) if sum.is_number() => add(&sum, number, given.budget),
        other => Err(Undefined::unfit("numbers have a sum", other, None)),
    })
}

pub(super) fn min(given: &Given<'_>) -> Result<Value, Undefined> {
    extreme(given, Ordering::Less)
}

pub(super) fn max(given: &Given<'_>) -> Result<Value, Undefined> {
    extreme(given, Ordering::Greater)
}

/// The first of the items that comes before, or after, all others.
fn extreme(given: &Given<'_>, wanted: Ordering) -> Result<Value, Undefined> {
    let mut best: Option<(Cow<'_, Value>, &Value)> = None;
    for (key, item) in keyed(given, given.text_arg(0)?, given.flag_arg(1)?)? {
        best = match best {
            Some(best) if order(&key, &best.0, given.budget)? != wanted => Some(best),
            _ => Some((key, item)),
        };
    }
    one_of(given, best.map(|(_, item)| item))
}

pub(super) fn sort(given: &Given<'_>) -> Result<Value, Undefined> {
    let mut keyed = keyed(given, given.text_arg(2)?, given.flag_arg(1)?)?;
    put_in_order(given, &mut keyed, given.flag_arg(0)?)?;
    copies(given, keyed.into_iter().map(|(_, item)| item))
}

pub(super) fn groupby(given: &Given<'_>) -> Result<Value, Undefined> {
    let path = given.text_arg(0)?.unwrap_or_default();
    let mut keyed = Vec::new();
    for item in given.list()? {
        let key = attribute(item, path).or_else(|| given.arg(1)).ok_or_else(|| no_attribute(path))?;
        keyed.push((folded(given, Cow::Borrowed(key), given.flag_arg(2)?)?, (key, item)));
    }
    put_in_order(given, &mut keyed, false)?;
    let groups = keyed.chunk_by(|(a, _), (b, _)| order_of(a, b) == Some(Ordering::Equal));
    groups.map(|group| made_group(given, group[0].1.0, group.iter().map(|(_, (_, item))| *item))).collect()
}

fn made_group<'v>(given: &Given<'_>, key: &Value, items: impl Iterator<Item = &'v Value>) -> Result<Value, Undefined> {
    given.budget.list(8)?;
    let list = copies(given, items)?;
    Ok(Value::Object(Map::from_iter([("grouper".to_owned(), given.budget.copy(key)?), ("list".to_owned(), list)])))
}

pub(super) fn unique(given: &Given<'_>) -> Result<Value, Undefined> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for (key, item) in keyed(given, given.text_arg(1)?, given.flag_arg(0)?)? {
        let mut shown = PaidText::new(given.budget);
        match key.as_number().map(Num::of) {
            // 1 and 1.0 are the same.
            Some(Num::Real(real)) if real.fract() == 0.0 => shown.push(&format!("{real:.0}"))?,
            _ => shown.show_json(&key)?,
        }
        if seen.insert(shown.text) {
            kept.push(item);
        }
    }
    copies(given, kept.into_iter())
}

/// Each item with what it is compared by.
fn keyed<'g>(
    given: &Given<'g>,
    path: Option<&str>,
    case_sensitive: bool,
) -> Result<Vec<(Cow<'g, Value>, &'g Value)>, Undefined> {
    let list = given.list()?;
    given.budget.list(list.len())?;
    let key = |item| folded(given, Cow::Borrowed(key_of(item, path)?), case_sensitive);
    list.iter().map(|item| Ok((key(item)?, item))).collect()
}

fn key_of<'v>(item: &'v Value, path: Option<&str>) -> Result<&'v Value, Undefined> {
    path.map_or(Some(item), |path| attribute(item, path)).ok_or_else(|| no_attribute(path.unwrap_or_default()))
}

/// Text in small letters, unless case counts.
fn folded<'v>(given: &Given<'_>, key: Cow<'v, Value>, case_sensitive: bool) -> Result<Cow<'v, Value>, Undefined> {
    match key.as_str() {
        Some(text) if !case_sensitive && text.chars().any(char::is_uppercase) => {
            given.budget.spend(text.len())?;
            Ok(Cow::Owned(Value::String(text.to_lowercase())))
        }
        _ => Ok(key),
    }
}

/// Sorts by the keys, which are found to have an order before: a sort cannot be stopped by an error.
fn put_in_order<T>(given: &Given<'_>, keyed: &mut [(Cow<'_, Value>, T)], reverse: bool) -> Result<(), Undefined> {
    for pair in keyed.windows(2) {
        order(&pair[0].0, &pair[1].0, given.budget)?;
    }
    let looked_at: usize = keyed.iter().map(|(key, _)| 64 + key.as_str().map_or(0, str::len)).sum();
    let rounds = keyed.len().checked_ilog2().unwrap_or_default() as usize;
    given.budget.work(looked_at.saturating_mul(rounds))?;
    keyed.sort_by(|(a, _), (b, _)| {
        let ordering = order_of(a, b).unwrap_or(Ordering::Equal);
        if reverse { ordering.reverse() } else { ordering }
    });
    Ok(())
}

fn order_of(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(Num::of(a).order(Num::of(b))),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
