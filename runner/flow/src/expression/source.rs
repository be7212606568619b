//! Where the code stands in a text, and whether it is small enough to be read.
//!
//! The parser goes down one level of the stack for each operator, so that these are counted before it sees them.

use std::ops::Range;

use super::advice::Advice;

/// The longest expression or tag.
const LONGEST: usize = 4 << 10;
/// The operators, dots and words such as `not` in one of them.
const OPERATORS: usize = 256;
/// The brackets in one another.
const BRACKETS: usize = 32;
/// The tags of one text.
const TAGS: usize = 256;

const BRACES_AS_TEXT: &str = "for braces that are text, put the value into {\"$literal\": …}";

/// Why a text is no expression, and which bytes of it are meant.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) fix: Option<Advice>,
}

impl Refusal {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>, fix: Option<Advice>) -> Self {
        Self { range, message: message.into(), fix }
    }
}

/// What a text is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing but text.
    Plain,
    /// One expression, which stands in these bytes, and nothing else.
    Value(Range<usize>),
    /// Text with expressions or tags in it.
    Mixed,
}

/// What a text is, and the text as the parser may read it.
pub(super) fn scan(text: &str) -> Result<(Shape, String), Refusal> {
    let mut scanner = Scanner { text, at: 0, masked: text.as_bytes().to_vec(), tags: 0 };
    let shape = scanner.shape()?;
    let masked = String::from_utf8(scanner.masked).unwrap_or_default();
    Ok((shape, masked))
}

/// The bytes of a bare expression, without braces around the whole of it, and the text as the parser may read it.
pub(super) fn scan_bare(text: &str) -> Result<(Range<usize>, String), Refusal> {
    let trimmed = trimmed(text, 0..text.len());
    if text[trimmed.clone()].starts_with("{{")
        && let (Shape::Value(inside), masked) = scan(text.trim())?
    {
        let masked = format!("{}{masked}", " ".repeat(trimmed.start));
        return Ok((trimmed.start + inside.start..trimmed.start + inside.end, masked));
    }
    let mut scanner = Scanner { text, at: 0, masked: text.as_bytes().to_vec(), tags: 0 };
    scanner.code(None)?;
    if trimmed.is_empty() {
        return Err(nothing(0..text.len()));
    }
    Ok((trimmed, String::from_utf8(scanner.masked).unwrap_or_default()))
}

fn nothing(range: Range<usize>) -> Refusal {
    Refusal::new(range, "there is no expression here", Some(Advice::words("write a path such as input.text")))
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The text, in which the ids of steps hold no hyphens.
    masked: Vec<u8>,
    tags: usize,
}

impl Scanner<'_> {
    fn shape(&mut self) -> Result<Shape, Refusal> {
        let mut shape = Shape::Plain;
        while let Some(open) = self.text[self.at..].find('{').map(|found| self.at + found) {
            self.at = open + 2;
            match self.text.as_bytes().get(open + 1) {
                Some(b'{') => {
                    let code = self.code(Some((open, "}}")))?;
                    let inside = self.expression(code.clone(), open..self.at)?;
                    let whole = open == 0 && self.at == self.text.len();
                    shape = if whole { Shape::Value(inside) } else { Shape::Mixed };
                }
                Some(b'%') => {
                    self.tag(open)?;
                    shape = Shape::Mixed;
                }
                Some(b'#') => {
                    self.at = self.after("#}", open, "this comment is never closed")?;
                    shape = Shape::Mixed;
                }
                _ => self.at = open + 1,
            }
        }
        Ok(shape)
    }

    /// The bytes of an expression without blanks and trim marks around it.
    fn expression(&self, code: Range<usize>, whole: Range<usize>) -> Result<Range<usize>, Refusal> {
        let inside = trimmed(self.text, without_marks(self.text, code));
        if inside.is_empty() {
            return Err(nothing(whole));
        }
        Ok(inside)
    }

    fn tag(&mut self, open: usize) -> Result<(), Refusal> {
        let code = self.code(Some((open, "%}")))?;
        let inside = trimmed(self.text, without_marks(self.text, code));
        let end = self.text[inside.clone()].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let word = &self.text[inside.start..inside.start + end.unwrap_or(inside.len())];
        allowed(word).map_err(|fix| {
            let range = inside.start..inside.start + word.len().max(1).min(inside.len());
            Refusal::new(range, format!("there is no tag {word:?} here"), fix)
        })?;
        self.tags += 1;
        if self.tags > TAGS {
            let fix = Some(Advice::words("make several steps of it"));
            return Err(Refusal::new(open..self.at, format!("this text has more than {TAGS} tags"), fix));
        }
        if word == "raw" {
            self.skip_raw(open)?;
        }
        Ok(())
    }

    fn skip_raw(&mut self, open: usize) -> Result<(), Refusal> {
        loop {
            let start = self.after("{%", open, "{% raw %} is never closed")?;
            self.at = start;
            let end = self.after("%}", open, "{% raw %} is never closed")?;
            let inside = without_marks(self.text, start..end - 2);
            if self.text[inside].trim() == "endraw" {
                self.at = end;
                return Ok(());
            }
        }
    }

    /// Goes behind the next `close`.
    fn after(&self, close: &str, open: usize, otherwise: &str) -> Result<usize, Refusal> {
        let found = self.text[self.at..].find(close);
        found.map(|found| self.at + found + close.len()).ok_or_else(|| {
            let fix = Some(Advice::words("close it, or put the value into {\"$literal\": …}"));
            Refusal::new(open..self.text.len(), otherwise, fix)
        })
    }

    /// Reads code up to its end, which stands outside quotes and brackets, and gives its bytes.
    fn code(&mut self, ends: Option<(usize, &str)>) -> Result<Range<usize>, Refusal> {
        let start = self.at;
        let (mut brackets, mut operators) = (0_usize, 0_usize);
        while let Some(byte) = self.text.as_bytes().get(self.at).copied() {
            if let Some((_, close)) = ends
                && self.text.as_bytes()[self.at..].starts_with(close.as_bytes())
                && (brackets == 0 || close == "%}")
            {
                self.at += close.len();
                return self.small_enough(start..self.at - close.len(), operators);
            }
            match byte {
                b'\'' | b'"' => self.skip_quoted(byte)?,
                b'(' | b'[' | b'{' => (brackets, operators) = (brackets + 1, operators + 1),
                b')' | b']' | b'}' => brackets = brackets.saturating_sub(1),
                b'+' | b'-' | b'*' | b'/' | b'~' | b'%' | b'.' | b'|' | b'<' | b'>' | b'=' => operators += 1,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => operators += usize::from(self.skip_word()),
                _ => {}
            }
            if brackets > BRACKETS {
                let fix = Some(Advice::words("make several steps of it"));
                let message = format!("there are more than {BRACKETS} brackets in one another");
                return Err(Refusal::new(self.at..self.at + 1, message, fix));
            }
            self.at += 1;
        }
        match ends {
            None => self.small_enough(start..self.text.len(), operators),
            Some((open, close)) => {
                let fix = Some(Advice::words(format!("close them with {close}; {BRACES_AS_TEXT}")));
                Err(Refusal::new(open..self.text.len(), "these braces are never closed", fix))
            }
        }
    }

    fn small_enough(&self, code: Range<usize>, operators: usize) -> Result<Range<usize>, Refusal> {
        let message = match () {
            () if code.len() > LONGEST => format!("this expression is longer than {} KiB", LONGEST >> 10),
            () if operators > OPERATORS => format!("this expression has more than {OPERATORS} operators"),
            () => return Ok(code),
        };
        Err(Refusal::new(code, message, Some(Advice::words("make several steps of it"))))
    }

    fn skip_quoted(&mut self, quote: u8) -> Result<(), Refusal> {
        let open = self.at;
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\\' => self.at += 1,
                byte if *byte == quote => return Ok(()),
                _ => {}
            }
            self.at += 1;
        }
        Err(Refusal::new(open..self.text.len(), "this quote is never closed", None))
    }

    /// Goes to the last byte of a word, and says whether it is an operator. Ids of steps are `kebab-case`, so that
    /// after `steps.`, and nowhere else, a name may hold hyphens: they are hidden from the parser.
    fn skip_word(&mut self) -> bool {
        let start = self.at;
        let is_path = start > 0 && self.text.as_bytes()[start - 1] == b'.';
        let mut end = self.end_of_word(start);
        let word = &self.text[start..end];
        let operator = matches!(word, "not" | "and" | "or" | "if" | "in" | "is");
        if word == "steps" && !is_path && self.text[end..].starts_with('.') {
            end = self.end_of_word(end + 1);
            while self.text[end..].starts_with('-') && self.end_of_word(end + 1) > end + 1 {
                self.masked[end] = b'_';
                end = self.end_of_word(end + 1);
            }
        }
        self.at = end - 1;
        operator
    }

    fn end_of_word(&self, start: usize) -> usize {
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        start + self.text.as_bytes()[start..].iter().take_while(is_part).count()
    }
}

/// The tags that there are.
const KNOWN: [&str; 8] = ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"];

/// Whether a tag may stand here, or else what to do.
fn allowed(word: &str) -> Result<(), Option<Advice>> {
    let fix = match word {
        _ if KNOWN.contains(&word) => return Ok(()),
        "set" | "endset" | "with" | "endwith" | "do" => "make a step with \"set\" of it, and refer to that step",
        "macro" | "endmacro" | "call" | "endcall" | "block" | "endblock" | "extends" | "include" | "import"
        | "from" => "a text stands for itself: write it out, or make a step with \"set\" of what is used twice",
        "filter" | "endfilter" => "write the filter behind the value: {{ value | upper }}",
        "autoescape" | "endautoescape" => {
            "nothing is escaped here; write {{ value | tojson }} or {{ value | urlencode }}"
        }
        "break" | "continue" => "write {% for … if … %}",
        other => return Err(Some(Advice::near(other, || KNOWN.to_vec()))),
    };
    Err(Some(Advice::words(fix)))
}

fn without_marks(text: &str, code: Range<usize>) -> Range<usize> {
    let start = code.start + usize::from(text[code.clone()].starts_with(['-', '+']));
    let end = code.end - usize::from(text[start..code.end].ends_with(['-', '+']));
    start..end
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}
