//! The choices for inputs that name a model.

use connector_sdk::{Choice, Context, Options, Result, async_trait};

use crate::connection::XaiGrok;
use crate::models;

/// Select Model.
pub(crate) struct SelectModel;

#[async_trait]
impl Options for SelectModel {
    type Connection = XaiGrok;

    fn id(&self) -> &'static str {
        "select-model"
    }

    fn label(&self) -> &'static str {
        "Select Model"
    }

    fn description(&self) -> &'static str {
        "The models that the API key may use."
    }

    async fn list(&self, ctx: &Context, connection: &XaiGrok) -> Result<Vec<Choice>> {
        let models = models::list(ctx, connection).await?;
        let listed = models.get()["data"].as_array().into_iter().flatten();
        let ids = listed.filter_map(|model| model.get("id")?.as_str());
        let mut choices: Vec<Choice> = ids.map(|id| Choice { value: id.to_owned(), label: id.to_owned() }).collect();
        choices.sort_by(|a, b| a.label.cmp(&b.label));
        Ok(choices)
    }
}
