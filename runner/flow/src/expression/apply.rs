//! Filters and tests at work.

use std::borrow::Cow;

use serde_json::Value;

use super::evaluate::{Frame, Lent};
use super::filters::{Apply, Given, attribute, no_attribute};
use super::jinja_tests::{Holds, Test};
use super::operators::is_true;
use super::program::{Each, Expr, FilterCall, TestCall};
use super::undefined::Undefined;

type Args<'e> = Vec<Option<Cow<'e, Value>>>;

impl FilterCall {
    pub(super) fn evaluate<'e>(&'e self, frame: Frame<'e>) -> Lent<'e> {
        if matches!(self.filter.apply, Apply::Default) {
            return self.default(frame);
        }
        let of = self.of.evaluate(frame)?;
        let args = evaluated(&self.args, frame)?;
        let given = Given { value: &of, args: &args, budget: frame.budget };
        match self.filter.apply {
            Apply::Plain(filter) => filter(&given),
            Apply::Default => given.budget.copy(given.value),
            Apply::Map => self.map(&given, frame),
            Apply::Pick { keep, by_attribute } => self.pick(&given, keep, by_attribute, frame),
        }
        .map(Cow::Owned)
    }

    /// What is missing and what is null are the same to whoever gives a default.
    fn default<'e>(&'e self, frame: Frame<'e>) -> Lent<'e> {
        let [Some(default), boolean] = &self.args[..] else { return self.of.evaluate(frame) };
        let and_empty = boolean.as_ref().map_or(Ok(false), |flag| flag.evaluate(frame).map(|flag| is_true(&flag)))?;
        match self.of.evaluate(frame) {
            Err(error) if error.absent => default.evaluate(frame),
            Ok(value) if value.is_null() || and_empty && !is_true(&value) => default.evaluate(frame),
            other => other,
        }
    }

    fn map(&self, given: &Given<'_>, frame: Frame<'_>) -> Result<Value, Undefined> {
        match &self.each {
            Some(Each::Filter(filter, args)) => {
                let args = evaluated(args, frame)?;
                let Apply::Plain(apply) = filter.apply else { return given.budget.copy(given.value) };
                let one = |value| {
                    given.budget.list(1)?;
                    apply(&Given { value, args: &args, budget: given.budget })
                };
                given.list()?.iter().map(one).collect::<Result<_, _>>().map(Value::Array)
            }
            Some(Each::Test(..)) | None => {
                let fix = || Some("write map('upper') or map(attribute='name')".to_owned());
                let path =
                    given.text_arg(1)?.ok_or_else(|| Undefined::new("map needs a filter or an attribute", fix()))?;
                let one = |item| {
                    let value = attribute(item, path).or_else(|| given.arg(2));
                    given.budget.copy(value.ok_or_else(|| no_attribute(path))?)
                };
                given.list()?.iter().map(one).collect::<Result<_, _>>().map(Value::Array)
            }
        }
    }

    fn pick(&self, given: &Given<'_>, keep: bool, by_attribute: bool, frame: Frame<'_>) -> Result<Value, Undefined> {
        let path = given.text_arg(0)?.filter(|_| by_attribute);
        let (test, args) = match &self.each {
            Some(Each::Test(test, args)) => (Some(*test), evaluated(args, frame)?),
            Some(Each::Filter(..)) | None => (None, Vec::new()),
        };
        let mut kept = Vec::new();
        for item in given.list()? {
            let value = path.map_or(Some(item), |path| attribute(item, path));
            if passes(test, value, &args, given)? == keep {
                kept.push(given.budget.copy(item)?);
            }
        }
        Ok(Value::Array(kept))
    }
}

/// Whether an item, or nothing, passes a test; without one, whether it is true.
fn passes(test: Option<&Test>, value: Option<&Value>, args: &Args<'_>, given: &Given<'_>) -> Result<bool, Undefined> {
    let Some(test) = test else { return Ok(value.is_some_and(is_true)) };
    let given = value.map(|value| Given { value, args, budget: given.budget });
    test.holds(given.as_ref())
}

impl TestCall {
    pub(super) fn evaluate<'e>(&'e self, frame: Frame<'e>) -> Lent<'e> {
        let of = match self.of.evaluate(frame) {
            Err(error) if error.absent && matches!(self.test.holds, Holds::Defined(_)) => None,
            other => Some(other?),
        };
        let args = evaluated(&self.args, frame)?;
        let given = of.as_deref().map(|value| Given { value, args: &args, budget: frame.budget });
        self.test.holds(given.as_ref()).map(|holds| Cow::Owned(Value::Bool(holds)))
    }
}

fn evaluated<'e>(args: &'e [Option<Expr>], frame: Frame<'e>) -> Result<Args<'e>, Undefined> {
    args.iter().map(|arg| arg.as_ref().map(|arg| arg.evaluate(frame)).transpose()).collect()
}
