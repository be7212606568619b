//! What steps give: shared values, and how many bytes of them a run holds.

use std::sync::{Arc, LazyLock};

use connector_sdk::limits;
use serde_json::{Map, Value};

use crate::footprint::footprint;

/// A value that is never copied, and how large it is.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) value: Arc<Value>,
    pub(super) bytes: usize,
}

static NULL: LazyLock<Arc<Value>> = LazyLock::new(Arc::default);

impl Output {
    pub(super) fn new(value: Value) -> Self {
        Self { bytes: footprint(&value), value: Arc::new(value) }
    }

    /// A list of what was given. What nobody else sees any more is moved into it.
    pub(super) fn list(outputs: impl Iterator<Item = Self>) -> Self {
        let mut bytes = size_of::<Value>();
        let items = outputs.map(|output| output.taken(&mut bytes)).collect();
        Self { value: Arc::new(Value::Array(items)), bytes }
    }

    /// An object of what was given.
    pub(super) fn object(outputs: impl Iterator<Item = (String, Self)>) -> Self {
        let mut bytes = size_of::<Value>();
        let mut map = Map::new();
        for (key, output) in outputs {
            bytes += size_of::<String>() + key.len();
            map.insert(key, output.taken(&mut bytes));
        }
        Self { value: Arc::new(Value::Object(map)), bytes }
    }

    fn taken(self, bytes: &mut usize) -> Value {
        *bytes += self.bytes;
        Arc::unwrap_or_clone(self.value)
    }
}

/// Null.
impl Default for Output {
    fn default() -> Self {
        Self { value: Arc::clone(&NULL), bytes: size_of::<Value>() }
    }
}

/// The bytes of all that a run holds.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    held: usize,
}

impl Ledger {
    pub(super) fn hold(&mut self, bytes: usize) {
        self.held = self.held.saturating_add(bytes);
    }

    pub(super) fn release(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.held, "more is let go than is held");
        self.held = self.held.saturating_sub(bytes);
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// Whether it is over [`limits::RUN_OUTPUTS`].
    pub(super) fn is_full(&self) -> bool {
        self.held > limits::RUN_OUTPUTS
    }
}
