//! Words that the status of a step is compared with.

use std::ops::Range;

/// Every status that a step can have.
pub(super) const STATUSES: [&str; 5] = ["succeeded", "failed", "skipped", "cancelled", "outcome_unknown"];

/// The words in quotes that the expression at `range` is compared with, each with its place: `x == 'word'`,
/// `'word' != x`, `x in ['word', 'other']`.
pub(super) fn compared_with(text: &str, range: &Range<usize>) -> Vec<(Range<usize>, String)> {
    let words = after(text, range.end).into_iter().chain(before(text, range.start));
    words.map(|word| (word.clone(), text[word].to_owned())).collect()
}

fn after(text: &str, from: usize) -> Vec<Range<usize>> {
    let at = skip_blanks(text, from);
    let rest = &text[at..];
    if rest.starts_with("==") || rest.starts_with("!=") {
        return quoted(text, skip_blanks(text, at + 2)).into_iter().collect();
    }
    let negated = rest.strip_prefix("not ").map_or(at, |_| skip_blanks(text, at + 4));
    let Some(list) = text[negated..].strip_prefix("in ").map(|_| skip_blanks(text, negated + 3)) else {
        return Vec::new();
    };
    let mut words = Vec::new();
    let mut at = list;
    while text[at..].starts_with(['[', ',', '(']) {
        let Some(word) = quoted(text, skip_blanks(text, at + 1)) else { break };
        at = skip_blanks(text, word.end + 1);
        words.push(word);
    }
    words
}

fn before(text: &str, until: usize) -> Option<Range<usize>> {
    let left = text[..until].trim_end();
    let left = left.strip_suffix("==").or_else(|| left.strip_suffix("!="))?.trim_end();
    let quote = left.chars().next_back().filter(|quote| ['\'', '"'].contains(quote))?;
    let end = left.len() - 1;
    Some(left[..end].rfind(quote)? + 1..end)
}

/// What stands in the quotes that open here.
fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let quote = text[at..].chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    let length = text[at + 1..].find(quote)?;
    Some(at + 1..at + 1 + length)
}

fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + (rest.len() - rest.trim_start().len())
}
