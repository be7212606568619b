//! Running a flow again with what an earlier run has done: which steps are taken over, and which are done again.
//!
//! Only what succeeded is taken over. The steps of loops and sub-flows that are over are taken over with them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use connector_sdk::{Effect, Error, ErrorKind, FileRef, Origin, Registry, Result, nearest};
use runner_flow::{Flow, Pins, Status, Step, StepKey, StepKind, StepRecord};
use runner_journal::Entry;
use serde::Serialize;
use serde_json::Value;

use crate::engine::Engine;
use crate::entry::{self, APART_OVER, Happened, Kept};
use crate::files;
use crate::ledger::of_journal;
use crate::request::Reuse;
use crate::watching::no_such_run;

/// What another run of a flow would take over from an earlier one, and what it would do again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RerunPlan {
    /// The keys of the steps that are taken over.
    pub reused: Vec<String>,
    /// Calls that the earlier run has made and that would be made again.
    pub again: Vec<Again>,
}

/// A call that would be made again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Again {
    /// The key of its step.
    pub step: String,
    /// `connector/action`.
    pub action: String,
    /// What it did outside, with the input that it had.
    pub effect: Effect,
    /// How often the earlier run tried it.
    pub attempts: u32,
    /// What became of it there.
    pub status: Status,
}

/// What is taken over from an earlier run.
pub(crate) struct Reused {
    pub(crate) pins: Pins,
    files: Vec<FileRef>,
}

impl Engine {
    /// What a run of this flow would take over from an earlier run, and what it would do again.
    pub async fn plan_rerun(&self, flow: &Arc<Flow>, reuse: &Reuse) -> Result<RerunPlan> {
        let mut plan = RerunPlan::default();
        let bounds = Bounds::of(flow, reuse.from.as_deref())?;
        let stored = self.load(&reuse.run).await?;
        let effects = effects(&stored.entries)?;
        let mut again = Vec::new();
        let mut pins = Pins::new();
        self.replay(stored, &mut |record| match bounds.takes(&record) {
            true => drop(pins.insert(record.key.to_string(), Value::Null)),
            false => again.push(record),
        })
        .await?;
        drop_inner(&mut pins);
        plan.reused = pins.keys().cloned().collect();
        plan.again = again.iter().flat_map(|record| calls_again(flow, record, &effects, self.registry())).collect();
        Ok(plan)
    }

    pub(crate) async fn reused(&self, flow: &Flow, reuse: &Reuse, tenant: &str) -> Result<Reused> {
        let bounds = Bounds::of(flow, reuse.from.as_deref())?;
        let stored = self.load(&reuse.run).await?;
        if stored.row.tenant != tenant {
            return Err(no_such_run(&reuse.run));
        }
        let mut pins = Pins::new();
        self.replay(stored, &mut |record| {
            if bounds.takes(&record) {
                pins.insert(record.key.to_string(), Value::clone(&record.output));
            }
        })
        .await?;
        drop_inner(&mut pins);
        Ok(Reused { files: files_in(pins.values()), pins })
    }

    /// The pins as they are kept: large ones apart, with the run that they come from.
    pub(crate) async fn kept_pins(&self, parent: Option<&str>, pins: &Pins) -> Result<BTreeMap<String, Kept>> {
        let mut kept = BTreeMap::new();
        for (key, value) in pins {
            let text = value.to_string();
            let value = match parent {
                Some(parent) if text.len() > APART_OVER => {
                    Kept::Apart(self.shared.journal.put_blob(parent, text.into()).await.map_err(of_journal)?)
                }
                _ => Kept::Here(value.clone()),
            };
            kept.insert(key.clone(), value);
        }
        Ok(kept)
    }
}

impl Reused {
    /// The hashes of what the new run takes over: the pins that are kept apart, and files.
    pub(crate) fn contents(&self, pins: &BTreeMap<String, Kept>) -> Result<Vec<String>> {
        let mut contents = Vec::new();
        for file in &self.files {
            contents.extend(files::contents_of(file)?);
        }
        contents.extend(pins.values().filter_map(Kept::hash).map(str::to_owned));
        Ok(contents)
    }
}

/// What the calls of a run did outside. A call that nothing is written of before it is made only reads.
fn effects(entries: &[Entry]) -> Result<HashMap<StepKey, Effect>> {
    let mut effects = HashMap::new();
    for entry in entries.iter().filter(|entry| entry::is_intent(entry)) {
        if let Happened::Intent(intent) = entry::decode(entry)? {
            effects.insert(intent.step, intent.effect);
        }
    }
    Ok(effects)
}

/// The calls of a step that is done again. What the run itself had taken over was called by a run before it.
fn calls_again(
    flow: &Flow,
    record: &StepRecord,
    effects: &HashMap<StepKey, Effect>,
    registry: &Registry,
) -> Vec<Again> {
    let is_same = |step: &&Step| step.kind().name() == record.kind;
    let Some(step) = flow.step_at(&record.key).filter(is_same) else { return Vec::new() };
    let again = |step: String, action: &str, effect| Again {
        step,
        action: action.to_owned(),
        effect,
        attempts: record.attempts,
        status: record.status,
    };
    match (step.action(), record.attempts) {
        (Some(action), 1..) => {
            let effect = effects.get(&record.key).copied().unwrap_or(Effect::Read);
            vec![again(record.key.to_string(), action.id(), effect)]
        }
        (_, 0) if record.status == Status::Succeeded => {
            let about = |action: &str| registry.action(action).map_or(Effect::Write, |action| action.about().effect);
            let mut calls = Vec::new();
            calls_in(step, record.key.to_string(), &mut calls);
            calls.into_iter().map(|(key, action)| again(key, action, about(action))).collect()
        }
        _ => Vec::new(),
    }
}

/// The actions that a step calls, itself or by the steps in it.
fn calls_in<'f>(step: &'f Step, key: String, calls: &mut Vec<(String, &'f str)>) {
    let sub_flow = match step.kind() {
        StepKind::SubFlow(sub) => sub.flow().steps(),
        _ => &[],
    };
    for inner in step.blocks().flat_map(|block| block.iter()).chain(sub_flow) {
        calls_in(inner, format!("{key}.{}", inner.id()), calls);
    }
    if let Some(action) = step.action() {
        calls.push((key, action.id()));
    }
}

/// Which steps of a flow may be taken over.
struct Bounds<'f> {
    flow: &'f Flow,
    /// Those from the given one on.
    after: HashSet<&'f str>,
    /// Those that the given one stands in.
    around: HashSet<&'f str>,
}

impl<'f> Bounds<'f> {
    fn of(flow: &'f Flow, from: Option<&str>) -> Result<Self> {
        let steps = flow.all_steps();
        let Some(from) = from else { return Ok(Self { flow, after: HashSet::new(), around: HashSet::new() }) };
        let Some(first) = steps.iter().position(|step| step.id() == from) else {
            return Err(no_such_step(&steps, from));
        };
        let after = steps[first..].iter().map(|step| step.id()).collect();
        let around = steps[..first].iter().filter(|step| step.holds(from)).map(|step| step.id()).collect();
        Ok(Self { flow, after, around })
    }

    fn takes(&self, record: &StepRecord) -> bool {
        // What stands in these is seen after them: it is taken over itself.
        let is_open = matches!(&*record.kind, "branch" | "parallel" | "break");
        let ids = own_ids(self.flow, &record.key);
        let is_after = ids.iter().any(|id| self.after.contains(id));
        let is_around = ids.last().is_some_and(|id| self.around.contains(id));
        // A step that the flow no longer has, or that has become something else, has nothing to take over.
        let is_there = self.flow.step_at(&record.key).is_some_and(|step| step.kind().name() == record.kind);
        record.status == Status::Succeeded && is_there && !is_open && !is_after && !is_around
    }
}

fn no_such_step(steps: &[&Step], id: &str) -> Error {
    let fix = match nearest(id, steps.iter().map(|step| step.id())) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "name a step of the flow".to_owned(),
    };
    Error::new(ErrorKind::InvalidInput, format!("there is no step {id:?}")).with_origin(Origin::Host).with_fix(fix)
}

/// The ids on the way to a step, as far as they are of this file.
fn own_ids<'k>(flow: &Flow, key: &'k StepKey) -> Vec<&'k str> {
    let mut ids = Vec::new();
    for id in key.ids() {
        ids.push(id);
        if flow.step(id).is_none_or(|step| matches!(step.kind(), StepKind::SubFlow(_))) {
            break;
        }
    }
    ids
}

/// Drops what stands in something that is taken over as a whole.
fn drop_inner(pins: &mut Pins) {
    let keys: HashSet<String> = pins.keys().cloned().collect();
    pins.retain(|key, _| !StepKey::new(key).ancestors().any(|around| keys.contains(around)));
}

/// The files that values refer to.
fn files_in<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<FileRef> {
    let mut files = Vec::new();
    values.into_iter().for_each(|value| find_files(value, &mut files));
    files
}

fn find_files(value: &Value, found: &mut Vec<FileRef>) {
    match value {
        Value::Object(object) if object.contains_key("$file") => {
            found.extend(serde_json::from_value::<FileRef>(value.clone()));
        }
        Value::Object(object) => object.values().for_each(|value| find_files(value, found)),
        Value::Array(items) => items.iter().for_each(|item| find_files(item, found)),
        _ => {}
    }
}
