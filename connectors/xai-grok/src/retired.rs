//! Models that xAI has retired, and what to use in their place.

/// A model that is served, for advice.
pub(crate) const LIVE: &str = "grok-4.3";

/// What Create Message sends where nobody names a model, as Prismatic's component does.
pub(crate) const MESSAGE_DEFAULT: &str = "grok-3-fast-latest";

/// Retired names and what replaces them.
pub(crate) const RETIRED: &[(&str, &str)] = &[
    ("grok-2", LIVE),
    ("grok-2-1212", LIVE),
    ("grok-2-image", "grok-imagine-image-2.0"),
    ("grok-2-image-1212", "grok-imagine-image-2.0"),
    ("grok-2-latest", LIVE),
    ("grok-2-vision", LIVE),
    ("grok-2-vision-1212", LIVE),
    ("grok-2-vision-latest", LIVE),
    ("grok-3", LIVE),
    ("grok-3-fast", LIVE),
    ("grok-3-fast-latest", LIVE),
    ("grok-3-latest", LIVE),
    ("grok-3-mini", LIVE),
    ("grok-3-mini-fast", LIVE),
    ("grok-3-mini-fast-latest", LIVE),
    ("grok-3-mini-latest", LIVE),
    ("grok-4", LIVE),
    ("grok-4-0709", LIVE),
    ("grok-4-1-fast-non-reasoning", LIVE),
    ("grok-4-1-fast-reasoning", LIVE),
    ("grok-4-fast-non-reasoning", LIVE),
    ("grok-4-fast-reasoning", LIVE),
    ("grok-beta", LIVE),
    ("grok-code-fast-1", "grok-build-0.1"),
    ("grok-imagine-image-pro", "grok-imagine-image-2.0"),
    ("grok-vision-beta", LIVE),
];
