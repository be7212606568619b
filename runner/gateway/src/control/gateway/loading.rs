//! The file as it is on disk takes effect: at the start, when somebody edits it, and when the API does.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use runner_flow::{Diagnostic, Timestamp};
use runner_journal::Error;
use tokio::task::spawn_blocking;

use super::{Gateway, Trouble};
use crate::bounds;
use crate::control::document;
use crate::control::error::ControlError;
use crate::control::keys;
use crate::control::records::{self, AuditLine};
use crate::control::snapshot::{Builder, Snapshot};
use crate::control::store::Purpose;
use crate::control::vault::{self, Envelope};

/// What a look at the file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// Nothing changed.
    Unchanged,
    /// What it says counts now.
    Applied,
    /// It is wrong, so what it said before still counts.
    Refused(Trouble),
}

/// What sealing secrets anew came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Secrets that the master key of now seals, and another one did before.
    pub anew: usize,
    /// Secrets that no known key opens, which stay as they are.
    pub left: usize,
}

/// The text of a file that has to be of a sensible size.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let mut text = String::new();
    let file = File::open(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let length = file.take(bounds::FILE + 1).read_to_string(&mut text);
    match length.map_err(|error| format!("{shown} cannot be read: {error}"))? as u64 {
        length if length > bounds::FILE => Err(format!("{shown} is over {} MiB", bounds::FILE >> 20)),
        _ => Ok(text),
    }
}

impl Gateway {
    /// Sees to what time and others change: the file, keys that another process made or revoked, keys that have ended,
    /// and secrets that an old master key sealed. Whoever serves calls it several times a second.
    pub async fn tick(&self, now: Timestamp) -> Result<Reload, ControlError> {
        let _changing = self.inner.changing.lock().await;
        self.inner.keys.end_expired(now);
        let keys = self.look_for_keys(now).await;
        let reload = self.look_at_file(false, now).await?;
        keys?;
        if self.inner.seals_anew.swap(false, Ordering::AcqRel) {
            self.seal_anew().await?;
        }
        Ok(reload)
    }

    /// Reads the file and all that it refers to again, whether or not its text changed.
    pub async fn reload(&self, now: Timestamp) -> Result<Reload, ControlError> {
        let _changing = self.inner.changing.lock().await;
        self.look_at_file(true, now).await
    }

    async fn look_for_keys(&self, now: Timestamp) -> Result<(), Error> {
        let stored = self.inner.store.tables().read(keys::table::version).await?;
        if stored != self.inner.keys.version() {
            let (live, version) = self.inner.store.tables().read(move |db| keys::table::live(db, now)).await?;
            self.inner.keys.take_over(live, version);
        }
        Ok(())
    }

    async fn look_at_file(&self, anyway: bool, now: Timestamp) -> Result<Reload, ControlError> {
        let gateway = self.clone();
        let looked = spawn_blocking(move || gateway.look(anyway)).await.map_err(|_| Error::Closed)?;
        match looked {
            Ok(None) => Ok(Reload::Unchanged),
            Ok(Some(snapshot)) => {
                let before = self.snapshot();
                self.install(snapshot);
                if self.snapshot().version != before.version {
                    self.note_file(file_changed(now)).await;
                }
                Ok(Reload::Applied)
            }
            Err(trouble) => {
                self.note_trouble(Some(trouble.clone()));
                Ok(Reload::Refused(trouble))
            }
        }
    }

    /// The snapshot of the file as it is; none if nothing changed. What was wrong is tried again, since it may be what the
    /// file refers to.
    fn look(&self, anyway: bool) -> Result<Option<Snapshot>, Trouble> {
        let text = read(&self.inner.file).map_err(Trouble::Unreadable)?;
        let is_in_trouble = self.inner.trouble.read().unwrap_or_else(PoisonError::into_inner).is_some();
        if !anyway && !is_in_trouble && document::version(&text) == self.snapshot().version {
            return Ok(None);
        }
        self.build(&text).map(Some).map_err(Trouble::Invalid)
    }

    pub(super) fn build(&self, text: &str) -> Result<Snapshot, Vec<Diagnostic>> {
        self.builder(Some(&self.snapshot())).build(text)
    }

    pub(super) fn builder<'a>(&'a self, before: Option<&'a Snapshot>) -> Builder<'a> {
        let inner = &*self.inner;
        Builder {
            registry: &inner.registry,
            sources: &inner.sources,
            store: Some(inner.store.tables()),
            limits: &inner.limits,
            before,
            purpose: inner.purpose,
        }
    }

    /// Swaps the snapshot. Calls under way keep what they have; whoever is no principal any more is cut off.
    pub(super) fn install(&self, snapshot: Snapshot) {
        let snapshot = Arc::new(snapshot);
        let before = {
            let mut place = self.inner.snapshot.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *place, snapshot.clone())
        };
        self.note_trouble(None);
        let seals = |snapshot: &Snapshot| snapshot.masters.as_ref().map(|masters| masters.current.id().to_owned());
        if seals(&before) != seals(&snapshot) {
            self.inner.seals_anew.store(true, Ordering::Release);
        }
        self.inner.keys.cut_off(|key| {
            let is_in = |snapshot: &Snapshot| snapshot.principal(&key.workspace, &key.principal).is_some();
            is_in(&before) && !is_in(&snapshot)
        });
    }

    fn note_trouble(&self, trouble: Option<Trouble>) {
        *self.inner.trouble.write().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Notes a change that led to the file as it is now. If that cannot be written yet, it is tried again.
    pub(super) async fn note_file(&self, line: AuditLine) {
        let version = self.snapshot().version.clone();
        self.inner.store.leave(|ledger| ledger.add_change(line, version));
        let _ = self.flush().await;
    }

    /// The file that was changed while nobody served is a change as any other.
    pub(super) fn tell_of_change_while_away(&self, now: Timestamp) -> Result<(), Error> {
        let version = self.snapshot().version.clone();
        let serves = self.inner.purpose == Purpose::Serve;
        if serves && self.inner.store.tables().read_now(records::file_version)? != version {
            self.inner.store.leave(|ledger| ledger.add_change(file_changed(now), version));
        }
        Ok(())
    }

    /// Seals anew what another master key sealed. What no known key opens stays as it is.
    pub(super) async fn seal_anew(&self) -> Result<Sealed, Error> {
        let mut sealed = Sealed::default();
        let Some(masters) = self.snapshot().masters.clone() else { return Ok(sealed) };
        let current = masters.current.id().to_owned();
        let others = self.inner.store.tables().read(move |db| vault::table::sealed_by_others(db, &current)).await?;
        for old in others {
            let anew =
                old.open(&masters).and_then(|secret| Envelope::seal(&secret, old.address.clone(), &masters.current));
            match anew {
                Ok(anew) => {
                    let replace = move |db: &rusqlite::Connection| vault::table::replace(db, &anew, &old.master);
                    sealed.anew += self.inner.store.upkeep(replace).await?;
                }
                Err(_) => sealed.left += 1,
            }
        }
        Ok(sealed)
    }
}

fn file_changed(now: Timestamp) -> AuditLine {
    AuditLine {
        at: now,
        actor: "the file".to_owned(),
        action: "file.change".to_owned(),
        outcome: "done".to_owned(),
        times: 1,
        ..AuditLine::default()
    }
}
