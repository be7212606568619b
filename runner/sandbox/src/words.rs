//! What the sandbox says, and how it counts words. Everything is a function of its arguments.

const LONGEST_QUOTE: usize = 300;
const LONGEST_THOUGHT: usize = 60;

/// xAI's own example answer to its own example question.
const FORTY_TWO: &str = "The answer to the ultimate question of life, the universe, and everything is **42**, according \
    to Douglas Adams science fiction series \"The Hitchhiker's Guide to the Galaxy.\" This number is often humorously \
    referenced in discussions about the meaning of life. However, in the context of the story, the actual question to \
    which 42 is the answer remains unknown, symbolizing the ongoing search for understanding the purpose or meaning of \
    existence.";

/// An answer that a person can follow in a terminal: it quotes the question and says who speaks.
pub(crate) fn reply(model: &str, instructions: &str, question: &str) -> String {
    let lower = question.to_lowercase();
    if lower.contains("life") && lower.contains("universe") {
        return FORTY_TWO.to_owned();
    }
    let mut reply = match quote(question, LONGEST_QUOTE) {
        quoted if quoted.is_empty() => "You sent no words.".to_owned(),
        quoted => format!("You said: \"{quoted}\"."),
    };
    reply += &format!(" This is the local sandbox speaking for {model}, so no model was asked and nothing was spent.");
    let instructions = quote(instructions, LONGEST_THOUGHT);
    if !instructions.is_empty() {
        reply += &format!(" I was told: \"{instructions}\".");
    }
    reply + " The same request always gets this same answer."
}

/// What a reasoning model thinks before it speaks.
pub(crate) fn thought(question: &str) -> String {
    format!(
        "First, the user said: \"{}\". The sandbox does not reason, so a plain answer will do.",
        quote(question, LONGEST_THOUGHT)
    )
}

fn quote(text: &str, most: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Space,
    Word,
    Mark,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            c if c.is_whitespace() => Self::Space,
            c if c.is_alphanumeric() => Self::Word,
            _ => Self::Mark,
        }
    }

    fn ends_before(self, next: Self) -> bool {
        match self {
            Self::Space => false,
            Self::Word => next != Self::Word,
            Self::Mark => true,
        }
    }
}

/// Cuts a text into words and marks, each with the space before it. Joined again they are the text.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut last = Kind::Space;
    for (at, c) in text.char_indices() {
        let kind = Kind::of(c);
        if last.ends_before(kind) {
            tokens.push(&text[start..at]);
            start = at;
        }
        last = kind;
    }
    if start < text.len() {
        tokens.push(&text[start..]);
    }
    tokens
}

pub(crate) fn count(text: &str) -> usize {
    tokens(text).len()
}

/// The first tokens of a text, or nothing if the text has no more than that.
pub(crate) fn shortened(text: &str, most: usize) -> Option<String> {
    let tokens = tokens(text);
    (tokens.len() > most).then(|| tokens[..most].concat())
}
