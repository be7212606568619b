//! What expressions mean, by way of a flow whose one step is `set`.

use std::sync::Arc;

use runner_flow::{Flow, Machine, MachineStart, Outcome, Timestamp};
use serde_json::{Value, json};

fn input() -> Value {
    json!({
        "text": "a {{ input.number }} b",
        "number": 1.5,
        "big": 18_446_744_073_709_551_615_u64,
        "yes": true,
        "nothing": null,
        "list": [1, [2, 3], { "x": "y" }],
        "object": { "b": 1, "a": [true, null] },
        "a key": { "it's": 1, "say \"x\"": 2, "": 3 },
        "max_tokens": 5,
        "people": [
            { "name": "Ada", "age": 36, "open": true },
            { "name": "bob", "age": 7.5 },
            { "name": "Cy", "age": 7, "open": false }
        ]
    })
}

/// What the value of the file comes to: the value, or the error's message and fix.
fn evaluated(value: Value) -> Result<Value, (String, Option<String>)> {
    let file = json!({
        "linkwork": 1,
        "name": "one",
        "input": { "type": "object" },
        "steps": [{ "id": "pinned-step", "set": 0 }, { "id": "value", "set": value }]
    });
    let flow = Flow::parse(&file.to_string()).unwrap();
    let begin = MachineStart {
        run_id: "run_1".to_owned(),
        input: input(),
        pins: [("pinned-step".to_owned(), json!({ "x": ["deep"] }))].into(),
        ..MachineStart::default()
    };
    let mut machine = Machine::new(Arc::new(flow), begin);
    assert!(machine.start(Timestamp::from_millis(0)).is_empty());
    match machine.outcome().unwrap() {
        Outcome::Succeeded { output } => Ok((**output).clone()),
        Outcome::Failed { failure, .. } => {
            assert_eq!((&*failure.error.code, &*failure.error.origin), ("expression", "expression"));
            Err((failure.error.message.clone(), failure.error.fix.clone()))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_expression_keeps_its_type() {
    let table = [
        ("{{ input.number }}", json!(1.5)),
        ("{{input.big}}", json!(18_446_744_073_709_551_615_u64)),
        ("{{ input.yes }}", json!(true)),
        ("{{ input.nothing }}", Value::Null),
        ("{{ input.list }}", json!([1, [2, 3], { "x": "y" }])),
        ("{{ input.list[1][0] }}", json!(2)),
        ("{{ input.list[2].x }}", json!("y")),
        ("{{ input.object.a[1] }}", Value::Null),
        ("{{ input['a key'][\"it's\"] }}", json!(1)),
        ("{{ input['a key']['say \"x\"'] }}", json!(2)),
        ("{{ input[\"a key\"][''] }}", json!(3)),
        ("{{ input }}", input()),
        ("{{ steps.pinned-step.output.x[0] }}", json!("deep")),
        ("{{ steps['pinned-step'].output }}", json!({ "x": ["deep"] })),
        ("{{ steps.pinned-step.status }}", json!("succeeded")),
        ("{{ steps.pinned-step.error }}", Value::Null),
        ("{{ run.id }}", json!("run_1")),
    ];
    for (expression, value) in table {
        assert_eq!(evaluated(json!(expression)), Ok(value), "{expression}");
    }
}

#[test]
fn anything_else_makes_text() {
    let table = [
        ("no expression", "no expression"),
        ("", ""),
        ("single { and } and }} stay", "single { and } and }} stay"),
        (" {{ input.number }}", " 1.5"),
        ("{{ input.yes }}{{ input.number }}", "true1.5"),
        ("a {{ input.object }} b", "a {\"b\":1,\"a\":[true,null]} b"),
        ("{{ input.list[1] }}!", "[2,3]!"),
        ("é{{ run.id }}😀", "érun_1😀"),
    ];
    for (text, value) in table {
        assert_eq!(evaluated(json!(text)), Ok(json!(value)), "{text}");
    }
}

#[test]
fn data_is_never_evaluated() {
    assert_eq!(evaluated(json!("{{ input.text }}")), Ok(json!("a {{ input.number }} b")));
    assert_eq!(evaluated(json!("<{{ input.text }}>")), Ok(json!("<a {{ input.number }} b>")));
}

#[test]
fn literals_are_taken_as_they_stand() {
    let value = json!({ "a": { "$literal": { "x": "{{ input.number }}", "$literal": ["{% x %}"] } }, "b": ["{{ input.yes }}", { "$literal": 1 }] });
    let literal = json!({ "x": "{{ input.number }}", "$literal": ["{% x %}"] });
    assert_eq!(evaluated(value), Ok(json!({ "a": literal, "b": [true, 1] })));
}

#[test]
fn the_order_of_keys_stays() {
    let value = evaluated(json!({ "z": "{{ input.yes }}", "a": 1, "m": "{{ run.id }}" })).unwrap();
    assert_eq!(value.to_string(), r#"{"z":true,"a":1,"m":"run_1"}"#);
}

#[test]
fn what_is_not_there_is_named_with_what_is_near() {
    let table = [
        ("{{ input.nubmer }}", "there is nothing at input.nubmer", Some("did you mean input.number?")),
        ("{{ input.maxTokens }}", "there is nothing at input.maxTokens", Some("did you mean input.max_tokens?")),
        ("{{ input.object.zebra }}", "there is nothing at input.object.zebra", Some("input.object has b, a")),
        ("{{ input.list[7] }}", "there is nothing at input.list[7]: input.list is a list of 3", None),
        (
            "{{ input.list.x }}",
            "there is nothing at input.list.x: input.list is a list",
            Some("write input.list[0] for its first item"),
        ),
        ("{{ input.number.x.y }}", "there is nothing at input.number.x: input.number is a number", None),
        (
            "{{ (input.object | items | first).x }}",
            "there is nothing at (input.object | items | first).x: (input.object | items | first) is a list",
            Some("write (input.object | items | first)[0] for its first item"),
        ),
        ("{{ input.nothing.x }}", "there is nothing at input.nothing.x: input.nothing is null", None),
        (
            "{{ input['a key'].its }}",
            "there is nothing at input['a key'].its",
            Some("did you mean input['a key'][\"it's\"]?"),
        ),
        ("{{ run.id.x }}", "there is nothing at run.id.x: run.id is text", None),
        (
            "<{{ input.nothing }}>",
            "input.nothing is null",
            Some("null has no text; let the expression stand alone to hand null on, or write | default('…')"),
        ),
    ];
    for (expression, message, fix) in table {
        let (found, found_fix) = evaluated(json!(expression)).unwrap_err();
        assert_eq!((found.as_str(), found_fix.as_deref()), (message, fix), "{expression}");
    }
}

#[test]
fn an_undefined_expression_says_where_it_stands() {
    let file = json!({
        "linkwork": 1, "name": "one",
        "steps": [{ "id": "a", "set": { "x/y": [0, "{{ input.x }}"] } }]
    });
    let mut machine = Machine::new(Arc::new(Flow::parse(&file.to_string()).unwrap()), MachineStart::default());
    machine.start(Timestamp::from_millis(0));
    let Some(Outcome::Failed { step, failure }) = machine.outcome() else { panic!() };
    assert_eq!(step.as_ref().unwrap().as_str(), "a");
    assert_eq!(failure.error.violations[0].pointer, "/steps/0/set/x~1y/1");
}

/// Each expression, and what it comes to.
fn assert_values(table: &[(&str, Value)]) {
    for (expression, value) in table {
        let found = evaluated(json!(format!("{{{{ {expression} }}}}")));
        assert_eq!(found.as_ref(), Ok(value), "{expression}");
    }
}

#[test]
fn operators_mean_what_they_mean_in_jinja() {
    assert_values(&[
        ("1 + 2 * 3 - 4", json!(3)),
        ("(1 + 2) * 3", json!(9)),
        ("7 / 2", json!(3.5)),
        ("4 / 2", json!(2.0)),
        ("-7 // 2", json!(-4)),
        ("-7 % 3", json!(2)),
        ("2 ** 10", json!(1024)),
        ("input.big - 1", json!(18_446_744_073_709_551_614_u64)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("input.number + 1", json!(2.5)),
        ("'a' ~ 1 ~ true ~ [1, 'x']", json!("a1true[1,\"x\"]")),
        ("'ab' + 'c'", json!("abc")),
        ("[1] + [2]", json!([1, 2])),
        ("'ab' * 3", json!("ababab")),
        ("[1, 2] * 2", json!([1, 2, 1, 2])),
        ("1 == 1.0 and 'a' != 'b'", json!(true)),
        ("9007199254740993 == 9007199254740992.0", json!(false)),
        ("1 < 2 <= 2 < 3", json!(true)),
        ("'a' < 'b'", json!(true)),
        ("2 in input.list[1] and 'b' in input.object and 'x' not in 'abc'", json!(true)),
        ("not input.list", json!(false)),
        ("'' or 'else'", json!("else")),
        ("'yes' if input.yes else 'no'", json!("yes")),
        ("input.list[-1].x", json!("y")),
        ("input.list[0 + 1][input.list[0]]", json!(3)),
        ("'hello'[1:3]", json!("el")),
        ("[1, 2, 3, 4][::-1]", json!([4, 3, 2, 1])),
        ("[1, 2, 3, 4][-2:]", json!([3, 4])),
        ("{'b': 1, 'a': [none]}", json!({ "b": 1, "a": [null] })),
        ("(1, 2)", json!([1, 2])),
        ("range(3)", json!([0, 1, 2])),
        ("range(5, 0, -2)", json!([5, 3, 1])),
        ("'deep' in steps.pinned-step.output.x", json!(true)),
        ("steps['pinned-step'].output.x | length", json!(1)),
        ("run.id ~ steps.pinned-step.status", json!("run_1succeeded")),
    ]);
}

#[test]
fn a_default_stands_in_for_what_is_missing_or_null() {
    assert_values(&[
        ("input.none.such.thing | default('x')", json!("x")),
        ("input.nothing | default('x')", json!("x")),
        ("input.list[9] | d(1)", json!(1)),
        ("steps.pinned-step.output.y.z | default([])", json!([])),
        ("'' | default('x')", json!("")),
        ("'' | default('x', true)", json!("x")),
        ("[] | first | default('x')", json!("x")),
        ("input.none is defined", json!(false)),
        ("input.none.such is undefined", json!(true)),
        ("input.nothing is defined", json!(true)),
        ("input.nothing is none", json!(true)),
        ("input.nothing.x is not defined", json!(true)),
    ]);
    assert_eq!(evaluated(json!("<{{ input.nothing | default('-') }}>")), Ok(json!("<->")));
}

#[test]
fn filters_and_tests() {
    assert_values(&[
        ("' Ab ' | trim | upper", json!("AB")),
        ("'aB cD' | title", json!("Ab Cd")),
        ("'a-b-c' | replace('-', '+')", json!("a+b+c")),
        ("'a-b-c' | replace('-', '+', count=1)", json!("a+b-c")),
        ("'a,b' | split(',')", json!(["a", "b"])),
        ("' a  b ' | split", json!(["a", "b"])),
        ("'a\\nb' | lines", json!(["a", "b"])),
        ("'a\\nb' | indent(2)", json!("a\n  b")),
        ("'a b&c' | urlencode", json!("a%20b%26c")),
        ("{'q': 'a b', 'n': 1} | urlencode", json!("q=a%20b&n=1")),
        ("'é😀' | length", json!(2)),
        ("[3, 1, 2] | sort", json!([1, 2, 3])),
        ("['b', 'A', 'c'] | sort(reverse=true)", json!(["c", "b", "A"])),
        ("input.people | sort(attribute='age') | map(attribute='name')", json!(["Cy", "bob", "Ada"])),
        ("input.people | selectattr('open') | map(attribute='name') | join(', ')", json!("Ada")),
        ("input.people | rejectattr('open', 'defined') | map(attribute='name')", json!(["bob"])),
        ("input.people | selectattr('age', '>', 7) | length", json!(2)),
        ("input.people | map(attribute='open', default='?')", json!([true, "?", false])),
        ("['a', 'b'] | map('upper') | join", json!("AB")),
        ("[1, 2, 3] | select('odd')", json!([1, 3])),
        ("[1, 2, 3] | reject('in', [2])", json!([1, 3])),
        ("[0, 1, '', 'x', none] | select", json!([1, "x"])),
        ("[1, 1.0, 'a', 'A', 2] | unique", json!([1, "a", 2])),
        ("[1, 2, 3] | batch(2)", json!([[1, 2], [3]])),
        ("[1, 2, 3] | batch(2, 0)", json!([[1, 2], [3, 0]])),
        ("[1, 2.5] | sum", json!(3.5)),
        ("[2, 1, 3] | min", json!(1)),
        ("input.people | max(attribute='age') ", json!({ "name": "Ada", "age": 36, "open": true })),
        ("{'b': 1, 'a': 2} | items", json!([["b", 1], ["a", 2]])),
        ("{'b': 1, 'a': 2} | dictsort", json!([["a", 2], ["b", 1]])),
        ("input.people | groupby('age') | map(attribute='grouper')", json!([7, 7.5, 36])),
        ("{'b': 1, 'a': 2} | list", json!(["b", "a"])),
        ("'12' | int + '1.5' | float", json!(13.5)),
        ("'x' | int(0)", json!(0)),
        ("7.6 | int", json!(7)),
        ("2.345 | round(1)", json!(2.3)),
        ("{'a': [1]} | tojson", json!("{\"a\":[1]}")),
        ("[1] | tojson(indent=2)", json!("[\n  1\n]")),
        ("'{\"z\": 18446744073709551615, \"a\": 1.5}' | fromjson", json!({ "z": u64::MAX, "a": 1.5 })),
        ("5 is odd and 6 is divisibleby(3) and 'abc' is startingwith 'a'", json!(true)),
        ("input.list is sequence and input.object is mapping and 'x' is string", json!(true)),
    ]);
}

#[test]
fn tags_make_text() {
    let table = [
        ("{% if input.yes %}yes{% else %}no{% endif %}", "yes"),
        ("{% if input.number > 2 %}a{% elif input.number > 1 %}b{% endif %}", "b"),
        (
            "{% for p in input.people %}{{ loop.index }}/{{ loop.length }} {{ p.name }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "1/3 Ada, 2/3 bob, 3/3 Cy",
        ),
        ("{% for k, v in input.object | items %}{{ k }}={{ v }};{% endfor %}", "b=1;a=[true,null];"),
        ("{% for k in input.object %}{{ k }}{% endfor %}", "ba"),
        ("{% for n in [1, 2, 3] if n is odd %}{{ n }}{{ loop.length }}{% endfor %}", "1232"),
        ("{% for n in [] %}x{% else %}none{% endfor %}", "none"),
        ("{% for a in [1, 2] %}{% for b in [3, 4] %}{{ a * b }} {% endfor %}{% endfor %}", "3 4 6 8 "),
        ("a {# not said #}b", "a b"),
        ("{% raw %}{{ input.x }} {% if %}{% endraw %}", "{{ input.x }} {% if %}"),
        ("a\n  {%- if true -%}\n  b\n{%- endif %}\n", "ab\n"),
        ("{{- input.number }} |", "1.5 |"),
        ("{{ steps.pinned-step.output.x[0] }} {{ 'it is }} here' }}", "deep it is }} here"),
        ("{{ {'a': {'b': 1}}['a'] }}!", "{\"b\":1}!"),
    ];
    for (text, value) in table {
        assert_eq!(evaluated(json!(text)), Ok(json!(value)), "{text}");
    }
}

#[test]
fn what_has_no_meaning_is_an_error_that_says_why() {
    let table = [
        ("1 / 0", "this divides by zero"),
        ("1 % 0", "this divides by zero"),
        ("input.big + 1", "the result is no number of JSON"),
        ("-input.big", "the result is no number of JSON"),
        ("2 ** 200", "the result is no number of JSON"),
        ("1e308 * 10", "the result is no number of JSON"),
        ("2 ** -1", "** takes whole numbers"),
        ("'a' + 1", "+ does not go with text and a number"),
        ("'a' < 1", "text and a number have no order"),
        ("[1, 'a'] | sort", "a number and text have no order"),
        ("'x' | int", "this text is no number"),
        ("none ~ 'x'", "none is null"),
        ("5 | upper", "this filter takes text, not a number"),
        ("input.list[5 - 0].x", "there is nothing at input.list[5 - 0]: input.list is a list of 3"),
        ("input.people[0 + 0].nmae", "there is nothing at input.people[0 + 0].nmae"),
        ("'[1e999]' | fromjson", "this text"),
    ];
    for (expression, message) in table {
        let (found, _) = evaluated(json!(format!("{{{{ {expression} }}}}"))).unwrap_err();
        assert!(found.starts_with(message), "{expression}: {found}");
    }
    let (_, fix) = evaluated(json!("{{ input.people[0 + 0].nmae }}")).unwrap_err();
    assert_eq!(fix.as_deref(), Some("did you mean input.people[0 + 0].name?"));
}

/// What `Flow::parse` says about a value: the message and the fix of each finding.
fn refused(value: Value) -> Vec<(String, Option<String>)> {
    let file = json!({ "linkwork": 1, "name": "one", "steps": [{ "id": "value", "set": value }] });
    let found = Flow::parse(&file.to_string()).unwrap_err();
    found.into_iter().map(|found| (found.message, found.fix)).collect()
}

#[test]
fn what_is_forbidden_is_found_before_anything_runs() {
    let table = [
        ("{% set x = 1 %}", "there is no tag \"set\" here"),
        ("{% with x = 1 %}{% endwith %}", "there is no tag \"with\" here"),
        ("{% macro m() %}{% endmacro %}", "there is no tag \"macro\" here"),
        ("{% call m() %}{% endcall %}", "there is no tag \"call\" here"),
        ("{% include 'x' %}", "there is no tag \"include\" here"),
        ("{% import 'x' as x %}", "there is no tag \"import\" here"),
        ("{% extends 'x' %}", "there is no tag \"extends\" here"),
        ("{% do x() %}", "there is no tag \"do\" here"),
        ("{% filter upper %}{% endfilter %}", "there is no tag \"filter\" here"),
        ("{% autoescape true %}{% endautoescape %}", "there is no tag \"autoescape\" here"),
        ("{{ now() }}", "there is no function \"now\""),
        ("{{ debug() }}", "there is no function \"debug\""),
        ("{{ namespace() }}", "there is no function \"namespace\""),
        ("{{ input.x.upper() }}", "values have no functions, such as \"upper\""),
        ("{{ 1 | uper }}", "there is no filter \"uper\""),
        ("{{ 1 is od }}", "there is no test \"od\""),
        ("{{ 1 | replace('a') }}", "replace needs \"new\""),
        ("{{ 1 | upper(3) }}", "upper does not take this"),
        ("{{ 'x' if input.y }}", "an if within an expression needs an else"),
        ("{% for x in [1] recursive %}{% endfor %}", "a for cannot be recursive here"),
        ("{% if true %}", "this is no expression: unexpected end of input, expected end of block"),
        ("{{ 99999999999999999999 }}", "this is no number of JSON"),
    ];
    for (text, message) in table {
        assert_eq!(refused(json!(text))[0].0, message, "{text}");
    }
    let all = refused(json!("{{ 1 | uper }} {{ now() }} {% if 1 is od %}{% endif %}"));
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].1.as_deref(), Some("did you mean \"upper\"?"));
}

#[test]
fn no_source_overflows_the_stack() {
    const LEVELS: usize = 100_000;
    let opened = |open: &str| open.repeat(LEVELS);
    let table = [
        opened("("),
        opened("["),
        opened("{'a':"),
        format!("input{}", opened(".a")),
        format!("{}true", opened("not ")),
        format!("{}1", opened("-")),
        format!("1{}", opened("+1")),
        format!("1{}", opened("|abs")),
        format!("1{}", opened(" if 1 else 1")),
        format!("1{}", opened(" is odd")),
        opened("a["),
        opened("a("),
    ];
    for code in table {
        for length in [code.len(), 4_000, 3_000, 1_000, 500, 250] {
            let source = format!("{{{{ {} }}}}", &code[..length]);
            let stack = std::thread::Builder::new().stack_size(2 << 20);
            let parsed = stack.spawn(move || runs(&source)).unwrap().join();
            assert!(parsed.is_ok(), "{}", &code[..20]);
        }
    }
    for (open, close) in [("{% if true %}", "{% endif %}"), ("{% for a in [1] %}", "{% endfor %}")] {
        let source = format!("{}x{}", open.repeat(120), close.repeat(120));
        let stack = std::thread::Builder::new().stack_size(2 << 20);
        assert!(stack.spawn(move || assert!(runs(&source))).unwrap().join().is_ok(), "{open}");
    }
    for tags in ["{% if true %}", "{% for a in [1] %}", "{% if true %}{% elif true %}", "{% if true %}x{% endif %}"] {
        for times in [LEVELS, 250, 100] {
            let source = tags.repeat(times);
            let stack = std::thread::Builder::new().stack_size(2 << 20);
            assert!(stack.spawn(move || runs(&source)).unwrap().join().is_ok(), "{tags}");
        }
    }
}

fn runs(text: &str) -> bool {
    let file = json!({ "linkwork": 1, "name": "one", "steps": [{ "id": "value", "set": text }] });
    match Flow::parse(&file.to_string()) {
        Err(found) => found.is_empty(),
        Ok(flow) => {
            let mut machine = Machine::new(Arc::new(flow), MachineStart::default());
            machine.start(Timestamp::from_millis(0)).is_empty()
        }
    }
}
