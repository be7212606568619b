//! Keys of members. A key is shown once; what stays is its hash.
//!
//! All keys that open something are in memory, so that a call waits for no disk; who revokes one cancels whatever goes
//! on under it.

pub(crate) mod table;
mod text;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use runner_flow::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use self::text::{Hash, Presented};

/// What is told of a key. Never the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeyRow {
    /// Its id, which is the part of the key after `lwk_`.
    pub id: String,
    /// Where it belongs.
    pub workspace: String,
    /// Whose it is.
    pub principal: String,
    /// What people call it.
    pub label: String,
    /// The models that it is for, if not for all of its principal's.
    pub models: Option<Vec<String>>,
    /// When it was made.
    #[schemars(with = "u64")]
    pub created: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it ends.
    #[schemars(with = "Option<u64>")]
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    #[schemars(with = "Option<u64>")]
    pub revoked: Option<Timestamp>,
    /// When it was last used.
    #[schemars(with = "Option<u64>")]
    pub used: Option<Timestamp>,
}

/// A key that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewKey {
    /// Where it belongs.
    pub workspace: String,
    /// Whose it is.
    pub principal: String,
    /// What people call it.
    pub label: String,
    /// The models that it is for, if not for all of its principal's.
    pub models: Option<Vec<String>>,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

/// A key that was made.
pub struct MadeKey {
    /// The key itself, which is shown this once.
    pub key: Zeroizing<String>,
    /// What is told of it from now on.
    pub row: KeyRow,
}

/// A key that opens something.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: Arc<str>,
    pub(crate) workspace: Arc<str>,
    pub(crate) principal: Arc<str>,
    pub(crate) hash: Hash,
    models: Option<HashSet<Box<str>>>,
    expires: Option<Timestamp>,
    pub(crate) revoked: CancellationToken,
    used: AtomicU64,
    /// Whether `used` differs from what was written.
    is_used: AtomicBool,
}

impl Key {
    pub(crate) fn may_use(&self, model: &str) -> bool {
        self.models.as_ref().is_none_or(|models| models.contains(model))
    }

    /// Whether it is for some models only.
    pub(crate) fn is_limited(&self) -> bool {
        self.models.is_some()
    }

    pub(crate) fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Notes that it was used. Whether there was nothing to write until now.
    pub(crate) fn is_used_at(&self, now: Timestamp) -> bool {
        self.used.fetch_max(now.as_millis(), Ordering::Relaxed);
        !self.is_used.load(Ordering::Relaxed) && !self.is_used.swap(true, Ordering::AcqRel)
    }

    /// When it was used last, which counts as written from now on.
    fn write(&self) -> u64 {
        self.is_used.store(false, Ordering::Release);
        self.used.load(Ordering::Relaxed)
    }

    /// The same key for new calls, after those that go on were cut off.
    fn renewed(&self) -> Self {
        Self {
            id: self.id.clone(),
            workspace: self.workspace.clone(),
            principal: self.principal.clone(),
            hash: self.hash,
            models: self.models.clone(),
            expires: self.expires,
            revoked: CancellationToken::new(),
            used: AtomicU64::new(self.used.load(Ordering::Relaxed)),
            is_used: AtomicBool::new(false),
        }
    }
}

/// The keys that open something.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    by_id: RwLock<HashMap<Arc<str>, Arc<Key>>>,
    /// Which state of the table this is.
    version: AtomicU64,
}

impl Keys {
    /// The key that is presented, if it opens something now.
    pub(crate) fn find(&self, presented: &str, now: Timestamp) -> Option<Arc<Key>> {
        let presented = Presented::read(presented)?;
        let keys = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.get(presented.id)?;
        (presented.is(&key.hash) && !key.is_over(now)).then(|| key.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.by_id.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Notes a change of the table that this process made; if others did too meanwhile, their changes are still to come.
    pub(crate) fn advance(&self, version: u64) {
        let before = version.saturating_sub(1);
        let _ = self.version.compare_exchange(before, version, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// Takes the place of what was known by what is stored. Whatever is gone is cut off.
    pub(crate) fn take_over(&self, stored: Vec<Key>, version: u64) {
        let mut keys = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        let mut before = std::mem::take(&mut *keys);
        for key in stored {
            let id = key.id.clone();
            let known = before.remove(&id).unwrap_or_else(|| Arc::new(key));
            keys.insert(id, known);
        }
        before.values().for_each(|key| key.revoked.cancel());
        self.version.store(version, Ordering::Release);
    }

    /// Adds a key that was stored.
    pub(crate) fn insert(&self, key: Key) {
        self.by_id.write().unwrap_or_else(PoisonError::into_inner).insert(key.id.clone(), Arc::new(key));
    }

    /// Removes a key, and cuts off what goes on under it.
    pub(crate) fn revoke(&self, id: &str) {
        if let Some(key) = self.by_id.write().unwrap_or_else(PoisonError::into_inner).remove(id) {
            key.revoked.cancel();
        }
    }

    /// Removes keys that have ended, and cuts off what goes on under them.
    pub(crate) fn end_expired(&self, now: Timestamp) {
        let is_any = self.by_id.read().unwrap_or_else(PoisonError::into_inner).values().any(|key| key.is_over(now));
        if is_any {
            let mut keys = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
            keys.extract_if(|_, key| key.is_over(now)).for_each(|(_, key)| key.revoked.cancel());
        }
    }

    /// Cuts off what goes on under keys whose principal is gone. The keys open nothing as long as that is so.
    pub(crate) fn cut_off(&self, is_gone: impl Fn(&Key) -> bool) {
        let mut keys = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        for key in keys.values_mut().filter(|key| is_gone(key)) {
            key.revoked.cancel();
            *key = Arc::new(key.renewed());
        }
    }
}

/// Makes a key. It opens nothing before it is stored and inserted.
pub(crate) fn make(new: NewKey, created: Timestamp, created_by: &str) -> (MadeKey, Key) {
    let (secret, id, hash) = text::make();
    let key = Key {
        id: Arc::from(&*id),
        workspace: Arc::from(&*new.workspace),
        principal: Arc::from(&*new.principal),
        hash,
        models: new.models.as_ref().map(|models| models.iter().map(|model| model.as_str().into()).collect()),
        expires: new.expires,
        revoked: CancellationToken::new(),
        used: AtomicU64::new(0),
        is_used: AtomicBool::new(false),
    };
    let row = KeyRow {
        id,
        workspace: new.workspace,
        principal: new.principal,
        label: new.label,
        models: new.models,
        created,
        created_by: created_by.to_owned(),
        expires: new.expires,
        revoked: None,
        used: None,
    };
    (MadeKey { key: secret, row }, key)
}
