//! The data path: a request comes in by a member's key and goes on by the connection's, and the answer comes back as it is.
//!
//! It reads no more of either than it has to, changes only what it says it changes, and repeats nothing.

mod answer;
mod bounds;
mod door;
mod events;
mod flow;
mod headers;
mod histogram;
mod intake;
mod mend;
mod meter;
mod names;
mod own;
mod pass;
mod place;
mod presented;
mod quiet;
mod record;
mod refuse;
mod splice;
mod tap;
mod trace;

pub use self::answer::Answer;
pub use self::door::Door;
