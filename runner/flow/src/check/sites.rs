//! Where steps stand, and whether what one gave is seen where another one stands.

use std::collections::BTreeMap;

use crate::definition::Definition;
use crate::steps::{Block, Part, Step};

/// One level of a place: which list of steps of the one around it, and how far into that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) part: Part,
    pub(super) index: usize,
}

/// A place of a flow: the levels that lead to it, and the steps around it, which are one fewer.
#[derive(Clone, Debug, Default)]
pub(super) struct Site<'f> {
    pub(super) levels: Vec<Level>,
    pub(super) around: Vec<&'f Step>,
}

/// The place of every step, by its id.
#[derive(Default)]
pub(super) struct Sites<'f> {
    by_id: BTreeMap<&'f str, Site<'f>>,
}

/// What a step is to a place that refers to it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Relation<'f> {
    /// It is over by then, or skipped.
    Before,
    /// It is the one that refers.
    Itself,
    /// The place stands in it; if so, in what is done when it has failed.
    Around { in_handler: bool },
    /// It stands in the one that refers.
    Within,
    /// It comes later.
    Later,
    /// It runs only when something has failed that the place is a part of.
    OnlyOnError,
    /// It is only seen in this loop.
    InLoop(&'f Step),
    /// It stands in another arm of this branch.
    OtherArm(&'f Step),
    /// It stands in another branch of this parallel.
    Beside(&'f Step),
}

impl<'f> Sites<'f> {
    pub(super) fn of(flow: &'f Definition) -> Self {
        let mut sites = Self::default();
        let mut here = Site::default();
        for (part, block) in flow.parts() {
            sites.add(part, block, &mut here);
        }
        sites
    }

    fn add(&mut self, part: Part, block: &'f Block, here: &mut Site<'f>) {
        for (index, step) in block.iter().enumerate() {
            here.levels.push(Level { part, index });
            self.by_id.entry(step.id()).or_insert_with(|| here.clone());
            here.around.push(step);
            for (part, block) in step.parts() {
                self.add(part, block, here);
            }
            here.around.pop();
            here.levels.pop();
        }
    }

    pub(super) fn get(&self, id: &str) -> Option<&Site<'f>> {
        self.by_id.get(id)
    }

    /// The ids of the steps that are over at this place.
    pub(super) fn before<'s>(&'s self, levels: &'s [Level]) -> impl Iterator<Item = &'f str> + Clone + 's {
        let over = self.by_id.iter().filter(|(_, site)| matches!(site.seen_from(levels), Relation::Before));
        over.map(|(id, _)| *id)
    }
}

impl<'f> Site<'f> {
    /// What the step that stands here is to another place.
    pub(super) fn seen_from(&self, place: &[Level]) -> Relation<'f> {
        let common = self.levels.iter().zip(place).take_while(|(own, other)| own == other).count();
        match (self.levels.get(common), place.get(common)) {
            (None, None) => Relation::Itself,
            (None, Some(next)) => Relation::Around { in_handler: next.part == Part::Handler },
            (Some(_), None) => Relation::Within,
            (Some(own), Some(other)) if own.part != other.part => {
                self.seen_from_other_part(common, own.part, other.part)
            }
            (Some(own), Some(other)) if own.index > other.index => Relation::Later,
            (Some(_), Some(_)) => self.after(common),
        }
    }

    /// Seen from a later step of the list at this level.
    fn after(&self, level: usize) -> Relation<'f> {
        let inner = self.around.iter().zip(&self.levels[1..]).skip(level);
        let mut loops = inner.filter(|(step, next)| step.is_loop() && next.part == Part::Body);
        loops.next().map_or(Relation::Before, |(step, _)| Relation::InLoop(step))
    }

    /// Seen from another list of the step at this level.
    fn seen_from_other_part(&self, level: usize, own: Part, other: Part) -> Relation<'f> {
        let around = level.checked_sub(1).and_then(|above| self.around.get(above)).copied();
        match (own, other, around) {
            (Part::Handler, _, _) => Relation::OnlyOnError,
            (Part::Arm(_), Part::Arm(_), Some(branch)) => Relation::OtherArm(branch),
            (Part::Branch(_), Part::Branch(_), Some(parallel)) => Relation::Beside(parallel),
            (Part::Body, _, Some(step)) if step.is_loop() => Relation::InLoop(step),
            _ => self.after(level),
        }
    }
}
