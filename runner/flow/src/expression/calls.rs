//! Filters, tests and functions by their names, with their arguments put in order.

use std::ops::Range;

use minijinja::machinery::ast;

use super::advice::Advice;
use super::filters::{Apply, FILTERS, Filter};
use super::jinja_tests::{TESTS, Test};
use super::lower::Lowering;
use super::program::{Each, Expr, FilterCall, Kind, TestCall};

impl Lowering<'_> {
    pub(super) fn filter(&mut self, call: &ast::Filter<'_>, range: Range<usize>) -> Expr {
        let Some(of) = call.expr.as_ref().map(|of| self.expr(of)) else {
            return self.refuse(range, "a filter stands behind a value", None);
        };
        let name = range.clone();
        let range = of.range.start..range.end;
        let Some(filter) = Filter::find(call.name) else { return self.unknown_filter(call.name, name) };
        let Some((args, each)) = self.filter_args(filter, &call.args, &name) else { return of };
        Expr { range, kind: Kind::Filter(Box::new(FilterCall { filter, of, args, each })) }
    }

    /// The arguments in the order of the parameters. What `map`, `select` and `reject` do to each item is taken out.
    fn filter_args(
        &mut self,
        filter: &'static Filter,
        args: &[ast::CallArg<'_>],
        range: &Range<usize>,
    ) -> Option<(Vec<Option<Expr>>, Option<Each>)> {
        let named = match filter.apply {
            Apply::Plain(_) | Apply::Default => None,
            Apply::Map => args.first().filter(|arg| matches!(arg, ast::CallArg::Pos(_))).map(|_| 0),
            Apply::Pick { by_attribute, .. } => Some(usize::from(by_attribute)).filter(|at| *at < args.len()),
        };
        let Some(at) = named else {
            let args = self.arguments(filter.name, filter.needs, filter.allows, args, range)?;
            return Some((args, None));
        };
        let name = self.word(&args[at], range)?;
        let own = self.arguments(filter.name, filter.needs, filter.allows, &args[..at], range)?;
        Some((own, Some(self.each(matches!(filter.apply, Apply::Map), &name, &args[at + 1..], range)?)))
    }

    fn each(&mut self, map: bool, name: &str, args: &[ast::CallArg<'_>], range: &Range<usize>) -> Option<Each> {
        if !map {
            let Some(test) = Test::find(name) else {
                self.unknown_test(name, range.clone());
                return None;
            };
            return Some(Each::Test(test, self.arguments(name, test.needs, &[], args, range)?));
        }
        let filter = Filter::find(name).filter(|filter| matches!(filter.apply, Apply::Plain(_)));
        let Some(filter) = filter else {
            self.unknown_filter(name, range.clone());
            return None;
        };
        Some(Each::Filter(filter, self.arguments(name, filter.needs, filter.allows, args, range)?))
    }

    /// An argument that is the name of a filter or a test.
    fn word(&mut self, arg: &ast::CallArg<'_>, range: &Range<usize>) -> Option<String> {
        if let ast::CallArg::Pos(ast::Expr::Const(constant)) = arg
            && let Some(word) = constant.value.as_str()
        {
            return Some(word.to_owned());
        }
        let fix = "write its name in quotes, such as map('upper') or select('number')".to_owned();
        self.refuse(range.clone(), "the name of a filter or a test is written out", Some(fix));
        None
    }

    pub(super) fn test(&mut self, call: &ast::Test<'_>, range: Range<usize>) -> Expr {
        let of = self.expr(&call.expr);
        let Some(test) = Test::find(call.name) else { return self.unknown_test(call.name, range) };
        let Some(args) = self.arguments(call.name, test.needs, &[], &call.args, &range) else { return of };
        let range = of.range.start..range.end;
        Expr { range, kind: Kind::Test(Box::new(TestCall { test, of, args })) }
    }

    pub(super) fn call(&mut self, call: &ast::Call<'_>, range: Range<usize>) -> Expr {
        match &call.expr {
            ast::Expr::Var(name) if name.id == "range" => {
                let args = self.arguments("range", &["stop"], &["second", "step"], &call.args, &range);
                let args = args.into_iter().flatten().flatten().collect();
                Expr { range, kind: Kind::Range(args) }
            }
            ast::Expr::Var(name) => {
                let fix = Filter::find(name.id).map(|filter| format!("write it behind the value: … | {}", filter.name));
                let range = self.range(name.span());
                let message = format!("there is no function {:?}", name.id);
                self.refuse(range, message, fix.or_else(|| Some("range is the only one there is".to_owned())))
            }
            ast::Expr::GetAttr(get) => {
                let filter = Filter::find(get.name).or_else(|| Filter::find(&get.name.replace('_', "")));
                let fix = filter.map(|filter| format!("write | {}", filter.name));
                let end = self.range(call.expr.span()).end;
                let message = format!("values have no functions, such as {:?}", get.name);
                self.refuse(end - get.name.len()..end, message, fix)
            }
            _ => self.refuse(range, "this cannot be called", None),
        }
    }

    /// The arguments in the order of the parameters: first those that are needed, then those that are allowed.
    fn arguments(
        &mut self,
        name: &str,
        needs: &[&str],
        allows: &[&str],
        args: &[ast::CallArg<'_>],
        range: &Range<usize>,
    ) -> Option<Vec<Option<Expr>>> {
        let parameters: Vec<&str> = needs.iter().chain(allows).copied().collect();
        let mut ordered: Vec<Option<Expr>> = parameters.iter().map(|_| None).collect();
        for (index, arg) in args.iter().enumerate() {
            let (slot, value) = match arg {
                ast::CallArg::Pos(value) => (Some(index).filter(|index| *index < ordered.len()), value),
                ast::CallArg::Kwarg(key, value) => (parameters.iter().position(|known| known == key), value),
                ast::CallArg::PosSplat(value) | ast::CallArg::KwargSplat(value) => (None, value),
            };
            let value = self.expr(value);
            match slot {
                Some(slot) if ordered[slot].is_none() => ordered[slot] = Some(value),
                _ => {
                    let takes = if parameters.is_empty() { "nothing".to_owned() } else { parameters.join(", ") };
                    self.refuse(
                        value.range,
                        format!("{name} does not take this"),
                        Some(format!("{name} takes {takes}")),
                    );
                    return None;
                }
            }
        }
        let missing = needs.iter().zip(&ordered).find(|(_, given)| given.is_none());
        if let Some((missing, _)) = missing {
            self.refuse(
                range.clone(),
                format!("{name} needs {missing:?}"),
                Some(format!("write {name}({})", needs.join(", "))),
            );
            return None;
        }
        Some(ordered)
    }

    fn unknown_filter(&mut self, name: &str, range: Range<usize>) -> Expr {
        let near = Advice::near(name, || FILTERS.iter().map(|filter| filter.name).collect());
        self.refuse_with(range, format!("there is no filter {name:?}"), Some(near))
    }

    fn unknown_test(&mut self, name: &str, range: Range<usize>) -> Expr {
        let near = Advice::near(name, || TESTS.iter().map(|test| test.name).collect());
        self.refuse_with(range, format!("there is no test {name:?}"), Some(near))
    }
}
