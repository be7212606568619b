//! What expressions refer to: steps that are seen there and come before, and names that mean something there.

use connector_sdk::Schema;

use super::formulas::{self, Formula};
use super::schemas::unknown_property;
use super::sites::{Level, Relation, Site, Sites};
use crate::codes::Code;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::expression::{Path, Root, Segment, TurnField};
use crate::steps::{Block, Part, Step, StepKind};

pub(super) fn check(flow: &Definition, findings: &mut Findings<'_>) {
    let sites = Sites::of(flow);
    let mut walk = Walk { flow, sites: &sites, here: Site::default(), loops: Vec::new(), handlers: 0, findings };
    walk.flow();
}

/// A walk through a flow, and what is around it.
struct Walk<'f, 'w, 'd> {
    flow: &'f Definition,
    sites: &'w Sites<'f>,
    here: Site<'f>,
    /// The loops that the place is in a turn of, the innermost last.
    loops: Vec<&'f Step>,
    /// In how many steps of `on_error` the place is.
    handlers: usize,
    findings: &'w mut Findings<'d>,
}

/// The place after the last step of a list.
const END: usize = usize::MAX;

impl<'f> Walk<'f, '_, '_> {
    fn flow(&mut self) {
        let flow = self.flow;
        if let Some(key) = flow.concurrency.as_ref().and_then(|concurrency| concurrency.key.as_ref()) {
            self.formula("/concurrency/key", &Formula::Template(key));
        }
        for (part, block) in flow.parts() {
            self.part(part, block);
        }
        if let Some(output) = &flow.output {
            self.at(Level { part: Part::Body, index: END }, |walk| walk.formula("/output", &Formula::Template(output)));
        }
    }

    fn part(&mut self, part: Part, block: &'f Block) {
        self.handlers += usize::from(part == Part::Handler);
        for (index, step) in block.iter().enumerate() {
            self.at(Level { part, index }, |walk| walk.step(step));
        }
        self.handlers -= usize::from(part == Part::Handler);
    }

    fn at(&mut self, level: Level, go: impl FnOnce(&mut Self)) {
        self.here.levels.push(level);
        go(self);
        self.here.levels.pop();
    }

    fn step(&mut self, step: &'f Step) {
        for (pointer, formula) in formulas::before(step, self.findings.file()) {
            self.formula(&pointer, &formula);
        }
        self.name_of_items(step);
        for (part, block) in step.parts() {
            let in_turn = part == Part::Body;
            self.loops.extend(in_turn.then_some(step));
            if let Some((pointer, formula)) = formulas::before_turn(step).filter(|_| in_turn) {
                self.formula(&pointer, &formula);
            }
            self.part(part, block);
            if let Some((pointer, formula)) = formulas::after_turn(step).filter(|_| in_turn) {
                self.at(Level { part, index: END }, |walk| walk.formula(&pointer, &formula));
            }
            if in_turn {
                self.loops.pop();
            }
        }
    }

    /// What a loop calls its items must not hide what the loop around it calls its own.
    fn name_of_items(&mut self, step: &'f Step) {
        let Some(name) = name_of_items(step) else { return };
        let Some(outer) = self.loops.iter().find(|outer| name_of_items(outer) == Some(name)) else { return };
        let message = format!("the loop {:?} around this one calls its items {name:?} too", outer.id());
        let fix = Some("give the items of this loop a name of their own with \"as\"".to_owned());
        let pointer = format!("{}/as", step.pointer());
        let place =
            if self.findings.file().pointer(&pointer).is_some() { pointer } else { step.pointer_of("for_each") };
        self.findings.error(Code::SHADOWED_NAME, Place::Value(&place), message, fix);
    }

    fn formula(&mut self, pointer: &str, formula: &Formula<'f>) {
        for (inner, path) in formula.paths() {
            self.path(&Mention { pointer: format!("{pointer}{inner}"), path });
        }
    }

    fn path(&mut self, mention: &Mention<'_>) {
        match &mention.path.root {
            Root::Status(id) | Root::Output(id) | Root::Error(id) => self.mention_of_step(id, mention),
            Root::Turn(field) => self.mention_of_turn(*field, mention),
            Root::Variable(name) => self.mention_of_name(name, mention),
        }
    }

    fn mention_of_step(&mut self, id: &str, mention: &Mention<'_>) {
        let Some(site) = self.sites.get(id) else { return self.mention_of_nothing(id, mention) };
        let seen = unseen(id, site.seen_from(&self.here.levels), mention.field());
        if let Some((code, message, fix)) = seen {
            self.findings.error(code, mention.place(), message, Some(fix));
        }
    }

    fn mention_of_nothing(&mut self, id: &str, mention: &Mention<'_>) {
        if self.flow.unreadable.contains(id) {
            return;
        }
        let known = self.sites.before(&self.here.levels);
        let none = || Some("no step is over here; use input, or put a step before this one".to_owned());
        let fix = if self.findings.is_full() { None } else { did_you_mean(id, known).or_else(none) };
        self.findings.error(Code::UNKNOWN_STEP, mention.place(), format!("there is no step {id:?}"), fix);
    }

    fn mention_of_turn(&mut self, field: TurnField, mention: &Mention<'_>) {
        let path = mention.path;
        match (self.loops.last().map(|step| step.kind()), field) {
            (None, _) => {
                let message = "there is no loop around this".to_owned();
                let fix = Some(
                    "loop is known in the steps of \"for_each\" and \"repeat\", and in their \"output\"".to_owned(),
                );
                self.findings.error(Code::NO_LOOP, mention.place(), message, fix);
            }
            (Some(StepKind::Repeat(_)), TurnField::Item | TurnField::Key) => {
                let message = format!("there is no {path}: \"repeat\" goes through no items");
                let fix = Some("loop has index and previous here".to_owned());
                self.findings.error(Code::NO_LOOP, mention.place(), message, fix);
            }
            (Some(StepKind::ForEach(each)), TurnField::Previous) if each.at_once > 1 => {
                let message = "no turn is before another one where several are under way at once".to_owned();
                let fix = Some("take \"at_once\" away, or do without loop.previous".to_owned());
                self.findings.error(Code::NO_PREVIOUS, mention.place(), message, fix);
            }
            _ => {}
        }
    }

    fn mention_of_name(&mut self, name: &str, mention: &Mention<'_>) {
        let flow = self.flow;
        match name {
            "input" => self.mention_of_described("input", flow.input.as_ref(), Code::UNKNOWN_INPUT, mention),
            "config" => self.mention_of_described("config", flow.config.as_ref(), Code::UNKNOWN_CONFIG, mention),
            "run" => self.mention_of_run(mention),
            "error" if self.handlers > 0 => {}
            "error" => {
                let fix = Some("use steps.ID.error for the error of a step whose failure was handled".to_owned());
                let message = "error is only known in the steps of \"on_error\"";
                self.findings.error(Code::NO_ERROR, mention.place(), message, fix);
            }
            _ if self.loops.iter().any(|step| name_of_items(step) == Some(name)) => {}
            _ => {
                let fix = did_you_mean(name, self.names());
                self.findings.error(Code::UNKNOWN_NAME, mention.place(), format!("there is no {name:?} here"), fix);
            }
        }
    }

    /// The names that mean something here.
    fn names(&self) -> impl Iterator<Item = &'f str> + Clone + '_ {
        let in_loop = (!self.loops.is_empty()).then_some("loop");
        let in_handler = (self.handlers > 0).then_some("error");
        let items = self.loops.iter().filter_map(|step| name_of_items(step));
        ["input", "steps", "config", "run"].into_iter().chain(in_loop).chain(in_handler).chain(items)
    }

    /// A schema that does not name a property does not forbid it, unless it says so: the run will tell.
    fn mention_of_described(&mut self, what: &str, schema: Option<&Schema>, code: Code, mention: &Mention<'_>) {
        let Some(schema) = schema else {
            if self.findings.file().get(what).is_some() {
                return;
            }
            let message = format!("the flow does not say what its {what} is");
            let fix = Some(format!("add {what:?}, a JSON Schema, to the flow"));
            return self.findings.warning(code, mention.place(), message, fix);
        };
        let Some(unknown) = unknown_property(schema.json(), &mention.path.segments) else { return };
        let message = format!("{:?} is not a property of the flow's {what}", unknown.key);
        let fix = if self.findings.is_full() { None } else { unknown.fix() };
        match unknown.closed {
            true => self.findings.error(code, mention.place(), message, fix),
            false => self.findings.warning(code, mention.place(), message, fix),
        }
    }

    fn mention_of_run(&mut self, mention: &Mention<'_>) {
        let Some(Segment::Key(field)) = mention.path.segments.first() else { return };
        if !RUN.contains(&field.as_str()) {
            let fix = did_you_mean(field, RUN.into_iter());
            self.findings.error(Code::UNKNOWN_NAME, mention.place(), format!("a run has no {field:?}"), fix);
        }
    }
}

/// What expressions know of a run.
const RUN: [&str; 4] = ["id", "started_at", "tenant", "labels"];

/// A path of an expression, and the text that it stands in.
struct Mention<'p> {
    pointer: String,
    path: &'p Path,
}

impl Mention<'_> {
    fn place(&self) -> Place<'_> {
        Place::Within(&self.pointer, self.path.range.clone())
    }

    fn field(&self) -> &'static str {
        match self.path.root {
            Root::Status(_) => "status",
            Root::Error(_) => "error",
            Root::Output(_) | Root::Variable(_) | Root::Turn(_) => "output",
        }
    }
}

/// Why nothing is seen of a step that is there, and what to do; nothing where it is over by then.
fn unseen(id: &str, relation: Relation<'_>, field: &str) -> Option<(Code, String, String)> {
    let earlier = || "use what a step before this one gave".to_owned();
    let later = |message, fix| (Code::LATER_STEP, message, fix);
    Some(match relation {
        Relation::Before => return None,
        Relation::Itself => {
            later(format!("the step {id:?} refers to itself"), "use what an earlier step gave".to_owned())
        }
        Relation::Around { in_handler } => {
            let message = format!("the step {id:?} is around this, so that it has no {field} yet");
            later(
                message,
                if in_handler { "what went wrong is in error, such as error.message".to_owned() } else { earlier() },
            )
        }
        Relation::Within => {
            later(format!("the step {id:?} has not run here, so that it has no {field} yet"), earlier())
        }
        Relation::Later => {
            let message = format!("the step {id:?} comes later, so that it has no {field} yet");
            later(message, format!("move the step {id:?} before this one"))
        }
        Relation::OnlyOnError => {
            later(format!("the step {id:?} runs only after this, when something has failed"), earlier())
        }
        Relation::InLoop(step) => in_loop(id, step.id()),
        Relation::OtherArm(step) => in_other_arm(id, step.id()),
        Relation::Beside(step) => in_other_branch(id, step.id()),
    })
}

fn in_loop(id: &str, around: &str) -> (Code, String, String) {
    let message = format!("the step {id:?} is seen only inside the loop {around:?}");
    (Code::INSIDE_LOOP, message, format!("use steps.{around}.output, the list of what its turns gave"))
}

fn in_other_arm(id: &str, around: &str) -> (Code, String, String) {
    let message = format!("the step {id:?} is always skipped here: it stands in another arm of {around:?}");
    (Code::OTHER_ARM, message, outside_of(around))
}

fn in_other_branch(id: &str, around: &str) -> (Code, String, String) {
    let message = format!("the step {id:?} runs beside this one, in another branch of {around:?}");
    (Code::RUNS_BESIDE, message, outside_of(around))
}

fn outside_of(around: &str) -> String {
    format!("use it after {around:?}, or put it before")
}

fn name_of_items(step: &Step) -> Option<&str> {
    match step.kind() {
        StepKind::ForEach(each) => Some(&each.name),
        _ => None,
    }
}
