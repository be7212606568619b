//! What these providers offer to a gateway alike, and where their answers say what was used.

use connector_sdk::http::Method;
use connector_sdk::{Count, Endpoint, Stays};

/// Where chat and text completions say what was used, whole or in the last event of a stream. Whether the reasoning is
/// part of the output differs, and the total tells.
const COMPLETION: &[(Count, &str)] = &[
    (Count::Input, "/usage/prompt_tokens"),
    (Count::Output, "/usage/completion_tokens"),
    (Count::Cached, "/usage/prompt_tokens_details/cached_tokens"),
    (Count::Reasoning, "/usage/completion_tokens_details/reasoning_tokens"),
    (Count::Total, "/usage/total_tokens"),
];

/// Where a response says what was used: at its top, or within the last event of a stream.
const RESPONSE: &[(Count, &str)] = &[
    (Count::Input, "/usage/input_tokens"),
    (Count::Output, "/usage/output_tokens"),
    (Count::Cached, "/usage/input_tokens_details/cached_tokens"),
    (Count::Reasoning, "/usage/output_tokens_details/reasoning_tokens"),
    (Count::Total, "/usage/total_tokens"),
    (Count::Input, "/response/usage/input_tokens"),
    (Count::Output, "/response/usage/output_tokens"),
    (Count::Cached, "/response/usage/input_tokens_details/cached_tokens"),
    (Count::Reasoning, "/response/usage/output_tokens_details/reasoning_tokens"),
    (Count::Total, "/response/usage/total_tokens"),
];

/// Where embeddings say what was used.
const EMBEDDINGS: &[(Count, &str)] = &[(Count::Input, "/usage/prompt_tokens"), (Count::Total, "/usage/total_tokens")];

/// What both offer: chat, texts, embeddings, models, and responses and files, of which something stays.
///
/// Forms are not offered where they would name a model: nobody could tell which.
pub fn shared() -> Vec<Endpoint> {
    vec![
        Endpoint { asks_for_usage: true, ..Endpoint::post("/chat/completions", "chat").usage(COMPLETION) },
        Endpoint { asks_for_usage: true, ..Endpoint::post("/completions", "text_completion").usage(COMPLETION) },
        Endpoint::post("/embeddings", "embeddings").usage(EMBEDDINGS),
        Endpoint::get("/models", "list_models"),
        Endpoint::get("/models/{id}", "get_model"),
        Endpoint { stays: Stays::UnlessDeclined, ..Endpoint::post("/responses", "chat").usage(RESPONSE) },
        Endpoint::get("/responses/{id}", "get_response").keeps_state(),
        delete("/responses/{id}", "delete_response"),
        act("/files", "upload_file"),
        Endpoint::get("/files", "list_files").keeps_state(),
        Endpoint::get("/files/{id}", "get_file").keeps_state(),
        Endpoint::get("/files/{id}/content", "get_file_content").keeps_state(),
        delete("/files/{id}", "delete_file"),
        act("/batches", "create_batch"),
        Endpoint::get("/batches", "list_batches").keeps_state(),
        Endpoint::get("/batches/{id}", "get_batch").keeps_state(),
    ]
}

/// A POST that names no model and leaves something with the provider.
pub fn act(path: &'static str, operation: &'static str) -> Endpoint {
    Endpoint { names_model: false, ..Endpoint::post(path, operation).keeps_state() }
}

/// A DELETE of what was left there.
pub fn delete(path: &'static str, operation: &'static str) -> Endpoint {
    Endpoint { method: Method::DELETE, ..Endpoint::get(path, operation).keeps_state() }
}
