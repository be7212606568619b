//! How a test names a step: by its id, by the ids on the way to it, or by its whole key with the turns of loops.

use runner_flow::StepKey;

/// Whether this name means the step run with this key, such as `each[3].ask`.
pub(crate) fn means(name: &str, key: &str) -> bool {
    let key = StepKey::new(key);
    name == key.as_str() || name == key.id() || name == key.ids().collect::<Vec<_>>().join(".")
}
