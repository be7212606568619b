//! Every test there is: what may stand behind `is`.

use serde_json::Value;

use super::filters::Given;
use super::number::Num;
use super::operators;
use super::program::Comparison;
use super::undefined::Undefined;

/// `value is name(needs)`.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) name: &'static str,
    /// A sentence for people.
    pub(super) about: &'static str,
    /// The parameters, all of which must be given.
    pub(super) needs: &'static [&'static str],
    pub(super) holds: Holds,
}

/// How a test is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holds {
    /// By a look at the value alone.
    Value(fn(&Value) -> bool),
    /// By a comparison with the argument.
    Compare(Comparison),
    /// By a function of the value and the arguments.
    Given(fn(&Given<'_>) -> Result<bool, Undefined>),
    /// By whether the value is there, and then this.
    Defined(bool),
}

const fn look(name: &'static str, holds: fn(&Value) -> bool, about: &'static str) -> Test {
    Test { name, about, needs: &[], holds: Holds::Value(holds) }
}

const fn compared(name: &'static str, comparison: Comparison, about: &'static str) -> Test {
    Test { name, about, needs: &["other"], holds: Holds::Compare(comparison) }
}

const fn given(
    name: &'static str,
    needs: &'static [&'static str],
    holds: fn(&Given<'_>) -> Result<bool, Undefined>,
    about: &'static str,
) -> Test {
    Test { name, about, needs, holds: Holds::Given(holds) }
}

/// All tests.
pub(super) static TESTS: [Test; 38] = [
    Test { name: "defined", about: "There is such a value; null is one.", needs: &[], holds: Holds::Defined(true) },
    Test { name: "undefined", about: "There is no such value.", needs: &[], holds: Holds::Defined(false) },
    look("none", Value::is_null, "It is null."),
    look("boolean", Value::is_boolean, "It is true or false."),
    look("true", |value| value == &Value::Bool(true), "It is true."),
    look("false", |value| value == &Value::Bool(false), "It is false."),
    look("number", Value::is_number, "It is a number."),
    look("integer", |value| value.is_i64() || value.is_u64(), "It is a whole number, written without a point."),
    look("int", |value| value.is_i64() || value.is_u64(), "The same as integer."),
    look("float", Value::is_f64, "It is a number that is no integer."),
    look("string", Value::is_string, "It is text."),
    look("sequence", Value::is_array, "It is a list."),
    look("mapping", Value::is_object, "It is an object."),
    look("iterable", |value| value.is_array() || value.is_object(), "A for can loop over it."),
    given("odd", &[], |given| remainder(given, 2).map(|rest| rest != 0), "It is an odd number."),
    given("even", &[], |given| remainder(given, 2).map(|rest| rest == 0), "It is an even number."),
    given("divisibleby", &["number"], divisible, "It is a multiple of that number."),
    given("lower", &[], |given| Ok(!given.text()?.chars().any(char::is_uppercase)), "The text has no capitals."),
    given("upper", &[], |given| Ok(!given.text()?.chars().any(char::is_lowercase)), "The text has no small letters."),
    given(
        "startingwith",
        &["start"],
        |given| with(given, |text, start| text.starts_with(start)),
        "The text begins so.",
    ),
    given("endingwith", &["end"], |given| with(given, |text, end| text.ends_with(end)), "The text ends so."),
    compared("in", Comparison::In, "It is in that list, that text, or among that object's keys."),
    compared("eq", Comparison::Equal, "It is the same."),
    compared("equalto", Comparison::Equal, "It is the same."),
    compared("==", Comparison::Equal, "It is the same."),
    compared("ne", Comparison::Unequal, "It is not the same."),
    compared("!=", Comparison::Unequal, "It is not the same."),
    compared("lt", Comparison::Less, "It is less."),
    compared("lessthan", Comparison::Less, "It is less."),
    compared("<", Comparison::Less, "It is less."),
    compared("le", Comparison::LessOrEqual, "It is less or the same."),
    compared("<=", Comparison::LessOrEqual, "It is less or the same."),
    compared("gt", Comparison::Greater, "It is greater."),
    compared("greaterthan", Comparison::Greater, "It is greater."),
    compared(">", Comparison::Greater, "It is greater."),
    compared("ge", Comparison::GreaterOrEqual, "It is greater or the same."),
    compared(">=", Comparison::GreaterOrEqual, "It is greater or the same."),
    look(
        "empty",
        |value| !operators::is_true(value),
        "It is null, false, 0, or text, a list or an object without anything in it.",
    ),
];

impl Test {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        TESTS.iter().find(|test| test.name == name)
    }

    /// Whether it holds for what is given, or for nothing.
    pub(super) fn holds(&self, given: Option<&Given<'_>>) -> Result<bool, Undefined> {
        given.map_or(Ok(()), |given| given.budget.work(0))?;
        match (self.holds, given) {
            (Holds::Defined(wanted), given) => Ok(given.is_some() == wanted),
            (_, None) => Ok(false),
            (Holds::Value(holds), Some(given)) => Ok(holds(given.value)),
            (Holds::Given(holds), Some(given)) => holds(given),
            (Holds::Compare(comparison), Some(given)) => {
                let other = given.args.first().and_then(Option::as_deref).unwrap_or(&Value::Null);
                operators::compare(comparison, given.value, other, given.budget)
            }
        }
    }
}

fn remainder(given: &Given<'_>, by: i128) -> Result<i128, Undefined> {
    match given.value.as_number().map(Num::of) {
        Some(Num::Whole(whole)) => Ok(whole % by),
        _ => Err(Undefined::unfit("this test takes a whole number", given.value, None)),
    }
}

fn divisible(given: &Given<'_>) -> Result<bool, Undefined> {
    match given.count_arg(0)? {
        None | Some(0) => Err(Undefined::new("nothing is a multiple of 0", None)),
        Some(by) => remainder(given, by as i128).map(|rest| rest == 0),
    }
}

fn with(given: &Given<'_>, is_so: fn(&str, &str) -> bool) -> Result<bool, Undefined> {
    Ok(is_so(given.text()?, given.text_arg(0)?.unwrap_or_default()))
}
