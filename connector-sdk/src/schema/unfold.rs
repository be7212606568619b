//! How much a schema says once every reference is followed: a short text may unfold to more than can ever be checked.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::limits;

/// Why a schema is too much to check against, if it is.
pub(super) fn defect(schema: &Value) -> Option<String> {
    let mut unfolding = Unfolding {
        root: schema,
        anchors: HashMap::new(),
        known: HashMap::new(),
        places: HashMap::new(),
        open: Vec::new(),
    };
    unfolding.note_anchors(schema);
    let unfolded = unfolding.reference(schema, 0).map(|unfolded| unfolded.count);
    match unfolded {
        Ok(count) if count <= limits::UNFOLDED => None,
        Ok(_) => Some(format!(
            "with its references followed it holds more than {} schemas; write each choice once, not as several \
             references to the same",
            limits::UNFOLDED
        )),
        Err(defect) => Some(defect),
    }
}

/// How deep references and schemas may stand in one another.
const DEEPEST: usize = 500;

/// What a schema unfolds to, and the first of the open targets that it leads back to.
#[derive(Clone, Copy)]
struct Unfolded {
    count: usize,
    back_to: usize,
}

/// A walk through a schema along its references. What leads back to itself is one family, each member of which counts
/// once: how often it is gone through is a matter of the value, not of the schema.
struct Unfolding<'s> {
    root: &'s Value,
    anchors: HashMap<&'s str, &'s Value>,
    /// What the targets of references unfold to.
    known: HashMap<*const Value, usize>,
    /// The targets that are being counted, and those that lead back to one of them.
    open: Vec<*const Value>,
    /// Where these stand in there.
    places: HashMap<*const Value, usize>,
}

impl<'s> Unfolding<'s> {
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

    fn reference(&mut self, target: &'s Value, depth: usize) -> Result<Unfolded, String> {
        let key = std::ptr::from_ref(target);
        if let Some(count) = self.known.get(&key) {
            return Ok(Unfolded { count: *count, back_to: usize::MAX });
        }
        if let Some(at) = self.places.get(&key) {
            return Ok(Unfolded { count: 1, back_to: *at });
        }
        let at = self.open.len();
        self.open.push(key);
        self.places.insert(key, at);
        let unfolded = self.schema(target, depth + 1)?;
        if unfolded.back_to < at {
            return Ok(unfolded);
        }
        self.known.extend(self.open.drain(at..).map(|member| (member, unfolded.count)));
        Ok(Unfolded { back_to: usize::MAX, ..unfolded })
    }

    fn schema(&mut self, schema: &'s Value, depth: usize) -> Result<Unfolded, String> {
        if depth > DEEPEST {
            return Err(format!("its references lead more than {DEEPEST} levels deep; write fewer of them in a row"));
        }
        let mut all = Unfolded { count: 1, back_to: usize::MAX };
        for (key, value) in schema.as_object().into_iter().flatten() {
            match (key.as_str(), value) {
                ("$defs" | "definitions" | "enum" | "const" | "default" | "examples", _) => {}
                ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(reference)) => {
                    if let Some(target) = self.target(reference)? {
                        all.add(self.reference(target, depth)?);
                    }
                }
                ("$id", Value::String(_)) if depth > 1 => {
                    return Err("a schema in it has an \"$id\"; take it away, and refer to \"#/$defs/…\"".to_owned());
                }
                ("properties" | "patternProperties" | "dependentSchemas" | "dependencies", Value::Object(named)) => {
                    for inner in named.values() {
                        all.add(self.schema(inner, depth + 1)?);
                    }
                }
                (_, Value::Object(_)) => all.add(self.schema(value, depth + 1)?),
                (_, Value::Array(several)) => {
                    for inner in several.iter().filter(|inner| inner.is_object()) {
                        all.add(self.schema(inner, depth + 1)?);
                    }
                }
                _ => {}
            }
        }
        Ok(all)
    }

    /// What a reference means; nothing if it is one of the schemas of JSON Schema itself.
    fn target(&self, reference: &str) -> Result<Option<&'s Value>, String> {
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

impl Unfolded {
    fn add(&mut self, inner: Self) {
        self.count = self.count.saturating_add(inner.count);
        self.back_to = self.back_to.min(inner.back_to);
    }
}
