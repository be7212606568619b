//! JSON that is described by a type and kept exactly as it came.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};

/// A JSON value with the schema of `T`: fields that `T` does not know, and the order of all, are kept.
pub struct Verbatim<T> {
    value: Value,
    described_by: PhantomData<fn() -> T>,
}

impl<T> Verbatim<T> {
    /// The value, whatever it is.
    pub fn unchecked(value: Value) -> Self {
        Self { value, described_by: PhantomData }
    }

    /// The JSON itself.
    pub fn get(&self) -> &Value {
        &self.value
    }
}

impl<T: for<'a> Deserialize<'a>> Verbatim<T> {
    /// A provider's answer, if it has what `T` needs. The work was done, so such an error is never repeated.
    pub fn answer(value: Value) -> Result<Self> {
        match T::deserialize(&value) {
            Ok(_) => Ok(Self::unchecked(value)),
            Err(error) => Err(Error::new(
                ErrorKind::MalformedAnswer,
                format!("the provider's answer is not of the documented form: {error}"),
            )),
        }
    }
}

impl<T> Serialize for Verbatim<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Verbatim<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::unchecked)
    }
}

impl<T: JsonSchema> JsonSchema for Verbatim<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    /// Always what `T` reads: nothing is added to the value when it is written, so a field that may be absent stays so.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        if generator.contract().is_deserialize() {
            return T::json_schema(generator);
        }
        let reading =
            SchemaSettings::draft2020_12().for_deserialize().with(|settings| settings.inline_subschemas = true);
        T::json_schema(&mut reading.into_generator())
    }
}

impl<T> std::fmt::Debug for Verbatim<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}
