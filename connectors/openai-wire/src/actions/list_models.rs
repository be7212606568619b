//! List Models.

use std::marker::PhantomData;

use connector_sdk::{About, Action, Context, Result, Verbatim, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::models::{self, ModelList};
use crate::provider::Provider;

/// List Models.
#[derive(Debug)]
pub struct ListModels<P>(PhantomData<fn() -> P>);

impl<P> Default for ListModels<P> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// It takes nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

#[async_trait]
impl<P: Provider> Action for ListModels<P> {
    type Connection = P;
    type Input = Input;
    type Output = Verbatim<ModelList>;

    fn about(&self) -> About {
        About::new("list-models", "List Models", format!("List all available models from {}", P::NAME))
    }

    async fn perform(&self, ctx: &Context, connection: &P, _: Input) -> Result<Self::Output> {
        models::list(ctx, connection).await
    }
}
