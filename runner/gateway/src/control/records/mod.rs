//! What happened: a record of each call, sums of each day, and a line for each change and each refusal.

mod audit;
mod call;
mod ledger;
mod told;
mod usage;

pub use self::audit::AuditLine;
pub(crate) use self::audit::{file_version, list as audit_lines, prune as prune_audit, write as write_audit};
pub use self::call::{CallQuery, CallRow};
pub(crate) use self::call::{CallRecord, content, find as find_call, list as list_calls, prune as prune_calls};
pub(crate) use self::ledger::Ledger;
pub use self::usage::{Sums, UsageBy, UsageQuery, UsageRow};
pub(crate) use self::usage::{list as list_usage, prune as prune_usage};
