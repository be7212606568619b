//! The server and the gateway behind it, over real sockets, before a provider that the test controls.

#![cfg(test)]

mod connections;
mod endings;
mod keys;
mod passing;
mod refusals;
mod shapes;
mod streams;
mod support;
mod traces;
