//! Text with expressions and tags, written out.

use std::borrow::Cow;

use serde_json::Value;

use super::budget::{Budget, PaidText};
use super::evaluate::{Bound, Frame, Local, null_in_text};
use super::operators::is_true;
use super::program::{Expr, ForLoop, Prose, Statement};
use super::scope::Scope;
use super::undefined::Undefined;

impl Prose {
    pub(super) fn render(&self, scope: &dyn Scope, budget: &Budget) -> Result<String, Undefined> {
        let mut text = PaidText::new(budget);
        write(&self.body, Frame { scope, code: &self.code, budget, local: None }, &mut text)?;
        Ok(text.text)
    }
}

fn write(body: &[Statement], frame: Frame<'_>, text: &mut PaidText<'_>) -> Result<(), Undefined> {
    body.iter().try_for_each(|statement| {
        frame.budget.work(0)?;
        match statement {
            Statement::Raw(raw) => text.push(raw),
            Statement::Show(expr) => show(expr, frame, text),
            Statement::If { test, then, otherwise } => {
                let holds = is_true(&*test.evaluate(frame)?);
                write(if holds { then } else { otherwise }, frame, text)
            }
            Statement::For(repeated) => repeat(repeated, frame, text),
        }
    })
}

fn show(expr: &Expr, frame: Frame<'_>, text: &mut PaidText<'_>) -> Result<(), Undefined> {
    match &*expr.evaluate(frame)? {
        Value::Null => Err(null_in_text(expr, frame)),
        value => text.show(value).map_err(|error| error.located(&expr.range)),
    }
}

fn repeat(repeated: &ForLoop, frame: Frame<'_>, text: &mut PaidText<'_>) -> Result<(), Undefined> {
    let over = repeated.over.evaluate(frame)?;
    let all = items(&over, repeated, frame)?;
    let mut kept = Vec::new();
    for item in &*all {
        if keeps(repeated, item, frame)? {
            frame.budget.work(0)?;
            kept.push(item);
        }
    }
    for (index, item) in kept.iter().enumerate() {
        let turn = Bound::Turn { index, length: kept.len() };
        with_names(repeated, item, frame, &mut |local| {
            let turn = Local { bound: turn, outer: local };
            write(&repeated.body, Frame { local: Some(&turn), ..frame }, text)
        })?;
    }
    if kept.is_empty() { write(&repeated.otherwise, frame, text) } else { Ok(()) }
}

/// What is looped over: the items of a list, or the keys of an object.
fn items<'v>(over: &'v Value, repeated: &ForLoop, frame: Frame<'_>) -> Result<Cow<'v, [Value]>, Undefined> {
    match over {
        Value::Array(items) => Ok(Cow::Borrowed(items)),
        Value::Object(map) => {
            frame.budget.list(map.len())?;
            map.keys().map(|key| frame.budget.text(key)).collect::<Result<_, _>>().map(Cow::Owned)
        }
        other => {
            let at = frame.written(&repeated.over);
            let fix = matches!(other, Value::Null).then(|| format!("write {at} | default([])"));
            Err(Undefined::unfit("a for loops over a list or an object", other, fix).located(&repeated.over.range))
        }
    }
}

fn keeps(repeated: &ForLoop, item: &Value, frame: Frame<'_>) -> Result<bool, Undefined> {
    let Some(keep) = &repeated.keep else { return Ok(true) };
    let mut holds = false;
    with_names(repeated, item, frame, &mut |local| {
        holds = is_true(&*keep.evaluate(Frame { local, ..frame })?);
        Ok(())
    })?;
    Ok(holds)
}

/// Binds the names of the loop to an item, or to the parts of one.
fn with_names(
    repeated: &ForLoop,
    item: &Value,
    frame: Frame<'_>,
    body: &mut dyn FnMut(Option<&Local<'_>>) -> Result<(), Undefined>,
) -> Result<(), Undefined> {
    if repeated.names == 1 {
        return body(Some(&Local { bound: Bound::Item(item), outer: frame.local }));
    }
    let parts = item.as_array().filter(|parts| parts.len() == repeated.names).ok_or_else(|| {
        let message = format!("each item is taken apart into {}, and this one is no list of so many", repeated.names);
        let fix = "write | items to loop over the keys and values of an object".to_owned();
        Undefined::new(message, Some(fix)).located(&repeated.over.range)
    })?;
    bind(parts, frame.local, body)
}

fn bind(
    parts: &[Value],
    outer: Option<&Local<'_>>,
    body: &mut dyn FnMut(Option<&Local<'_>>) -> Result<(), Undefined>,
) -> Result<(), Undefined> {
    match parts {
        [] => body(outer),
        [first, rest @ ..] => bind(rest, Some(&Local { bound: Bound::Item(first), outer }), body),
    }
}
