//! Mermaid, with the few constructs that every version of it knows.

use super::drawing::{Drawing, Piece, Shape};

pub(super) fn write(drawing: &Drawing) -> String {
    let mut out = "flowchart TD\n".to_owned();
    drawing.write_items(&mut |depth, piece| {
        let line = match piece {
            Piece::Node(node) => {
                let text = node.lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>");
                let (open, close) = match node.shape {
                    Shape::Box => ("[", "]"),
                    Shape::Choice => ("{", "}"),
                    Shape::Round => ("([", "])"),
                };
                format!("n{}{open}\"{text}\"{close}", node.number)
            }
            Piece::Open { number, label } => format!("subgraph f{number}[\"{}\"]", escaped(label)),
            Piece::Close => "end".to_owned(),
        };
        out.push_str(&format!("{}{line}\n", "  ".repeat(depth)));
    });
    for edge in &drawing.edges {
        let arrow = if edge.dotted { "-.->" } else { "-->" };
        let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&edge.label)) };
        out.push_str(&format!("  n{} {arrow}{label} n{}\n", edge.from, edge.to));
    }
    out
}

/// Whatever could mean something to Mermaid, or to HTML, as the number of the character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '_' | '.' | ',' | '/' | ':' | '=' => escaped.push(c),
            c if c.is_ascii() => escaped.push_str(&format!("#{};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}
