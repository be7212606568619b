//! Graphviz.

use super::drawing::{Drawing, Piece, Shape};

pub(super) fn write(drawing: &Drawing) -> String {
    let mut out = "digraph {\n  node [shape=box];\n".to_owned();
    drawing.write_items(&mut |depth, piece| {
        let line = match piece {
            Piece::Node(node) => {
                let text = node.lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\n");
                let shape = match node.shape {
                    Shape::Box => "",
                    Shape::Choice => ", shape=diamond",
                    Shape::Round => ", shape=box, style=rounded",
                };
                format!("n{} [label=\"{text}\"{shape}];", node.number)
            }
            Piece::Open { number, label } => format!("subgraph cluster_{number} {{ label=\"{}\";", escaped(label)),
            Piece::Close => "}".to_owned(),
        };
        out.push_str(&format!("{}{line}\n", "  ".repeat(depth)));
    });
    for edge in &drawing.edges {
        let label = (!edge.label.is_empty()).then(|| format!("label=\"{}\"", escaped(&edge.label)));
        let style = edge.dotted.then(|| "style=dotted".to_owned());
        let attributes: Vec<String> = label.into_iter().chain(style).collect();
        let attributes = if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
        out.push_str(&format!("  n{} -> n{}{attributes};\n", edge.from, edge.to));
    }
    out.push_str("}\n");
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('\\', "\\\\").replace('"', "\\\"")
}
