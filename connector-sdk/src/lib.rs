//! What a connector author needs, and nothing else.
//!
//! A connector is one kind of [`Connection`] and some [`Action`]s that go through it. Inputs and outputs are plain types:
//! their JSON Schemas, the checks, the documentation, retries and the handling of secrets follow from them.
//! Nothing is sent before an input is right, and a credential goes to its connection's origin and nowhere else.

mod action;
mod blob;
mod connection;
mod connector;
mod context;
mod effect;
mod endpoint;
mod erased;
mod error;
mod event;
pub mod exchange;
pub mod http;
pub mod json;
pub mod limits;
mod options;
mod raw_request;
mod redact;
pub mod retry;
mod schema;
mod secret;
mod suggest;
mod verbatim;
mod violation;

pub use async_trait::async_trait;

pub use self::action::{About, Action};
pub use self::blob::{BlobStore, FileRef, MemoryBlobs};
pub use self::connection::{Auth, BoundConnection, Connection, ConnectionAbout, ConnectionExt};
pub use self::connector::{Connector, ConnectorBuilder, Registry};
pub use self::context::{Clock, Context, Retries, Scope, SystemClock};
pub use self::effect::Effect;
pub use self::endpoint::{Count, Dialect, Endpoint, Stays};
pub use self::erased::{ErasedAction, ErasedOptions, Prepared, Review};
pub use self::error::{Error, ErrorKind, Evidence, Origin, Result};
pub use self::event::{Delta, Event, EventSink, NoEvents, Part};
pub use self::options::{Choice, Options};
pub use self::raw_request::{RawInput, RawOutput, RawRequest};
pub use self::redact::MASK;
pub use self::schema::Schema;
pub use self::secret::Secret;
pub use self::suggest::nearest;
pub use self::verbatim::Verbatim;
pub use self::violation::{Violation, pointer_is_within, pointer_to};
