//! What to do about a text that is no expression.

use connector_sdk::nearest;

/// Signs of other languages, and what is written here instead. The longer one stands before the one that it begins with.
const HABITS: [(&str, &str); 12] = [
    ("===", "write =="),
    ("!==", "write !="),
    ("&&", "write and"),
    ("||", "write or"),
    ("??", "write input.text | default('…')"),
    ("?.", "write input.a.b | default(none): what is undefined on the way counts too"),
    ("?", "write 'a' if input.yes else 'b'"),
    ("!", "write not input.done"),
    ("$", "names have no $: input, config, run, item, loop, steps.ID.output"),
    ("`", "put texts between ' or \""),
    ("=>", "there are no functions: write a filter such as input.items | map(attribute='name')"),
    ("=", "write == to compare"),
];

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

    /// What to write in the place of another language's signs, in or before which reading stopped at this byte.
    pub(super) fn of_habit(text: &str, at: usize) -> Option<Self> {
        let start = text[..at].trim_end_matches(['=', '!', '|']).len();
        HABITS.iter().find(|(habit, _)| text[start..].starts_with(habit)).map(|(_, words)| Self::words(*words))
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
