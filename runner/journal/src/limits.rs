//! The bounds of a journal.

/// The body of an entry, and of an outcome. What is larger is kept as a blob.
pub const BODY: usize = 1 << 20;
/// Entries of one call.
pub const ENTRIES: usize = 10_000;
/// The bodies of one call together.
pub const APPENDED: usize = 64 << 20;
/// Content that is kept by its hash.
pub const BLOB: usize = 256 << 20;
/// What a run starts from.
pub const START: usize = 32 << 20;
/// Texts of a run.
pub const TEXTS: usize = 500;
/// One text: a whole flow file.
pub const TEXT: usize = 20 << 20;
/// The texts of a run together.
pub const ALL_TEXTS: usize = 32 << 20;
/// The id of a run, of a tenant or of a message, a key, the name of a flow, of a step or of a text, a status.
pub const NAME: usize = 200;
/// The path of a step with its iterations: as many names as the deepest flow has on the way to a step.
pub const STEP: usize = 128 << 10;
/// Pieces of content that a run takes over.
pub const TAKEN_OVER: usize = 100_000;
/// Labels of a run.
pub const LABELS: usize = 32;
/// The value of a label.
pub const LABEL: usize = 200;
/// The body of a message.
pub const MESSAGE: usize = 1 << 20;
/// Messages of a run of one kind that are not settled.
pub const INBOX: usize = 100;
/// Their bodies together. Whoever reads them all can append them in one call, with room for as much again.
pub const INBOX_BYTES: usize = 16 << 20;
/// Runs, or messages, that one call lists.
pub const LISTED: u32 = 1_000;
/// Commands that wait for the writer; further callers wait for room.
pub const QUEUE: usize = 1_024;
/// Commands that are committed together.
pub const GROUP: usize = 256;
/// Bytes that are committed together, unless a single command has more.
pub const GROUP_BYTES: usize = 16 << 20;
/// Connections that read.
pub const READERS: usize = 4;
/// Unfinished runs in memory.
pub const MEMORY_RUNS: usize = 100_000;
/// Finished runs in memory, unless asked for otherwise.
pub const MEMORY_FINISHED: usize = 1_000;
/// Content in memory.
pub const MEMORY_BLOBS: usize = 256 << 20;
/// Messages of a run in memory that are settled and whose ids are remembered.
pub const MEMORY_SETTLED: usize = 10_000;
