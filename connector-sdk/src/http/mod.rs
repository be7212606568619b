//! The guarded HTTP client: the only thing in the runtime that dials out.
//!
//! A request is made by a connection, for a target that is relative to the connection's base path. It cannot leave it:
//! there are no redirects, no absolute targets and no dot segments. Bodies are bounded and decompressed here.

mod answer;
mod client;
mod credential;
mod decode;
mod egress;
mod explain;
mod forward;
mod header;
mod incoming;
mod multipart;
mod request;
mod retry_after;
mod stream;
mod tape;
mod target;
mod upload;
mod view;

pub use self::answer::Answer;
pub(crate) use self::client::Client;
pub(crate) use self::credential::identify;
pub use self::egress::Egress;
pub use self::explain::{explain_status, message_in, provider_message};
pub use self::forward::{Forwarded, ForwardedBody, Outgoing};
pub use self::header::free_header_name;
pub(crate) use self::header::header_value;
pub use self::multipart::{Multipart, Part};
pub use self::request::{Reply, Request};
pub use self::stream::{EventStream, SseEvent, SseParser};
pub use self::target::{Base, encode_segment};
pub use self::view::{RequestView, ViewBody};
pub use ::http::{HeaderMap, Method};
