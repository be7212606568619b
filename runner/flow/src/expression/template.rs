//! A JSON value of the file with its expressions found: compiled once, evaluated for each step.

use connector_sdk::pointer_to;
use serde_json::{Map, Value};

use super::NotAnExpression;
use super::advice::Advice;
use super::budget::Budget;
use super::evaluate::not_too_deep;
use super::path::Path;
use super::program::{Formula, Kind, Prose};
use super::read::{self, Read};
use super::scope::Scope;
use super::source::Refusal;
use super::undefined::Undefined;

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
    Value(Formula),
    /// Text with expressions in it.
    Text(Prose),
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
            Node::Value(_) | Node::Text(_) | Node::Array(_) | Node::Object(_) => None,
        }
    }

    /// The value, in which every expression has been replaced by what it means.
    /// It is refused before it is made where it would be over [`connector_sdk::limits::EVALUATED`].
    pub(crate) fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Undefined> {
        self.node.evaluate(scope, &Budget::new()).and_then(not_too_deep)
    }

    /// The path, if it is one plain path and nothing else.
    pub(crate) fn only_path(&self) -> Option<&Path> {
        match &self.node {
            Node::Value(Formula { code, root }) => match root.kind {
                Kind::Path(index) => code.paths.get(index),
                _ => None,
            },
            Node::Literal(_) | Node::Text(_) | Node::Array(_) | Node::Object(_) => None,
        }
    }

    /// Everything that it refers to, with the pointer of the text that holds it.
    pub(crate) fn references(&self) -> Vec<(String, &Path)> {
        let mut references = Vec::new();
        self.node.walk("", &mut |pointer, node| {
            let paths: &[Path] = match node {
                Node::Value(formula) => &formula.code.paths,
                Node::Text(prose) => &prose.code.paths,
                Node::Literal(_) | Node::Array(_) | Node::Object(_) => &[],
            };
            references.extend(paths.iter().map(|path| (pointer.to_owned(), path)));
        });
        references
    }

    /// The value with its expressions left as text, `$literal` resolved, and which values hold an expression.
    pub(crate) fn outline(&self) -> Outline {
        let mut outline = Outline { value: self.node.outline(), whole: Vec::new(), text: Vec::new() };
        self.node.walk("", &mut |pointer, node| match node {
            Node::Value(_) => outline.whole.push(pointer.to_owned()),
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
    fn evaluate(&self, scope: &dyn Scope, budget: &Budget) -> Result<Value, Undefined> {
        match self {
            // The file is bounded, and says it once.
            Self::Literal(value) => Ok(value.clone()),
            Self::Value(formula) => formula.value(scope, budget),
            Self::Text(prose) => prose.render(scope, budget).map(Value::String),
            Self::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(at, item)| item.evaluate(scope, budget).map_err(|e| e.inside(&at.to_string()))).collect()
            }
            Self::Object(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| {
                    let value = value.evaluate(scope, budget).map_err(|error| error.inside(key))?;
                    Ok((key.clone(), value))
                });
                entries.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }

    pub(super) fn walk<'a>(&'a self, pointer: &str, visit: &mut dyn FnMut(&str, &'a Self)) {
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
            Self::Literal(_) | Self::Value(_) | Self::Text(_) => {}
        }
    }

    fn outline(&self) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Value(formula) => Value::from(formula.code.source.as_str()),
            Self::Text(prose) => Value::from(prose.code.source.as_str()),
            Self::Array(items) => items.iter().map(Self::outline).collect(),
            Self::Object(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.clone(), value.outline())).collect())
            }
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
        match read::text(text) {
            Ok(Read::Plain) => Node::Literal(Value::from(text)),
            Ok(Read::Value(formula)) => Node::Value(formula),
            Ok(Read::Text(prose)) => Node::Text(prose),
            Err(refusals) => {
                self.found.extend(refusals.into_iter().map(|refusal| NotAnExpression::new(pointer, refusal)));
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
                self.refuse(&at, "a key is never evaluated", fix);
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
            let message = "\"$literal\" stands alone in its object";
            let fix = "move the other keys into the value of \"$literal\"".to_owned();
            self.refuse(&pointer_to(pointer, LITERAL), message, fix);
        }
        Node::Literal(literal.clone())
    }

    /// Refuses the key of a value.
    fn refuse(&mut self, pointer: &str, message: &str, fix: String) {
        let (pointer, message) = (pointer.to_owned(), message.to_owned());
        self.found.push(NotAnExpression { pointer, range: None, message, fix: Some(Advice::words(fix)) });
    }
}

impl NotAnExpression {
    pub(super) fn new(pointer: &str, refusal: Refusal) -> Self {
        let Refusal { range, message, fix } = refusal;
        Self { pointer: pointer.to_owned(), range: Some(range), message, fix }
    }
}

impl Node {
    fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }
}
