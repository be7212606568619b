//! Who may call which model, how much, and what came of it. No HTTP and no dialling.

mod call;
mod caller;
mod gateway;
mod model;
mod refusal;
mod usage;

pub use self::call::{CallEnd, CallId, Content, NotACall, Wanted};
pub use self::caller::Caller;
pub use self::gateway::{Call, Gateway};
pub use self::model::Model;
pub use self::refusal::{Refusal, RefusalKind};
pub use self::usage::Usage;
