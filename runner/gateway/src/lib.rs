//! One endpoint for models: who may call which model, by whose key, how much, and what came of it.
//!
//! [`control`] says who and what, and keeps the record; it never dials and knows no HTTP. [`data`] passes the calls on.

pub mod bounds;
pub mod control;
pub mod data;
