//! From a flow to what is drawn of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::drawing::{Drawing, Edge, Item, Node, Shape};
use crate::flow::Flow;
use crate::on_error::{Catches, OnError};
use crate::steps::{Awaited, Block, Step, StepKind, WaitStep};

/// The drawing of a flow. Another flow that it runs is drawn where it is run first.
pub(super) fn drawing(flow: &Flow) -> Drawing {
    let mut builder =
        Builder { numbers: 0, edges: Vec::new(), breaks: Vec::new(), stops: Vec::new(), drawn: BTreeSet::new() };
    let mut items = Vec::new();
    builder.flow(flow, Vec::new(), &mut items);
    Drawing { items, edges: builder.edges }
}

struct Builder<'f> {
    numbers: usize,
    edges: Vec<Edge>,
    /// The ways out of the loop that is being drawn.
    breaks: Vec<Exit>,
    /// The ways out of the flow that is being drawn; those of the whole drawing lead nowhere.
    stops: Vec<Exit>,
    /// The files of the flows that were drawn.
    drawn: BTreeSet<&'f str>,
}

/// A way that goes on to whatever comes next.
#[derive(Clone)]
struct Exit {
    from: usize,
    label: String,
    dotted: bool,
}

impl Exit {
    fn plain(from: usize) -> Self {
        Self::labelled(from, String::new())
    }

    fn labelled(from: usize, label: String) -> Self {
        Self { from, label, dotted: false }
    }
}

impl<'f> Builder<'f> {
    fn flow(&mut self, flow: &'f Flow, entries: Vec<Exit>, items: &mut Vec<Item>) -> Vec<Exit> {
        let start = self.node(Shape::Round, vec![flow.name().to_owned()], entries, items);
        let definition = flow.definition();
        let mut exits = self.block(flow, &definition.steps, vec![Exit::plain(start)], items);
        exits.extend(self.handler(flow, definition.on_error.as_ref(), start, items));
        exits
    }

    fn block(&mut self, flow: &'f Flow, block: &'f Block, entries: Vec<Exit>, items: &mut Vec<Item>) -> Vec<Exit> {
        block.iter().fold(entries, |entries, step| self.step(flow, step, entries, items))
    }

    /// Draws a step and gives the ways out of it.
    fn step(&mut self, flow: &'f Flow, step: &'f Step, entries: Vec<Exit>, items: &mut Vec<Item>) -> Vec<Exit> {
        let shape = match step.kind() {
            StepKind::Branch(_) => Shape::Choice,
            StepKind::Stop(_) | StepKind::Fail(_) => Shape::Round,
            _ => Shape::Box,
        };
        let frame = self.numbers;
        let mut inner = Vec::new();
        let own = self.node(shape, lines(flow, step), entries, &mut inner);
        let mut exits = self.inside(flow, step, own, &mut inner);
        if inner.len() > 1 && !matches!(step.kind(), StepKind::Branch(_)) {
            items.push(Item::Frame { number: frame, label: step.id().to_owned(), items: inner });
        } else {
            items.append(&mut inner);
        }
        exits.extend(self.handler(flow, step.on_error.as_ref(), own, items));
        exits
    }

    /// Draws what stands in a step, whose own node is `own`, and gives the ways out of it.
    fn inside(&mut self, flow: &'f Flow, step: &'f Step, own: usize, items: &mut Vec<Item>) -> Vec<Exit> {
        // What ends something, but only sometimes, is passed by otherwise.
        let passed = step.condition.iter().map(|_| Exit::labelled(own, "otherwise".to_owned()));
        match step.kind() {
            StepKind::Branch(branch) => {
                let mut exits = Vec::new();
                for arm in &branch.arms {
                    let label = arm.condition.as_ref().map(|_| written(flow, &format!("{}/if", arm.pointer)));
                    let entry = Exit::labelled(own, label.unwrap_or_else(|| "else".to_owned()));
                    exits.extend(self.block(flow, &arm.steps, vec![entry], items));
                }
                let has_else = branch.arms.iter().any(|arm| arm.condition.is_none());
                exits.extend((!has_else).then(|| Exit::labelled(own, "else".to_owned())));
                exits
            }
            StepKind::Parallel(parallel) => {
                let branches = parallel.branches.iter();
                branches
                    .flat_map(|(name, block)| self.block(flow, block, vec![Exit::labelled(own, name.clone())], items))
                    .collect()
            }
            StepKind::ForEach(each) => self.turns(flow, &each.steps, own, items),
            StepKind::Repeat(repeat) => self.turns(flow, &repeat.steps, own, items),
            StepKind::SubFlow(sub) if self.drawn.insert(sub.file()) => {
                let outer = std::mem::take(&mut self.stops);
                let mut exits = self.flow(sub.flow(), vec![Exit::plain(own)], items);
                exits.append(&mut std::mem::replace(&mut self.stops, outer));
                exits
            }
            StepKind::Break => {
                self.breaks.push(Exit::labelled(own, "break".to_owned()));
                passed.collect()
            }
            StepKind::Stop(_) => {
                self.stops.push(Exit::labelled(own, "stop".to_owned()));
                passed.collect()
            }
            StepKind::Fail(_) => passed.collect(),
            StepKind::SubFlow(_) | StepKind::Action(_) | StepKind::Set(_) | StepKind::Wait(_) => {
                vec![Exit::plain(own)]
            }
        }
    }

    fn turns(&mut self, flow: &'f Flow, block: &'f Block, own: usize, items: &mut Vec<Item>) -> Vec<Exit> {
        let outer = std::mem::take(&mut self.breaks);
        let ends = self.block(flow, block, vec![Exit::labelled(own, "each turn".to_owned())], items);
        self.connect(ends, own);
        let mut exits = vec![Exit::labelled(own, "done".to_owned())];
        exits.append(&mut std::mem::replace(&mut self.breaks, outer));
        exits
    }

    fn handler(
        &mut self,
        flow: &'f Flow,
        on_error: Option<&'f OnError>,
        from: usize,
        items: &mut Vec<Item>,
    ) -> Vec<Exit> {
        let Some(on_error) = on_error.filter(|on_error| !on_error.steps.is_empty()) else { return Vec::new() };
        let label = match &on_error.catches {
            Catches::Any => "on error".to_owned(),
            Catches::Codes(codes) => shortened(&format!("on error: {}", codes.join(", "))),
        };
        self.block(flow, &on_error.steps, vec![Exit { from, label, dotted: true }], items)
    }

    fn node(&mut self, shape: Shape, lines: Vec<String>, entries: Vec<Exit>, items: &mut Vec<Item>) -> usize {
        let number = self.numbers;
        self.numbers += 1;
        items.push(Item::Node(Node { number, shape, lines }));
        self.connect(entries, number);
        number
    }

    fn connect(&mut self, from: Vec<Exit>, to: usize) {
        let edges = from.into_iter().map(|Exit { from, label, dotted }| Edge { from, to, label, dotted });
        self.edges.extend(edges);
    }
}

/// What is written on a step.
fn lines(flow: &Flow, step: &Step) -> Vec<String> {
    let at = |key: &str| written(flow, &step.pointer_of(key));
    let what = match step.kind() {
        StepKind::Action(action) => action.id().to_owned(),
        StepKind::SubFlow(sub) => format!("flow {}", sub.file()),
        StepKind::ForEach(_) => format!("for each of {}", at("for_each")),
        StepKind::Repeat(repeat) => match (&repeat.condition, &repeat.times) {
            (Some(_), _) => format!("repeat while {}", at("repeat/while")),
            (None, _) => format!("repeat {} times", at("repeat/times")),
        },
        StepKind::Wait(WaitStep(Awaited::For(_))) => format!("wait {}", at("wait")),
        StepKind::Wait(WaitStep(Awaited::Until(_))) => format!("wait until {}", at("wait/until")),
        StepKind::Wait(WaitStep(Awaited::Signal(name))) => format!("wait for the signal {name}"),
        StepKind::Branch(_) => "branch".to_owned(),
        StepKind::Parallel(_) => "parallel".to_owned(),
        StepKind::Set(_) => "set".to_owned(),
        StepKind::Break => "break".to_owned(),
        StepKind::Stop(_) => "stop".to_owned(),
        StepKind::Fail(_) => "fail".to_owned(),
    };
    let condition = step.condition.iter().map(|_| format!("if {}", at("if")));
    [step.id().to_owned(), shortened(&what)].into_iter().chain(condition).collect()
}

/// A value of the file, in as many characters as a drawing has room for.
fn written(flow: &Flow, pointer: &str) -> String {
    match flow.document().value().pointer(pointer) {
        Some(Value::String(text)) => shortened(text),
        Some(other) => shortened(&other.to_string()),
        None => String::new(),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut line: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}
