//! What to do about a text that is no expression.

use connector_sdk::nearest;

/// What to do. What was probably meant is only looked for where somebody is told: a file may hold far more mistakes than
/// are ever shown.
#[derive(Clone, Debug)]
pub(crate) enum Advice {
    Words(String),
    Near { word: String, known: fn() -> Vec<&'static str> },
}

impl Advice {
    pub(super) fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// The one of these that is most likely meant, if it is like any.
    pub(super) fn near(word: &str, known: fn() -> Vec<&'static str>) -> Self {
        Self::Near { word: word.to_owned(), known }
    }

    /// The sentence, if there is anything to say.
    pub(crate) fn say(&self) -> Option<String> {
        match self {
            Self::Words(words) => Some(words.clone()),
            Self::Near { word, known } => {
                nearest(word, known().into_iter()).map(|near| format!("did you mean {near:?}?"))
            }
        }
    }
}
