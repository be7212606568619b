//! What an answer used, read in passing at the places that its endpoint declares.
//!
//! The tap sees every byte once, wherever the pieces are cut, and keeps none but the path that it is on. It changes
//! nothing, and what it does not find is unknown.

use connector_sdk::{Count, Endpoint};
use memchr::memchr2;

use super::events;
use crate::control::Usage;

/// A path that is longer leads nowhere that is looked for.
const PATH: usize = 256;
/// The digits of the largest number that counts.
const DIGITS: usize = 20;
/// Stands in a key that is not read to its end, and in no pointer.
const NO_KEY: char = '\0';

/// Reads what an answer used.
pub(super) struct Tap {
    pointers: &'static [(Count, &'static str)],
    usage: Usage,
    at: Position,
}

/// Where in the JSON the tap is.
struct Position {
    reading: Reading,
    /// Containers that are open.
    depth: usize,
    /// How many of them, from the outermost, lead to a pointer. They are objects.
    leading: usize,
    /// The keys of those, and of the value that is being read if it has one.
    path: String,
    has_key: bool,
    number: String,
}

#[derive(Clone, Copy)]
enum Reading {
    /// Between texts and numbers.
    Gap,
    /// A text of no interest.
    Text,
    /// The character after a backslash in one.
    Escaped,
    /// A key that may lead to a pointer.
    Key,
    /// A number that a pointer leads to.
    Number,
}

impl Tap {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        Self { pointers: endpoint.usage, usage: Usage::default(), at: Position::default() }
    }

    /// What has been told so far.
    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    /// Reads a piece of a body.
    pub(super) fn body(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while let [first, after @ ..] = rest
            && !self.pointers.is_empty()
        {
            rest = match self.at.reading {
                Reading::Gap => self.gap(*first, after),
                Reading::Key => self.at.key(rest),
                Reading::Text => self.at.text(rest),
                Reading::Escaped => self.at.read(Reading::Text, after),
                Reading::Number => self.number(*first, rest),
            };
        }
    }

    /// Reads a whole event of a stream.
    pub(super) fn event(&mut self, event: &[u8]) {
        for line in events::data(event) {
            self.body(line);
        }
        self.at.start_anew();
    }

    fn gap<'a>(&mut self, byte: u8, after: &'a [u8]) -> &'a [u8] {
        let at = &mut self.at;
        match byte {
            b'"' if at.awaits_key() => {
                at.path.push('/');
                return at.read(Reading::Key, after);
            }
            b'"' => return at.read(Reading::Text, after),
            b',' if at.leads() => at.leave_key(),
            b'{' => at.open(self.pointers),
            b'[' => at.depth += 1,
            b'}' | b']' => at.close(),
            b'-' | b'0'..=b'9' if at.leads() && self.pointers.iter().any(|(_, pointer)| *pointer == at.path) => {
                at.number.clear();
                at.number.push(char::from(byte));
                return at.read(Reading::Number, after);
            }
            _ => {}
        }
        after
    }

    fn number<'a>(&mut self, byte: u8, rest: &'a [u8]) -> &'a [u8] {
        if matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') {
            if self.at.number.len() <= DIGITS {
                self.at.number.push(char::from(byte));
            }
            return &rest[1..];
        }
        if let Ok(tokens) = self.at.number.parse() {
            let here = self.pointers.iter().filter(|(_, pointer)| *pointer == self.at.path);
            here.for_each(|(count, _)| self.usage.tell(*count, tokens));
        }
        self.at.read(Reading::Gap, rest)
    }
}

impl Default for Position {
    fn default() -> Self {
        // The outermost value stands where a key of nothing would lead.
        let (path, number) = (String::new(), String::new());
        Self { reading: Reading::Gap, depth: 0, leading: 0, path, has_key: true, number }
    }
}

impl Position {
    fn start_anew(&mut self) {
        self.path.clear();
        (self.reading, self.depth, self.leading, self.has_key) = (Reading::Gap, 0, 0, true);
    }

    fn read<'a>(&mut self, reading: Reading, rest: &'a [u8]) -> &'a [u8] {
        self.reading = reading;
        rest
    }

    /// Whether what comes next belongs to a container that leads to a pointer.
    fn leads(&self) -> bool {
        self.depth == self.leading
    }

    fn awaits_key(&self) -> bool {
        self.leads() && !self.has_key
    }

    fn key<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let end = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let key = std::str::from_utf8(&rest[..end]).ok();
        match key.filter(|key| self.path.len() + key.len() <= PATH && !key.contains('/')) {
            Some(key) => self.path.push_str(key),
            None => return self.no_key(rest),
        }
        match rest.get(end) {
            None => &[],
            Some(b'"') => {
                self.has_key = true;
                self.read(Reading::Gap, &rest[end + 1..])
            }
            Some(_) => self.no_key(&rest[end..]),
        }
    }

    /// A key that no pointer holds is a text like any other.
    fn no_key<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        self.path.push(NO_KEY);
        self.has_key = true;
        self.read(Reading::Text, rest)
    }

    fn text<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match memchr2(b'"', b'\\', rest) {
            Some(end) if rest[end] == b'"' => self.read(Reading::Gap, &rest[end + 1..]),
            Some(backslash) => self.read(Reading::Escaped, &rest[backslash + 1..]),
            None => &[],
        }
    }

    fn open(&mut self, pointers: &[(Count, &str)]) {
        let is_above = |pointer: &str| pointer.strip_prefix(&*self.path).is_some_and(|rest| rest.starts_with('/'));
        if self.leads() && self.has_key && pointers.iter().any(|(_, pointer)| is_above(pointer)) {
            self.leading += 1;
            self.has_key = false;
        }
        self.depth += 1;
    }

    fn close(&mut self) {
        if self.leads() {
            if self.has_key {
                self.leave_key();
            }
            self.leading = self.leading.saturating_sub(1);
            // The container was the value of the last key on the path.
            self.has_key = true;
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn leave_key(&mut self) {
        self.path.truncate(self.path.rfind('/').unwrap_or(0));
        self.has_key = false;
    }
}

#[cfg(test)]
mod tests {
    use connector_sdk::{Count, Endpoint};
    use proptest::proptest;

    use super::Tap;
    use crate::control::Usage;

    const CHAT: &[(Count, &str)] = &[
        (Count::Input, "/usage/prompt_tokens"),
        (Count::Output, "/usage/completion_tokens"),
        (Count::Cached, "/usage/prompt_tokens_details/cached_tokens"),
        (Count::Reasoning, "/usage/completion_tokens_details/reasoning_tokens"),
        (Count::Total, "/usage/total_tokens"),
    ];
    const MESSAGES: &[(Count, &str)] = &[
        (Count::Input, "/message/usage/input_tokens"),
        (Count::Input, "/usage/input_tokens"),
        (Count::Output, "/message/usage/output_tokens"),
        (Count::Output, "/usage/output_tokens"),
    ];

    const ANSWER: &str = r#"{"id":"x","usage_of":{"usage":{"prompt_tokens":1}},"choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":2}, \\"},
        "usage":{"prompt_tokens":3}}], "usage" : { "prompt_tokens":12,"completion_tokens" :1, "total_tokens": 241,
        "prompt_tokens_details":{"text_tokens":12,"cached_tokens":4}, "prompt_t\u006fkens": 5, "num_sources_used":0,
        "completion_tokens_details":{"reasoning_tokens":228,"x":[{"reasoning_tokens":7}]}},"system_fingerprint":"fp"}"#;

    fn tap(usage: &'static [(Count, &'static str)]) -> Tap {
        Tap::new(&Endpoint::post("/x", "chat").usage(usage))
    }

    fn of_answer() -> Usage {
        Usage {
            input: Some(12),
            output: Some(1),
            cached: Some(4),
            cached_apart: None,
            reasoning: Some(228),
            total: Some(241),
        }
    }

    #[test]
    fn a_body_tells_what_it_used() {
        let mut tap = tap(CHAT);
        tap.body(ANSWER.as_bytes());
        assert_eq!(tap.usage(), of_answer());
    }

    #[test]
    fn the_last_number_of_each_kind_counts_over_all_events() {
        let mut tap = tap(MESSAGES);
        tap.event(
            b"event: message_start\ndata: {\"message\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n",
        );
        tap.event(b"event: ping\ndata: {\"type\": \"ping\"\n\n");
        tap.event(b"data: {\"usage\":\ndata: {\"output_tokens\":31}}\n\n");
        assert_eq!(tap.usage(), Usage { input: Some(9), output: Some(31), ..Usage::default() });
    }

    #[test]
    fn what_is_not_told_as_a_count_is_unknown() {
        for body in [
            r#"{"usage":null}"#,
            r#"{"usage":{"prompt_tokens":null,"completion_tokens":"7","total_tokens":-3}}"#,
            r#"{"usage":{"prompt_tokens":1.5,"completion_tokens":1e3,"total_tokens":99999999999999999999999}}"#,
            r#"{"usage":[{"prompt_tokens":1}],"choices":{"usage":{"prompt_tokens":1}}}"#,
            r#"{"usage/prompt_tokens":1,"usage":{"x/../prompt_tokens":1}}"#,
            r#"[{"usage":{"prompt_tokens":1}}]"#,
            r#"{"usage":{"prompt_tokens":12"#,
            "}}}]]{{{{\"",
        ] {
            let mut tap = tap(CHAT);
            tap.body(body.as_bytes());
            assert_eq!(tap.usage(), Usage::default(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_pieces_are_cut(cuts in proptest::collection::vec(0..ANSWER.len(), 0..40)) {
            let mut cuts = cuts;
            cuts.push(ANSWER.len());
            cuts.sort_unstable();
            let (mut tap, mut from) = (tap(CHAT), 0);
            for to in cuts {
                tap.body(&ANSWER.as_bytes()[from..to]);
                from = to;
            }
            assert_eq!(tap.usage(), of_answer());
        }

        #[test]
        fn it_reads_what_a_whole_reader_reads(
            before in proptest::collection::vec(proptest::prelude::any::<String>(), 0..4),
            input in 0..u64::MAX,
            deep in 0..40_usize,
        ) {
            let texts = serde_json::to_string(&before).unwrap();
            let (open, close) = ("{\"usage\":[".repeat(deep), "]}".repeat(deep));
            let body = format!("{{\"a\":{open}{texts}{close},\"usage\":{{\"b\":{texts},\"prompt_tokens\":{input}}}}}");
            let mut tap = tap(CHAT);
            tap.body(body.as_bytes());
            assert_eq!(tap.usage().input, Some(input));
        }
    }
}
