//! A flow as a drawing: its steps, the ways between them, and what stands in what.

mod build;
mod dot;
mod drawing;
mod mermaid;

use crate::flow::Flow;

/// The language that a drawing is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// A flowchart of Mermaid.
    Mermaid,
    /// A graph of Graphviz.
    Dot,
}

/// The drawing of a flow.
pub fn graph(flow: &Flow, format: GraphFormat) -> String {
    let drawing = build::drawing(flow);
    match format {
        GraphFormat::Mermaid => mermaid::write(&drawing),
        GraphFormat::Dot => dot::write(&drawing),
    }
}
