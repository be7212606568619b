//! The bounds of the gateway's control.

use std::time::Duration;

/// The characters of a name.
pub const NAME: usize = 49;
/// The server's file.
pub const FILE: u64 = 8 << 20;
/// A file that a secret comes from.
pub const SECRET: u64 = 64 << 10;
/// Models that a key may be limited to.
pub const KEY_MODELS: usize = 100;
/// Keys that are neither expired nor revoked, all workspaces together.
pub const KEYS: usize = 100_000;
/// What people call a key.
pub const KEY_LABEL: usize = 200;
/// Limits of a model.
pub const LIMITS: usize = 16;
/// Those who wait until what was left behind is written; further ones are refused.
pub const FLUSHES: usize = 1_024;
/// Records of calls that wait for the writer; further ones are dropped, and counted.
pub const WAITING_CALLS: usize = 16_384;
/// Changes of the file whose lines of the audit wait for the writer; of further ones the file itself tells.
pub const WAITING_CHANGES: usize = 1_000;
/// The bytes that a record of a call takes, more or less.
pub const RECORD: usize = 300;
/// Records that are worth a commit at once.
pub const GROUP: usize = 512;
/// How long a record waits for others to be committed with it.
pub const GATHER: Duration = Duration::from_millis(100);
/// How long records wait that could not be written, before that is tried again.
pub const RETRY: Duration = Duration::from_secs(1);
/// Kinds of refusals that one commit, and one hour of a workspace, tells apart; further ones are counted together.
pub const REFUSALS: usize = 1_000;
/// The bytes of a prompt, or of an answer, that are kept where a model asks for it.
pub const CONTENT: usize = 256 << 10;
/// What was said in calls whose records wait; of further ones only the record is kept.
pub const WAITING_CONTENT: usize = 64 << 20;
/// A text of a record that comes from outside.
pub const RECORDED: usize = 200;
/// Rows that one question is answered with.
pub const LISTED: u32 = 1_000;
/// Rows that one commit forgets.
pub const PRUNED: u32 = 1_000;
/// How long records of calls are kept, unless asked for otherwise.
pub const KEEP_CALLS: Duration = Duration::from_hours(24 * 90);
/// How long lines of the audit are kept, unless asked for otherwise.
pub const KEEP_AUDIT: Duration = Duration::from_hours(24 * 400);
/// How long the sums of a day are kept, unless asked for otherwise.
pub const KEEP_USAGE: Duration = Duration::from_hours(24 * 800);
