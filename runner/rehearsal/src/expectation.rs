//! What a case expects: the keys of `expect`, read.

use std::time::Duration;

use runner_flow::parse_duration;
use serde_json::Value;

use crate::path::Path;

/// One thing that must be so.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    /// The key in the file.
    pub(crate) key: String,
    pub(crate) kind: Kind,
}

/// What an expectation is about.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// How the run ended.
    Status(Value),
    /// What it gave.
    Output(Path, Value),
    /// What went wrong.
    Error(Path, Value),
    /// Something about a step.
    Step { step: String, aspect: Aspect, path: Path, value: Value },
    /// Steps that ran.
    Called(Vec<String>),
    /// Steps that did not.
    NotCalled(Vec<String>),
    /// How long the run took.
    Duration(Duration),
    /// How long the run took at most.
    DurationAtMost(Duration),
}

/// What of a step is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    Status,
    Attempts,
    Input,
    Output,
    Error,
}

/// The words for the aspects of a step.
const ASPECTS: [(&str, Aspect); 5] = [
    ("status", Aspect::Status),
    ("attempts", Aspect::Attempts),
    ("input", Aspect::Input),
    ("output", Aspect::Output),
    ("error", Aspect::Error),
];

impl Expectation {
    /// Reads a key of `expect`. Says in words what is wrong with it.
    pub(crate) fn read(key: &str, value: &Value) -> Result<Self, String> {
        let kind = match key {
            "status" => Kind::Status(value.clone()),
            "called" => Kind::Called(names(value)),
            "not_called" => Kind::NotCalled(names(value)),
            "duration" => Kind::Duration(duration(value)?),
            "duration_at_most" => Kind::DurationAtMost(duration(value)?),
            _ => of_path(key, value)?,
        };
        Ok(Self { key: key.to_owned(), kind })
    }

    /// The steps that it names, each with what its pointer adds to that of the key.
    pub(crate) fn steps(&self) -> Vec<(String, &str)> {
        match &self.kind {
            Kind::Step { step, .. } => vec![(String::new(), step)],
            Kind::Called(steps) | Kind::NotCalled(steps) => {
                steps.iter().enumerate().map(|(index, step)| (format!("/{index}"), step.as_str())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it says how the run ends, so that it need not succeed.
    pub(crate) fn is_of_ending(&self) -> bool {
        matches!(self.kind, Kind::Status(_) | Kind::Error(..))
    }
}

fn of_path(key: &str, value: &Value) -> Result<Kind, String> {
    let path = |text: &str| Path::parse(text).ok_or_else(|| format!("{key:?} is no path such as output.list[0].name"));
    if let Some(rest) = key.strip_prefix("output") {
        return Ok(Kind::Output(path(rest)?, value.clone()));
    }
    if let Some(rest) = key.strip_prefix("error") {
        return Ok(Kind::Error(path(rest)?, value.clone()));
    }
    let (step, aspect, rest) = key.strip_prefix("steps.").and_then(of_step).ok_or_else(|| {
        let words: Vec<&str> = ASPECTS.iter().map(|(word, _)| *word).collect();
        format!("{key:?} is not steps.ID and one of {}", words.join(", "))
    })?;
    Ok(Kind::Step { step: step.to_owned(), aspect, path: path(rest)?, value: value.clone() })
}

/// The step, what of it is meant, and the way on from there. The step's name ends where an aspect begins.
fn of_step(text: &str) -> Option<(&str, Aspect, &str)> {
    text.match_indices('.').find_map(|(at, _)| {
        let rest = &text[at + 1..];
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (_, aspect) = ASPECTS.iter().find(|(word, _)| *word == &rest[..end])?;
        Some((&text[..at], *aspect, &rest[end..]))
    })
}

fn names(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

fn duration(value: &Value) -> Result<Duration, String> {
    parse_duration(value.as_str().unwrap_or_default()).map_err(|error| error.to_string())
}
