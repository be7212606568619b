//! Which processes are alive.
//!
//! A process that uses a folder holds a lock on a file of its own there, which the operating system lets go however the
//! process ends. Files are made and removed only by who holds the folder's guard, so nobody takes one for dead that is
//! not locked yet.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::folder::{make_folder, open_file, unusable};
use crate::error::{Error, Result};

const GUARD_WAIT: Duration = Duration::from_secs(30);
const GUARD_RETRY: Duration = Duration::from_millis(10);

/// Held while a process opens a folder, so that only one does at a time.
pub(super) struct Guard {
    owners: PathBuf,
    _lock: File,
}

impl Guard {
    pub(super) fn hold(folder: &Path) -> Result<Self> {
        let owners = folder.join("owners");
        make_folder(&owners)?;
        let path = owners.join("guard");
        let lock = open_file(&path)?;
        let deadline = Instant::now() + GUARD_WAIT;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { owners, _lock: lock }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(GUARD_RETRY),
                Err(TryLockError::WouldBlock) => return Err(Error::Busy { file: path }),
                Err(TryLockError::Error(error)) => return Err(unusable(&path, &error)),
            }
        }
    }

    /// Makes this process known as alive, and forgets those that are not.
    pub(super) fn enter(&self) -> Result<Owner> {
        self.forget_the_dead()?;
        let name = format!("{}-{}", std::process::id(), Uuid::now_v7());
        let path = lock_path(&self.owners, &name);
        let lock = open_file(&path)?;
        lock.try_lock().map_err(|error| unusable(&path, &error.into()))?;
        Ok(Owner { name, owners: self.owners.clone(), _lock: lock })
    }

    fn forget_the_dead(&self) -> Result<()> {
        let files = fs::read_dir(&self.owners).map_err(|error| unusable(&self.owners, &error))?;
        for path in files.filter_map(|file| Some(file.ok()?.path())) {
            if path.extension().is_some_and(|kind| kind == "lock") && !is_locked(&path)? {
                fs::remove_file(&path).map_err(|error| unusable(&path, &error))?;
            }
        }
        Ok(())
    }
}

/// This process, alive as long as this lives.
pub(super) struct Owner {
    name: String,
    owners: PathBuf,
    _lock: File,
}

impl Owner {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The id of the process that an owner is, if it is alive.
    pub(super) fn living(&self, name: &str) -> Result<Option<String>> {
        let alive = is_locked(&lock_path(&self.owners, name))?;
        Ok(alive.then(|| name.split('-').next().unwrap_or(name).to_owned()))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // What stays is removed by the next process that opens the folder.
        let _ = fs::remove_file(lock_path(&self.owners, &self.name));
    }
}

fn lock_path(owners: &Path, name: &str) -> PathBuf {
    owners.join(format!("{name}.lock"))
}

/// Asks with a shared lock, so that two who ask do not take each other for the owner.
fn is_locked(path: &Path) -> Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unusable(path, &error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(unusable(path, &error)),
    }
}
