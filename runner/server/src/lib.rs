//! The HTTP server: connections in, requests checked and handed to whoever answers them, and an orderly end.
//!
//! It knows a request's shape and where it goes. Who may do what is not decided here: that is the gateway's.

mod admin;
mod descriptors;
mod front;
mod leaving;
mod line;
mod pulse;
mod routes;
mod server;
mod settings;
mod surplus;

pub use self::admin::{Admin, Place, permissions, prove, search};
pub use self::routes::Routes;
pub use self::server::Server;
pub use self::settings::Settings;
