//! Every filter there is. All are pure: no environment, no clock, no chance, and each pays for what it makes.

mod list;
mod text;
mod value;

use std::borrow::Cow;

use serde_json::Value;

use super::budget::Budget;
use super::program::Operator;
use super::undefined::Undefined;

/// What stands behind a bar: `value | name(needs, allows)`.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: &'static str,
    /// A sentence for people.
    pub(super) about: &'static str,
    /// The parameters that must be given.
    pub(super) needs: &'static [&'static str],
    /// The parameters that may be given, after those.
    pub(super) allows: &'static [&'static str],
    pub(super) apply: Apply,
}

/// How a filter does its work.
#[derive(Clone, Copy, Debug)]
pub(super) enum Apply {
    /// By a function of the value and the arguments.
    Plain(fn(&Given<'_>) -> Result<Value, Undefined>),
    /// `default`, which also takes a value that is missing.
    Default,
    /// `map`, by the name of a filter, or by an attribute.
    Map,
    /// `select`, `reject` and their twins: by the name of a test.
    Pick { keep: bool, by_attribute: bool },
}

/// What a filter or a test is given.
#[derive(Debug)]
pub(super) struct Given<'g> {
    pub(super) value: &'g Value,
    pub(super) args: &'g [Option<Cow<'g, Value>>],
    pub(super) budget: &'g Budget,
}

const fn plain(
    name: &'static str,
    needs: &'static [&'static str],
    allows: &'static [&'static str],
    apply: fn(&Given<'_>) -> Result<Value, Undefined>,
    about: &'static str,
) -> Filter {
    Filter { name, about, needs, allows, apply: Apply::Plain(apply) }
}

const fn pick(name: &'static str, keep: bool, by_attribute: bool, about: &'static str) -> Filter {
    let (needs, allows): (&[&str], &[&str]) =
        if by_attribute { (&["attribute"], &["test", "value"]) } else { (&[], &["test", "value"]) };
    Filter { name, about, needs, allows, apply: Apply::Pick { keep, by_attribute } }
}

/// All filters, in the order of the alphabet.
pub(super) static FILTERS: [Filter; 42] = [
    plain("abs", &[], &[], value::abs, "The number without its sign."),
    plain("batch", &["count"], &["fill_with"], list::batch, "The list cut into lists of so many items."),
    plain("bool", &[], &[], value::bool, "Whether the value is anything but null, false, 0 or empty."),
    plain("capitalize", &[], &[], text::capitalize, "The text with a capital at its beginning, and none after it."),
    plain("count", &[], &[], value::length, "The same as length."),
    default("d", "The same as default."),
    default(
        "default",
        "The value, or what is given instead where it is missing or null; with true, also where it is empty.",
    ),
    plain(
        "dictsort",
        &[],
        &["case_sensitive", "by", "reverse"],
        list::dictsort,
        "The object's pairs [key, value], sorted by 'key' or 'value'.",
    ),
    plain("first", &[], &[], list::first, "The first item of the list."),
    plain("float", &[], &["default"], value::float, "The value as a number that need not be whole."),
    plain("fromjson", &[], &[], value::fromjson, "The value that the text is the JSON of."),
    plain(
        "groupby",
        &["attribute"],
        &["default", "case_sensitive"],
        list::groupby,
        "The items in groups {grouper, list} by what they have under a key.",
    ),
    plain(
        "indent",
        &["width"],
        &["first", "blank"],
        text::indent,
        "The text with its lines moved in; with first, the first line too, with blank, empty ones too.",
    ),
    plain("int", &[], &["default"], value::int, "The value as a whole number, cut towards zero."),
    plain("items", &[], &[], list::items, "The object's pairs [key, value], in the order of the object."),
    plain("join", &[], &["d", "attribute"], list::join, "The items as one text, with d between them."),
    plain("last", &[], &[], list::last, "The last item of the list."),
    plain("length", &[], &[], value::length, "How many characters, items or keys there are."),
    plain("lines", &[], &[], text::lines, "The lines of the text."),
    plain(
        "list",
        &[],
        &[],
        list::list,
        "The items of the list, the keys of the object, or the characters of the text.",
    ),
    plain("lower", &[], &[], text::lower, "The text in small letters."),
    Filter {
        name: "map",
        about: "Each item put through the named filter, or what each has under the key attribute.",
        needs: &[],
        allows: &["filter", "attribute", "default"],
        apply: Apply::Map,
    },
    plain("max", &[], &["attribute", "case_sensitive"], list::max, "The greatest item."),
    plain("min", &[], &["attribute", "case_sensitive"], list::min, "The least item."),
    pick(
        "reject",
        false,
        false,
        "The items for which the named test does not hold; without a test, those that are not true.",
    ),
    pick(
        "rejectattr",
        false,
        true,
        "The items whose attribute does not pass the test; without a test, those where it is not true.",
    ),
    plain(
        "replace",
        &["old", "new"],
        &["count"],
        text::replace,
        "The text with each old replaced by new, or the first count of them.",
    ),
    plain("reverse", &[], &[], list::reverse, "The list, or the text, from its end."),
    plain(
        "round",
        &[],
        &["precision", "method"],
        value::round,
        "The number rounded to so many digits, a half to the even one; the method is 'common', 'ceil' or 'floor'.",
    ),
    pick("select", true, false, "The items for which the named test holds; without a test, those that are true."),
    pick(
        "selectattr",
        true,
        true,
        "The items whose attribute passes the test; without a test, those where it is true.",
    ),
    plain(
        "sort",
        &[],
        &["reverse", "case_sensitive", "attribute"],
        list::sort,
        "The items in order; capitals do not count unless case_sensitive.",
    ),
    plain(
        "split",
        &[],
        &["sep", "maxsplit"],
        text::split,
        "The parts of the text between each sep, or else between blanks.",
    ),
    plain("string", &[], &[], value::string, "The value as text; lists and objects as JSON."),
    plain("sum", &[], &["attribute", "start"], list::sum, "The numbers of the list together."),
    plain("title", &[], &[], text::title, "The text with a capital at the beginning of each word."),
    plain("tojson", &[], &["indent"], value::tojson, "The value as JSON; with indent, in lines."),
    plain("trim", &[], &["chars"], text::trim, "The text without blanks, or these characters, at its ends."),
    plain("unique", &[], &["case_sensitive", "attribute"], list::unique, "The items without those that came before."),
    plain("upper", &[], &[], text::upper, "The text in capitals."),
    plain(
        "urlencode",
        &[],
        &[],
        text::urlencode,
        "The text for a URL; an object as key=value pairs with & between them.",
    ),
    plain("values", &[], &[], list::values, "The values of the object, without their keys."),
];

const fn default(name: &'static str, about: &'static str) -> Filter {
    Filter { name, about, needs: &["value"], allows: &["boolean"], apply: Apply::Default }
}

impl Filter {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        FILTERS.iter().find(|filter| filter.name == name)
    }
}

impl<'g> Given<'g> {
    pub(super) fn arg(&self, index: usize) -> Option<&Value> {
        self.args.get(index)?.as_deref().filter(|value| !value.is_null())
    }

    /// The value, which must be text. Looking at all of it is paid for.
    pub(super) fn text(&self) -> Result<&'g str, Undefined> {
        let fix = || Some("write | string to make text of it".to_owned());
        let text = self.value.as_str().ok_or_else(|| Undefined::unfit("this filter takes text", self.value, fix()))?;
        self.budget.work(text.len())?;
        Ok(text)
    }

    /// The value, which must be a list. A look at each item is paid for.
    pub(super) fn list(&self) -> Result<&'g [Value], Undefined> {
        let fix = self.value.is_object().then(|| "write | items, | values or | list before it".to_owned());
        let list =
            self.value.as_array().ok_or_else(|| Undefined::unfit("this filter takes a list", self.value, fix))?;
        self.budget.work(list.len().saturating_mul(64))?;
        Ok(list)
    }

    pub(super) fn text_arg(&self, index: usize) -> Result<Option<&str>, Undefined> {
        let unfit = |value| Undefined::unfit("this argument is text", value, None);
        self.arg(index).map(|value| value.as_str().ok_or_else(|| unfit(value))).transpose()
    }

    pub(super) fn count_arg(&self, index: usize) -> Result<Option<usize>, Undefined> {
        let unfit = |value| Undefined::unfit("this argument is a whole number, 0 or more", value, None);
        let count = |value: &Value| value.as_u64().and_then(|count| usize::try_from(count).ok());
        self.arg(index).map(|value| count(value).ok_or_else(|| unfit(value))).transpose()
    }

    pub(super) fn flag_arg(&self, index: usize) -> Result<bool, Undefined> {
        let unfit = |value| Undefined::unfit("this argument is true or false", value, None);
        let flag = self.arg(index).map(|value| value.as_bool().ok_or_else(|| unfit(value))).transpose()?;
        Ok(flag.unwrap_or(false))
    }
}

/// What a value has under an attribute such as `user.name`.
pub(super) fn attribute<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| match value {
        Value::Object(map) => map.get(key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

pub(super) fn no_attribute(path: &str) -> Undefined {
    let fix = format!("pick the items that have it: | selectattr('{path}', 'defined')");
    Undefined::absent(format!("an item has nothing at {path}"), Some(fix))
}

/// The sum of two numbers, by the same rules as `+`.
fn add(a: &Value, b: &Value, budget: &Budget) -> Result<Value, Undefined> {
    super::operators::operate(Operator::Add, a, b, budget)
}
