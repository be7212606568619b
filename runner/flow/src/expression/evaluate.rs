//! From an expression and a scope to a value, which is lent where it is not made.

use std::borrow::Cow;

use connector_sdk::limits;
use serde_json::{Map, Value};

use super::budget::Budget;
use super::number::Num;
use super::operators::{compare, is_true, operate, slice};
use super::path::Segment;
use super::program::{Choice, Code, Comparison, Expr, Formula, Kind, LoopField, Operator, Slice};
use super::scope::{Scope, kind};
use super::undefined::Undefined;
use crate::footprint::is_deeper_than;

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
pub(super) struct Frame<'e> {
    pub(super) scope: &'e dyn Scope,
    pub(super) code: &'e Code,
    pub(super) budget: &'e Budget,
    pub(super) local: Option<&'e Local<'e>>,
}

/// What a loop of the text binds, and what is bound around it.
#[derive(Clone, Copy)]
pub(super) struct Local<'e> {
    pub(super) bound: Bound<'e>,
    pub(super) outer: Option<&'e Self>,
}

#[derive(Clone, Copy)]
pub(super) enum Bound<'e> {
    Item(&'e Value),
    Turn { index: usize, length: usize },
}

pub(super) type Lent<'e> = Result<Cow<'e, Value>, Undefined>;

impl Formula {
    pub(super) fn lend<'e>(&'e self, scope: &'e dyn Scope, budget: &'e Budget) -> Lent<'e> {
        self.root.evaluate(Frame { scope, code: &self.code, budget, local: None })
    }

    /// The value, paid for and made.
    pub(super) fn value(&self, scope: &dyn Scope, budget: &Budget) -> Result<Value, Undefined> {
        match self.lend(scope, budget)? {
            Cow::Borrowed(value) => budget.copy(value).map_err(|error| error.located(&self.root.range)),
            Cow::Owned(value) => Ok(value),
        }
    }
}

/// Refuses a value that is nested deeper than JSON may be.
pub(super) fn not_too_deep(value: Value) -> Result<Value, Undefined> {
    if is_deeper_than(&value, limits::DEPTH) {
        return Err(Undefined::new(format!("the value is nested deeper than {} levels", limits::DEPTH), None));
    }
    Ok(value)
}

impl Frame<'_> {
    fn bound(&self, depth: usize) -> Option<Bound<'_>> {
        std::iter::successors(self.local, |local| local.outer).nth(depth).map(|local| local.bound)
    }

    /// A part of the text, as it was written.
    pub(super) fn written(&self, expr: &Expr) -> &str {
        &self.code.source[expr.range.clone()]
    }
}

impl Expr {
    pub(super) fn evaluate<'e>(&'e self, frame: Frame<'e>) -> Lent<'e> {
        let value = match &self.kind {
            Kind::Constant(value) => Ok(Cow::Borrowed(value)),
            Kind::Path(index) => frame.code.paths[*index].resolve(frame.scope),
            _ => frame.budget.work(0).and_then(|()| self.work_out(frame)),
        };
        value.map_err(|error| error.located(&self.range))
    }

    fn work_out<'e>(&'e self, frame: Frame<'e>) -> Lent<'e> {
        match &self.kind {
            Kind::Constant(value) => Ok(Cow::Borrowed(value)),
            Kind::Path(index) => frame.code.paths[*index].resolve(frame.scope),
            Kind::Local(depth) => self.local(*depth, frame),
            Kind::Turn(depth, field) => turn(*depth, *field, frame),
            Kind::List(items) => list(items, frame),
            Kind::Object(entries) => object(entries, frame),
            Kind::Item(sides) => self.item(&sides.0, &sides.1, frame),
            Kind::Slice(part) => sliced(part, frame),
            Kind::Not(of) => Ok(owned(!is_true(&*of.evaluate(frame)?))),
            Kind::Negative(of) => negative(of, frame),
            Kind::And(sides) => either(&sides.0, &sides.1, false, frame),
            Kind::Or(sides) => either(&sides.0, &sides.1, true, frame),
            Kind::Operation(operator, sides) => operation(*operator, &sides.0, &sides.1, frame),
            Kind::Compare(first, others) => comparisons(first, others, frame),
            Kind::If(choice) => chosen(choice, frame),
            Kind::Filter(call) => call.evaluate(frame),
            Kind::Test(call) => call.evaluate(frame),
            Kind::Range(args) => range(args, frame),
        }
    }

    /// The value itself; what is lent is copied and paid for.
    pub(super) fn value(&self, frame: Frame<'_>) -> Result<Value, Undefined> {
        match self.evaluate(frame)? {
            Cow::Borrowed(value) => frame.budget.copy(value).map_err(|error| error.located(&self.range)),
            Cow::Owned(value) => Ok(value),
        }
    }

    fn local<'e>(&'e self, depth: usize, frame: Frame<'e>) -> Lent<'e> {
        match std::iter::successors(frame.local, |local| local.outer).nth(depth).map(|local| local.bound) {
            Some(Bound::Item(item)) => Ok(Cow::Borrowed(item)),
            Some(Bound::Turn { .. }) | None => {
                Err(Undefined::absent(format!("there is nothing at {}", frame.written(self)), None))
            }
        }
    }

    /// `base[key]`, where one of them is no constant.
    fn item<'e>(&'e self, base: &'e Self, key: &'e Self, frame: Frame<'e>) -> Lent<'e> {
        let parent = base.evaluate(frame)?;
        let key = key.evaluate(frame)?;
        let segment = match (&*parent, &*key) {
            (_, Value::String(key)) => Segment::Key(key.clone()),
            (Value::Array(items), Value::Number(index)) => Segment::Index(index_in(items.len(), index)),
            (_, Value::Number(index)) => Segment::Index(index_in(0, index)),
            (_, other) => return Err(Undefined::unfit("a key is text or a whole number", other, None)),
        };
        let missing =
            |parent: &Value| Undefined::nothing_at(frame.written(self), frame.written(base), parent, &segment);
        match parent {
            Cow::Borrowed(parent) => segment.of(parent).map(Cow::Borrowed).ok_or_else(|| missing(parent)),
            Cow::Owned(parent) => {
                let value = segment.of(&parent).ok_or_else(|| missing(&parent))?;
                frame.budget.copy(value).map(Cow::Owned)
            }
        }
    }
}

/// The index that is meant; a negative one counts from the end.
fn index_in(length: usize, index: &serde_json::Number) -> usize {
    let from_end = |index: i64| length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?);
    let index = match index.as_i64() {
        Some(negative) if negative < 0 => from_end(negative),
        Some(index) => usize::try_from(index).ok(),
        None => None,
    };
    index.unwrap_or(usize::MAX)
}

fn owned<'e>(value: impl Into<Value>) -> Cow<'e, Value> {
    Cow::Owned(value.into())
}

fn turn<'e>(depth: usize, field: LoopField, frame: Frame<'e>) -> Lent<'e> {
    let Some(Bound::Turn { index, length }) = frame.bound(depth) else {
        return Err(Undefined::absent("there is no loop here", None));
    };
    Ok(match field {
        LoopField::Index => owned(index + 1),
        LoopField::Index0 => owned(index),
        LoopField::Revindex => owned(length - index),
        LoopField::Revindex0 => owned(length - index - 1),
        LoopField::First => owned(index == 0),
        LoopField::Last => owned(index + 1 == length),
        LoopField::Length => owned(length),
    })
}

fn list<'e>(items: &'e [Expr], frame: Frame<'e>) -> Lent<'e> {
    frame.budget.list(items.len())?;
    items.iter().map(|item| item.value(frame)).collect::<Result<_, _>>().map(|items| Cow::Owned(Value::Array(items)))
}

fn object<'e>(entries: &'e [(Expr, Expr)], frame: Frame<'e>) -> Lent<'e> {
    let mut map = Map::new();
    for (key, value) in entries {
        frame.budget.list(2)?;
        match key.value(frame)? {
            Value::String(key) => map.insert(key, value.value(frame)?),
            other => return Err(Undefined::unfit("a key is text", &other, None).located(&key.range)),
        };
    }
    Ok(Cow::Owned(Value::Object(map)))
}

fn sliced<'e>(part: &'e Slice, frame: Frame<'e>) -> Lent<'e> {
    let of = part.of.evaluate(frame)?;
    let mut bounds = [None; 3];
    for (bound, expr) in bounds.iter_mut().zip(&part.bounds) {
        let Some(expr) = expr else { continue };
        let value = expr.evaluate(frame)?;
        let unfit = || Undefined::unfit("a slice goes from one whole number to another", &value, None);
        *bound = if value.is_null() { None } else { Some(value.as_i64().ok_or_else(unfit)?) };
    }
    slice(&of, bounds, frame.budget).map(Cow::Owned)
}

fn negative<'e>(of: &'e Expr, frame: Frame<'e>) -> Lent<'e> {
    match &*of.evaluate(frame)? {
        Value::Number(number) => match Num::of(number) {
            Num::Whole(whole) => Num::Whole(-whole).json().map(Cow::Owned),
            Num::Real(real) => Num::Real(-real).json().map(Cow::Owned),
        },
        other => Err(Undefined::unfit("only a number has a negative", other, None)),
    }
}

/// `and` and `or` give one of their sides, as in Python.
fn either<'e>(left: &'e Expr, right: &'e Expr, wanted: bool, frame: Frame<'e>) -> Lent<'e> {
    let left = left.evaluate(frame)?;
    if is_true(&left) == wanted { Ok(left) } else { right.evaluate(frame) }
}

fn operation<'e>(operator: Operator, left: &'e Expr, right: &'e Expr, frame: Frame<'e>) -> Lent<'e> {
    let (a, b) = (left.evaluate(frame)?, right.evaluate(frame)?);
    if operator == Operator::Concat {
        for (value, expr) in [(&a, left), (&b, right)] {
            if value.is_null() {
                return Err(null_in_text(expr, frame));
            }
        }
    }
    operate(operator, &a, &b, frame.budget).map(Cow::Owned)
}

pub(super) fn null_in_text(expr: &Expr, frame: Frame<'_>) -> Undefined {
    let fix = "null has no text; let the expression stand alone to hand null on, or write | default('…')".to_owned();
    Undefined::new(format!("{} is null", frame.written(expr)), Some(fix)).located(&expr.range)
}

fn comparisons<'e>(first: &'e Expr, others: &'e [(Comparison, Expr)], frame: Frame<'e>) -> Lent<'e> {
    let mut left = first.evaluate(frame)?;
    for (comparison, right) in others {
        let right = right.evaluate(frame)?;
        if !compare(*comparison, &left, &right, frame.budget)? {
            return Ok(owned(false));
        }
        left = right;
    }
    Ok(owned(true))
}

fn chosen<'e>(choice: &'e Choice, frame: Frame<'e>) -> Lent<'e> {
    if is_true(&*choice.test.evaluate(frame)?) { choice.then.evaluate(frame) } else { choice.otherwise.evaluate(frame) }
}

/// `range(stop)`, `range(start, stop)` or `range(start, stop, step)`.
fn range<'e>(args: &'e [Expr], frame: Frame<'e>) -> Lent<'e> {
    let mut numbers = Vec::with_capacity(args.len());
    for arg in args {
        let value = arg.evaluate(frame)?;
        let unfit = || Undefined::unfit("range takes whole numbers", &value, None).located(&arg.range);
        numbers.push(value.as_i64().ok_or_else(unfit)?);
    }
    let (start, stop, step) = match numbers[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step, ..] if step != 0 => (start, stop, step),
        _ => return Err(Undefined::new("range has no step of 0", None)),
    };
    let mut items = Vec::new();
    let mut next = Some(start);
    while let Some(at) = next.filter(|at| if step > 0 { *at < stop } else { *at > stop }) {
        frame.budget.list(1)?;
        items.push(Value::from(at));
        next = at.checked_add(step);
    }
    Ok(Cow::Owned(Value::Array(items)))
}

/// What a condition is, which has to be true or false: a text such as "false" would count as true.
pub(super) fn condition(value: &Value, expr: &Expr, code: &Code) -> Result<bool, Undefined> {
    let written = &code.source[expr.range.clone()];
    let fix = match value {
        Value::Bool(flag) => return Ok(*flag),
        Value::Null => format!("write {written} is not none"),
        Value::Number(_) => format!("write {written} != 0"),
        Value::String(_) => format!("write {written} != '', or compare it with what it should be"),
        Value::Array(_) | Value::Object(_) => format!("write {written} | length > 0"),
    };
    let message = format!("a condition is true or false, and {written} is {}", kind(value));
    Err(Undefined::new(message, Some(fix)).located(&expr.range))
}
