//! Files: kept apart from the JSON that flows, and referred to by the hash of what they hold.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// A reference to a file: `{"$file": "sha256:…", "name": …, "media_type": …, "size": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// `sha256:` and the hash of the content.
    #[serde(rename = "$file")]
    pub hash: String,
    /// The file's name, without a folder.
    pub name: String,
    /// The media type, such as `image/jpeg`.
    pub media_type: String,
    /// The size in bytes.
    pub size: u64,
}

/// Keeps files for one run. A reference resolves only in the store of the run that made it or was given it.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Keeps a file and says how to refer to it.
    async fn put(&self, name: &str, media_type: &str, content: Bytes) -> Result<FileRef>;

    /// The content of a file that this store keeps.
    async fn get(&self, file: &FileRef) -> Result<Bytes>;
}

/// Keeps files in memory, up to [`limits::BLOB_STORE`] in all.
#[derive(Debug, Default)]
pub struct MemoryBlobs {
    files: Mutex<HashMap<String, Kept>>,
}

/// A file's content, and the references to it that were given out. Nobody else's word about it counts.
#[derive(Debug)]
struct Kept {
    content: Bytes,
    references: Vec<FileRef>,
}

#[async_trait]
impl BlobStore for MemoryBlobs {
    async fn put(&self, name: &str, media_type: &str, content: Bytes) -> Result<FileRef> {
        let hash = format!("sha256:{}", hex(&Sha256::digest(&content)));
        let size = content.len() as u64;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let kept: usize = files.values().map(|kept| kept.content.len()).sum();
        if kept + content.len() > limits::BLOB_STORE && !files.contains_key(&hash) {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!("the files of this run are over {} MiB together", limits::BLOB_STORE >> 20),
            ));
        }
        let file = FileRef { hash: hash.clone(), name: name.to_owned(), media_type: media_type.to_owned(), size };
        let kept = files.entry(hash).or_insert_with(|| Kept { content, references: Vec::new() });
        if !kept.references.contains(&file) {
            kept.references.push(file.clone());
        }
        Ok(file)
    }

    async fn get(&self, file: &FileRef) -> Result<Bytes> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let known = files.get(&file.hash).filter(|kept| kept.references.contains(file));
        known.map(|kept| kept.content.clone()).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("there is no file {} in this run", file.hash))
                .with_fix("a file reference is good only in the run that made it or was given it")
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
