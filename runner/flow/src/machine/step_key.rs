//! The key of a step of a run, and the only place that takes one apart.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which step of a run: the ids on the way to it, such as `each[3].ask`. The same in every replay.
///
/// After the id of a loop stands the turn, counted from 0; before that, where what stands inside is repeated, the round,
/// such as `each~2[3].ask`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepKey(Arc<str>);

impl StepKey {
    /// The key with this path.
    pub fn new(path: &str) -> Self {
        Self(path.into())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ids on the way to the step, its own last: without turns and rounds.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.split('.').map(id_of)
    }

    /// The id of the step.
    pub fn id(&self) -> &str {
        id_of(self.0.rsplit('.').next().unwrap_or(&self.0))
    }

    /// The id of the step of the flow's own file that the way begins with.
    pub fn own(&self) -> &str {
        id_of(&self.0)
    }

    /// The keys of what the step stands in, the outermost first: `a[1].b~2[2].c` stands in `a` and in `a[1].b`.
    pub fn ancestors(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('.').map(|(dot, _)| container(&self.0[..dot]))
    }

    /// The key of the outermost loop that the step stands in, and the turn.
    pub fn outermost_turn(&self) -> Option<(&str, u64)> {
        let (around, rest) = self.0.split_once('[')?;
        let (turn, _) = rest.split_once(']')?;
        Some((container(around), turn.parse().ok()?))
    }
}

/// The id that a part of a path begins with.
fn id_of(path: &str) -> &str {
    path.split(['.', '~', '[']).next().unwrap_or(path)
}

/// The key of the container that a path goes into: without the turn and the round at its end.
fn container(path: &str) -> &str {
    let last = path.rfind('.').map_or(0, |dot| dot + 1);
    &path[..last + id_of(&path[last..]).len()]
}

impl Borrow<str> for StepKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for StepKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StepKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|path| Self(path.into()))
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
