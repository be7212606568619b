//! The way to a value within another one: `choices[0].message["a.b"]`.

use serde_json::Value;

/// The way to a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Path(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Key(String),
    Index(usize),
}

impl Path {
    /// What follows a name: nothing, or parts that each begin with `.` or `[`. `None` if it cannot be read.
    pub(crate) fn parse(mut text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        while !text.is_empty() {
            let (part, rest) = next_part(text)?;
            parts.push(part);
            text = rest;
        }
        Some(Self(parts))
    }

    /// The value that it leads to, if it leads to one.
    pub(crate) fn follow<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, part| match part {
            Part::Key(key) => value.get(key),
            Part::Index(index) => value.get(index),
        })
    }
}

fn next_part(text: &str) -> Option<(Part, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (key, rest) = rest.split_at(end);
        return (!key.is_empty()).then(|| (Part::Key(key.to_owned()), rest));
    }
    let rest = text.strip_prefix('[')?;
    if let Some(rest) = rest.strip_prefix('"') {
        let (key, rest) = rest.split_once("\"]")?;
        return Some((Part::Key(key.to_owned()), rest));
    }
    let (index, rest) = rest.split_once(']')?;
    Some((Part::Index(index.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Path;

    #[test]
    fn every_part_leads_on() {
        let value = json!({ "choices": [{ "a.b": 1 }, { "text": "x" }] });
        let found = |path: &str| Path::parse(path).unwrap().follow(&value).cloned();
        assert_eq!(found(".choices[0][\"a.b\"]"), Some(json!(1)));
        assert_eq!(found(".choices[1].text"), Some(json!("x")));
        assert_eq!(found(".choices[2]"), None);
        assert_eq!(found(""), Some(value.clone()));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [".", "x", "[x]", "[1", ".a..b", "[\"a"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
