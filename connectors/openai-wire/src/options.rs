//! The choices for inputs that name a model.

use std::marker::PhantomData;

use connector_sdk::{Choice, Context, Options, Result, async_trait};

use crate::models;
use crate::provider::Provider;

/// Select Model.
#[derive(Debug)]
pub struct SelectModel<P>(PhantomData<fn() -> P>);

impl<P> Default for SelectModel<P> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<P: Provider> Options for SelectModel<P> {
    type Connection = P;

    fn id(&self) -> &'static str {
        "select-model"
    }

    fn label(&self) -> &'static str {
        "Select Model"
    }

    fn description(&self) -> &'static str {
        "The models that the API key may use."
    }

    async fn list(&self, ctx: &Context, connection: &P) -> Result<Vec<Choice>> {
        let models = models::list(ctx, connection).await?;
        let listed = models.get()["data"].as_array().into_iter().flatten();
        let ids = listed.filter_map(|model| model.get("id")?.as_str());
        let mut choices: Vec<Choice> = ids.map(|id| Choice { value: id.to_owned(), label: id.to_owned() }).collect();
        choices.sort_by(|a, b| a.label.cmp(&b.label));
        Ok(choices)
    }
}
