//! How a test names a step: by its id, by the ids on the way to it, or by its whole key with the turns of loops.

/// Whether this name means the step run with this key, such as `each[3].ask`.
pub(crate) fn means(name: &str, key: &str) -> bool {
    name == key || name == id_of(key) || name == ids(key).collect::<Vec<_>>().join(".")
}

/// The id of the step that a key belongs to.
pub(crate) fn id_of(key: &str) -> &str {
    ids(key).last().unwrap_or(key)
}

/// The ids on the way to a step, its own last: without the numbers of turns and rounds.
pub(crate) fn ids(key: &str) -> impl Iterator<Item = &str> {
    key.split('.').map(|part| part.split(['[', '~']).next().unwrap_or(part))
}
