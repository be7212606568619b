//! What is known while a flow file is read: its slots, its ids, and the folder that its sub-flows come from.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connector_sdk::limits;

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Findings, Place, Severity};
use crate::flow::Flow;

/// How the files of flows end.
const ENDING: &str = ".linkwork.json";

/// The most files that are read for one flow.
const MOST_FILES: usize = 500;

/// Where the texts of sub-flows come from: the folder of the flow, or what was stored with a run.
pub trait Folder {
    /// The text of a file that is named without a folder; if there is none, a sentence that says why.
    fn read(&self, file: &str) -> Result<String, String>;
}

/// A folder without files.
#[derive(Debug, Default)]
pub struct NoFolder;

impl Folder for NoFolder {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("there is no folder to find it in".to_owned())
    }
}

/// The flows of a folder, each read once, and which of them are being read.
pub(crate) struct SubFlows<'f> {
    folder: &'f dyn Folder,
    read: RefCell<BTreeMap<String, Result<Arc<Flow>, String>>>,
    open: RefCell<Vec<String>>,
}

impl<'f> SubFlows<'f> {
    pub(crate) fn of(folder: &'f dyn Folder) -> Self {
        Self { folder, read: RefCell::default(), open: RefCell::default() }
    }

    /// The flow in this file; if it cannot be had, why.
    fn get(&self, file: &str) -> Result<Arc<Flow>, String> {
        if let Some(read) = self.read.borrow().get(file) {
            return read.clone();
        }
        if let Some(from) = self.open.borrow().iter().position(|open| open == file) {
            return Err(format!("{} runs itself: {} → {file}", file, self.open.borrow()[from..].join(" → ")));
        }
        if self.open.borrow().len() == limits::SUB_FLOWS {
            return Err(format!("flows run one another on more than {} levels", limits::SUB_FLOWS));
        }
        if self.read.borrow().len() + self.open.borrow().len() >= MOST_FILES {
            return Err(format!("a flow and those that it runs are at most {MOST_FILES} files"));
        }
        let text = self.folder.read(file).map_err(|why| format!("the flow {file} cannot be read: {why}"))?;
        self.open.borrow_mut().push(file.to_owned());
        let read = Flow::read(&text, self).map(Arc::new).map_err(|found| first_of(file, &found));
        self.open.borrow_mut().pop();
        self.read.borrow_mut().insert(file.to_owned(), read.clone());
        read
    }
}

/// What is wrong with a file, as one sentence in another one.
pub(crate) fn first_of(file: &str, found: &[Diagnostic]) -> String {
    let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.severity == Severity::Error).collect();
    let more = if errors.len() > 1 { format!(" (and {} more)", errors.len() - 1) } else { String::new() };
    match errors.first() {
        Some(first) => format!("{file}:{}:{} is not valid: {}{more}", first.line, first.column, first.message),
        None => format!("{file} is not valid"),
    }
}

/// What is known while one file is read.
pub(crate) struct Reading<'r, 'd> {
    pub(crate) findings: &'r mut Findings<'d>,
    /// The names of the slots for each connector.
    pub(crate) slots: &'r BTreeMap<&'r str, Vec<&'r str>>,
    pub(crate) sub_flows: &'r SubFlows<'r>,
    /// The ids of all steps, of unreadable ones too.
    pub(crate) ids: BTreeSet<String>,
    /// Whether a step could not be read, and is left out.
    pub(crate) incomplete: bool,
}

impl Reading<'_, '_> {
    /// Where a step names no connection, the only one that fits is meant.
    pub(crate) fn only_slot_for(&self, connector: &str) -> Option<&str> {
        match self.slots.get(connector).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// Notes the id of a step, which has to be the only one.
    pub(crate) fn note_id(&mut self, id: &str, pointer: &str) {
        if !self.ids.insert(id.to_owned()) {
            let message = format!("there is a step {id:?} before this one");
            let fix = Some("ids are unique in a file, also in loops and branches".to_owned());
            self.findings.error(Code::DUPLICATE_ID, Place::Value(&format!("{pointer}/id")), message, fix);
        }
    }

    /// The flow that a step names, and its file.
    pub(crate) fn sub_flow(&mut self, name: &str, pointer: &str) -> Option<(String, Arc<Flow>)> {
        let plain = name.strip_prefix("./").unwrap_or(name);
        let file = if plain.ends_with(ENDING) { plain.to_owned() } else { format!("{plain}{ENDING}") };
        if plain.is_empty() || plain.starts_with('.') || plain.contains(['/', '\\', '\0']) {
            let fix = Some("name a file of the same folder, without a path".to_owned());
            self.findings.error(
                Code::NO_SUB_FLOW,
                Place::Value(pointer),
                format!("{name:?} is no flow of this folder"),
                fix,
            );
            return None;
        }
        match self.sub_flows.get(&file) {
            Ok(flow) => Some((file, flow)),
            Err(why) => {
                let fix = Some(format!("look at {file}, or name another flow of this folder"));
                self.findings.error(Code::NO_SUB_FLOW, Place::Value(pointer), why, fix);
                None
            }
        }
    }
}
