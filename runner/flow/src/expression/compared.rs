//! What can be said of an expression without evaluating it: what it compares with what, and what it always makes.

use std::ops::Range;

use serde_json::Value;

use super::bare::Expression;
use super::path::Path;
use super::program::{Code, Comparison, Each, Expr, ForLoop, Kind, Operator, Statement};
use super::scope::kind;
use super::template::{Node, Template};

/// A path that an expression compares with values which the file writes.
#[derive(Clone, Debug)]
pub(crate) struct Compared<'e> {
    pub(crate) path: &'e Path,
    /// Each with the bytes of the text that it stands in.
    pub(crate) with: Vec<(Range<usize>, &'e Value)>,
    /// Whether the question is which is greater, and not whether they are the same.
    pub(crate) by_order: bool,
}

impl Expression {
    /// The path, if it is one plain path and nothing else.
    pub(crate) fn only_path(&self) -> Option<&Path> {
        match self.formula.root.kind {
            Kind::Path(index) => self.formula.code.paths.get(index),
            _ => None,
        }
    }

    /// What it compares with what.
    pub(crate) fn comparisons(&self) -> Vec<Compared<'_>> {
        let mut found = Vec::new();
        add(&self.formula.root, &self.formula.code, &mut found);
        found
    }

    /// What it makes, whatever it refers to, as far as that is plain to see.
    pub(crate) fn always_makes(&self) -> Option<&'static str> {
        match &self.formula.root.kind {
            Kind::Constant(value) => Some(kind(value)),
            Kind::List(_) | Kind::Range(_) => Some("a list"),
            Kind::Object(_) => Some("an object"),
            Kind::Operation(Operator::Concat, _) => Some("text"),
            Kind::Operation(Operator::Add | Operator::Multiply, _) => None,
            Kind::Operation(..) | Kind::Negative(_) => Some("a number"),
            Kind::Filter(call) => made_by(call.filter.name),
            _ => None,
        }
    }
}

impl Template {
    /// What its expressions compare with what, with the pointer of the text that holds them.
    pub(crate) fn comparisons(&self) -> Vec<(String, Compared<'_>)> {
        let mut all = Vec::new();
        self.node.walk("", &mut |pointer, node| {
            let mut found = Vec::new();
            match node {
                Node::Value(formula) => add(&formula.root, &formula.code, &mut found),
                Node::Text(prose) => add_all(&prose.body, &prose.code, &mut found),
                Node::Literal(_) | Node::Array(_) | Node::Object(_) => {}
            }
            all.extend(found.into_iter().map(|compared| (pointer.to_owned(), compared)));
        });
        all
    }
}

/// What the filters make that conditions are tempted to end with.
fn made_by(filter: &str) -> Option<&'static str> {
    match filter {
        "length" | "count" | "int" | "float" => Some("a number"),
        "lower" | "upper" | "trim" | "join" | "replace" | "title" => Some("text"),
        "list" | "map" | "select" | "reject" | "sort" | "split" | "unique" => Some("a list"),
        _ => None,
    }
}

fn add_all<'e>(statements: &'e [Statement], code: &'e Code, found: &mut Vec<Compared<'e>>) {
    for statement in statements {
        match statement {
            Statement::Raw(_) => {}
            Statement::Show(shown) => add(shown, code, found),
            Statement::If { test, then, otherwise } => {
                add(test, code, found);
                add_all(then, code, found);
                add_all(otherwise, code, found);
            }
            Statement::For(repeated) => {
                let ForLoop { over, keep, body, otherwise, .. } = &**repeated;
                std::iter::once(over).chain(keep).for_each(|expr| add(expr, code, found));
                add_all(body, code, found);
                add_all(otherwise, code, found);
            }
        }
    }
}

fn add<'e>(expr: &'e Expr, code: &'e Code, found: &mut Vec<Compared<'e>>) {
    if let Kind::Compare(first, others) = &expr.kind {
        let mut left = &**first;
        for (comparison, right) in others {
            found.extend(compared(left, *comparison, right, code));
            left = right;
        }
    }
    expr.parts().into_iter().for_each(|part| add(part, code, found));
}

fn compared<'e>(left: &'e Expr, comparison: Comparison, right: &'e Expr, code: &'e Code) -> Option<Compared<'e>> {
    let is_list = matches!(comparison, Comparison::In | Comparison::NotIn);
    let by_order = !is_list && !matches!(comparison, Comparison::Equal | Comparison::Unequal);
    let (index, with) = match (&left.kind, &right.kind) {
        (Kind::Path(index), _) if is_list => (index, items(right)),
        (_, _) if is_list => return None,
        (Kind::Path(index), Kind::Constant(value)) => (index, vec![(right.range.clone(), value)]),
        (Kind::Constant(value), Kind::Path(index)) => (index, vec![(left.range.clone(), value)]),
        _ => return None,
    };
    Some(Compared { path: code.paths.get(*index)?, with, by_order })
}

/// The items of a list that the file writes.
fn items(list: &Expr) -> Vec<(Range<usize>, &Value)> {
    match &list.kind {
        Kind::Constant(Value::Array(items)) => items.iter().map(|item| (list.range.clone(), item)).collect(),
        Kind::List(items) => items.iter().filter_map(constant).collect(),
        _ => Vec::new(),
    }
}

fn constant(expr: &Expr) -> Option<(Range<usize>, &Value)> {
    match &expr.kind {
        Kind::Constant(value) => Some((expr.range.clone(), value)),
        _ => None,
    }
}

impl Expr {
    /// The expressions that it is made of.
    fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Constant(_) | Kind::Path(_) | Kind::Local(_) | Kind::Turn(..) => Vec::new(),
            Kind::List(items) | Kind::Range(items) => items.iter().collect(),
            Kind::Object(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            Kind::Item(sides) | Kind::And(sides) | Kind::Or(sides) | Kind::Operation(_, sides) => {
                vec![&sides.0, &sides.1]
            }
            Kind::Slice(slice) => std::iter::once(&slice.of).chain(slice.bounds.iter().flatten()).collect(),
            Kind::Not(of) | Kind::Negative(of) => vec![of],
            Kind::Compare(first, others) => {
                std::iter::once(&**first).chain(others.iter().map(|(_, other)| other)).collect()
            }
            Kind::If(choice) => vec![&choice.test, &choice.then, &choice.otherwise],
            Kind::Filter(call) => {
                let each = call.each.iter().flat_map(|each| match each {
                    Each::Filter(_, args) | Each::Test(_, args) => args.iter().flatten(),
                });
                std::iter::once(&call.of).chain(call.args.iter().flatten()).chain(each).collect()
            }
            Kind::Test(call) => std::iter::once(&call.of).chain(call.args.iter().flatten()).collect(),
        }
    }
}
