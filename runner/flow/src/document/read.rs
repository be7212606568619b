//! From a syntax tree to a value and the places of its parts.

use connector_sdk::{json, pointer_to};
use jsonc_parser::ast::{Array, NumberLit, Object, ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged;
use serde_json::{Map, Value};

use super::places::{Lines, Places};
use crate::codes::Code;
use crate::diagnostic::{Bounded, Diagnostic};

/// The value, and beside it every duplicate key, the first of which is kept, and every number that cannot be held
/// exactly, for which another one stands.
pub(super) fn read(text: &str, lines: &Lines, ast: &Ast<'_>) -> (Value, Places, Bounded) {
    let mut reader = Reader { text, lines, found: Bounded::default() };
    let (value, places) = reader.value(ast, "");
    (value, places, reader.found)
}

struct Reader<'a> {
    text: &'a str,
    lines: &'a Lines,
    found: Bounded,
}

impl Reader<'_> {
    fn value(&mut self, ast: &Ast<'_>, pointer: &str) -> (Value, Places) {
        let (value, children) = match ast {
            Ast::NullKeyword(_) => (Value::Null, Vec::new()),
            Ast::BooleanLit(literal) => (Value::Bool(literal.value), Vec::new()),
            Ast::StringLit(literal) => (Value::from(literal.value.as_ref()), Vec::new()),
            Ast::NumberLit(literal) => (self.number(literal, pointer), Vec::new()),
            Ast::Array(array) => self.array(array, pointer),
            Ast::Object(object) => self.object(object, pointer),
        };
        (value, Places::new(ast, children))
    }

    fn array(&mut self, array: &Array<'_>, pointer: &str) -> (Value, Vec<Places>) {
        let items = array.elements.iter().enumerate();
        let read = items.map(|(index, item)| self.value(item, &pointer_to(pointer, &index.to_string())));
        let (values, places): (Vec<Value>, Vec<Places>) = read.unzip();
        (Value::Array(values), places)
    }

    fn object(&mut self, object: &Object<'_>, pointer: &str) -> (Value, Vec<Places>) {
        let mut map = Map::with_capacity(object.properties.len());
        let mut places = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            let key = property.name.as_str();
            let at = pointer_to(pointer, key);
            if map.contains_key(key) {
                self.duplicate(key, &property.name, &at);
                continue;
            }
            let (value, place) = self.value(&property.value, &at);
            map.insert(key.to_owned(), value);
            places.push(place.with_key(&property.name));
        }
        (Value::Object(map), places)
    }

    fn number(&mut self, literal: &NumberLit<'_>, pointer: &str) -> Value {
        match literal.value.parse::<serde_json::Number>() {
            Ok(number) if json::is_exact(literal.value) => Value::Number(number),
            _ => {
                let shown: String = literal.value.chars().take(40).collect();
                let message = format!("{shown} cannot be held exactly");
                self.refuse(Code::NUMBER, literal, pointer, message, "write it as text, in quotes, to keep its digits");
                Value::from(literal.value.parse::<f64>().ok().filter(|near| near.is_finite()).unwrap_or_default())
            }
        }
    }

    fn duplicate(&mut self, key: &str, name: &ObjectPropName<'_>, pointer: &str) {
        let message = format!("the key {key:?} stands here a second time");
        self.refuse(Code::DUPLICATE_KEY, name, pointer, message, "take one of the two away");
    }

    fn refuse(&mut self, code: Code, place: &impl Ranged, pointer: &str, message: String, fix: &str) {
        self.found.add(|| {
            let span = self.lines.span(self.text, place.start()..place.end());
            Diagnostic { fix: Some(fix.to_owned()), ..Diagnostic::error(code, pointer, span, message) }
        });
    }
}
