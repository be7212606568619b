//! The names that metrics and traces have for things, in one place: the `gen_ai` conventions still change theirs.

/// What a call does, such as `chat`.
pub(super) const OPERATION: &str = "gen_ai.operation.name";
/// Whose model it is.
pub(super) const PROVIDER: &str = "gen_ai.provider.name";
/// The model, as members call it.
pub(super) const MODEL: &str = "gen_ai.request.model";
/// Whether the answer is to come in pieces.
pub(super) const STREAM: &str = "gen_ai.request.stream";
/// Until the first piece of it, in seconds.
pub(super) const FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";
/// Tokens that were sent, whether or not they came from a cache.
pub(super) const INPUT: &str = "gen_ai.usage.input_tokens";
/// Of those, the ones from a cache.
pub(super) const CACHED: &str = "gen_ai.usage.cache_read.input_tokens";
/// Tokens that were made.
pub(super) const OUTPUT: &str = "gen_ai.usage.output_tokens";
/// Of those, what the model thought.
pub(super) const REASONING: &str = "gen_ai.usage.reasoning.output_tokens";
/// Which of the two a number counts.
pub(super) const TOKEN_TYPE: &str = "gen_ai.token.type";

/// What went wrong, in one word.
pub(super) const ERROR: &str = "error.type";
/// The provider's status.
pub(super) const STATUS: &str = "http.response.status_code";
/// The provider's host.
pub(super) const ADDRESS: &str = "server.address";
/// The port there.
pub(super) const PORT: &str = "server.port";

/// Where the model belongs.
pub(super) const WORKSPACE: &str = "linkwork.workspace";
/// Whose key it was.
pub(super) const PRINCIPAL: &str = "linkwork.principal";
/// The id of that key.
pub(super) const KEY: &str = "linkwork.key.id";
/// The id of the call, as its record and its answer have it.
pub(super) const CALL: &str = "linkwork.call.id";
/// The model, as the provider calls it.
pub(super) const PROVIDER_MODEL: &str = "linkwork.provider.model";
/// What the call took of the gateway's own time, in seconds.
pub(super) const OVERHEAD: &str = "linkwork.gateway.overhead";

/// A name as a label of Prometheus, with its value.
pub(super) fn label(name: &str, value: &str) -> String {
    format!("{}=\"{value}\"", name.replace('.', "_"))
}

/// The name that the conventions have for a connector's provider.
pub(super) fn provider(connector: &str) -> &str {
    match connector {
        "xai-grok" => "x_ai",
        other => other,
    }
}
