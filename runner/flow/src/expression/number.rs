//! Arithmetic: whole numbers are exact or an error, never rounded; nothing is infinite.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::program::Operator;
use super::undefined::Undefined;

/// A number of JSON, ready to be counted with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Num {
    Whole(i128),
    Real(f64),
}

impl Num {
    pub(super) fn of(number: &Number) -> Self {
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        whole.map_or_else(|| Self::Real(number.as_f64().unwrap_or(f64::NAN)), Self::Whole)
    }

    pub(super) fn real(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "the nearest double is what division works with")]
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }

    /// The number as JSON holds it: from −2⁶³ to 2⁶⁴−1, or a finite double.
    pub(super) fn json(self) -> Result<Value, Undefined> {
        let number = match self {
            Self::Whole(whole) => {
                i64::try_from(whole).map(Number::from).or_else(|_| u64::try_from(whole).map(Number::from)).ok()
            }
            Self::Real(real) => Number::from_f64(real),
        };
        number.map(Value::Number).ok_or_else(too_large)
    }

    /// Exactly, even where one is whole and the other is not.
    pub(super) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(&b),
            (Self::Real(a), Self::Real(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Self::Whole(a), Self::Real(b)) => order_mixed(a, b),
            (Self::Real(a), Self::Whole(b)) => order_mixed(b, a).reverse(),
        }
    }
}

/// A double that is cut to a whole number saturates, far beyond every whole number of JSON.
fn order_mixed(whole: i128, real: f64) -> Ordering {
    #[expect(clippy::cast_possible_truncation, reason = "cutting is meant")]
    let cut = real.trunc() as i128;
    whole.cmp(&cut).then_with(|| 0.0.partial_cmp(&real.fract()).unwrap_or(Ordering::Equal))
}

/// `a op b` of two numbers.
pub(super) fn calculate(operator: Operator, a: Num, b: Num) -> Result<Value, Undefined> {
    let divides = matches!(operator, Operator::Divide | Operator::DivideWhole | Operator::Remainder);
    if divides && b.order(Num::Whole(0)) == Ordering::Equal {
        return Err(Undefined::new("this divides by zero", None));
    }
    match (a, b) {
        _ if operator == Operator::Divide => Num::Real(a.real() / b.real()).json(),
        (Num::Whole(a), Num::Whole(b)) => Num::Whole(whole(operator, a, b)?).json(),
        _ => Num::Real(real(operator, a.real(), b.real())?).json(),
    }
}

fn whole(operator: Operator, a: i128, b: i128) -> Result<i128, Undefined> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Power if b < 0 => return Err(no_power()),
        Operator::Power => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        Operator::Divide | Operator::DivideWhole | Operator::Concat => Some(floor_divide(a, b)),
        Operator::Remainder => Some(a - floor_divide(a, b) * b),
    };
    result.ok_or_else(too_large)
}

/// Division that rounds down, as in Python: numbers of JSON are far from the ends of `i128`.
fn floor_divide(a: i128, b: i128) -> i128 {
    let (quotient, remainder) = (a / b, a % b);
    quotient - i128::from(remainder != 0 && (remainder < 0) != (b < 0))
}

fn real(operator: Operator, a: f64, b: f64) -> Result<f64, Undefined> {
    Ok(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide | Operator::Concat => a / b,
        Operator::DivideWhole => (a / b).floor(),
        Operator::Remainder => {
            let remainder = a % b;
            if remainder != 0.0 && (remainder < 0.0) != (b < 0.0) { remainder + b } else { remainder }
        }
        Operator::Power => return Err(no_power()),
    })
}

/// Other powers differ from machine to machine in their last digits, and a replay has to find the same.
fn no_power() -> Undefined {
    Undefined::new("** takes whole numbers, and no negative power", None)
}

fn too_large() -> Undefined {
    Undefined::new("the result is no number of JSON: integers go from −2⁶³ to 2⁶⁴−1, and doubles are finite", None)
}
