//! A journal for runs that need not outlive the process.
//!
//! It keeps what others ask for while a run goes on, the rows and outcomes of some finished runs, and no entries.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Notify;

use crate::content::content_hash;
use crate::error::{Error, Result};
use crate::message::{Message, Posted};
use crate::run::{
    Claim, Created, End, Entry, NewRun, Query, RUNNING, RunRow, StoredRun, check_entries, listed, within,
};
use crate::{Health, Journal, Pruned, Retention, limits};

/// How much a journal in memory keeps.
#[derive(Clone, Copy, Debug)]
pub struct MemoryOptions {
    /// Finished runs; the first to end go first.
    pub finished: usize,
}

impl Default for MemoryOptions {
    fn default() -> Self {
        Self { finished: limits::MEMORY_FINISHED }
    }
}

/// A journal in memory.
#[derive(Default)]
pub struct MemoryJournal {
    options: MemoryOptions,
    state: Mutex<State>,
    posted: Notify,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new(options: MemoryOptions) -> Self {
        Self { options, ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    runs: HashMap<String, Run>,
    /// Runs by the order in which they were made, which lists go by.
    order: BTreeMap<u64, String>,
    keys: HashMap<(String, String), String>,
    /// Runs by the order in which they ended.
    finished: VecDeque<String>,
    contents: HashMap<String, Content>,
    content_bytes: usize,
    made: u64,
    /// The number of the last message, and the run of each that is kept.
    last_message: u64,
    mail: BTreeMap<u64, String>,
}

struct Run {
    number: u64,
    row: RunRow,
    /// Apart, because most runs have none.
    extra: Option<Box<Extra>>,
}

#[derive(Default)]
struct Extra {
    inbox: Vec<(u64, Message)>,
    /// The ids of the last messages that were settled.
    settled: VecDeque<String>,
    blobs: Vec<String>,
}

struct Content {
    body: Bytes,
    runs: usize,
}

fn full() -> Error {
    Error::Full { file: PathBuf::from("in memory") }
}

impl State {
    fn run(&mut self, run: &str) -> Result<&mut Run> {
        self.runs.get_mut(run).ok_or_else(|| Error::NoSuchRun { run: run.to_owned() })
    }

    fn existing(&self, run: &NewRun) -> Result<Option<&RunRow>> {
        if let Some(known) = self.runs.get(&run.id) {
            let same = known.row.tenant == run.tenant;
            return if same { Ok(Some(&known.row)) } else { Err(Error::Taken { run: run.id.clone() }) };
        }
        let id = run.key.as_ref().and_then(|key| self.keys.get(&(run.tenant.clone(), key.clone())));
        Ok(id.and_then(|id| self.runs.get(id)).map(|known| &known.row))
    }

    fn insert(&mut self, run: NewRun) {
        self.made += 1;
        if let Some(key) = &run.key {
            self.keys.insert((run.tenant.clone(), key.clone()), run.id.clone());
        }
        self.order.insert(self.made, run.id.clone());
        let row = RunRow {
            id: run.id.clone(),
            tenant: run.tenant,
            flow: run.flow,
            key: run.key,
            labels: run.labels,
            parent: run.parent,
            created: run.created,
            status: RUNNING.to_owned(),
            finished: None,
            entries: 0,
            end: None,
        };
        self.runs.insert(run.id, Run { number: self.made, row, extra: None });
    }

    fn add(&mut self, run: &str, after: u64, entries: usize) -> Result<&mut Run> {
        let known = self.run(run)?;
        if known.row.entries != after || known.row.finished.is_some() {
            return Err(Error::Fenced { run: run.to_owned() });
        }
        known.row.entries += entries as u64;
        Ok(known)
    }

    fn has_blob(&self, run: &str, hash: &str) -> bool {
        let extra = self.runs.get(run).and_then(|run| run.extra.as_ref());
        extra.is_some_and(|extra| extra.blobs.iter().any(|blob| blob == hash))
    }

    fn refer(&mut self, run: &str, hash: &str) -> Result<()> {
        if !self.has_blob(run, hash) {
            self.run(run)?.extra().blobs.push(hash.to_owned());
            if let Some(content) = self.contents.get_mut(hash) {
                content.runs += 1;
            }
        }
        Ok(())
    }

    /// Forgets a run, and tells how much content nobody refers to any more.
    fn forget(&mut self, id: &str) -> u64 {
        let Some(run) = self.runs.remove(id) else { return 0 };
        self.order.remove(&run.number);
        if let Some(key) = run.row.key {
            self.keys.remove(&(run.row.tenant, key));
        }
        let extra = run.extra.map(|extra| *extra).unwrap_or_default();
        for (number, _) in extra.inbox {
            self.mail.remove(&number);
        }
        extra.blobs.iter().filter(|hash| self.release(hash)).count() as u64
    }

    fn release(&mut self, hash: &str) -> bool {
        let Some(content) = self.contents.get_mut(hash) else { return false };
        content.runs -= 1;
        let (gone, bytes) = (content.runs == 0, content.body.len());
        if gone {
            self.contents.remove(hash);
            self.content_bytes -= bytes;
        }
        gone
    }

    fn forget_first_finished(&mut self) -> Option<u64> {
        self.finished.pop_front().map(|id| self.forget(&id))
    }
}

impl Run {
    fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }
}

impl Extra {
    fn knows(&self, id: &String) -> bool {
        self.settled.contains(id) || self.inbox.iter().any(|(_, known)| known.id == *id)
    }

    fn has_room(&self, message: &Message) -> bool {
        let like = || self.inbox.iter().filter(|(_, other)| other.kind == message.kind);
        let held: usize = like().map(|(_, other)| other.body.len()).sum();
        like().count() < limits::INBOX && held + message.body.len() <= limits::INBOX_BYTES
    }

    /// Takes out what is settled, and tells its numbers.
    fn settle(&mut self, through: u64, kept: &[String]) -> Vec<u64> {
        let is_settled = |number: u64, id: &String| number <= through && !kept.contains(id);
        let gone: Vec<_> = self.inbox.extract_if(.., |(number, message)| is_settled(*number, &message.id)).collect();
        let numbers = gone.iter().map(|(number, _)| *number).collect();
        self.settled.extend(gone.into_iter().map(|(_, message)| message.id));
        let surplus = self.settled.len().saturating_sub(limits::MEMORY_SETTLED);
        self.settled.drain(..surplus);
        numbers
    }
}

fn fits(row: &RunRow, query: &Query) -> bool {
    let same = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
    same(&query.tenant, &row.tenant)
        && same(&query.flow, &row.flow)
        && (query.key.is_none() || query.key == row.key)
        && same(&query.status, &row.status)
        && query.label.as_ref().is_none_or(|(name, value)| row.labels.get(name) == Some(value))
}

fn without_end(row: &RunRow) -> RunRow {
    RunRow { end: None, ..row.clone() }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn create(&self, run: NewRun) -> Result<Created> {
        run.check()?;
        let mut state = self.state();
        if let Some(row) = state.existing(&run)? {
            return Ok(Created::Existing(Box::new(row.clone())));
        }
        if state.runs.len() - state.finished.len() >= limits::MEMORY_RUNS {
            return Err(full());
        }
        let (id, parent) = (run.id.clone(), run.parent.clone().unwrap_or_default());
        let taken_over = run.taken_over.clone();
        state.insert(run);
        for hash in taken_over.iter().filter(|hash| state.has_blob(&parent, hash)).collect::<Vec<_>>() {
            state.refer(&id, hash)?;
        }
        Ok(Created::New)
    }

    async fn append(&self, run: &str, after: u64, entries: Vec<Entry>) -> Result<()> {
        check_entries(&entries)?;
        self.state().add(run, after, entries.len()).map(drop)
    }

    async fn finish(&self, run: &str, after: u64, entries: Vec<Entry>, end: End) -> Result<()> {
        check_entries(&entries)?;
        end.check()?;
        let mut state = self.state();
        let known = state.add(run, after, entries.len())?;
        known.row.status = end.status;
        known.row.finished = Some(end.at);
        known.row.end = Some(end.outcome);
        state.finished.push_back(run.to_owned());
        if state.finished.len() > self.options.finished {
            state.forget_first_finished();
        }
        Ok(())
    }

    async fn load(&self, _run: &str) -> Result<Option<StoredRun>> {
        Ok(None)
    }

    async fn row(&self, run: &str) -> Result<Option<RunRow>> {
        Ok(self.state().runs.get(run).map(|run| run.row.clone()))
    }

    async fn list(&self, query: Query) -> Result<Vec<RunRow>> {
        let mut state = self.state();
        let before = match &query.before {
            Some(before) => state.run(before)?.number,
            None => u64::MAX,
        };
        let rows = state.order.range(..before).rev().filter_map(|(_, id)| Some(&state.runs.get(id)?.row));
        Ok(rows.filter(|row| fits(row, &query)).take(listed(query.limit) as usize).map(without_end).collect())
    }

    async fn claim(&self, run: &str) -> Result<Claim> {
        let finished = self.state().run(run)?.row.finished;
        Ok(if finished.is_some() { Claim::Finished } else { Claim::Mine })
    }

    async fn release(&self, run: &str) -> Result<()> {
        self.state().run(run).map(drop)
    }

    async fn is_held_elsewhere(&self, _run: &str) -> Result<bool> {
        Ok(false)
    }

    async fn unfinished(&self, after: Option<&str>, limit: u32) -> Result<Vec<RunRow>> {
        let state = self.state();
        let waiting = state.runs.values().map(|run| &run.row).filter(|row| row.finished.is_none());
        let mut rows: Vec<_> = waiting.filter(|row| after.is_none_or(|after| row.id.as_str() > after)).collect();
        rows.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Ok(rows.into_iter().take(listed(limit) as usize).cloned().collect())
    }

    async fn post(&self, run: &str, message: Message) -> Result<Posted> {
        message.check()?;
        let mut state = self.state();
        let number = state.last_message + 1;
        let Some(known) = state.runs.get_mut(run) else { return Ok(Posted::NoSuchRun) };
        let over = known.row.finished.is_some();
        let extra = known.extra();
        if extra.knows(&message.id) {
            return Ok(Posted::Known);
        }
        if over {
            return Ok(Posted::RunIsOver);
        }
        if !extra.has_room(&message) {
            return Ok(Posted::TooMany);
        }
        extra.inbox.push((number, message));
        state.last_message = number;
        state.mail.insert(number, run.to_owned());
        self.posted.notify_one();
        Ok(Posted::New)
    }

    async fn settle(&self, run: &str, through: u64, kept: Vec<String>) -> Result<()> {
        let mut state = self.state();
        for number in state.run(run)?.extra().settle(through, &kept) {
            state.mail.remove(&number);
        }
        Ok(())
    }

    async fn inbox(&self, run: &str, after: u64) -> Result<Vec<(u64, Message)>> {
        let state = self.state();
        let extra = state.runs.get(run).and_then(|run| run.extra.as_ref());
        let inbox = extra.map(|extra| extra.inbox.as_slice()).unwrap_or_default();
        Ok(inbox.iter().filter(|(number, _)| *number > after).cloned().collect())
    }

    async fn mail(&self, after: u64) -> Result<Vec<(u64, String)>> {
        let state = self.state();
        let mail = state.mail.range(after.saturating_add(1)..).take(limits::LISTED as usize);
        Ok(mail.map(|(number, run)| (*number, run.clone())).collect())
    }

    async fn posted(&self) {
        self.posted.notified().await;
    }

    async fn put_blob(&self, run: &str, content: Bytes) -> Result<String> {
        within("a blob", content.len(), limits::BLOB)?;
        let hash = content_hash(&content);
        let mut state = self.state();
        state.run(run)?;
        if !state.contents.contains_key(&hash) {
            if state.content_bytes + content.len() > limits::MEMORY_BLOBS {
                return Err(full());
            }
            state.content_bytes += content.len();
            state.contents.insert(hash.clone(), Content { body: content, runs: 0 });
        }
        state.refer(run, &hash)?;
        Ok(hash)
    }

    async fn get_blob(&self, run: &str, hash: &str) -> Result<Option<Bytes>> {
        let state = self.state();
        let content = state.contents.get(hash).filter(|_| state.has_blob(run, hash));
        Ok(content.map(|content| content.body.clone()))
    }

    async fn prune(&self, keep: Retention, now: u64) -> Result<Pruned> {
        let mut state = self.state();
        let mut pruned = Pruned::default();
        let expired =
            |row: &RunRow| row.finished.is_some_and(|at| keep.age.is_some_and(|age| at < now.saturating_sub(age)));
        while let Some(id) = state.finished.front() {
            let too_many = keep.count.is_some_and(|count| state.finished.len() as u64 > count);
            if !too_many && !state.runs.get(id).is_some_and(|run| expired(&run.row)) {
                break;
            }
            pruned.blobs += state.forget_first_finished().unwrap_or_default();
            pruned.runs += 1;
        }
        Ok(pruned)
    }

    fn health(&self) -> Health {
        Health::Ok
    }

    fn keeps_entries(&self) -> bool {
        false
    }
}
