//! The query of a request: every parameter is known, and stands there once.

use std::collections::BTreeMap;

use runner_flow::Timestamp;

use super::refuse::No;

/// The parameters that nobody has taken yet.
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    pub(super) fn read(text: &str) -> Result<Self, No> {
        let mut all = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if all.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(No::invalid(
                    format!("the parameter {:?} stands there twice", shown(&name)),
                    "leave one out",
                ));
            }
        }
        Ok(Self(all))
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Whether a parameter is `true`.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, No> {
        match self.text(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(No::invalid(format!("{name} must be true or false"), "write true, or leave it out")),
        }
    }

    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, No> {
        let number =
            |text: String| text.parse().map_err(|_| No::invalid(format!("{name} must be a number"), "write digits"));
        self.text(name).map(number).transpose()
    }

    /// A moment, such as 2026-01-31T12:00:00Z.
    pub(super) fn moment(&mut self, name: &str) -> Result<Option<Timestamp>, No> {
        let moment = |text: String| {
            Timestamp::parse(&text)
                .map_err(|why| No::invalid(format!("{name}: {why}"), "write one as 2026-01-31T12:00:00Z"))
        };
        self.text(name).map(moment).transpose()
    }

    /// Refuses what nobody took.
    pub(super) fn end(&self) -> Result<(), No> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => {
                let message = format!("the parameter {:?} is not known here", shown(name));
                Err(No::invalid(message, "GET /openapi.json tells which there are"))
            }
        }
    }
}

fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}
