//! How much a schema says once every reference is followed: a short text may unfold to more than can ever be checked.

use std::collections::HashMap;

use serde_json::Value;

use super::references::References;
use crate::limits;

/// Why a schema is too much to check against, if it is.
pub(super) fn defect(schema: &Value) -> Option<String> {
    match Unfolding::of(schema).reference(schema, 0) {
        Ok(unfolded) if unfolded.count <= limits::UNFOLDED => None,
        Ok(_) => Some(format!(
            "with its references followed it holds more than {} schemas; write each choice once, not as several \
             references to the same",
            limits::UNFOLDED
        )),
        Err(defect) => Some(defect),
    }
}

/// Whether a part of a schema refers to what it stands in, so that only the value says how deep a check goes.
pub(super) fn leads_back(schema: &Value) -> bool {
    let mut unfolding = Unfolding::of(schema);
    // Where this fails, the schema cannot be used at all.
    let _ = unfolding.reference(schema, 0);
    unfolding.leads_back
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
    references: References<'s>,
    /// What the targets of references unfold to.
    known: HashMap<*const Value, usize>,
    /// The targets that are being counted, and those that lead back to one of them.
    open: Vec<*const Value>,
    /// Where these stand in there.
    places: HashMap<*const Value, usize>,
    leads_back: bool,
}

impl<'s> Unfolding<'s> {
    fn of(schema: &'s Value) -> Self {
        let references = References::of(schema);
        Self { references, known: HashMap::new(), open: Vec::new(), places: HashMap::new(), leads_back: false }
    }

    fn reference(&mut self, target: &'s Value, depth: usize) -> Result<Unfolded, String> {
        let key = std::ptr::from_ref(target);
        if let Some(count) = self.known.get(&key) {
            return Ok(Unfolded { count: *count, back_to: usize::MAX });
        }
        if let Some(at) = self.places.get(&key) {
            self.leads_back = true;
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
                    if let Some(target) = self.references.target(reference)? {
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
}

impl Unfolded {
    fn add(&mut self, inner: Self) {
        self.count = self.count.saturating_add(inner.count);
        self.back_to = self.back_to.min(inner.back_to);
    }
}
