//! The actions that are the same wherever they go.

mod get_model;
mod list_models;

pub use self::get_model::GetModel;
pub use self::list_models::ListModels;
