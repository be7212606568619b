//! What OpenAI offers to a gateway beyond what the others do.
//!
//! Image edits and transcriptions are forms, whose model a gateway does not see, and are left out.

use connector_openai_wire::endpoints::{act, shared};
use connector_sdk::{Count, Endpoint};

/// Where images say what was used.
const IMAGES: &[(Count, &str)] = &[
    (Count::Input, "/usage/input_tokens"),
    (Count::Output, "/usage/output_tokens"),
    (Count::Total, "/usage/total_tokens"),
];

/// All of them.
pub(crate) fn endpoints() -> impl Iterator<Item = Endpoint> {
    shared().into_iter().chain([
        Endpoint::post("/images/generations", "image_generation").usage(IMAGES),
        Endpoint::post("/moderations", "moderation"),
        Endpoint::post("/audio/speech", "text_to_speech"),
        Endpoint::get("/responses/{id}/input_items", "list_input_items").keeps_state(),
        act("/responses/{id}/cancel", "cancel_response"),
        Endpoint::get("/chat/completions", "list_completions").keeps_state(),
        Endpoint::get("/chat/completions/{id}", "get_completion").keeps_state(),
        act("/batches/{id}/cancel", "cancel_batch"),
    ])
}
