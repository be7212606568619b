//! What a schema knows of a path into the values that it describes.

use connector_sdk::nearest;
use serde_json::{Map, Value};

use crate::expression::Segment;

/// A key that a schema does not know.
pub(super) struct UnknownProperty<'s> {
    pub(super) key: &'s str,
    /// The keys that it knows in that place.
    pub(super) known: &'s Map<String, Value>,
    /// Whether it allows no others.
    pub(super) closed: bool,
}

/// Keywords that may describe properties somewhere else.
const ELSEWHERE: [&str; 8] =
    ["$ref", "$dynamicRef", "anyOf", "oneOf", "allOf", "patternProperties", "if", "dependentSchemas"];

/// The first key of a path that a schema does not know, as far as it can be told.
pub(super) fn unknown_property<'s>(schema: &'s Value, path: &'s [Segment]) -> Option<UnknownProperty<'s>> {
    let mut schema = schema;
    for segment in path {
        if ELSEWHERE.iter().any(|keyword| schema.get(keyword).is_some()) {
            return None;
        }
        schema = match segment {
            Segment::Index(_) => schema.get("items")?,
            Segment::Key(key) => {
                let known = schema.get("properties")?.as_object()?;
                let others = schema.get("additionalProperties");
                match (known.get(key), others) {
                    (Some(property), _) => property,
                    (None, Some(others @ Value::Object(_))) => others,
                    (None, _) => return Some(UnknownProperty { key, known, closed: others == Some(&false.into()) }),
                }
            }
        };
    }
    None
}

impl UnknownProperty<'_> {
    /// What was probably meant.
    pub(super) fn fix(&self) -> Option<String> {
        let known = self.known.keys().map(String::as_str);
        match nearest(self.key, known.clone()) {
            Some(near) => Some(format!("did you mean {near:?}?")),
            None if self.known.is_empty() => Some("add it to \"properties\" of the schema".to_owned()),
            None => Some(format!("known are {}", known.take(20).collect::<Vec<_>>().join(", "))),
        }
    }
}
