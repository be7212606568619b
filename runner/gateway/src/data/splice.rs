//! What a request's body says of itself, and the few bytes of it that are changed in place.
//!
//! The body is proved to be JSON and is otherwise not read: everything but the model's name goes on as it came. A key that
//! stands twice is refused, since two readers could take two different ones.

use std::ops::Range;

use bytes::Bytes;
use connector_sdk::http::Outgoing;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The top of a request's body, as far as a gateway has to know it.
pub(super) struct Head {
    model: Option<Place<String>>,
    stream_options: Option<Place<bool>>,
    /// Whether the answer is to come in pieces.
    pub(super) stream: bool,
    /// How many tokens the answer may have, all choices together.
    pub(super) max_output: Option<u64>,
    /// Whether it says that nothing of it is to be stored.
    pub(super) declines_storage: bool,
    /// Whether it asks that something of it stays with the provider, or goes on from what did.
    pub(super) asks_for_state: bool,
    /// After the brace that opens the body.
    start: usize,
    is_empty: bool,
}

/// A value, and where it stands.
struct Place<T> {
    at: Range<usize>,
    value: T,
}

/// Why a body cannot be passed on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("the body is not valid JSON: {0}")]
    NotJson(String),
    #[error("the body must be a JSON object")]
    NotAnObject,
    #[error("\"model\" must be a string")]
    ModelIsNoString,
}

/// The fields that matter. Whatever else there is, is checked to be JSON and skipped.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    model: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    stream_options: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    stream: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    n: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    max_tokens: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    max_completion_tokens: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    max_output_tokens: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    store: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    deferred: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    background: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    conversation: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    previous_response_id: Option<&'a RawValue>,
}

/// Keeps a null apart from a field that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl Head {
    /// Reads the top of a body.
    pub(super) fn of(body: &[u8]) -> Result<Self, Malformed> {
        let not_json = |error: &dyn std::fmt::Display| Malformed::NotJson(error.to_string());
        let text = std::str::from_utf8(body).map_err(|error| not_json(&error))?;
        let rest = text.trim_start_matches(is_json_space);
        if !rest.starts_with('{') {
            let is_json = serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(&error));
            return is_json.and(Err(Malformed::NotAnObject));
        }
        let start = text.len() - rest.len() + 1;
        let fields: Fields<'_> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let model = fields.model.map(|raw| Ok(Place { at: place(text, raw), value: string(raw)? })).transpose()?;
        let stream_options =
            fields.stream_options.map(|raw| Place { at: place(text, raw), value: asks_for_usage(raw) });
        let most = [fields.max_completion_tokens, fields.max_tokens, fields.max_output_tokens];
        let most = most.into_iter().flatten().find_map(number);
        let choices = fields.n.and_then(number).unwrap_or(1).max(1);
        let stateful =
            [fields.store, fields.deferred, fields.background, fields.conversation, fields.previous_response_id];
        Ok(Self {
            model,
            stream_options,
            stream: fields.stream.is_some_and(|raw| raw.get() == "true"),
            max_output: most.map(|most| most.saturating_mul(choices)),
            declines_storage: fields.store.is_some_and(|raw| raw.get() == "false"),
            asks_for_state: stateful.into_iter().flatten().any(|raw| !matches!(raw.get(), "false" | "null")),
            start,
            is_empty: text[start..].trim_start_matches(is_json_space).starts_with('}'),
        })
    }

    /// The model that the body names.
    pub(super) fn model(&self) -> Option<&str> {
        self.model.as_ref().map(|model| model.value.as_str())
    }

    /// Whether the caller asks for the usage of a stream.
    pub(super) fn asks_for_usage(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|options| options.value)
    }

    /// The body with this model's name in it, and with the question for a stream's usage if that is to be asked.
    pub(super) fn splice(&self, body: &Bytes, model: &str, ask_for_usage: bool) -> Outgoing {
        let mut pieces = <[Bytes; 5]>::default();
        let (mut count, mut done) = (0, 0);
        for edit in self.edits(body, model, ask_for_usage) {
            pieces[count] = body.slice(done..edit.at.start);
            pieces[count + 1] = edit.value.into();
            (count, done) = (count + 2, edit.at.end);
        }
        pieces[count] = body.slice(done..);
        Outgoing::pieces(pieces)
    }

    /// What is put where, in the order of the body: two places at most.
    fn edits(&self, body: &[u8], model: &str, ask_for_usage: bool) -> Vec<Place<String>> {
        let (mut edits, mut missing) = (Vec::new(), Vec::new());
        let quoted = || serde_json::Value::from(model).to_string();
        match &self.model {
            Some(own) if own.value == model => {}
            Some(own) => edits.push(Place { at: own.at.clone(), value: quoted() }),
            None => missing.push(format!("\"model\":{}", quoted())),
        }
        match &self.stream_options {
            Some(own) if ask_for_usage => {
                edits.push(Place { at: own.at.clone(), value: asking(&body[own.at.clone()]) })
            }
            None if ask_for_usage => missing.push(format!("\"stream_options\":{}", asking(b"null"))),
            _ => {}
        }
        if !missing.is_empty() {
            let comma = if self.is_empty { "" } else { "," };
            edits.push(Place { at: self.start..self.start, value: missing.join(",") + comma });
        }
        edits.sort_by_key(|edit| edit.at.start);
        edits
    }
}

fn is_json_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Where a value stands in the text that it was read from.
fn place(text: &str, raw: &RawValue) -> Range<usize> {
    let start = raw.get().as_ptr().addr() - text.as_ptr().addr();
    start..start + raw.get().len()
}

fn string(raw: &RawValue) -> Result<String, Malformed> {
    serde_json::from_str(raw.get()).map_err(|_| Malformed::ModelIsNoString)
}

fn number(raw: &RawValue) -> Option<u64> {
    raw.get().parse().ok()
}

fn asks_for_usage(options: &RawValue) -> bool {
    let options: Result<Map<String, Value>, _> = serde_json::from_str(options.get());
    options.is_ok_and(|options| options.get("include_usage") == Some(&Value::Bool(true)))
}

/// The same options, with the question for the usage. What cannot be options stays, for the provider to refuse.
fn asking(options: &[u8]) -> String {
    match serde_json::from_slice(options) {
        Ok(Value::Null) => r#"{"include_usage":true}"#.to_owned(),
        Ok(Value::Object(mut options)) => {
            options.insert("include_usage".to_owned(), Value::Bool(true));
            Value::Object(options).to_string()
        }
        _ => String::from_utf8_lossy(options).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use connector_sdk::http::Outgoing;
    use http_body::Body as _;
    use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
    use proptest::proptest;
    use serde_json::{Map, Value, json};

    use super::{Head, Malformed};

    fn text(mut body: Outgoing) -> String {
        let mut bytes = Vec::new();
        while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop()))
        {
            bytes.extend_from_slice(&frame.into_data().unwrap());
        }
        String::from_utf8(bytes).unwrap()
    }

    fn spliced(body: &str, model: &str, ask: bool) -> String {
        text(Head::of(body.as_bytes()).unwrap().splice(&Bytes::copy_from_slice(body.as_bytes()), model, ask))
    }

    #[test]
    fn only_the_models_bytes_change() {
        let body = "{ \"messages\" : [1.50, {\"model\":\"inner\"}],\n\t\"model\" : \"a\\u006c\", \"x\": 1e2 }";
        let expected = "{ \"messages\" : [1.50, {\"model\":\"inner\"}],\n\t\"model\" : \"grok-4\", \"x\": 1e2 }";
        assert_eq!(Head::of(body.as_bytes()).unwrap().model(), Some("al"));
        assert_eq!(spliced(body, "grok-4", false), expected);
        assert_eq!(spliced(body, "al", false), body, "the same name stays as it is spelled");
    }

    #[test]
    fn what_is_missing_is_put_in_front() {
        assert_eq!(spliced("{}", "m", false), r#"{"model":"m"}"#);
        assert_eq!(spliced(" { } ", "m", true), r#" {"model":"m","stream_options":{"include_usage":true} } "#);
        assert_eq!(spliced(r#"{"a":1}"#, "m", false), r#"{"model":"m","a":1}"#);
        let asked = spliced(r#"{"model":"x","stream":true}"#, "m", true);
        assert_eq!(asked, r#"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#);
    }

    #[test]
    fn the_question_for_usage_keeps_the_other_options() {
        let body = r#"{"stream_options":{"include_obfuscation":false,"include_usage":false},"model":"x"}"#;
        let asked = r#"{"stream_options":{"include_obfuscation":false,"include_usage":true},"model":"x"}"#;
        assert_eq!(spliced(body, "x", true), asked);
        assert!(!Head::of(body.as_bytes()).unwrap().asks_for_usage());
        assert!(Head::of(asked.as_bytes()).unwrap().asks_for_usage());
        assert_eq!(
            spliced(r#"{"stream_options":null}"#, "m", true),
            r#"{"model":"m","stream_options":{"include_usage":true}}"#
        );
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let refused = [
            r#"{"model":"a","model":"b"}"#,
            r#"{"model":"a","mod\u0065l":"b"}"#,
            r#"{"stream":true,"stream":false}"#,
            r#"{"model":"a",}"#,
            r#"{"model":"a"} {"model":"b"}"#,
            "{\"model\":\"a\u{1}\"}",
            r#"{'model':'a'}"#,
            r#"{"model":"a"//"#,
            r#"{"model":"a","x":NaN}"#,
            r#"{"model":"a","x":01}"#,
            "\u{feff}{\"model\":\"a\"}",
            "",
            "  ",
            "{",
        ];
        for body in refused {
            assert!(matches!(Head::of(body.as_bytes()), Err(Malformed::NotJson(_))), "{body}");
        }
        assert!(matches!(Head::of(b"{\"model\":\"a\xff\"}"), Err(Malformed::NotJson(_))));
        for body in [r#"["a"]"#, "1", "null", r#""model""#] {
            assert!(matches!(Head::of(body.as_bytes()), Err(Malformed::NotAnObject)), "{body}");
        }
        for body in [r#"{"model":null}"#, r#"{"model":["a"]}"#, r#"{"model":7}"#] {
            assert!(matches!(Head::of(body.as_bytes()), Err(Malformed::ModelIsNoString)), "{body}");
        }
    }

    #[test]
    fn what_the_answer_may_cost_is_read() {
        let head = |body: Value| Head::of(body.to_string().as_bytes()).unwrap();
        assert_eq!(head(json!({})).max_output, None);
        assert_eq!(head(json!({ "max_tokens": 5 })).max_output, Some(5));
        assert_eq!(head(json!({ "max_completion_tokens": 7, "max_tokens": 5, "n": 3 })).max_output, Some(21));
        assert_eq!(head(json!({ "max_output_tokens": "7" })).max_output, None);
        assert!(head(json!({ "stream": true })).stream);
        assert!(!head(json!({ "stream": "true" })).stream);
    }

    #[test]
    fn what_stays_with_the_provider_is_read() {
        let read = |body: Value| {
            let head = Head::of(body.to_string().as_bytes()).unwrap();
            (head.declines_storage, head.asks_for_state)
        };
        assert_eq!(read(json!({})), (false, false));
        assert_eq!(read(json!({ "store": false, "background": null, "deferred": false })), (true, false));
        assert_eq!(read(json!({ "store": true })), (false, true));
        assert_eq!(read(json!({ "store": "false" })), (false, true));
        for field in ["deferred", "background", "conversation", "previous_response_id"] {
            assert_eq!(read(json!({ "store": false, (field): "x" })), (true, true), "{field}");
        }
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            let key = prop_oneof![Just("model".to_owned()), Just("stream".to_owned()), any::<String>()];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec((key, inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn of_any_body_only_the_models_value_changes(
            fields in proptest::collection::vec((any::<String>(), anything()), 0..6),
            at in 0..6_usize,
            named in any::<String>(),
            name in any::<String>(),
            is_pretty in any::<bool>(),
        ) {
            let mut body = Map::new();
            let reserved = |key: &String| {
                matches!(&**key, "model" | "stream" | "n" | "stream_options")
                    || key.starts_with("max_")
            };
            for (index, (key, value)) in fields.into_iter().filter(|(key, _)| !reserved(key)).enumerate() {
                if index == at {
                    body.insert("model".to_owned(), named.clone().into());
                }
                body.insert(key, value);
            }
            body.entry("model").or_insert(named.into());
            let print = |body: &Map<String, Value>| match is_pretty {
                true => serde_json::to_string_pretty(body).unwrap(),
                false => serde_json::to_string(body).unwrap(),
            };
            let before = print(&body);
            body.insert("model".to_owned(), name.clone().into());
            assert_eq!(spliced(&before, &name, false), print(&body));
        }
    }
}
