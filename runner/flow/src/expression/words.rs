//! The words of the language, for documentation and editors.

use super::filters::FILTERS;
use super::jinja_tests::TESTS;

/// A filter or a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What is written.
    pub name: &'static str,
    /// What may be given to it, in this order.
    pub parameters: Vec<&'static str>,
    /// What it does, in a sentence.
    pub about: &'static str,
}

/// Every filter: what may stand behind a bar.
pub fn filters() -> impl Iterator<Item = Word> {
    FILTERS.iter().map(|filter| Word {
        name: filter.name,
        parameters: filter.needs.iter().chain(filter.allows).copied().collect(),
        about: filter.about,
    })
}

/// Every test: what may stand behind `is`.
pub fn tests() -> impl Iterator<Item = Word> {
    TESTS.iter().map(|test| Word { name: test.name, parameters: test.needs.to_vec(), about: test.about })
}
