//! What the references of a schema mean.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A schema, and the names that its parts have.
pub(super) struct References<'s> {
    root: &'s Value,
    anchors: HashMap<&'s str, &'s Value>,
}

impl<'s> References<'s> {
    pub(super) fn of(root: &'s Value) -> Self {
        let mut references = Self { root, anchors: HashMap::new() };
        references.note_anchors(root);
        references
    }

    fn note_anchors(&mut self, value: &'s Value) {
        for key in ["$anchor", "$dynamicAnchor"] {
            self.anchors.extend(value.get(key).and_then(Value::as_str).map(|name| (name, value)));
        }
        match value {
            Value::Object(map) => map.values().for_each(|inner| self.note_anchors(inner)),
            Value::Array(items) => items.iter().for_each(|inner| self.note_anchors(inner)),
            _ => {}
        }
    }

    /// What a reference means; nothing if it is one of the schemas of JSON Schema itself.
    pub(super) fn target(&self, reference: &str) -> Result<Option<&'s Value>, String> {
        let Some(fragment) = reference.strip_prefix('#') else {
            let is_own = reference.contains("://json-schema.org/") && !reference.trim_end_matches('#').contains('#');
            let outside = || format!("{reference:?} stands outside of it; write a reference such as \"#/$defs/name\"");
            return if is_own { Ok(None) } else { Err(outside()) };
        };
        let fragment = percent_decode_str(fragment).decode_utf8_lossy();
        let target = match fragment.is_empty() || fragment.starts_with('/') {
            true => self.root.pointer(&fragment),
            false => self.anchors.get(&*fragment).copied(),
        };
        target.map(Some).ok_or_else(|| format!("there is nothing at {reference:?}; write one of its own \"$defs\""))
    }
}
