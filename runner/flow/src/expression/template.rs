//! A JSON value of the file with its expressions found: compiled once, evaluated for each step.

use std::ops::Range;

use connector_sdk::pointer_to;
use serde_json::{Map, Value};

use super::NotAnExpression;
use super::path::Path;
use super::text::{self, Piece};

/// The key whose value is taken as it stands.
const LITERAL: &str = "$literal";

/// A value of the file, ready to be evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(super) node: Node,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A value without expressions.
    Literal(Value),
    /// One expression: the value keeps its type.
    Path(Path),
    /// Text with expressions in it.
    Text(Vec<Piece>),
    /// A list, some items of which hold expressions.
    Array(Vec<Self>),
    /// An object, some values of which hold expressions.
    Object(Vec<(String, Self)>),
}

impl Template {
    /// Finds the expressions in a value. Everything between braces that is no expression is found at once.
    pub(crate) fn compile(value: &Value) -> Result<Self, Vec<NotAnExpression>> {
        let mut compiler = Compiler { found: Vec::new() };
        let node = compiler.node(value, "");
        if compiler.found.is_empty() { Ok(Self { node }) } else { Err(compiler.found) }
    }

    /// Takes a value as it stands.
    pub(crate) fn literal(value: Value) -> Self {
        Self { node: Node::Literal(value) }
    }

    /// The value, if it holds no expression.
    pub(crate) fn as_literal(&self) -> Option<&Value> {
        match &self.node {
            Node::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The path, if it is one expression and nothing else.
    pub(crate) fn only_path(&self) -> Option<&Path> {
        match &self.node {
            Node::Path(path) => Some(path),
            Node::Literal(_) | Node::Text(_) | Node::Array(_) | Node::Object(_) => None,
        }
    }

    /// Every path in it, with the pointer of the text that holds it.
    pub(crate) fn paths(&self) -> Vec<(String, &Path)> {
        let mut paths = Vec::new();
        self.node.walk("", &mut |pointer, node| match node {
            Node::Path(path) => paths.push((pointer.to_owned(), path)),
            Node::Text(pieces) => paths.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Path(path) => Some((pointer.to_owned(), path)),
                Piece::Text(_) => None,
            })),
            Node::Literal(_) | Node::Array(_) | Node::Object(_) => {}
        });
        paths
    }

    /// The value with its expressions left as text, `$literal` resolved, and which values hold an expression.
    pub(crate) fn outline(&self) -> Outline {
        let mut outline = Outline { value: self.node.outline(), whole: Vec::new(), text: Vec::new() };
        self.node.walk("", &mut |pointer, node| match node {
            Node::Path(_) => outline.whole.push(pointer.to_owned()),
            Node::Text(_) => outline.text.push(pointer.to_owned()),
            Node::Literal(_) | Node::Array(_) | Node::Object(_) => {}
        });
        outline
    }
}

/// What is known of a template before it is evaluated.
#[derive(Debug)]
pub(crate) struct Outline {
    /// The value; where an expression stands, some text.
    pub(crate) value: Value,
    /// Pointers of values that are one expression: they can be of any type.
    pub(crate) whole: Vec<String>,
    /// Pointers of text with expressions in it.
    pub(crate) text: Vec<String>,
}

impl Node {
    fn walk<'a>(&'a self, pointer: &str, visit: &mut dyn FnMut(&str, &'a Self)) {
        visit(pointer, self);
        match self {
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.walk(&pointer_to(pointer, &index.to_string()), visit);
                }
            }
            Self::Object(entries) => {
                for (key, value) in entries {
                    value.walk(&pointer_to(pointer, key), visit);
                }
            }
            Self::Literal(_) | Self::Path(_) | Self::Text(_) => {}
        }
    }

    fn outline(&self) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Path(path) => Value::String(format!("{{{{ {path} }}}}")),
            Self::Text(pieces) => pieces.iter().map(Piece::to_string).collect::<String>().into(),
            Self::Array(items) => items.iter().map(Self::outline).collect(),
            Self::Object(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.clone(), value.outline())).collect())
            }
        }
    }
}

impl std::fmt::Display for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Path(path) => write!(f, "{{{{ {path} }}}}"),
        }
    }
}

struct Compiler {
    found: Vec<NotAnExpression>,
}

impl Compiler {
    fn node(&mut self, value: &Value, pointer: &str) -> Node {
        match value {
            Value::String(text) => self.text(text, pointer),
            Value::Array(items) => self.array(items, pointer),
            Value::Object(map) => match map.get(LITERAL) {
                Some(literal) => self.literal(map, literal, pointer),
                None => self.object(map, pointer),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => Node::Literal(value.clone()),
        }
    }

    fn text(&mut self, text: &str, pointer: &str) -> Node {
        match text::split(text) {
            Ok(mut pieces) => match (pieces.pop(), pieces.is_empty()) {
                (None, _) => Node::Literal(Value::from(text)),
                (Some(Piece::Text(only)), true) => Node::Literal(Value::String(only)),
                (Some(Piece::Path(only)), true) => Node::Path(only),
                (Some(last), false) => {
                    pieces.push(last);
                    Node::Text(pieces)
                }
            },
            Err(error) => {
                self.refuse(pointer, Some(error.range), error.message, error.fix);
                Node::Literal(Value::from(text))
            }
        }
    }

    fn array(&mut self, items: &[Value], pointer: &str) -> Node {
        let items = items.iter().enumerate();
        let nodes: Vec<Node> =
            items.map(|(index, item)| self.node(item, &pointer_to(pointer, &index.to_string()))).collect();
        if nodes.iter().all(Node::is_literal) {
            return Node::Literal(nodes.into_iter().map(|node| node.outline()).collect());
        }
        Node::Array(nodes)
    }

    fn object(&mut self, map: &Map<String, Value>, pointer: &str) -> Node {
        let mut entries = Vec::with_capacity(map.len());
        for (key, value) in map {
            let at = pointer_to(pointer, key);
            if ["{{", "{%", "{#"].iter().any(|braces| key.contains(braces)) {
                let fix = "for a key that holds braces, put the object into {\"$literal\": …}".to_owned();
                self.refuse(&at, None, "a key is never evaluated".to_owned(), Some(fix));
            }
            entries.push((key.clone(), self.node(value, &at)));
        }
        let object = Node::Object(entries);
        if let Node::Object(entries) = &object
            && entries.iter().all(|(_, value)| value.is_literal())
        {
            return Node::Literal(object.outline());
        }
        object
    }

    fn literal(&mut self, map: &Map<String, Value>, literal: &Value, pointer: &str) -> Node {
        if map.len() > 1 {
            let message = "\"$literal\" stands alone in its object".to_owned();
            let fix = "move the other keys into the value of \"$literal\"".to_owned();
            self.refuse(&pointer_to(pointer, LITERAL), None, message, Some(fix));
        }
        Node::Literal(literal.clone())
    }

    fn refuse(&mut self, pointer: &str, range: Option<Range<usize>>, message: String, fix: Option<String>) {
        self.found.push(NotAnExpression { pointer: pointer.to_owned(), range, message, fix });
    }
}

impl Node {
    fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }
}
