//! The stable codes of what is found in files and of what goes wrong in runs, and what each of them means.
//!
//! A code that a file's finding can have is a constant here; `codes.md` explains every one of them, and a test holds
//! the two together.

/// A stable code, in `snake_case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code(&'static str);

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// A paragraph for people: why it is so, and what to do.
    pub text: &'static str,
    /// How it comes about.
    pub wrong: Option<&'static str>,
    /// How it is right.
    pub right: Option<&'static str>,
}

impl Code {
    // The file as a whole.
    pub(crate) const SYNTAX: Self = Self("syntax");
    pub(crate) const TOO_LARGE: Self = Self("too_large");
    pub(crate) const TOO_DEEP: Self = Self("too_deep");
    pub(crate) const DUPLICATE_KEY: Self = Self("duplicate_key");
    pub(crate) const NUMBER: Self = Self("number");
    pub(crate) const MORE: Self = Self("more");

    // Its parts.
    pub(crate) const VERSION: Self = Self("version");
    pub(crate) const TYPE: Self = Self("type");
    pub(crate) const UNKNOWN_KEY: Self = Self("unknown_key");
    pub(crate) const MISSING_KEY: Self = Self("missing_key");
    pub(crate) const UNKNOWN_WORD: Self = Self("unknown_word");
    pub(crate) const RANGE: Self = Self("range");
    pub(crate) const DURATION: Self = Self("duration");
    pub(crate) const INVALID_NAME: Self = Self("invalid_name");
    pub(crate) const INVALID_SCHEMA: Self = Self("invalid_schema");
    pub(crate) const SHADOWED_NAME: Self = Self("shadowed_name");

    // Steps.
    pub(crate) const NO_STEPS: Self = Self("no_steps");
    pub(crate) const DUPLICATE_ID: Self = Self("duplicate_id");
    pub(crate) const UNKNOWN_KIND: Self = Self("unknown_kind");
    pub(crate) const TWO_KINDS: Self = Self("two_kinds");
    pub(crate) const NO_ARMS: Self = Self("no_arms");
    pub(crate) const ELSE_IS_LAST: Self = Self("else_is_last");
    pub(crate) const NO_SUB_FLOW: Self = Self("no_sub_flow");
    pub(crate) const BREAK_OUTSIDE_LOOP: Self = Self("break_outside_loop");
    pub(crate) const UNREACHABLE: Self = Self("unreachable");

    // Actions and connections.
    pub(crate) const UNKNOWN_ACTION: Self = Self("unknown_action");
    pub(crate) const UNKNOWN_CONNECTOR: Self = Self("unknown_connector");
    pub(crate) const UNKNOWN_CONNECTION: Self = Self("unknown_connection");
    pub(crate) const WRONG_CONNECTOR: Self = Self("wrong_connector");
    pub(crate) const NO_CONNECTION: Self = Self("no_connection");
    pub(crate) const UNUSED_CONNECTION: Self = Self("unused_connection");
    pub(crate) const INVALID_INPUT: Self = Self("invalid_input");
    pub(crate) const DOUBTFUL_INPUT: Self = Self("doubtful_input");

    // Expressions.
    pub(crate) const EXPRESSION: Self = Self("expression");
    pub(crate) const UNKNOWN_NAME: Self = Self("unknown_name");
    pub(crate) const UNKNOWN_INPUT: Self = Self("unknown_input");
    pub(crate) const UNKNOWN_CONFIG: Self = Self("unknown_config");
    pub(crate) const UNKNOWN_STEP: Self = Self("unknown_step");
    pub(crate) const LATER_STEP: Self = Self("later_step");
    pub(crate) const INSIDE_LOOP: Self = Self("inside_loop");
    pub(crate) const OTHER_ARM: Self = Self("other_arm");
    pub(crate) const RUNS_BESIDE: Self = Self("runs_beside");
    pub(crate) const NO_LOOP: Self = Self("no_loop");
    pub(crate) const NO_PREVIOUS: Self = Self("no_previous");
    pub(crate) const NO_ERROR: Self = Self("no_error");

    // Conditions.
    pub(crate) const CONDITION: Self = Self("condition");
    pub(crate) const CONSTANT_CONDITION: Self = Self("constant_condition");
    pub(crate) const NEVER_TAKEN: Self = Self("never_taken");
    pub(crate) const NEVER_EQUAL: Self = Self("never_equal");
    pub(crate) const UNKNOWN_STATUS: Self = Self("unknown_status");

    // Failures and retries.
    pub(crate) const UNKNOWN_ERROR_CODE: Self = Self("unknown_error_code");
    pub(crate) const TWO_RETRIES: Self = Self("two_retries");
    pub(crate) const USELESS_RETRY: Self = Self("useless_retry");
    pub(crate) const REPEATS_WRITES: Self = Self("repeats_writes");
    pub(crate) const RACING_WRITES: Self = Self("racing_writes");

    /// The code for what a connector doubts about an input: its own rule, if that is explained.
    pub(crate) fn of_rule(rule: &str) -> Self {
        explain(rule).map_or(Self::DOUBTFUL_INPUT, |known| Self(known.code))
    }

    /// What to do where a finding says nothing better.
    pub(crate) fn usual_fix(self) -> Option<&'static str> {
        match self {
            Self::DURATION => Some("write a number and a unit, such as 500ms, 60s, 2m or 1h"),
            Self::RANGE => Some("write a number of this range"),
            Self::NO_STEPS => Some("write at least one step"),
            Self::TOO_DEEP => {
                Some("take the inner part out: put it into a flow of its own, and run that with \"flow\"")
            }
            Self::TOO_LARGE => Some("hand large data in as the run's input, or as a file"),
            Self::SYNTAX => Some("write JSON: text and keys in double quotes, a comma between two, no comments"),
            Self::INVALID_NAME => Some("write small letters and digits"),
            Self::INVALID_SCHEMA => {
                Some("the types of JSON Schema are string, number, integer, boolean, array, object and null")
            }
            Self::MORE => Some("correct these and check again"),
            _ => None,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        self.0
    }
}

const TEXT: &str = include_str!("codes.md");

/// What a code means; nothing if there is no such code.
pub fn explain(code: &str) -> Option<Explanation> {
    codes().find(|known| known.code == code)
}

/// Every code with what it means.
pub fn codes() -> impl Iterator<Item = Explanation> + Clone {
    TEXT.split("\n## ").skip(1).filter_map(read)
}

/// A section: `code: title`, a paragraph, and up to two examples in fences, the wrong one first.
fn read(section: &'static str) -> Option<Explanation> {
    let (heading, body) = section.split_once('\n')?;
    let (code, title) = heading.split_once(": ")?;
    let mut parts = body.split("\n```");
    let text = parts.next()?.trim();
    let mut examples = parts.filter_map(|part| part.strip_prefix("json\n"));
    Some(Explanation { code, title, text, wrong: examples.next(), right: examples.next() })
}
