//! Numbers are exact, or an error that names their pointer.

use connector_sdk::json::{is_exact, parse};
use proptest::prelude::{any, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

proptest! {
    #[test]
    fn every_integer_of_64_bits_comes_back_as_it_was(signed: i64, unsigned: u64) {
        let text = json!({ "signed": signed, "unsigned": [unsigned] }).to_string();
        let value = parse(text.as_bytes()).unwrap();
        prop_assert_eq!(value["signed"].as_i64(), Some(signed));
        prop_assert_eq!(value["unsigned"][0].as_u64(), Some(unsigned));
        prop_assert_eq!(value.to_string(), text);
    }

    #[test]
    fn every_double_comes_back_as_it_was(bits: u64) {
        let double = f64::from_bits(bits);
        let text = json!([double]).to_string();
        let value = parse(text.as_bytes()).unwrap();
        // JSON has no word for what is not finite, and serde_json writes null for it.
        let expected = double.is_finite().then_some(bits);
        prop_assert_eq!(value[0].as_f64().map(f64::to_bits), expected);
        prop_assert_eq!(value.to_string(), text);
    }

    #[test]
    fn a_longer_integer_is_refused(number in "-?[1-9][0-9]{20,60}") {
        let violation = parse(format!("{{\"a\": [true, {number}]}}").as_bytes()).unwrap_err();
        prop_assert_eq!(violation.pointer, "/a/1");
        prop_assert_eq!(violation.rule, "number");
    }

    #[test]
    fn a_decimal_with_more_digits_than_a_double_has_is_refused(
        digits in "[1-9]\\.[0-9]{20,30}[1-9]",
        exponent in 0_i32..200,
    ) {
        let number = format!("{digits}e{exponent}");
        let violation = parse(format!("[{{\"x\": {number}}}]").as_bytes()).unwrap_err();
        prop_assert_eq!(violation.pointer, "/0/x");
    }

    #[test]
    fn the_pointer_of_an_inexact_number_leads_to_it(
        before in prop::collection::vec(json_value(), 0..4),
        key in "[a-z/~ \"\\\\é{}\\[\\],:]{0,8}",
        after in json_value(),
    ) {
        let mut text = "[".to_owned();
        before.iter().for_each(|value| text.push_str(&format!("{value},")));
        text.push_str(&format!("{{\"first\":{after},{}:18446744073709551616}},{after}]", json!(key)));
        let violation = parse(text.as_bytes()).unwrap_err();
        let lenient: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(lenient.pointer(&violation.pointer), Some(&json!(18_446_744_073_709_551_616.0)));
    }

    #[test]
    fn what_is_accepted_means_what_was_written(number in "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?(e[+-]?[0-9]{1,3})?") {
        let accepted = parse(number.as_bytes());
        prop_assert_eq!(accepted.is_ok(), is_exact(&number));
        if let Ok(value) = accepted {
            // Written again, and read as a double, it is the same number.
            let written = value.to_string();
            prop_assert_eq!(written.parse::<f64>().unwrap(), number.parse::<f64>().unwrap());
            prop_assert!(is_exact(&written));
        }
    }
}

fn json_value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::strategy::Strategy as _;
    let leaf = proptest::prop_oneof![
        proptest::strategy::Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z0-9\"\\\\{}\\[\\],: é]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z~/\"]{0,5}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

#[test]
fn the_bounds_are_exact_and_the_next_number_is_refused() {
    for exact in [
        "-9223372036854775808",
        "18446744073709551615",
        "12345678901234567890",
        "0.1",
        "-0.0",
        "5e-324",
        "1e308",
        "0.10000000000000001",
        "0.1000000000000000000",
        "9007199254740992.0",
        "100e-2",
    ] {
        assert!(parse(exact.as_bytes()).is_ok(), "{exact}");
    }
    let refused = [
        "-9223372036854775809",
        "18446744073709551616",
        "1e309",
        "-1e400",
        "1e-400",
        "0.1234567890123456789",
        "9007199254740993.0",
        "9007199254740993e0",
        "1.0000000000000001",
    ];
    for inexact in refused {
        let violation = parse(format!("{{\"a/b\":{{\"c~d\":{inexact}}}}}").as_bytes()).unwrap_err();
        assert_eq!(violation.pointer, "/a~1b/c~0d", "{inexact}");
        let message = format!("{inexact} cannot be held exactly; send it as text, in quotes, to keep its digits");
        assert_eq!(violation.message, message);
    }
}

#[test]
fn more_values_than_the_bound_are_refused_before_they_cost_memory() {
    let text = format!("[{}0]", "0,".repeat(connector_sdk::limits::NODES));
    assert_eq!(parse(text.as_bytes()).unwrap_err().rule, "limit");
    let strings = format!("[\"{}\"]", ",[{".repeat(connector_sdk::limits::NODES));
    assert!(parse(strings.as_bytes()).is_ok(), "what stands in text does not count");
}
