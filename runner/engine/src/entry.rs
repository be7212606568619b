//! What the journal keeps of a run, and how it is written.
//!
//! The outputs of steps are written as they are. A large one is kept apart, by its hash, so that it is stored once.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use connector_sdk::{Effect, Error, ErrorKind, Origin, Result};
use runner_flow::{Done, ErrorReport, Failure, Machine, Op, Signal, Status, StepKey, Timestamp};
use runner_journal::Entry;
use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is larger is kept apart.
pub(crate) const APART_OVER: usize = 256 << 10;

/// Something that happened in a run.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    /// The Machine was started.
    Started,
    /// Something is about to be sent that costs money or changes something.
    Intent(Intent),
    /// The Machine was told what became of an attempt.
    Acted { key: StepKey, attempt: u32, outcome: Result<Value, Failure> },
    /// The Machine was told that a step has waited for as long as it asked for.
    Slept { key: StepKey },
    /// The Machine was told of a signal, which had this number in the inbox.
    Signalled(Signal, u64),
    /// The Machine was told to cancel.
    Cancelled,
}

impl Happened {
    /// Tells the Machine, which says what to do because of it.
    pub(crate) fn tell(self, machine: &mut Machine, at: Timestamp) -> Vec<Op> {
        match self {
            Self::Started => machine.start(at),
            Self::Intent(_) => Vec::new(),
            Self::Acted { key, attempt, outcome } => machine.complete(Done::Acted { key, attempt, outcome }, at),
            Self::Slept { key } => machine.complete(Done::Slept { key }, at),
            Self::Signalled(signal, _) => machine.complete(Done::Signalled(signal), at),
            Self::Cancelled => machine.cancel(at),
        }
    }
}

/// What is about to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The step.
    pub step: StepKey,
    /// Which attempt.
    pub attempt: u32,
    /// `connector/action`.
    pub action: String,
    /// What it does outside.
    pub effect: Effect,
    /// A hash of the input.
    pub fingerprint: String,
    /// `name@version` of the connection.
    pub connection: String,
    /// The key by which the provider knows the request when it is repeated.
    pub idempotency_key: String,
}

const STARTED: u8 = 1;
const INTENT: u8 = 2;
const SUCCEEDED: u8 = 3;
const FAILED: u8 = 4;
const SLEPT: u8 = 5;
const SIGNALLED: u8 = 6;
const CANCELLED: u8 = 7;
/// Set where the body is the hash of what is meant.
const APART: u8 = 0x80;

#[derive(Serialize, Deserialize)]
struct SignalledBody {
    number: u64,
    signal: Signal,
}

/// An entry, whose body may be too large for one.
pub(crate) fn encode(happened: &Happened, at: Timestamp) -> Result<Entry> {
    let (kind, step, attempt, body) = match happened {
        Happened::Started => (STARTED, "", 0, Vec::new()),
        Happened::Intent(intent) => (INTENT, intent.step.as_str(), intent.attempt, bytes(intent)?),
        Happened::Acted { key, attempt, outcome: Ok(output) } => (SUCCEEDED, key.as_str(), *attempt, bytes(output)?),
        Happened::Acted { key, attempt, outcome: Err(failure) } => (FAILED, key.as_str(), *attempt, bytes(failure)?),
        Happened::Slept { key } => (SLEPT, key.as_str(), 0, Vec::new()),
        Happened::Signalled(signal, number) => {
            (SIGNALLED, "", 0, bytes(&SignalledBody { number: *number, signal: signal.clone() })?)
        }
        Happened::Cancelled => (CANCELLED, "", 0, Vec::new()),
    };
    Ok(Entry { kind, step: step.to_owned(), attempt, at: at.as_millis(), body: body.into() })
}

/// Whether it says what was about to be sent.
pub(crate) fn is_intent(entry: &Entry) -> bool {
    entry.kind == INTENT
}

/// The entry whose body was put apart under this hash.
pub(crate) fn put_apart(entry: Entry, hash: String) -> Entry {
    Entry { kind: entry.kind | APART, body: hash.into_bytes().into(), ..entry }
}

/// The hash of a body that was put apart.
pub(crate) fn apart(entry: &Entry) -> Result<Option<&str>> {
    if entry.kind & APART == 0 {
        return Ok(None);
    }
    std::str::from_utf8(&entry.body).map(Some).map_err(|_| unreadable(entry))
}

/// The entry whose body was fetched.
pub(crate) fn fetched(entry: Entry, body: Bytes) -> Entry {
    Entry { kind: entry.kind & !APART, body, ..entry }
}

pub(crate) fn decode(entry: &Entry) -> Result<Happened> {
    let key = || {
        StepKey::deserialize(entry.step.as_str().into_deserializer())
            .map_err(|_: serde::de::value::Error| unreadable(entry))
    };
    let attempt = entry.attempt;
    Ok(match entry.kind {
        STARTED => Happened::Started,
        INTENT => Happened::Intent(of_body(entry)?),
        SUCCEEDED => Happened::Acted { key: key()?, attempt, outcome: Ok(of_body(entry)?) },
        FAILED => Happened::Acted { key: key()?, attempt, outcome: Err(of_body::<Failure>(entry)?) },
        SLEPT => Happened::Slept { key: key()? },
        SIGNALLED => {
            let SignalledBody { number, signal } = of_body(entry)?;
            Happened::Signalled(signal, number)
        }
        CANCELLED => Happened::Cancelled,
        _ => return Err(unreadable(entry)),
    })
}

fn of_body<T: for<'de> Deserialize<'de>>(entry: &Entry) -> Result<T> {
    serde_json::from_slice(&entry.body).map_err(|error| unreadable(entry).with_source(error))
}

fn unreadable(entry: &Entry) -> Error {
    let message = format!("an entry of kind {} of the run cannot be read", entry.kind);
    unreadable_run(message)
}

fn unreadable_run(message: String) -> Error {
    Error::new(ErrorKind::Internal, message)
        .with_origin(Origin::Host)
        .with_fix("use the release that wrote it, or start the run again")
}

fn bytes(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|error| Error::new(ErrorKind::Internal, "a value cannot be written as JSON").with_source(error))
}

/// A value that stands here, or apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kept {
    /// It stands here.
    Here(Value),
    /// It is kept by this hash.
    Apart(String),
}

impl Kept {
    /// Of what stands apart.
    pub(crate) fn hash(&self) -> Option<&str> {
        match self {
            Self::Here(_) => None,
            Self::Apart(hash) => Some(hash),
        }
    }
}

/// What a run starts from, beside its texts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    /// The version of the Machine that runs it.
    pub(crate) machine: u32,
    pub(crate) input: Value,
    pub(crate) config: Value,
    pub(crate) pins: BTreeMap<String, Kept>,
    pub(crate) only: Option<String>,
    pub(crate) timeout_ms: Option<u64>,
}

impl Start {
    pub(crate) fn encode(&self) -> Result<Bytes> {
        bytes(self).map(Bytes::from)
    }

    /// Refuses what another version of the Machine has to go on with: it might do something else.
    pub(crate) fn decode(run: &str, body: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            machine: u32,
        }
        let unreadable = |_| unreadable_run(format!("what the run {run} starts from cannot be read"));
        let Version { machine } = serde_json::from_slice(body).map_err(unreadable)?;
        if machine != Machine::VERSION {
            let own = Machine::VERSION;
            let message = format!("the run {run} was begun by version {machine} of the Machine, and this one is {own}");
            return Err(unreadable_run(message));
        }
        serde_json::from_slice(body).map_err(unreadable)
    }

    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }
}

/// What a run came to, as its end keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    pub(crate) output: Kept,
    pub(crate) error: Option<ErrorReport>,
}

impl Outcome {
    pub(crate) fn encode(&self) -> Result<Bytes> {
        bytes(self).map(Bytes::from)
    }

    pub(crate) fn decode(run: &str, body: &[u8]) -> Result<Self> {
        serde_json::from_slice(body).map_err(|_| unreadable_run(format!("the outcome of the run {run} cannot be read")))
    }
}

/// A message that a run is sent.
pub(crate) mod message {
    use super::{Deserialize, Result, Serialize, Signal, Value, bytes};

    /// What a journal acknowledges, the Machine keeps.
    const _: () = assert!(runner_journal::limits::INBOX <= connector_sdk::limits::SIGNALS);

    pub(crate) const SIGNAL: u8 = 1;
    pub(crate) const CANCEL: u8 = 2;
    /// The one message that says it: whoever says it again says the same.
    pub(crate) const CANCEL_ID: &str = "cancel";

    #[derive(Serialize, Deserialize)]
    struct Body {
        name: String,
        data: Value,
    }

    pub(crate) fn encode(name: String, data: Value) -> Result<Vec<u8>> {
        bytes(&Body { name, data })
    }

    /// None if nobody here can have posted it.
    pub(crate) fn decode(id: String, body: &[u8]) -> Option<Signal> {
        let Body { name, data } = serde_json::from_slice(body).ok()?;
        Some(Signal { id, name, data })
    }
}
