//! "Did you mean …?"

use crate::limits;

/// The candidate that `word` is most likely a misspelling of, in spelling or merely in style (`maxTokens` for `max_tokens`).
/// It is looked for among the first [`limits::SUGGESTED`].
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = plain(word);
    candidates
        .take(limits::SUGGESTED)
        .map(|candidate| (score(&plain, &self::plain(candidate)), candidate))
        .filter(|(score, _)| *score >= 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

fn score(a: &str, b: &str) -> f64 {
    if a == b { 1.0 } else { strsim::normalized_damerau_levenshtein(a, b).max(strsim::jaro_winkler(a, b) - 0.1) }
}

/// Without what differs between `camelCase`, `kebab-case` and `snake_case`.
fn plain(word: &str) -> String {
    word.chars().take(100).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `maxTokens` as `max_tokens`.
pub(crate) fn snake_case(word: &str) -> String {
    let mut snake = String::new();
    for c in word.chars() {
        if c.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(c.to_lowercase().map(|c| if c == '-' { '_' } else { c }));
    }
    snake
}
