//! A value of a document with its text, as it was written.

use serde_json::Value;

use super::Document;
use super::places::Places;

/// A value of a document, and how it was written.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    text: &'d str,
    value: &'d Value,
    places: &'d Places,
}

impl Document {
    /// The whole of it.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { text: &self.text, value: &self.value, places: &self.places }
    }
}

impl<'d> Node<'d> {
    pub(crate) fn value(self) -> &'d Value {
        self.value
    }

    /// The value as it was written.
    pub(crate) fn written(self) -> &'d str {
        &self.text[self.places.range.clone()]
    }

    /// The items of a list.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        let values = self.value.as_array().into_iter().flatten();
        values.zip(self.places.children()).map(move |(value, places)| Self { value, places, ..self })
    }

    /// The entries of an object, each with its key and with the key as it was written.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'d str, &'d str, Self)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries.zip(self.places.children()).map(move |((key, value), places)| {
            let written = places.key.clone().map_or("", |range| &self.text[range]);
            (key.as_str(), written, Self { value, places, ..self })
        })
    }
}
