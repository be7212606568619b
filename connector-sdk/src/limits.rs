//! The bounds that everything works within.

use std::time::Duration;

/// An answer's body, after decompression.
pub const BODY: usize = 64 << 20;
/// How often the decompressed size may exceed the compressed one, once it is over [`RATIO_FREE`].
pub const RATIO: u64 = 100;
/// What may be decompressed before [`RATIO`] counts.
pub const RATIO_FREE: u64 = 1 << 20;
/// A line of an event stream.
pub const SSE_LINE: usize = 1 << 20;
/// An event of an event stream.
pub const SSE_EVENT: usize = 4 << 20;
/// An event stream in all.
pub const SSE_STREAM: u64 = 256 << 20;
/// All files of one run that are kept in memory.
pub const BLOB_STORE: usize = 256 << 20;
/// One file that is uploaded.
pub const UPLOAD: u64 = 100 << 20;
/// The body of one request or answer in a recording.
pub const RECORDED: usize = 16 << 20;
/// A recording in all.
pub const RECORDING: usize = 64 << 20;
/// The JSON of an input.
pub const INPUT: u64 = 20 << 20;
/// What one evaluation of a flow's expressions may make.
pub const EVALUATED: usize = 8 << 20;
/// The outputs of all steps of a run together.
pub const RUN_OUTPUTS: usize = 256 << 20;
/// Turns of one loop.
pub const TURNS: u64 = 1_000_000;
/// How deep flows may run one another.
pub const SUB_FLOWS: usize = 16;
/// Signals that a run keeps for waits to come.
pub const SIGNALS: usize = 100;
/// A request's target.
pub const TARGET: usize = 8 << 10;
/// The values that JSON from outside may hold, each of which costs memory however short it is written.
pub const NODES: usize = 4_000_000;
/// How deep JSON may be nested.
pub const DEPTH: usize = 64;
/// Headers that a Raw Request may set.
pub const HEADERS: usize = 64;
/// The schemas that a JSON Schema of a flow may hold, with its references followed.
pub const UNFOLDED: usize = 100_000;
/// How often the parts of a schema that leads back to itself may look at a value, however small that is.
pub const LOOKS: usize = 20_000;
/// How often more for each place of the value.
pub const LOOKS_A_PLACE: usize = 16;
/// The names among which one is looked for that was probably meant.
pub const SUGGESTED: usize = 1_000;
/// Problems that one error lists.
pub const VIOLATIONS: usize = 100;

/// Until a connection stands.
pub const CONNECT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
pub const IDLE: Duration = Duration::from_secs(60);
/// Between two pieces of an event stream.
pub const IDLE_STREAM: Duration = Duration::from_secs(120);
/// An attempt of an action that reads or writes.
pub const ATTEMPT: Duration = Duration::from_secs(60);
/// An attempt of an action that generates: models think for minutes.
pub const ATTEMPT_GENERATE: Duration = Duration::from_secs(600);
/// The longest wait that is slept through because a provider asked for it.
pub const RETRY_AFTER: Duration = Duration::from_secs(60);
