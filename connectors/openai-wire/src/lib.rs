//! What providers that speak OpenAI's dialect have in common, written once: chat and its stream, images, models, errors.
//!
//! A connector says with [`Provider`] how its own differs, and keeps what nobody else has. A request holds what the user
//! set and nothing else; a streamed answer is put together whole or is an error. Nothing here knows one provider's rules.

mod actions;
pub mod additional_fields;
mod answer;
pub mod chat;
pub mod endpoints;
mod error;
pub mod images;
mod models;
mod open_union;
mod options;
mod provider;
pub mod retired;
pub mod stream;

pub use self::actions::{GetModel, ListModels};
pub use self::answer::{body, send};
pub use self::error::{Diagnosis, Said, explain};
pub use self::models::list as list_models;
pub use self::open_union::open;
pub use self::options::SelectModel;
pub use self::provider::Provider;
