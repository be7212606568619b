//! Get Model.

use std::marker::PhantomData;

use connector_sdk::http::{Method, encode_segment};
use connector_sdk::{About, Action, ConnectionExt as _, Context, Error, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::models::Model;
use crate::provider::Provider;
use crate::{answer, retired};

/// Get Model.
#[derive(Debug)]
pub struct GetModel<P>(PhantomData<fn() -> P>);

impl<P> Default for GetModel<P> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// What it takes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The ID of the model to retrieve.
    #[schemars(title = "Model ID", length(min = 1), extend("x-options" = "select-model"))]
    model_id: String,
}

impl Input {
    fn target(&self) -> Result<String, Violation> {
        let segment = encode_segment(&self.model_id);
        let segment = segment.map_err(|message| Violation::new("/model_id", "path", message))?;
        Ok(format!("/models/{segment}"))
    }
}

#[async_trait]
impl<P: Provider> Action for GetModel<P> {
    type Connection = P;
    type Input = Input;
    type Output = Verbatim<Model>;

    fn about(&self) -> About {
        About::new("get-model", "Get Model", "Get details about a specific model")
            .example(json!({ "model_id": P::LIVE }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        input.target().err().into_iter().collect()
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        retired::warn::<P>("/model_id", &input.model_id).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &P, input: Input) -> Result<Self::Output> {
        let target = input.target().map_err(|violation| Error::invalid_input("the input", vec![violation]))?;
        let answer = connection.request(ctx, Method::GET, &target)?.send().await?;
        Verbatim::answer(answer::body(connection, &answer)?)
    }
}
