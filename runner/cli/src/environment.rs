//! The environment: the process's own, and a file's that adds to it.

use std::collections::HashMap;
use std::path::Path;

use crate::files;
use crate::problem::Problem;

/// Where credentials come from that stand in no file of connections.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    added: HashMap<String, String>,
}

impl Environment {
    /// The process's environment, and that of `file`, which never replaces what is set.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Problem> {
        let Some(path) = file else { return Ok(Self::default()) };
        let text = files::read_text(path)?;
        let mut added = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = parse(line).ok_or_else(|| Problem::File {
                path: path.to_owned(),
                message: format!("{}:{}: must be NAME=VALUE", path.display(), number + 1),
            })?;
            added.insert(name, value);
        }
        Ok(Self { added })
    }

    /// The value of a variable. An empty one counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let own = std::env::var(name).ok().filter(|value| !value.is_empty());
        own.or_else(|| self.added.get(name).filter(|value| !value.is_empty()).cloned())
    }
}

fn parse(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| (name.to_owned(), unquoted(value.trim()).to_owned()))
}

fn unquoted(value: &str) -> &str {
    let within = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}
