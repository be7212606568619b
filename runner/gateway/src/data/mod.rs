//! The data path: a request comes in by a member's key and goes on by the connection's, and the answer comes back as it is.

mod events;
mod mend;
mod splice;
mod tap;
