//! Get Model.

use connector_sdk::http::{Method, encode_segment};
use connector_sdk::{About, Action, ConnectionExt as _, Context, Error, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::connection::XaiGrok;
use crate::models::Model;
use crate::{answer, retired};

/// Get Model.
pub(crate) struct GetModel;

/// What it takes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
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
impl Action for GetModel {
    type Connection = XaiGrok;
    type Input = Input;
    type Output = Verbatim<Model>;

    fn about(&self) -> About {
        About::new("get-model", "Get Model", "Get details about a specific model")
            .example(json!({ "model_id": retired::LIVE }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        input.target().err().into_iter().collect()
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        retired::warn("/model_id", &input.model_id).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &XaiGrok, input: Input) -> Result<Self::Output> {
        let target = input.target().map_err(|violation| Error::invalid_input("the input", vec![violation]))?;
        let answer = connection.request(ctx, Method::GET, &target)?.send().await?;
        Verbatim::answer(answer::body(connection, &answer)?)
    }
}
