//! The files of one run, in its journal.
//!
//! A reference is good only in a run that made it or was given it, and only as it was given out: the reference itself
//! is kept beside the content, so that nobody else's word about a file counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use connector_sdk::{BlobStore, Error, ErrorKind, FileRef, Result, limits};
use runner_journal::{Journal, content_hash};

use crate::ledger::of_journal;

/// The files of one run.
pub(crate) struct RunFiles {
    journal: Arc<dyn Journal>,
    run: Arc<str>,
    /// What this process has added.
    taken: AtomicUsize,
}

impl RunFiles {
    pub(crate) fn new(journal: Arc<dyn Journal>, run: Arc<str>) -> Self {
        Self { journal, run, taken: AtomicUsize::new(0) }
    }

    fn admit(&self, size: usize) -> Result<()> {
        let before = self.taken.fetch_add(size, Ordering::Relaxed);
        if before.saturating_add(size) <= limits::BLOB_STORE {
            return Ok(());
        }
        self.taken.fetch_sub(size, Ordering::Relaxed);
        let message = format!("the files of this run are over {} MiB together", limits::BLOB_STORE >> 20);
        Err(Error::new(ErrorKind::LimitExceeded, message).with_fix("split the work over several runs"))
    }
}

#[async_trait]
impl BlobStore for RunFiles {
    async fn put(&self, name: &str, media_type: &str, content: Bytes) -> Result<FileRef> {
        self.admit(content.len())?;
        let size = content.len() as u64;
        let hash = self.journal.put_blob(&self.run, content).await.map_err(of_journal)?;
        let file = FileRef { hash, name: name.to_owned(), media_type: media_type.to_owned(), size };
        self.journal.put_blob(&self.run, reference(&file)?.into()).await.map_err(of_journal)?;
        Ok(file)
    }

    async fn get(&self, file: &FileRef) -> Result<Bytes> {
        let get = async |hash: &str| self.journal.get_blob(&self.run, hash).await.map_err(of_journal);
        let content = match get(&content_hash(&reference(file)?)).await? {
            Some(_) => get(&file.hash).await?,
            None => None,
        };
        content.ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("there is no file {} in this run", file.hash))
                .with_fix("a file reference is good only in the run that made it or was given it")
        })
    }
}

fn reference(file: &FileRef) -> Result<Vec<u8>> {
    serde_json::to_vec(file)
        .map_err(|error| Error::new(ErrorKind::Internal, "a file reference is not JSON").with_source(error))
}

/// What another run has to refer to as well, if a file is to be good there.
pub(crate) fn contents_of(file: &FileRef) -> Result<[String; 2]> {
    Ok([content_hash(&reference(file)?), file.hash.clone()])
}
