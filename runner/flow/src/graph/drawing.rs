//! What a drawing is made of, in any language.

/// A drawing.
pub(super) struct Drawing {
    pub(super) items: Vec<Item>,
    pub(super) edges: Vec<Edge>,
}

/// What stands in a drawing, or in a frame of it.
pub(super) enum Item {
    Node(Node),
    Frame { number: usize, label: String, items: Vec<Self> },
}

/// A thing with a text of some lines.
pub(super) struct Node {
    pub(super) number: usize,
    pub(super) shape: Shape,
    pub(super) lines: Vec<String>,
}

#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Something is done.
    Box,
    /// One of several ways is taken.
    Choice,
    /// It begins or ends here.
    Round,
}

/// A way from one node to another.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    /// Whether it is only taken on an error.
    pub(super) dotted: bool,
}

impl Drawing {
    /// Writes what stands in it: `node` and the two ends of a frame, each with its depth.
    pub(super) fn write_items(&self, write: &mut dyn FnMut(usize, Piece<'_>)) {
        write_items(&self.items, 1, write);
    }
}

/// A piece of a drawing, in the order in which it is written.
pub(super) enum Piece<'d> {
    Node(&'d Node),
    Open { number: usize, label: &'d str },
    Close,
}

fn write_items(items: &[Item], depth: usize, write: &mut dyn FnMut(usize, Piece<'_>)) {
    for item in items {
        match item {
            Item::Node(node) => write(depth, Piece::Node(node)),
            Item::Frame { number, label, items } => {
                write(depth, Piece::Open { number: *number, label });
                write_items(items, depth + 1, write);
                write(depth, Piece::Close);
            }
        }
    }
}
