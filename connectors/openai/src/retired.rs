//! Models that OpenAI has retired, and what to use in their place.

/// A model that is served, for advice.
pub(crate) const LIVE: &str = "gpt-4.1-mini";

const LARGE: &str = "gpt-5.5";
const IMAGE: &str = "gpt-image-2";
const EMBEDDING: &str = "text-embedding-3-small";
const MODERATION: &str = "omni-moderation-latest";

/// Retired names and what replaces them.
pub(crate) const RETIRED: &[(&str, &str)] = &[
    ("chatgpt-4o-latest", LARGE),
    ("code-davinci-002", LARGE),
    ("codex-mini-latest", "gpt-5.4-mini"),
    ("dall-e-2", IMAGE),
    ("dall-e-3", IMAGE),
    ("gpt-3.5-turbo", LIVE),
    ("gpt-3.5-turbo-0125", LIVE),
    ("gpt-3.5-turbo-0301", LIVE),
    ("gpt-3.5-turbo-0613", LIVE),
    ("gpt-3.5-turbo-1106", LIVE),
    ("gpt-3.5-turbo-16k", LIVE),
    ("gpt-4", LARGE),
    ("gpt-4-0125-preview", LARGE),
    ("gpt-4-0314", LARGE),
    ("gpt-4-0613", LARGE),
    ("gpt-4-1106-preview", LARGE),
    ("gpt-4-32k", LARGE),
    ("gpt-4-turbo-preview", LARGE),
    ("gpt-4-vision-preview", LARGE),
    ("gpt-4.5-preview", LARGE),
    ("gpt-5-chat-latest", LARGE),
    ("gpt-5.1-chat-latest", LARGE),
    ("gpt-5.2-chat-latest", LARGE),
    ("gpt-5.3-chat-latest", LARGE),
    ("gpt-image-1", IMAGE),
    ("o1-mini", "gpt-5.4-mini"),
    ("o1-preview", LARGE),
    ("text-davinci-003", LIVE),
    ("text-moderation-latest", MODERATION),
    ("text-moderation-stable", MODERATION),
    ("text-search-ada-doc-001", EMBEDDING),
    ("text-similarity-davinci-001", EMBEDDING),
];
