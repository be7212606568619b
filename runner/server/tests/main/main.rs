//! The server and the gateway behind it, over real sockets, before a provider that the test controls.

#![cfg(test)]

mod admin_input;
mod connections;
mod endings;
mod foreign;
mod keys;
mod methods;
mod passing;
mod paths;
mod refusals;
mod shapes;
mod sizes;
mod slow;
mod smuggling;
mod streams;
mod support;
mod traces;
