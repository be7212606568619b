//! List Models.

use connector_sdk::{About, Action, Context, Result, Verbatim, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::connection::XaiGrok;
use crate::models::{self, ModelList};

/// List Models.
pub(crate) struct ListModels;

/// It takes nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {}

#[async_trait]
impl Action for ListModels {
    type Connection = XaiGrok;
    type Input = Input;
    type Output = Verbatim<ModelList>;

    fn about(&self) -> About {
        About::new("list-models", "List Models", "List all available models from xAI")
    }

    async fn perform(&self, ctx: &Context, connection: &XaiGrok, _: Input) -> Result<Self::Output> {
        models::list(ctx, connection).await
    }
}
