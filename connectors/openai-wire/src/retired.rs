//! Models that a provider has retired, and what to use in their place.

use connector_sdk::Violation;

use crate::provider::Provider;

/// What replaces a model, if it was retired.
fn replacement<P: Provider>(model: &str) -> Option<&'static str> {
    P::RETIRED.iter().find(|(name, _)| *name == model).map(|(_, replacement)| *replacement)
}

/// The sentence about a retired model.
fn sentence<P: Provider>(model: &str) -> Option<String> {
    let replacement = replacement::<P>(model)?;
    Some(format!("{model} was retired by {}; use {replacement}", P::NAME))
}

/// The warning about an input that names a retired model.
pub fn warn<P: Provider>(pointer: &str, model: &str) -> Option<Violation> {
    sentence::<P>(model).map(|sentence| Violation::new(pointer, "retired_model", sentence))
}

/// What to use in place of a model that the provider does not know.
pub fn advice<P: Provider>(model: &str) -> String {
    sentence::<P>(model).unwrap_or_else(|| format!("use a model that List Models shows, such as {}", P::LIVE))
}
