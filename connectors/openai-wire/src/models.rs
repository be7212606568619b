//! Models as the API describes them.

use connector_sdk::http::Method;
use connector_sdk::{ConnectionExt as _, Context, Result, Verbatim};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer;
use crate::provider::Provider;

/// A list of models.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the type is the schema of a value that is passed on verbatim")]
pub struct ModelList {
    /// `list`.
    object: Option<String>,
    /// The models that the key may use.
    data: Vec<Model>,
}

/// A model.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the type is the schema of a value that is passed on verbatim")]
pub struct Model {
    /// The name to use it by.
    id: String,
    /// When it was made, in seconds since 1970.
    created: Option<u64>,
    /// `model`.
    object: Option<String>,
    /// Who owns it.
    owned_by: Option<String>,
}

/// The API's list of models, as it came.
pub async fn list<P: Provider>(ctx: &Context, connection: &P) -> Result<Verbatim<ModelList>> {
    let answer = connection.request(ctx, Method::GET, "/models")?.send().await?;
    Verbatim::answer(answer::body(connection, &answer)?)
}
