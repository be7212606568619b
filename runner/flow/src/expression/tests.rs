//! What no public door reaches yet: bare expressions, loops of the flow, and what a text refers to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::filters::FILTERS;
use super::jinja_tests::TESTS;
use super::{Expression, Root, Scope, StepResult, Template, TurnField, Undefined, View, Within};

struct Loop {
    list: Arc<Value>,
    output: Arc<Value>,
}

impl Scope for Loop {
    fn variable(&self, name: &str) -> Option<View<'_>> {
        match name {
            "list" => Some(View::Shared { owner: &self.list, within: Within::Whole }),
            "item" => Some(View::Shared { owner: &self.list, within: Within::Item(1) }),
            "error" => Some(View::Null),
            _ => None,
        }
    }

    fn turn(&self, field: TurnField) -> Option<View<'_>> {
        match field {
            TurnField::Index => Some(View::Count(1)),
            TurnField::Key => Some(View::Text("b")),
            TurnField::Item => self.variable("item"),
            TurnField::Previous => None,
        }
    }

    fn step(&self, id: &str) -> Option<StepResult<'_>> {
        let error = Some(&self.list).filter(|_| id == "failed");
        (id != "later").then_some(StepResult { output: &self.output, status: "succeeded", error })
    }
}

fn scope() -> Loop {
    Loop { list: Arc::new(json!(["a", { "n": 3 }])), output: Arc::new(json!({ "text": "a bug" })) }
}

fn value(text: &str) -> Result<Value, Undefined> {
    Expression::compile(text).unwrap().evaluate(&scope())
}

#[test]
fn a_bare_expression_sees_what_the_scope_shows() {
    let table = [
        ("item.n", json!(3)),
        ("{{ item.n }}", json!(3)),
        (" {{- item.n + 1 -}} ", json!(4)),
        ("loop.index", json!(1)),
        ("loop.key ~ loop.item.n", json!("b3")),
        ("error | default(0)", json!(0)),
        ("error", Value::Null),
        ("'bug' in steps.my-step.output.text", json!(true)),
        ("steps.my-step.status == 'succeeded' and steps.a.error is none", json!(true)),
        ("steps.failed.error[0]", json!("a")),
        ("steps.step-2.output.text[-3:]", json!("bug")),
        ("{'a': 1}.a", json!(1)),
        ("-item.n", json!(-3)),
        ("{{ -item.n }}", json!(-3)),
    ];
    for (text, expected) in table {
        assert_eq!(value(text), Ok(expected), "{text}");
    }
}

#[test]
fn a_condition_is_true_or_false_and_nothing_else() {
    let holds = |text: &str| Expression::compile(text).unwrap().holds(&scope());
    assert_eq!(holds("item.n > 2"), Ok(true));
    assert_eq!(holds("{{ 'x' in loop.key }}"), Ok(false));
    let table = [
        ("loop.key", "loop.key is text", "write loop.key != '', or compare it with what it should be"),
        ("list", "list is a list", "write list | length > 0"),
        ("error", "error is null", "write error is not none"),
        ("item.n", "item.n is a number", "write item.n != 0"),
    ];
    for (text, what, fix) in table {
        let error = holds(text).unwrap_err();
        assert_eq!(error.message, format!("a condition is true or false, and {what}"));
        assert_eq!(error.fix.as_deref(), Some(fix));
    }
}

#[test]
fn an_undefined_part_says_which_bytes_are_meant() {
    let table = [
        ("item.n > item.m", 9..15, "there is nothing at item.m"),
        ("{{ nobody.x }}", 3..11, "there is nothing at nobody.x: there is no \"nobody\" here"),
        ("1 + steps.later.output", 4..22, "there is nothing at steps.later.output: the step \"later\" has not run"),
        ("loop.previous", 0..13, "there is nothing at loop.previous: there is no \"loop\" here"),
        ("1 + (loop.key | int)", 5..19, "this text is no number"),
    ];
    for (text, range, message) in table {
        let error = value(text).unwrap_err();
        assert_eq!((error.range, error.message.as_str()), (Some(range), message), "{text}");
    }
    let text = Template::compile(&json!({ "a": ["é {{ item.m }}"] })).unwrap();
    let error = text.evaluate(&scope()).unwrap_err();
    assert_eq!((error.pointer.as_str(), error.range), ("/a/0", Some(6..12)));
}

#[test]
fn a_whole_shared_value_is_not_copied() {
    let scope = scope();
    let share = |text: &str| Expression::compile(text).unwrap().share(&scope).unwrap();
    assert!(Arc::ptr_eq(&share("list"), &scope.list));
    assert!(Arc::ptr_eq(&share("{{ steps.a.output }}"), &scope.output));
    assert_eq!(*share("item.n"), json!(3));
}

#[test]
fn references_are_known_without_evaluating() {
    let text = "é {% for x in list[0].a if x.y > input.low %}{{ loop.index }}{{ x.z }}{{ steps.my-step.output['k'][n].b }}\
                {% endfor %}{{ loop.item.q | default(steps['other'].error) }}{{ config is defined }}";
    let template = Template::compile(&json!({ "a": [text] })).unwrap();
    let references = template.references();
    assert!(references.iter().all(|(pointer, _)| pointer == "/a/0"));
    let shown: Vec<String> = references.iter().map(|(_, path)| path.to_string()).collect();
    let expected =
        ["list[0].a", "input.low", "steps.my-step.output.k", "n", "loop.item.q", "steps.other.error", "config"];
    assert_eq!(shown, expected);
    assert_eq!(references[2].1.root, Root::Output("my-step".to_owned()));
    let written: Vec<&str> = references.iter().map(|(_, path)| &text[path.range.clone()]).collect();
    assert_eq!(written[2], "steps.my-step.output['k']");
    assert_eq!((written[0], written[4], written[5]), ("list[0].a", "loop.item.q", "steps['other'].error"));
    let bare = Expression::compile(" {{ item.n }} ").unwrap();
    assert_eq!(bare.references()[0].range, 4..10);
}

#[test]
fn what_is_too_long_or_too_deep_is_refused_with_its_place() {
    let refused = |text: &str| Expression::compile(text).unwrap_err().remove(0);
    let table = [
        (format!("'{}'", "x".repeat(4096)), 0..4098, "this expression is longer than 4 KiB"),
        (format!("1{}", "+1".repeat(257)), 0..515, "this expression has more than 256 operators"),
        ("(".repeat(33), 32..33, "there are more than 32 brackets in one another"),
        ("'x".to_owned(), 0..2, "this quote is never closed"),
        ("  ".to_owned(), 0..2, "there is no expression here"),
        ("a b".to_owned(), 2..3, "this is no expression: unexpected input after expression"),
        ("{{ a }} {{ b }}".to_owned(), 0..0, ""),
    ];
    for (text, range, message) in &table[..6] {
        let error = refused(text);
        assert_eq!((error.message.as_str(), error.range), (*message, Some(range.clone())), "{text}");
    }
    assert!(Expression::compile(&table[6].0).is_err());
}

#[test]
fn habits_of_other_languages_are_answered_with_what_is_written_here() {
    let answers = [
        ("input.a && input.b", "write and"),
        ("input.a || input.b", "write or"),
        ("input.a === 1", "write =="),
        ("input.a !== 1", "write !="),
        ("input.a ?? 1", "write input.text | default('…')"),
        ("input.a ? 1 : 2", "write 'a' if input.yes else 'b'"),
        ("!input.a", "write not input.done"),
        ("$json.a", "names have no $: input, config, run, item, loop, steps.ID.output"),
        ("input.a = 1", "write == to compare"),
        ("input.a.map(x => x.b)", "there are no functions: write a filter such as input.items | map(attribute='name')"),
    ];
    for (text, answer) in answers {
        let refusal = Expression::compile(text).unwrap_err().remove(0);
        let said = refusal.fix.as_ref().and_then(|fix| fix.say());
        assert_eq!(said.as_deref(), Some(answer), "{text}");
    }
}

/// minijinja's own engine is the judge of what its language means. Where this one differs, it is on purpose: null takes
/// a default, a slice may go back to any bound, other kinds have no order among themselves, and nothing is made that JSON cannot hold.
#[test]
fn the_language_means_what_it_means_to_minijinja() {
    let judge = minijinja::Environment::new();
    let context = json!({ "n": 7, "f": 2.5, "t": "Abc, def", "l": [3, 1, 2], "o": { "b": 1, "a": [1] }, "z": "" });
    let names = context.as_object().unwrap().iter().map(|(name, value)| (name.clone(), Arc::new(value.clone())));
    let scope = Given(names.collect());
    let table = [
        "n + 1 * 2 - -3",
        "(n + f) * 2",
        "n / 2",
        "-n // 2",
        "-n % 3",
        "n % -3",
        "f // 1",
        "-f % 2",
        "2 ** 3 ** 2",
        "-2 ** 2",
        "(1 + 2) ~ 3",
        "n == 7.0",
        "n != 7",
        "1 < n <= 7 > 2",
        "not n == 7",
        "not z",
        "z or n",
        "n and f",
        "n and z",
        "l or z",
        "n if z else f",
        "1 if n else 2 if f else 3",
        "'c' in t",
        "4 not in l",
        "'a' in o",
        "l[0]",
        "l[-1]",
        "t[1:3]",
        "t[::-1]",
        "l[::2]",
        "l[5:]",
        "l[:-1]",
        "l + [4]",
        "l * 2",
        "'ab' * 2",
        "[1, [n, 'x']]",
        "{'k': n}",
        "o.a[0]",
        "o['b']",
        "n is odd",
        "n is even",
        "n is divisibleby 7",
        "t is string",
        "l is sequence",
        "o is mapping",
        "n is integer",
        "f is float",
        "z is defined",
        "o.q is defined",
        "o.q is undefined",
        "t is startingwith 'A'",
        "n is in [7]",
        "n is gt 3",
        "n is not number",
        "t | upper",
        "t | lower",
        "t | title",
        "'aBC dE' | capitalize",
        "' x ' | trim",
        "'xxaxx' | trim('x')",
        "t | replace('b', 'zz')",
        "t | length",
        "l | length",
        "o | length",
        "t | split(', ')",
        "' a  b ' | split",
        "'a,b,c' | split(',', 1)",
        "'a\\nb' | lines",
        "'a\\n\\nb' | indent(2)",
        "'a\\nb' | indent(2, true)",
        "l | first",
        "l | last",
        "l | sort",
        "l | sort(reverse=true)",
        "['b', 'A', 'c', 'a'] | sort",
        "['a', 'A', 'b'] | unique",
        "['a', 'A'] | unique(case_sensitive=true)",
        "l | join('-')",
        "l | reverse",
        "'abc' | reverse",
        "l | min",
        "l | max",
        "l | sum",
        "o | items",
        "o | dictsort",
        "'ab' | list",
        "o | list",
        "l | batch(2)",
        "l | batch(2, 0)",
        "l | map('string')",
        "l | select('odd')",
        "l | reject('odd')",
        "l | select('gt', 1)",
        "[{'a': 1}, {'a': 0}] | selectattr('a')",
        "[{'a': 1}, {'a': 0}] | rejectattr('a', 'eq', 0)",
        "[{'a': 2}, {'a': 1}] | map(attribute='a')",
        "[{'a': 2}, {'a': 1}] | sort(attribute='a')",
        "o.q | default(1)",
        "z | default(1)",
        "z | default(1, true)",
        "-n | abs",
        "'12' | int",
        "f | int",
        "'2.5' | float",
        "2.345 | round(2)",
        "2.5 | round",
        "f | round(method='floor')",
        "n | string",
        "n | bool",
        "z | bool",
        "range(3)",
        "range(1, 7, 3)",
        "true and not false",
        "none is none",
        "'a' 'b'",
        "1e3",
        "'\\u00e9'",
    ];
    let differs = |text: &&str| {
        let expected = judge.compile_expression(text).and_then(|read| read.eval(minijinja::value::Serde(&context)));
        let expected = expected.map(|value| serde_json::to_value(value).unwrap()).map_err(|error| error.to_string());
        let found = Expression::compile(text).unwrap().evaluate(&scope).map_err(|error| error.message);
        (found != expected).then(|| format!("{text}: {found:?}, not {expected:?}"))
    };
    assert_eq!(table.iter().filter_map(differs).collect::<Vec<_>>(), Vec::<String>::new());
}

/// A scope with these names.
struct Given(BTreeMap<String, Arc<Value>>);

impl Scope for Given {
    fn variable(&self, name: &str) -> Option<View<'_>> {
        self.0.get(name).map(|owner| View::Shared { owner, within: Within::Whole })
    }

    fn turn(&self, _: TurnField) -> Option<View<'_>> {
        None
    }

    fn step(&self, _: &str) -> Option<StepResult<'_>> {
        None
    }
}

#[test]
fn every_filter_and_test_says_what_it_does() {
    let names: Vec<&str> = FILTERS.iter().map(|filter| filter.name).collect();
    let abouts = FILTERS.iter().map(|filter| filter.about).chain(TESTS.iter().map(|test| test.about));
    for about in abouts {
        assert!(about.ends_with('.') && about.starts_with(char::is_uppercase), "{about}");
    }
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
}
