//! What a test answers in place of a step's action: one answer for every call, or several, one after the other.

use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::mock_error::{ErrorText, MockError};

/// One answer, as a file writes it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(crate) struct AnswerText {
    /// What the action gives.
    #[serde(default, deserialize_with = "present")]
    pub(crate) output: Option<Value>,
    /// How the action fails.
    pub(crate) error: Option<ErrorText>,
    /// How many calls are answered so, in a list.
    #[schemars(range(min = 1))]
    pub(crate) times: Option<u32>,
    /// How long the action takes, such as "5s". Nobody waits for it.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::duration")]
    pub(crate) took: Option<String>,
}

/// A null is an output too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What stands under the id of a step: an answer, or a list of them.
#[derive(Clone, Debug)]
pub(crate) enum MockText {
    One(AnswerText),
    List(Vec<AnswerText>),
}

impl MockText {
    /// The answers, each with what its pointer adds to that of the mock.
    pub(crate) fn answers(&self) -> Vec<(String, &AnswerText)> {
        match self {
            Self::One(answer) => vec![(String::new(), answer)],
            Self::List(answers) => {
                answers.iter().enumerate().map(|(index, answer)| (format!("/{index}"), answer)).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for MockText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = match value.is_array() {
            true => Vec::deserialize(value).map(Self::List),
            false => AnswerText::deserialize(value).map(Self::One),
        };
        read.map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for MockText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Mock".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let answer = AnswerText::json_schema(generator);
        json_schema!({ "anyOf": [answer, { "type": "array", "minItems": 1, "items": answer }] })
    }
}

/// What a step is answered.
#[derive(Clone, Debug)]
pub(crate) struct Mock {
    /// The step, as the test names it.
    pub(crate) step: String,
    /// The answers and how often each is given; the only one of a mock without a list, for ever.
    pub(crate) answers: Vec<(Answer, Option<u32>)>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) result: Result<Value, MockError>,
    pub(crate) took: Duration,
}

impl Mock {
    /// The answer to the nth call, counted from 0. `None` if the list is at its end.
    pub(crate) fn answer(&self, call: u32) -> Option<&Answer> {
        let mut before = 0;
        self.answers.iter().find_map(|(answer, times)| match times {
            None => Some(answer),
            Some(times) => {
                before += times;
                (call < before).then_some(answer)
            }
        })
    }
}
