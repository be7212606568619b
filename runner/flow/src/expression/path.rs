//! Plain paths: `input.ticket.text`, `steps.ask.output.choices[0]['message']`, `steps.ask.status`, `run.id`.

use std::fmt;
use std::ops::Range;

use connector_sdk::nearest;

use super::scope::TurnField;

/// A path to a value, and where it stands in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) root: Root,
    pub(crate) segments: Vec<Segment>,
    pub(crate) range: Range<usize>,
}

/// What a path begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// `input`, `config`, `run`, `error`, or what a loop calls its items.
    Variable(String),
    /// `loop.index`, ….
    Turn(TurnField),
    /// `steps.ID.output`.
    Output(String),
    /// `steps.ID.status`.
    Status(String),
    /// `steps.ID.error`.
    Error(String),
}

impl Root {
    /// The step that the path refers to.
    pub(crate) fn step(&self) -> Option<&str> {
        match self {
            Self::Output(id) | Self::Status(id) | Self::Error(id) => Some(id),
            Self::Variable(_) | Self::Turn(_) => None,
        }
    }
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Into an object.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// Why a text is no path, and which bytes of it are meant.
#[derive(Debug)]
pub(super) struct NotAPath {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) fix: Option<String>,
}

impl Path {
    /// Reads a path from a text without blanks around it, which stands at `offset` of the text around it.
    pub(super) fn parse(text: &str, offset: usize) -> Result<Self, NotAPath> {
        let mut reader = Reader { text, at: 0 };
        let root = reader.root()?;
        let segments = reader.segments()?;
        Ok(Self { root, segments, range: offset..offset + text.len() })
    }

    /// The path up to its nth segment, as it would be written.
    pub(crate) fn upto(&self, segments: usize) -> Self {
        Self { segments: self.segments[..segments].to_vec(), ..self.clone() }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Variable(name) => f.write_str(name),
            Root::Turn(field) => write!(f, "loop.{}", format!("{field:?}").to_lowercase()),
            Root::Output(id) => write!(f, "steps.{id}.output"),
            Root::Status(id) => write!(f, "steps.{id}.status"),
            Root::Error(id) => write!(f, "steps.{id}.error"),
        }?;
        self.segments.iter().try_for_each(|segment| segment.fmt(f))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) if is_name(key) => write!(f, ".{key}"),
            Self::Key(key) if key.contains('\'') => write!(f, "[\"{key}\"]"),
            Self::Key(key) => write!(f, "['{key}']"),
        }
    }
}

fn is_name(key: &str) -> bool {
    key.starts_with(is_name_start) && key.chars().all(is_name_part)
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn root(&mut self) -> Result<Root, NotAPath> {
        let start = self.at;
        match self.name().as_str() {
            "steps" => self.step_root(),
            "loop" => {
                let field =
                    self.field(&["index", "key", "item", "previous"], "loop has index, key, item and previous")?;
                Ok(Root::Turn(match field.as_str() {
                    "index" => TurnField::Index,
                    "key" => TurnField::Key,
                    "item" => TurnField::Item,
                    _ => TurnField::Previous,
                }))
            }
            "" => Err(self.refuse(start, PLAIN_PATHS_ONLY.to_owned(), Some(EXAMPLES.to_owned()))),
            other => Ok(Root::Variable(other.to_owned())),
        }
    }

    /// Ids of steps are `kebab-case`, so that here, and nowhere else, a name may hold hyphens.
    fn step_root(&mut self) -> Result<Root, NotAPath> {
        let start = self.at;
        let id = match self.rest().as_bytes().first() {
            Some(b'.') => {
                self.at += 1;
                self.take_while(|c| is_name_part(c) || c == '-')
            }
            Some(b'[') => match self.bracket()? {
                Segment::Key(id) => id,
                Segment::Index(index) => index.to_string(),
            },
            _ => String::new(),
        };
        if id.is_empty() {
            return Err(self.refuse(start, "steps needs the id of a step".to_owned(), Some(EXAMPLES.to_owned())));
        }
        let fields = ["output", "status", "error"];
        let field = self.field(&fields, &format!("a step has output, status and error, such as steps.{id}.output"))?;
        Ok(match field.as_str() {
            "output" => Root::Output(id),
            "status" => Root::Status(id),
            _ => Root::Error(id),
        })
    }

    /// `.name`, which has to be one of these.
    fn field(&mut self, known: &[&str], otherwise: &str) -> Result<String, NotAPath> {
        let start = self.at;
        let name = if self.rest().starts_with('.') {
            self.at += 1;
            self.name()
        } else {
            String::new()
        };
        if known.contains(&name.as_str()) {
            return Ok(name);
        }
        let fix = nearest(&name, known.iter().copied()).map(|near| format!("did you mean {near:?}?"));
        Err(self.refuse(start, otherwise.to_owned(), fix))
    }

    fn segments(&mut self) -> Result<Vec<Segment>, NotAPath> {
        let mut segments = Vec::new();
        while let Some(byte) = self.rest().as_bytes().first() {
            segments.push(match byte {
                b'.' => self.key_after_dot()?,
                b'[' => self.bracket()?,
                b'-' => return Err(self.hyphen(&segments)),
                _ => return Err(self.refuse(self.at, PLAIN_PATHS_ONLY.to_owned(), Some(EXAMPLES.to_owned()))),
            });
        }
        Ok(segments)
    }

    fn key_after_dot(&mut self) -> Result<Segment, NotAPath> {
        let start = self.at;
        self.at += 1;
        let name = self.name();
        if name.is_empty() {
            let fix = "write [0] for an item of a list, and ['a key'] for any other key".to_owned();
            return Err(self.refuse(start, "a name is missing after the dot".to_owned(), Some(fix)));
        }
        Ok(Segment::Key(name))
    }

    /// `[0]`, `['a key']` or `["a key"]`.
    fn bracket(&mut self) -> Result<Segment, NotAPath> {
        let start = self.at;
        let Some((inside, length)) = bracketed(self.rest()) else {
            let fix = "write [0] for an item of a list, and ['a key'] for a key".to_owned();
            return Err(self.refuse(start, "there is no index and no key in these brackets".to_owned(), Some(fix)));
        };
        self.at += length;
        Ok(inside)
    }

    fn hyphen(&self, segments: &[Segment]) -> NotAPath {
        let fix = match segments.last() {
            Some(Segment::Key(key)) => {
                let rest = self.rest().find(['.', '[']).map_or(self.rest(), |end| &self.rest()[..end]);
                format!("a key with a hyphen needs brackets: ['{key}{rest}']")
            }
            _ => EXAMPLES.to_owned(),
        };
        self.refuse(self.at, PLAIN_PATHS_ONLY.to_owned(), Some(fix))
    }

    fn name(&mut self) -> String {
        if self.rest().starts_with(is_name_start) { self.take_while(is_name_part) } else { String::new() }
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let taken = rest[..end].to_owned();
        self.at += end;
        taken
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn refuse(&self, start: usize, message: String, fix: Option<String>) -> NotAPath {
        NotAPath { range: start..self.text.len(), message, fix }
    }
}

/// What stands in the brackets that `text` begins with, and how long they are.
fn bracketed(text: &str) -> Option<(Segment, usize)> {
    let inside = text.strip_prefix('[')?;
    let quote = inside.chars().next()?;
    if quote == '\'' || quote == '"' {
        let key = inside[1..].split_once(quote)?.0;
        let closed = inside[1 + key.len() + 1..].starts_with(']') && !key.contains('\\');
        return closed.then(|| (Segment::Key(key.to_owned()), key.len() + 4));
    }
    let digits = inside.split_once(']')?.0;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let index = digits.parse().ok().filter(|_| plain)?;
    Some((Segment::Index(index), digits.len() + 2))
}

const PLAIN_PATHS_ONLY: &str = "only a plain path can stand between braces";
const EXAMPLES: &str = "write a path such as input.text, steps.ask.output.choices[0], steps.ask.output['a key'] or run.id; \
                        for braces that are text, put the value into {\"$literal\": …}";
