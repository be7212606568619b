//! Create Embedding.

use connector_openai_wire::retired::warn;
use connector_openai_wire::{additional_fields, send};
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::connection::OpenAi;
use crate::embeddings::{EmbeddingInput, Embeddings};

/// Create Embedding.
pub(crate) struct CreateEmbedding;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The model that makes the embedding.
    #[schemars(title = "Model", length(min = 1), extend("x-options" = "select-model"))]
    model: String,
    /// What to embed: a text, a list of texts, or tokens.
    #[schemars(title = "Input")]
    input: Verbatim<EmbeddingInput>,
    /// How long the vector is to be, where the model offers a choice.
    #[schemars(title = "Dimensions", range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u64>,
    /// Fields that are not among the inputs. See [OpenAI's API](https://platform.openai.com/docs/api-reference/embeddings/create).
    #[schemars(title = "Additional Fields")]
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_fields: Option<Map<String, Value>>,
}

#[async_trait]
impl Action for CreateEmbedding {
    type Connection = OpenAi;
    type Input = Input;
    type Output = Verbatim<Embeddings>;

    fn about(&self) -> About {
        About::new("create-embedding", "Create Embedding", "Create vectors that represent texts")
            .effect(Effect::Generate)
            .example(json!({
                "model": "text-embedding-3-small",
                "input": ["A cat in a tree", "A dog under it"],
                "dimensions": 256,
            }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        additional_fields::conflicts(input)
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        warn::<OpenAi>("/model", &input.model).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &OpenAi, input: Input) -> Result<Self::Output> {
        let fields = additional_fields::body(&input)?;
        Verbatim::answer(send(ctx, connection, "/embeddings", fields).await?)
    }
}
