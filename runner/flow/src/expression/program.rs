//! An expression, or a text with expressions, as it is kept: read once, evaluated often.
//!
//! minijinja reads the language; what it read is turned into this, and evaluated here and not by its engine, which can
//! neither pay for what `~`, `*` and `+` make, nor say where a value was missing, nor look at shared values without
//! wrapping them.

use std::ops::Range;

use serde_json::Value;

use super::filters::Filter;
use super::jinja_tests::Test;
use super::path::Path;

/// What all parts of one text share.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// The text, to which all ranges refer.
    pub(super) source: String,
    /// Everything that it refers to.
    pub(super) paths: Vec<Path>,
}

/// One expression.
#[derive(Clone, Debug)]
pub(super) struct Formula {
    pub(super) code: Code,
    pub(super) root: Expr,
}

/// Text with expressions in it.
#[derive(Clone, Debug)]
pub(super) struct Prose {
    pub(super) code: Code,
    pub(super) body: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    Raw(String),
    Show(Expr),
    If { test: Expr, then: Vec<Self>, otherwise: Vec<Self> },
    For(Box<ForLoop>),
}

/// `{% for target in over if keep %}body{% else %}otherwise{% endfor %}`.
#[derive(Clone, Debug)]
pub(super) struct ForLoop {
    pub(super) over: Expr,
    /// How many names each item is taken apart into; 1 takes it as it is.
    pub(super) names: usize,
    pub(super) keep: Option<Expr>,
    pub(super) body: Vec<Statement>,
    pub(super) otherwise: Vec<Statement>,
}

/// A part of an expression, and the bytes of the text that it stands in.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Constant(Value),
    /// The nth path of the code.
    Path(usize),
    /// What the nth loop of the text around this calls its item, counted outwards.
    Local(usize),
    /// A field of `loop` of a loop of the text.
    Turn(usize, LoopField),
    List(Vec<Expr>),
    Object(Vec<(Expr, Expr)>),
    /// `a[b]`.
    Item(Box<(Expr, Expr)>),
    Slice(Box<Slice>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    And(Box<(Expr, Expr)>),
    Or(Box<(Expr, Expr)>),
    Operation(Operator, Box<(Expr, Expr)>),
    /// `a < b <= c`.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    If(Box<Choice>),
    Filter(Box<FilterCall>),
    Test(Box<TestCall>),
    /// `range(…)`.
    Range(Vec<Expr>),
}

/// `then if test else otherwise`.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) test: Expr,
    pub(super) then: Expr,
    pub(super) otherwise: Expr,
}

/// `of[start:stop:step]`.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) of: Expr,
    pub(super) bounds: [Option<Expr>; 3],
}

#[derive(Clone, Debug)]
pub(super) struct FilterCall {
    pub(super) filter: &'static Filter,
    pub(super) of: Expr,
    /// As many as the filter has parameters, in their order.
    pub(super) args: Vec<Option<Expr>>,
    pub(super) each: Option<Each>,
}

/// What `map`, `select` and `reject` do to each item.
#[derive(Clone, Debug)]
pub(super) enum Each {
    Filter(&'static Filter, Vec<Option<Expr>>),
    Test(&'static Test, Vec<Option<Expr>>),
}

#[derive(Clone, Debug)]
pub(super) struct TestCall {
    pub(super) test: &'static Test,
    pub(super) of: Expr,
    pub(super) args: Vec<Option<Expr>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    DivideWhole,
    Remainder,
    Power,
    Concat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoopField {
    Index,
    Index0,
    Revindex,
    Revindex0,
    First,
    Last,
    Length,
}

impl LoopField {
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("index", Self::Index),
        ("index0", Self::Index0),
        ("revindex", Self::Revindex),
        ("revindex0", Self::Revindex0),
        ("first", Self::First),
        ("last", Self::Last),
        ("length", Self::Length),
    ];
}
