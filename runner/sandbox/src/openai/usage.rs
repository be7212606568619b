//! What a turn used, as OpenAI counts: reasoning is part of the completion.

use serde_json::{Value, json};

use crate::usage::Usage;

/// In chat completions.
pub(super) fn chat(usage: &Usage) -> Value {
    json!({
        "prompt_tokens": usage.prompt(),
        "completion_tokens": usage.said + usage.thought,
        "total_tokens": usage.total(),
        "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
        "completion_tokens_details": {
            "reasoning_tokens": usage.thought, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0
        },
    })
}

/// In responses.
pub(super) fn responses(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.prompt(),
        "input_tokens_details": { "cached_tokens": 0 },
        "output_tokens": usage.said + usage.thought,
        "output_tokens_details": { "reasoning_tokens": usage.thought },
        "total_tokens": usage.total(),
    })
}
