//! From what minijinja read to what is kept. Everything that is wrong is found at once.

use std::ops::Range;

use connector_sdk::nearest;
use minijinja::machinery::{Span, ast};
use minijinja::value::ValueKind;
use serde_json::{Number, Value};

use super::advice::Advice;
use super::path::{Path, Root, Segment};
use super::program::{Choice, Comparison, Expr, ForLoop, Kind, LoopField, Operator, Slice, Statement};
use super::scope::TurnField;
use super::source::Refusal;

const EXAMPLES: &str = "write a path such as input.text, steps.ask.output.choices[0], steps.ask.output['a key'] or run.id; \
                        for braces that are text, put the value into {\"$literal\": …}";

/// Reads one text.
pub(super) struct Lowering<'s> {
    /// The whole text as it was written.
    source: &'s str,
    /// Where what the parser saw begins in it.
    offset: usize,
    pub(super) paths: Vec<Path>,
    /// What the loops of the text around this bind, outermost first.
    locals: Vec<Bound>,
    pub(super) found: Vec<Refusal>,
}

#[derive(Debug)]
enum Bound {
    /// `loop`.
    Turn,
    Name(String),
}

impl<'s> Lowering<'s> {
    pub(super) fn new(source: &'s str, offset: usize) -> Self {
        Self { source, offset, paths: Vec::new(), locals: Vec::new(), found: Vec::new() }
    }

    pub(super) fn statements(&mut self, statements: &[ast::Stmt<'_>]) -> Vec<Statement> {
        statements.iter().filter_map(|statement| self.statement(statement)).collect()
    }

    fn statement(&mut self, statement: &ast::Stmt<'_>) -> Option<Statement> {
        match statement {
            ast::Stmt::EmitRaw(raw) => Some(Statement::Raw(raw.raw.to_owned())),
            ast::Stmt::EmitExpr(emit) => Some(Statement::Show(self.expr(&emit.expr))),
            ast::Stmt::IfCond(condition) => Some(Statement::If {
                test: self.expr(&condition.expr),
                then: self.statements(&condition.true_body),
                otherwise: self.statements(&condition.false_body),
            }),
            ast::Stmt::ForLoop(repeated) => self.for_loop(repeated, self.range(repeated.span())),
            // Their tags were refused before.
            _ => None,
        }
    }

    fn for_loop(&mut self, repeated: &ast::ForLoop<'_>, range: Range<usize>) -> Option<Statement> {
        if repeated.recursive {
            self.refuse(range, "a for cannot be recursive here", None);
        }
        let over = self.expr(&repeated.iter);
        let names = self.names(&repeated.target)?;
        let outside = self.locals.len();
        let count = names.len();
        self.locals.extend(names.into_iter().map(Bound::Name));
        let keep = repeated.filter_expr.as_ref().map(|keep| self.expr(keep));
        self.locals.push(Bound::Turn);
        let body = self.statements(&repeated.body);
        self.locals.truncate(outside);
        let otherwise = self.statements(&repeated.else_body);
        Some(Statement::For(Box::new(ForLoop { over, names: count, keep, body, otherwise })))
    }

    fn names(&mut self, target: &ast::Expr<'_>) -> Option<Vec<String>> {
        let name = |target: &ast::Expr<'_>| match target {
            ast::Expr::Var(name) => Some(name.id.to_owned()),
            _ => None,
        };
        let names = match target {
            ast::Expr::List(list) => list.items.iter().map(name).collect(),
            one => name(one).map(|name| vec![name]),
        };
        if names.is_none() {
            let fix = "write one name, or names with commas between them".to_owned();
            self.refuse(self.range(target.span()), "a for gives names to its items", Some(fix));
        }
        names
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr<'_>) -> Expr {
        let range = self.range(expr.span());
        match expr {
            ast::Expr::Var(name) => self.variable(name.id, range),
            ast::Expr::Const(constant) => self.constant(&constant.value, range),
            ast::Expr::GetAttr(get) => self.attribute(get, range.end),
            ast::Expr::GetItem(get) => self.item(&get.expr, &get.subscript_expr, range.end),
            ast::Expr::Slice(slice) => self.slice(slice, range.end),
            ast::Expr::UnaryOp(unary) => self.unary(unary, range),
            ast::Expr::BinOp(binary) => self.binary(binary),
            ast::Expr::Compare(compare) => self.comparisons(compare),
            ast::Expr::IfExpr(choice) => self.choice(choice),
            ast::Expr::Filter(filter) => self.filter(filter, range),
            ast::Expr::Test(test) => self.test(test, range),
            ast::Expr::Call(call) => self.call(call, range),
            ast::Expr::List(list) => self.list(&list.items, range),
            ast::Expr::Tuple(tuple) => self.list(&tuple.items, range),
            ast::Expr::Map(map) => {
                let entries = map.keys.iter().zip(&map.values);
                let entries = entries.map(|(key, value)| (self.expr(key), self.expr(value))).collect();
                Expr { range, kind: Kind::Object(entries) }
            }
        }
    }

    fn list(&mut self, items: &[ast::Expr<'_>], range: Range<usize>) -> Expr {
        Expr { range, kind: Kind::List(items.iter().map(|item| self.expr(item)).collect()) }
    }

    fn variable(&mut self, name: &str, range: Range<usize>) -> Expr {
        let bound = self.locals.iter().rev().position(|local| matches!(local, Bound::Name(bound) if bound == name));
        match (bound, name) {
            (Some(depth), _) => Expr { range, kind: Kind::Local(depth) },
            (None, "steps") => self.refuse(range, "steps needs the id of a step", Some(EXAMPLES.to_owned())),
            (None, "loop") => {
                let fix = "write loop.index, loop.key, loop.item or loop.previous".to_owned();
                self.refuse(range, "loop needs one of its fields", Some(fix))
            }
            (None, name) => self.path(Root::Variable(name.to_owned()), range),
        }
    }

    fn path(&mut self, root: Root, range: Range<usize>) -> Expr {
        self.paths.push(Path { root, segments: Vec::new(), range: range.clone() });
        Expr { range, kind: Kind::Path(self.paths.len() - 1) }
    }

    fn constant(&mut self, value: &minijinja::Value, range: Range<usize>) -> Expr {
        let constant = match value.kind() {
            ValueKind::None => Some(Value::Null),
            ValueKind::Bool => Some(Value::Bool(value.is_true())),
            ValueKind::String => value.as_str().map(Value::from),
            ValueKind::Number if value.is_integer() => u64::try_from(value.clone()).ok().map(Value::from),
            ValueKind::Number => f64::try_from(value.clone()).ok().and_then(Number::from_f64).map(Value::Number),
            _ => None,
        };
        match constant {
            Some(constant) => Expr { range, kind: Kind::Constant(constant) },
            None => self.refuse(range, "this is no number of JSON", None),
        }
    }

    fn attribute(&mut self, get: &ast::GetAttr<'_>, end: usize) -> Expr {
        let is = |expr: &ast::Expr<'_>, name: &str| matches!(expr, ast::Expr::Var(var) if var.id == name);
        // The parser saw the ids of steps without their hyphens.
        let name = &self.source[end - get.name.len()..end];
        match &get.expr {
            base if is(base, "loop") => self.turn(name, self.range(base.span()).start..end),
            base if is(base, "steps") && !self.is_local("steps") => {
                let (message, fix) = step_field(name, "");
                self.refuse_with(end..end, message, Some(fix))
            }
            ast::Expr::GetAttr(step) if is(&step.expr, "steps") && !self.is_local("steps") => {
                let id_end = self.range(get.expr.span()).end;
                let id = self.source[id_end - step.name.len()..id_end].to_owned();
                self.step(&id, name, self.range(step.expr.span()).start..end, id_end)
            }
            ast::Expr::GetItem(step) if is(&step.expr, "steps") && !self.is_local("steps") => {
                let id_end = self.range(get.expr.span()).end;
                let start = self.range(step.expr.span()).start;
                match &step.subscript_expr {
                    ast::Expr::Const(id) if id.value.as_str().is_some() => {
                        self.step(id.value.as_str().unwrap_or_default(), name, start..end, id_end)
                    }
                    _ => self.refuse(start..id_end, "the id of a step is written out", Some(EXAMPLES.to_owned())),
                }
            }
            base => {
                let base = self.base(base);
                self.inner(base, Segment::Key(name.to_owned()), end)
            }
        }
    }

    fn is_local(&self, name: &str) -> bool {
        self.locals.iter().any(|local| matches!(local, Bound::Name(bound) if bound == name))
    }

    /// A field of `loop`: of the innermost loop of the text, or else of the flow's.
    fn turn(&mut self, name: &str, range: Range<usize>) -> Expr {
        let inner = self.locals.iter().rev().position(|local| matches!(local, Bound::Turn));
        if let Some(depth) = inner {
            return match LoopField::ALL.into_iter().find(|(known, _)| *known == name) {
                Some((_, field)) => Expr { range, kind: Kind::Turn(depth, field) },
                None => self.refuse_field(name, &LoopField::ALL.map(|(name, _)| name), range),
            };
        }
        match TurnField::ALL.into_iter().find(|(known, _)| *known == name) {
            Some((_, field)) => self.path(Root::Turn(field), range),
            None => self.refuse_field(name, &TurnField::ALL.map(|(name, _)| name), range),
        }
    }

    fn refuse_field(&mut self, name: &str, known: &[&str], range: Range<usize>) -> Expr {
        let fix = nearest(name, known.iter().copied()).map(|near| format!("did you mean \"loop.{near}\"?"));
        let (last, others) = known.split_last().unwrap_or((&"", &[]));
        self.refuse(range, format!("loop has {} and {last} here", others.join(", ")), fix)
    }

    fn step(&mut self, id: &str, field: &str, range: Range<usize>, id_end: usize) -> Expr {
        let root = match field {
            "output" => Root::Output(id.to_owned()),
            "status" => Root::Status(id.to_owned()),
            "error" => Root::Error(id.to_owned()),
            other => {
                let (message, fix) = step_field(id, other);
                return self.refuse_with(id_end..range.end, message, Some(fix));
            }
        };
        self.path(root, range)
    }

    fn item(&mut self, base: &ast::Expr<'_>, key: &ast::Expr<'_>, end: usize) -> Expr {
        if let ast::Expr::Var(var) = base
            && var.id == "steps"
            && !self.is_local("steps")
        {
            let (message, fix) = step_field("ID", "");
            return self.refuse_with(end..end, message, Some(fix));
        }
        let base = self.base(base);
        let key = self.expr(key);
        let segment = match &key.kind {
            Kind::Constant(Value::String(key)) => Some(Segment::Key(key.clone())),
            Kind::Constant(Value::Number(index)) => {
                index.as_u64().and_then(|index| usize::try_from(index).ok()).map(Segment::Index)
            }
            _ => None,
        };
        match segment {
            Some(segment) => self.inner(base, segment, end),
            None => Expr { range: base.range.start..end, kind: Kind::Item(Box::new((base, key))) },
        }
    }

    /// What something inside is taken of, with the parentheses around it, which the parser leaves out.
    fn base(&mut self, read: &ast::Expr<'_>) -> Expr {
        let base = self.expr(read);
        let before = self.source[..base.range.start].trim_end();
        let after = self.source[base.range.end..].trim_start();
        if before.ends_with('(') && after.starts_with(')') {
            let end = self.source.len() - after.len() + 1;
            return Expr { range: before.len() - 1..end, ..base };
        }
        base
    }

    /// One segment further inside: a path grows by it.
    fn inner(&mut self, base: Expr, segment: Segment, end: usize) -> Expr {
        let range = base.range.start..end;
        if let Kind::Path(index) = base.kind {
            self.paths[index].segments.push(segment);
            self.paths[index].range = range.clone();
            return Expr { range, kind: Kind::Path(index) };
        }
        let key = match segment {
            Segment::Key(key) => Value::String(key),
            Segment::Index(index) => Value::from(index),
        };
        let key = Expr { range: range.clone(), kind: Kind::Constant(key) };
        Expr { range, kind: Kind::Item(Box::new((base, key))) }
    }

    fn slice(&mut self, slice: &ast::Slice<'_>, end: usize) -> Expr {
        let of = self.base(&slice.expr);
        let bounds = [&slice.start, &slice.stop, &slice.step].map(|bound| bound.as_ref().map(|bound| self.expr(bound)));
        Expr { range: of.range.start..end, kind: Kind::Slice(Box::new(Slice { of, bounds })) }
    }

    fn unary(&mut self, unary: &ast::UnaryOp<'_>, range: Range<usize>) -> Expr {
        let of = Box::new(self.expr(&unary.expr));
        let range = range.start.min(of.range.start)..of.range.end;
        let kind = match unary.op {
            ast::UnaryOpKind::Not => Kind::Not(of),
            ast::UnaryOpKind::Neg => Kind::Negative(of),
        };
        Expr { range, kind }
    }

    fn binary(&mut self, binary: &ast::BinOp<'_>) -> Expr {
        let (left, right) = (self.expr(&binary.left), self.expr(&binary.right));
        self.refuse_hyphen(binary, &left, &right);
        let range = left.range.start..right.range.end;
        let sides = (left, right);
        let compared = |comparison, (left, right)| Kind::Compare(Box::new(left), vec![(comparison, right)]);
        let kind = match binary.op {
            ast::BinOpKind::ScAnd => Kind::And(Box::new(sides)),
            ast::BinOpKind::ScOr => Kind::Or(Box::new(sides)),
            ast::BinOpKind::Eq => compared(Comparison::Equal, sides),
            ast::BinOpKind::Ne => compared(Comparison::Unequal, sides),
            ast::BinOpKind::Lt => compared(Comparison::Less, sides),
            ast::BinOpKind::Lte => compared(Comparison::LessOrEqual, sides),
            ast::BinOpKind::Gt => compared(Comparison::Greater, sides),
            ast::BinOpKind::Gte => compared(Comparison::GreaterOrEqual, sides),
            ast::BinOpKind::In => compared(Comparison::In, sides),
            ast::BinOpKind::Add => Kind::Operation(Operator::Add, Box::new(sides)),
            ast::BinOpKind::Sub => Kind::Operation(Operator::Subtract, Box::new(sides)),
            ast::BinOpKind::Mul => Kind::Operation(Operator::Multiply, Box::new(sides)),
            ast::BinOpKind::Div => Kind::Operation(Operator::Divide, Box::new(sides)),
            ast::BinOpKind::FloorDiv => Kind::Operation(Operator::DivideWhole, Box::new(sides)),
            ast::BinOpKind::Rem => Kind::Operation(Operator::Remainder, Box::new(sides)),
            ast::BinOpKind::Pow => Kind::Operation(Operator::Power, Box::new(sides)),
            ast::BinOpKind::Concat => Kind::Operation(Operator::Concat, Box::new(sides)),
        };
        Expr { range, kind }
    }

    /// `input.first-name` subtracts, and hardly ever should.
    fn refuse_hyphen(&mut self, binary: &ast::BinOp<'_>, left: &Expr, right: &Expr) {
        let names = matches!(left.kind, Kind::Path(_) | Kind::Item(_)) && matches!(right.kind, Kind::Path(_));
        if !matches!(binary.op, ast::BinOpKind::Sub) || !names {
            return;
        }
        if self.source.get(left.range.end..right.range.start) == Some("-") {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let start = self.source[..left.range.end].rfind(|c| !is_part(c)).map_or(0, |before| before + 1);
            let rest = &self.source[start..];
            let key = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
            let fix =
                format!("a key with a hyphen needs brackets: ['{key}']; to subtract, write blanks around the minus");
            self.refuse(left.range.end..right.range.end, "a name holds no hyphen here", Some(fix));
        }
    }

    fn comparisons(&mut self, compare: &ast::Compare<'_>) -> Expr {
        let first = self.expr(&compare.expr);
        let mut end = first.range.end;
        let mut others = Vec::with_capacity(compare.ops.len());
        for other in &compare.ops {
            let comparison = match other.op {
                ast::CompareOpKind::Eq => Comparison::Equal,
                ast::CompareOpKind::Ne => Comparison::Unequal,
                ast::CompareOpKind::Lt => Comparison::Less,
                ast::CompareOpKind::Lte => Comparison::LessOrEqual,
                ast::CompareOpKind::Gt => Comparison::Greater,
                ast::CompareOpKind::Gte => Comparison::GreaterOrEqual,
                ast::CompareOpKind::In => Comparison::In,
                ast::CompareOpKind::NotIn => Comparison::NotIn,
            };
            let expr = self.expr(&other.expr);
            end = expr.range.end;
            others.push((comparison, expr));
        }
        Expr { range: first.range.start..end, kind: Kind::Compare(Box::new(first), others) }
    }

    fn choice(&mut self, choice: &ast::IfExpr<'_>) -> Expr {
        let then = self.expr(&choice.true_expr);
        let test = self.expr(&choice.test_expr);
        let Some(otherwise) = &choice.false_expr else {
            let fix = "write else '' behind it".to_owned();
            return self.refuse(
                then.range.start..test.range.end,
                "an if within an expression needs an else",
                Some(fix),
            );
        };
        let otherwise = self.expr(otherwise);
        let range = then.range.start..otherwise.range.end;
        Expr { range, kind: Kind::If(Box::new(Choice { test, then, otherwise })) }
    }

    pub(super) fn range(&self, span: Span) -> Range<usize> {
        self.offset + span.start_offset as usize..self.offset + span.end_offset as usize
    }

    /// Takes note of what is wrong. What is given back is never evaluated.
    pub(super) fn refuse(&mut self, range: Range<usize>, message: impl Into<String>, fix: Option<String>) -> Expr {
        self.refuse_with(range, message, fix.map(Advice::words))
    }

    /// The same, with what to do worked out once it is told.
    pub(super) fn refuse_with(&mut self, range: Range<usize>, message: impl Into<String>, fix: Option<Advice>) -> Expr {
        self.found.push(Refusal::new(range.clone(), message, fix));
        Expr { range, kind: Kind::Constant(Value::Null) }
    }
}

fn step_field(id: &str, field: &str) -> (String, Advice) {
    let message = format!("a step has output, status and error, such as steps.{id}.output");
    (message, Advice::near(field, || vec!["output", "status", "error"]))
}
