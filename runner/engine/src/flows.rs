//! Flows as they were stored with their runs: many runs of one flow share it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use connector_sdk::{Error, ErrorKind, Origin, Result};
use runner_flow::{Flow, Folder};
use sha2::{Digest as _, Sha256};

/// The name under which the text of the run's own flow is stored. Sub-flows go by the names of their files.
const MAIN: &str = "main";

/// The texts of a flow and of those that it runs.
pub(crate) fn texts_of(flow: &Flow) -> Vec<(String, String)> {
    let main = (MAIN.to_owned(), flow.text().to_owned());
    let others = flow.sub_flows().into_iter().map(|(file, flow)| (file.to_owned(), flow.text().to_owned()));
    std::iter::once(main).chain(others).collect()
}

/// The flows that runs of this engine were resumed with, as long as one of them is under way.
#[derive(Default)]
pub(crate) struct Flows(Mutex<HashMap<[u8; 32], Weak<Flow>>>);

impl Flows {
    /// The flow that these texts define.
    pub(crate) fn read(&self, run: &str, texts: &[(String, String)]) -> Result<Arc<Flow>> {
        let hash = hash(texts);
        let mut flows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flow) = flows.get(&hash).and_then(Weak::upgrade) {
            return Ok(flow);
        }
        flows.retain(|_, flow| flow.strong_count() > 0);
        let folder = Stored(texts);
        let main = folder.read(MAIN).map_err(|_| unreadable(run, "its text is not there"))?;
        let flow = Flow::parse_in(&main, &folder)
            .map_err(|found| unreadable(run, found.first().map_or("", |first| first.message.as_str())))?;
        let flow = Arc::new(flow);
        flows.insert(hash, Arc::downgrade(&flow));
        Ok(flow)
    }
}

struct Stored<'t>(&'t [(String, String)]);

impl Folder for Stored<'_> {
    fn read(&self, file: &str) -> Result<String, String> {
        let text = self.0.iter().find(|(name, _)| name == file).map(|(_, text)| text.clone());
        text.ok_or_else(|| "it was not stored with the run".to_owned())
    }
}

fn hash(texts: &[(String, String)]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, text) in texts {
        for part in [name, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}

fn unreadable(run: &str, why: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("the flow of the run {run} cannot be read: {why}"))
        .with_origin(Origin::Host)
        .with_fix("use the release that began the run, or start the run again")
}
