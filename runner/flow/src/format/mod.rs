//! The one way to write a flow file: known keys in a fixed order, short lists and objects on one line.
//!
//! Only blanks, the order of known keys, and braces around whole bare expressions change; every number and every text
//! stays as it was written. What was formatted is formatted to itself.

mod roles;

use serde_json::Value;

use self::roles::Role;
use crate::diagnostic::Diagnostic;
use crate::document::{Document, Node};
use crate::expression::Expression;

/// The columns that a line may have.
const WIDTH: usize = 100;
const INDENT: usize = 2;

/// A flow file in its canonical form, or why it is not JSON.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let document = Document::parse(text)?;
    let mut writer = Writer { out: String::with_capacity(text.len()) };
    writer.value(document.root(), Role::Flow, Room { indent: 0, left: WIDTH });
    writer.out.push('\n');
    Ok(writer.out)
}

struct Writer {
    out: String,
}

/// How far the lines of a value are indented, and how many columns its first line has left.
#[derive(Clone, Copy)]
struct Room {
    indent: usize,
    left: usize,
}

impl Writer {
    fn value(&mut self, node: Node<'_>, role: Role, room: Room) {
        match node.value() {
            Value::Array(items) if items.is_empty() => self.out.push_str("[]"),
            Value::Object(map) if map.is_empty() => self.out.push_str("{}"),
            Value::Array(_) | Value::Object(_) => match on_one_line(node, role, room.left) {
                Some(line) => self.out.push_str(&line),
                None => self.on_many_lines(node, role, room.indent),
            },
            _ => self.out.push_str(&scalar(node, role)),
        }
    }

    fn on_many_lines(&mut self, node: Node<'_>, role: Role, indent: usize) {
        let (open, close) = brackets(node);
        self.out.push(open);
        for (index, part) in parts(node, role).into_iter().enumerate() {
            self.out.push_str(if index == 0 { "\n" } else { ",\n" });
            let inner = indent + INDENT;
            self.blanks(inner);
            self.out.push_str(&part.key);
            // One column is for the comma that may follow.
            let left = WIDTH.saturating_sub(inner + columns(&part.key) + 1);
            self.value(part.node, part.role, Room { indent: inner, left });
        }
        self.out.push('\n');
        self.blanks(indent);
        self.out.push(close);
    }

    fn blanks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }
}

/// A list or an object on one line of at most so many columns.
fn on_one_line(node: Node<'_>, role: Role, columns: usize) -> Option<String> {
    let mut line = Line { text: String::new(), left: columns };
    line.value(node, role)?;
    Some(line.text)
}

/// A line that says when it is full.
struct Line {
    text: String,
    left: usize,
}

impl Line {
    fn value(&mut self, node: Node<'_>, role: Role) -> Option<()> {
        if !node.value().is_array() && !node.value().is_object() {
            return self.push(&scalar(node, role));
        }
        let (open, close) = brackets(node);
        let parts = parts_if_few(node, role, self.left)?;
        let pad = if node.value().is_object() && !parts.is_empty() { " " } else { "" };
        if role.stands_open(node.value().is_array()) && !parts.is_empty() {
            return None;
        }
        self.push(&format!("{open}{pad}"))?;
        for (index, part) in parts.into_iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " })?;
            self.push(&part.key)?;
            self.value(part.node, part.role)?;
        }
        self.push(&format!("{pad}{close}"))
    }

    fn push(&mut self, text: &str) -> Option<()> {
        self.left = self.left.checked_sub(columns(text))?;
        self.text.push_str(text);
        Some(())
    }
}

/// An item of a list, or an entry of an object with its key and the colon.
struct Part<'d> {
    key: String,
    role: Role,
    node: Node<'d>,
}

/// What a list or an object holds, in canonical order.
fn parts(node: Node<'_>, role: Role) -> Vec<Part<'_>> {
    if node.value().is_array() {
        return node.items().map(|node| Part { key: String::new(), role: role.item(), node }).collect();
    }
    let mut parts: Vec<(usize, Part<'_>)> = node
        .entries()
        .map(|(key, written, node)| {
            let (place, role) = role.key(key);
            (place, Part { key: format!("{written}: "), role, node })
        })
        .collect();
    parts.sort_by_key(|(place, _)| *place);
    parts.into_iter().map(|(_, part)| part).collect()
}

/// The same, unless there are more than fit on a line: a large list is not looked at in vain on every level.
fn parts_if_few(node: Node<'_>, role: Role, columns: usize) -> Option<Vec<Part<'_>>> {
    let count = node.value().as_array().map_or_else(|| node.value().as_object().map_or(0, |map| map.len()), Vec::len);
    (count <= columns).then(|| parts(node, role))
}

fn brackets(node: Node<'_>) -> (char, char) {
    if node.value().is_array() { ('[', ']') } else { ('{', '}') }
}

/// A text, a number or a word as it was written; a bare expression without braces around the whole of it.
fn scalar(node: Node<'_>, role: Role) -> String {
    let written = node.written();
    let bare = (role == Role::Expression).then(|| without_braces(written)).flatten();
    bare.map_or_else(|| written.to_owned(), |bare| format!("\"{bare}\""))
}

fn without_braces(written: &str) -> Option<&str> {
    let inside = written.strip_prefix('"')?.strip_suffix('"')?;
    let bare = inside.trim_matches(' ').strip_prefix("{{")?.strip_suffix("}}")?.trim_matches(' ');
    // Braces within may belong to two expressions, and escapes could make them up: those stay.
    let plain = !bare.contains("{{") && !bare.contains("}}") && !bare.contains('\\');
    let is_right = |text: &str| Expression::compile(text).is_ok();
    (plain && is_right(inside) && is_right(bare)).then_some(bare)
}

fn columns(text: &str) -> usize {
    if text.len() > 4 * WIDTH { usize::MAX / 2 } else { text.chars().count() }
}
