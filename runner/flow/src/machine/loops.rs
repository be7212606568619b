//! Loops: `for_each` and `repeat` go through turns, each of which has names and results of its own.

use std::sync::Arc;

use connector_sdk::{Error, ErrorKind, limits};
use serde_json::{Value, json};

use super::Machine;
use super::evaluate::unfit;
use super::line::{End, Line, LineId, Parts, Work};
use super::output::Output;
use super::progress::Part;
use super::record::Status;
use super::scope::{Scope, ScopeId, whole};
use crate::expression::{Expression, Template, TurnField, View, Within};
use crate::failure::Failure;
use crate::footprint::footprint;
use crate::steps::{Block, ForEachStep, Items, OnItemError, RepeatStep, Step, StepKind, TURNS_WHILE};

const MOST: &str = "a loop has at most 1,000,000 turns: make several loops of it";

/// A loop under way.
#[derive(Debug)]
pub(super) struct Turns {
    /// What it goes through, as a list; null if it only repeats.
    items: Arc<Value>,
    /// The keys of the items, if they were those of an object.
    keys: Vec<String>,
    /// Which home of results each turn has.
    home: usize,
    at_once: usize,
    /// The turn that begins next.
    next: usize,
    /// How many turns there are, as far as is known.
    most: usize,
    /// Whether a turn has ended it.
    is_broken: bool,
    /// What the turns gave that are over.
    outputs: Vec<Option<Output>>,
    /// What the turn before gave, where one runs after the other.
    previous: Option<Arc<Value>>,
    /// The bytes of the items and of the outputs.
    pub(super) held: usize,
}

impl Machine {
    pub(super) fn begin_for_each(&mut self, line: LineId, step: &Step, each: &ForEachStep) -> Option<End> {
        let scope = self.lines[line].scope;
        let items = match &each.items {
            Items::Of(expression) => self.shared(scope, expression, step, "/for_each"),
            Items::Written(template) => self.value(scope, template, step.pointer(), "/for_each").map(Arc::new),
        };
        let turns = match items.and_then(Turns::through) {
            Ok(turns) => Turns { at_once: each.at_once, ..turns },
            Err(failure) => return Some(self.refused(line, step, "/for_each", failure)),
        };
        self.begin_turns(line, step, turns)
    }

    pub(super) fn begin_repeat(&mut self, line: LineId, step: &Step, repeat: &RepeatStep) -> Option<End> {
        let most = match &repeat.times {
            Some(times) => {
                self.value(self.lines[line].scope, times, step.pointer(), "/repeat/times").and_then(count_of)
            }
            None => Ok(TURNS_WHILE),
        };
        match most {
            Ok(most) => self.begin_turns(line, step, Turns { most: most as usize, ..Turns::default() }),
            Err(failure) => Some(self.refused(line, step, "/repeat/times", failure)),
        }
    }

    fn begin_turns(&mut self, line: LineId, step: &Step, turns: Turns) -> Option<End> {
        let home = self.scopes[self.lines[line].scope].layout.place(step.id())?.turn;
        self.ledger.hold(turns.held);
        self.set_doing(line, Parts::of(Work::Turns(Turns { home, ..turns })));
        self.go_round(line, step)
    }

    /// Begins as many turns as may be under way. If none is and none is to come, how the loop ended.
    fn go_round(&mut self, line: LineId, step: &Step) -> Option<End> {
        let body = Body::of(step)?;
        loop {
            let under_way = self.lines[line].parts()?.lines.len();
            let turns = self.turns(line)?;
            let (index, is_last) = (turns.next, turns.next >= turns.most);
            if under_way > 0 && (is_last || under_way >= turns.at_once) {
                return None;
            }
            if is_last && (body.condition.is_none() || turns.is_broken) {
                return self.give_turns(line);
            }
            let scope = self.scope_of_turn(line, index)?;
            match self.goes_on(scope, step, &body, is_last) {
                Ok(true) => self.begin_turn(line, scope, index, body.steps),
                Ok(false) => {
                    self.end_scope(scope);
                    return self.give_turns(line);
                }
                Err(failure) => {
                    self.end_scope(scope);
                    return Some(End::Failed(failure));
                }
            }
        }
    }

    fn goes_on(&self, scope: ScopeId, step: &Step, body: &Body<'_>, is_last: bool) -> Result<bool, Failure> {
        let Some(condition) = body.condition else { return Ok(true) };
        let holds = self.holds(scope, condition, step.pointer(), "/repeat/while")?;
        match is_last && holds {
            true => {
                Err(too_many("the condition still holds after the last turn", "let \"times\" allow for more turns"))
            }
            false => Ok(holds),
        }
    }

    fn scope_of_turn(&mut self, line: LineId, index: usize) -> Option<ScopeId> {
        let outer = self.lines[line].scope;
        let home = self.turns(line)?.home;
        Some(self.scopes.add(Scope::of_turn(outer, self.layout(outer), home, line, index)))
    }

    fn begin_turn(&mut self, line: LineId, scope: ScopeId, number: usize, steps: &Block) {
        let prefix = format!("{}[{number}].", self.lines[line].round_key()).into();
        if let Some(turns) = self.turns_mut(line) {
            turns.next += 1;
        }
        self.begin_part(line, Part { number, block: steps.clone(), scope, owns_scope: true, prefix });
    }

    /// A turn ended. Its scope is still there.
    pub(super) fn turn_ended(&mut self, of: LineId, turn: &Line, end: End) -> Option<End> {
        let block = self.lines[of].block.clone();
        let step = block.get(self.lines[of].index)?;
        let body = Body::of(step)?;
        let given = match end {
            // A turn before it has ended the loop.
            End::Cancelled if turn.part >= self.turns(of)?.most => return self.go_round(of, step),
            End::Gave(last) | End::Broke(last) => self.output_of_turn(of, turn.scope, step, &body, last),
            End::Failed(failure) => Err(failure),
            End::Stopped(_) | End::Cancelled => return Some(end),
        };
        match self.collected(of, &body, given) {
            Ok(output) => self.keep(of, turn.part, output),
            Err(failure) => return Some(End::Failed(failure)),
        }
        self.go_round(of, step)
    }

    fn output_of_turn(
        &self,
        of: LineId,
        scope: ScopeId,
        step: &Step,
        body: &Body<'_>,
        last: Output,
    ) -> Result<Output, Failure> {
        let Some(template) = body.output else { return Ok(last) };
        self.value(scope, template, step.pointer(), "/output").map(Output::new).map_err(|mut failure| {
            failure.error.step = self.lines[of].step.as_ref().map(|step| step.key.to_string());
            failure
        })
    }

    /// What a turn gives to the list; where failures are collected, they are given too.
    fn collected(&self, of: LineId, body: &Body<'_>, given: Result<Output, Failure>) -> Result<Output, Failure> {
        if !body.collects {
            return given;
        }
        let deadline = self.lines[of].step.as_ref().and_then(|step| step.deadline);
        let (status, output, error) = match given {
            Ok(output) => (Status::Succeeded, output, Output::default()),
            Err(failure) if failure.is_final() || self.is_over(deadline) => return Err(failure),
            Err(failure) => (Status::Failed, Output::default(), Output::new(json!(failure.error))),
        };
        let status = Output::new(Value::from(status.code()));
        let entries = [("status", status), ("output", output), ("error", error)];
        Ok(Output::object(entries.into_iter().map(|(key, value)| (key.to_owned(), value))))
    }

    fn keep(&mut self, of: LineId, index: usize, output: Output) {
        self.ledger.hold(output.bytes);
        let Some(turns) = self.turns_mut(of) else { return };
        turns.held += output.bytes;
        if turns.at_once == 1 {
            turns.previous = Some(Arc::clone(&output.value));
        }
        if turns.outputs.len() <= index {
            turns.outputs.resize(index + 1, None);
        }
        turns.outputs[index] = Some(output);
    }

    /// The loop ends with this turn and those before it.
    pub(super) fn end_after(&mut self, of: LineId, index: usize) {
        let Some(parts) = self.lines[of].parts_mut() else { return };
        if let Work::Turns(turns) = &mut parts.work {
            turns.most = turns.most.min(index + 1);
            turns.is_broken = true;
        }
        for line in parts.lines.clone() {
            if self.lines[line].part > index {
                self.cancel_line(line);
            }
        }
    }

    fn give_turns(&mut self, of: LineId) -> Option<End> {
        let turns = self.turns_mut(of)?;
        turns.previous = None;
        let outputs = std::mem::take(&mut turns.outputs).into_iter().take(turns.most);
        Some(End::Gave(Output::list(outputs.map(Option::unwrap_or_default))))
    }

    fn turns(&self, of: LineId) -> Option<&Turns> {
        match &self.lines[of].parts()?.work {
            Work::Turns(turns) => Some(turns),
            _ => None,
        }
    }

    fn turns_mut(&mut self, of: LineId) -> Option<&mut Turns> {
        match &mut self.lines[of].parts_mut()?.work {
            Work::Turns(turns) => Some(turns),
            _ => None,
        }
    }

    /// What the items are called of the loop that is under way in this line.
    pub(super) fn item_name(&self, of: LineId) -> Option<&str> {
        let line = &self.lines[of];
        match line.block.get(line.index)?.kind() {
            StepKind::ForEach(each) => Some(&each.name),
            _ => None,
        }
    }

    /// What `loop` is in a turn of the loop that is under way in this line.
    pub(super) fn turn_view(&self, of: LineId, index: usize, field: TurnField) -> Option<View<'_>> {
        let turns = self.turns(of)?;
        Some(match field {
            TurnField::Index => View::Count(index as u64),
            TurnField::Key => turns.keys.get(index).map_or(View::Null, |key| View::Text(key)),
            TurnField::Item if turns.items.is_null() => View::Null,
            TurnField::Item => View::Shared { owner: &turns.items, within: Within::Item(index) },
            TurnField::Previous => turns.previous.as_ref().map_or(View::Null, whole),
        })
    }
}

impl Turns {
    /// Through the items of a list, which are not copied, or of an object.
    fn through(items: Arc<Value>) -> Result<Self, Failure> {
        let (items, keys) = match &*items {
            Value::Array(_) => (items, Vec::new()),
            Value::Object(map) => {
                let (keys, values) = map.iter().map(|(key, value)| (key.clone(), value.clone())).unzip();
                (Arc::new(Value::Array(values)), keys)
            }
            other => return Err(unfit("\"for_each\" goes through a list or an object", other)),
        };
        let most = items.as_array().map_or(0, Vec::len);
        if most as u64 > limits::TURNS {
            return Err(too_many(format!("{most} items are too many for a loop"), MOST));
        }
        Ok(Self { held: footprint(&items), items, keys, most, ..Self::default() })
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            items: Arc::default(),
            keys: Vec::new(),
            home: 0,
            at_once: 1,
            next: 0,
            most: 0,
            is_broken: false,
            outputs: Vec::new(),
            previous: None,
            held: 0,
        }
    }
}

/// How many turns a value means.
#[expect(clippy::needless_pass_by_value, reason = "it is handed on from what gave it")]
fn count_of(times: Value) -> Result<u64, Failure> {
    match times.as_u64() {
        Some(count) if count <= limits::TURNS => Ok(count),
        Some(count) => Err(too_many(format!("{count} turns are too many"), MOST)),
        None => Err(unfit("\"times\" is a whole number", &times)),
    }
}

/// What both kinds of loops do in their turns.
struct Body<'s> {
    condition: Option<&'s Expression>,
    steps: &'s Block,
    output: Option<&'s Template>,
    collects: bool,
}

impl<'s> Body<'s> {
    fn of(step: &'s Step) -> Option<Self> {
        match step.kind() {
            StepKind::ForEach(each) => Some(Self {
                condition: None,
                steps: &each.steps,
                output: each.output.as_ref(),
                collects: each.on_item_error == OnItemError::Collect,
            }),
            StepKind::Repeat(repeat) => Some(Self {
                condition: repeat.condition.as_ref(),
                steps: &repeat.steps,
                output: repeat.output.as_ref(),
                collects: false,
            }),
            _ => None,
        }
    }
}

fn too_many(message: impl Into<String>, fix: &str) -> Failure {
    Failure::lasting(&Error::new(ErrorKind::LimitExceeded, message).with_fix(fix))
}
