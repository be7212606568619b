//! What xAI offers to a gateway beyond what the others do.

use connector_openai_wire::endpoints::{act, shared};
use connector_sdk::{Count, Dialect, Endpoint};

/// Where a message says what was used: whole, or in the first and the last events of a stream. What came from the cache is
/// not part of the input.
const MESSAGE: &[(Count, &str)] = &[
    (Count::Input, "/usage/input_tokens"),
    (Count::Output, "/usage/output_tokens"),
    (Count::CachedApart, "/usage/cache_read_input_tokens"),
    (Count::Input, "/message/usage/input_tokens"),
    (Count::Output, "/message/usage/output_tokens"),
    (Count::CachedApart, "/message/usage/cache_read_input_tokens"),
];

/// All of them.
pub(crate) fn endpoints() -> impl Iterator<Item = Endpoint> {
    shared().into_iter().chain(models()).chain([
        messages(),
        Endpoint::post("/images/generations", "image_generation"),
        Endpoint::post("/images/edits", "image_edit"),
        Endpoint::post("/tokenize-text", "tokenize"),
        Endpoint::get("/chat/deferred-completion/{id}", "get_deferred_completion").keeps_state(),
        Endpoint::post("/videos/generations", "video_generation").keeps_state(),
        Endpoint::post("/videos/edits", "video_edit").keeps_state(),
        Endpoint::get("/videos/{id}", "get_video").keeps_state(),
        act("/documents/search", "search_documents"),
        act("/batches/{id}/requests", "add_to_batch"),
        Endpoint::get("/batches/{id}/requests", "list_batch_requests").keeps_state(),
        Endpoint::get("/batches/{id}/results", "list_batch_results").keeps_state(),
        // Its last segment is the batch's id and `:cancel`.
        act("/batches/{id}", "cancel_batch"),
    ])
}

fn messages() -> Endpoint {
    let messages = Endpoint::post("/messages", "chat").usage(MESSAGE);
    Endpoint { dialect: Dialect::Anthropic, misnumbers_blocks: true, ..messages }
}

fn models() -> impl Iterator<Item = Endpoint> {
    let paths = [
        ("/language-models", "/language-models/{id}"),
        ("/image-generation-models", "/image-generation-models/{id}"),
        ("/video-generation-models", "/video-generation-models/{id}"),
        ("/embedding-models", "/embedding-models/{id}"),
    ];
    paths.into_iter().flat_map(|(all, one)| [Endpoint::get(all, "list_models"), Endpoint::get(one, "get_model")])
}
