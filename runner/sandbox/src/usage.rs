//! What a turn used. `completion_tokens` leaves reasoning out and `total_tokens` takes it in, as xAI counts.

use serde_json::{Value, json};

use crate::models::LanguageModel;

/// What a picture costs a prompt.
pub(crate) const IMAGE_TOKENS: usize = 256;

#[derive(Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) text: usize,
    pub(crate) images: usize,
    pub(crate) said: usize,
    pub(crate) thought: usize,
}

impl Usage {
    pub(crate) fn prompt(&self) -> usize {
        self.text + self.images
    }

    pub(crate) fn total(&self) -> usize {
        self.prompt() + self.said + self.thought
    }

    /// In units of 10⁻¹⁰ dollars. A price is in cents for 10⁸ tokens, which is the same unit for one token.
    fn ticks(&self, model: &LanguageModel) -> u64 {
        self.prompt() as u64 * model.prompt_price + (self.said + self.thought) as u64 * model.completion_price
    }

    pub(crate) fn chat(&self, model: &LanguageModel) -> Value {
        json!({
            "prompt_tokens": self.prompt(),
            "completion_tokens": self.said,
            "total_tokens": self.total(),
            "prompt_tokens_details": {
                "text_tokens": self.text, "audio_tokens": 0, "image_tokens": self.images, "cached_tokens": 0
            },
            "completion_tokens_details": {
                "reasoning_tokens": self.thought, "audio_tokens": 0,
                "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0
            },
            "num_sources_used": 0,
            "cost_in_usd_ticks": self.ticks(model),
        })
    }

    pub(crate) fn messages(&self) -> Value {
        json!({
            "input_tokens": self.prompt(),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": self.said + self.thought,
        })
    }

    pub(crate) fn responses(&self) -> Value {
        json!({
            "input_tokens": self.prompt(),
            "input_tokens_details": { "cached_tokens": 0 },
            "output_tokens": self.said + self.thought,
            "output_tokens_details": { "reasoning_tokens": self.thought },
            "total_tokens": self.total(),
            "num_sources_used": 0,
            "num_server_side_tools_used": 0,
        })
    }
}
