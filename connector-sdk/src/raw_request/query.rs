//! Query strings, and forms of the same shape, as the JavaScript world writes them:
//! a space is `+`, lists are `key[]`, objects are `key[inner]`, null is left out.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What `encodeURIComponent` leaves alone, and `:` `$` `,` as well. The space is dealt with apart.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b':')
    .remove(b'$')
    .remove(b',');

/// The encoded form of these pairs, in order, duplicates kept.
pub(super) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a Value)>) -> String {
    let mut encoded = String::new();
    for (key, value) in pairs {
        push(&mut encoded, key, value);
    }
    encoded
}

fn push(encoded: &mut String, key: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| match item {
            Value::Array(_) | Value::Object(_) => push_pair(encoded, &format!("{key}[]"), &item.to_string()),
            item => push(encoded, &format!("{key}[]"), item),
        }),
        Value::Object(map) => map.iter().for_each(|(inner, value)| push(encoded, &format!("{key}[{inner}]"), value)),
        Value::String(text) => push_pair(encoded, key, text),
        Value::Bool(_) | Value::Number(_) => push_pair(encoded, key, &value.to_string()),
    }
}

fn push_pair(encoded: &mut String, key: &str, value: &str) {
    if !encoded.is_empty() {
        encoded.push('&');
    }
    encoded.push_str(&component(key));
    encoded.push('=');
    encoded.push_str(&component(value));
}

fn component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string().replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn every_shape_is_written_as_in_javascript() {
        let pairs = json!({
            "a": 2, "s p": "x y+&=é:$,[]@", "arr": ["p", "q"], "nul": null, "e": "", "o": { "k": "v" }, "t": true
        });
        let pairs = pairs.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value));
        assert_eq!(
            super::encode(pairs),
            "a=2&s+p=x+y%2B%26%3D%C3%A9:$,%5B%5D%40&arr%5B%5D=p&arr%5B%5D=q&e=&o%5Bk%5D=v&t=true"
        );
    }
}
