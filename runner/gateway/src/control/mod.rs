//! Who may call which model, how much, and what came of it. No HTTP and no dialling.
//!
//! The file is the truth: the API changes it, and what it says takes effect whole or not at all. The hot path reads an
//! immutable snapshot, keys and counters in memory, and leaves records to be written later.

mod call;
mod caller;
mod document;
mod error;
mod gateway;
mod keys;
mod limits;
mod model;
mod prices;
mod records;
mod refusal;
mod rights;
mod roles;
mod snapshot;
mod store;
mod usage;
mod vault;

pub use self::call::{CallEnd, CallId, Content, NotACall, Wanted};
pub use self::caller::{Actor, Caller};
pub use self::document::{Change, Object, check_text, schema};
pub use self::error::{ControlError, OpenError};
pub use self::gateway::{Call, Gateway, Health, Reload, Retention, Sealed, Settings, Trouble, check};
pub use self::keys::{KeyRow, MadeKey, NewKey};
pub use self::limits::Window;
pub use self::model::Model;
pub use self::prices::{COST_UNITS, Prices};
pub use self::records::{AuditLine, CallQuery, CallRow, Sums, UsageBy, UsageQuery, UsageRow};
pub use self::refusal::{Refusal, RefusalKind};
pub use self::roles::{GRANTS, Grant, Kind, Permission, Role};
pub(crate) use self::snapshot::Traces;
pub use self::snapshot::{Environment, Snapshot};
pub use self::store::{Purpose, StoreError};
pub use self::usage::Usage;
pub use self::vault::{MasterKey, VaultError};
pub use runner_journal::Health as StoreHealth;
