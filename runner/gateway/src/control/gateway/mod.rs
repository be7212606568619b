//! The handle that everything else holds.

mod changing;
mod checking;
mod connecting;
mod keeping;
mod loading;
mod permitting;
mod rotating;
mod serving;
mod telling;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use connector_sdk::Registry;
use runner_flow::{Diagnostic, Timestamp};
use runner_journal::{SqliteJournal, SqliteOptions};

pub use self::checking::check;
pub use self::loading::{Reload, Sealed};
pub use self::serving::Call;
pub use self::telling::Retention;
use super::document;
use super::error::OpenError;
use super::keys::{self, Keys};
use super::limits::{self, Limits};
use super::snapshot::{Builder, Environment, Snapshot, Sources};
use super::store::{Purpose, Store};

/// What a gateway is opened with.
#[derive(Clone)]
pub struct Settings {
    /// The server's file.
    pub file: PathBuf,
    /// The connectors that there are.
    pub registry: Registry,
    /// Where the values of environment variables come from.
    pub environment: Environment,
    /// What it is opened for.
    pub purpose: Purpose,
}

impl Settings {
    /// The folder that the file is in, and what it refers to.
    fn folder(&self) -> PathBuf {
        self.file.parent().map(PathBuf::from).unwrap_or_default()
    }
}

/// Who may call what, and what came of it. Clones are the same gateway.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    file: PathBuf,
    registry: Registry,
    sources: Sources,
    purpose: Purpose,
    snapshot: RwLock<Arc<Snapshot>>,
    /// What is wrong with the file, if the snapshot is of an earlier one.
    trouble: RwLock<Option<Trouble>>,
    keys: Keys,
    limits: Limits,
    store: Store,
    /// Held by whoever changes the file, the keys or the snapshot.
    changing: tokio::sync::Mutex<()>,
    /// Whether there may be secrets that another master key sealed.
    seals_anew: AtomicBool,
}

/// Why the file that is there is not the one that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be read.
    Unreadable(String),
    /// It is wrong.
    Invalid(Vec<Diagnostic>),
}

/// How a gateway does.
#[derive(Clone, Debug)]
pub struct Health {
    /// The version of the file that counts.
    pub version: String,
    /// What is wrong with the file that is there, if it is another.
    pub trouble: Option<Trouble>,
    /// Whether records can be written.
    pub store: runner_journal::Health,
    /// How many records of calls were never written.
    pub lost: u64,
}

impl Gateway {
    /// Opens what a file describes, with the journal in the data folder. It blocks while it does.
    pub fn open(settings: Settings, now: Timestamp) -> Result<Self, OpenError> {
        let text = loading::read(&settings.file).map_err(OpenError::Unreadable)?;
        let (_, described) = document::read(&text, &settings.registry).map_err(OpenError::Invalid)?;
        let data = settings.folder().join(&described.data);
        let journal = SqliteJournal::open(&data, SqliteOptions::default())?;
        Self::open_in(Arc::new(journal), settings, now)
    }

    /// Opens what a file describes, with a journal that somebody shares: whatever the file says of the data folder.
    pub fn open_in(journal: Arc<SqliteJournal>, settings: Settings, now: Timestamp) -> Result<Self, OpenError> {
        let folder = settings.folder();
        let Settings { file, registry, environment, purpose } = settings;
        let text = loading::read(&file).map_err(OpenError::Unreadable)?;
        let store = Store::open(journal, purpose)?;
        let tables = store.tables();
        let sources = Sources { environment, folder };
        let limits = Limits::default();
        limits.restore(tables.read_now(limits::table::read)?, now);
        let builder = Builder {
            registry: &registry,
            sources: &sources,
            store: Some(tables),
            limits: &limits,
            before: None,
            purpose,
        };
        let snapshot = builder.build(&text).map_err(OpenError::Invalid)?;
        let keys = Keys::default();
        let (live, version) = tables.read_now(|db| keys::table::live(db, now))?;
        keys.take_over(live, version);
        let gateway = Self {
            inner: Arc::new(Inner {
                file,
                registry,
                sources,
                purpose,
                snapshot: RwLock::new(Arc::new(snapshot)),
                trouble: RwLock::default(),
                keys,
                limits,
                store,
                changing: tokio::sync::Mutex::default(),
                seals_anew: AtomicBool::new(true),
            }),
        };
        gateway.tell_of_change_while_away(now)?;
        Ok(gateway)
    }

    /// What the file says now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How it does.
    pub fn health(&self) -> Health {
        Health {
            version: self.snapshot().version.clone(),
            trouble: self.inner.trouble.read().unwrap_or_else(PoisonError::into_inner).clone(),
            store: self.inner.store.tables().health(),
            lost: self.inner.store.lost(),
        }
    }

    /// Waits until everything that was left behind so far is on disk.
    pub async fn flush(&self) -> runner_journal::Result<()> {
        self.inner.store.flush().await
    }
}
