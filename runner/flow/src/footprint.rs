//! How large a value is in memory, and how deep. Its text would say too little: a digit takes as much as any number.

use serde_json::Value;

/// The bytes of a value and of all that it holds, without what the allocator adds.
pub(crate) fn footprint(value: &Value) -> usize {
    let held = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(footprint).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| size_of::<String>() + key.len() + footprint(value)).sum(),
    };
    size_of::<Value>() + held
}

/// Whether lists and objects stand in one another on more levels than this. Looks no deeper than that.
pub(crate) fn is_deeper_than(value: &Value, levels: usize) -> bool {
    let deeper = |inner: &Value| levels == 0 || is_deeper_than(inner, levels - 1);
    match value {
        Value::Array(items) => items.iter().any(deeper),
        Value::Object(map) => map.values().any(deeper),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
