//! Connectors that only tell what they are: flows are checked against them and never run.

use std::path::Path;

use async_trait::async_trait;
use connector_sdk::{
    About, Action, Auth, Connection, ConnectionAbout, Connector, Context, Effect, RawRequest, Registry, Result,
    Violation,
};
use runner_flow::Folder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Nowhere {}

#[async_trait]
impl Connection for Nowhere {
    fn about() -> ConnectionAbout {
        ConnectionAbout { label: "Nowhere", description: "Connects to nothing.", help: "", environment: &[] }
    }

    fn base_url(&self) -> &str {
        ""
    }

    fn auth(&self) -> Auth<'_> {
        Auth::None
    }

    async fn verify(&self, _: &Context) -> Result<String> {
        Ok("it does".to_owned())
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema matters")]
pub(crate) struct AskInput {
    /// Which model answers.
    model: String,
    /// What is said.
    messages: Vec<Message>,
    /// How freely it answers.
    #[schemars(range(min = 0, max = 2))]
    temperature: Option<f64>,
    /// How the answer is written.
    style: Option<Style>,
    stream: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "role", rename_all = "lowercase", deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema matters")]
enum Message {
    System { content: String },
    User { content: Content, urgent: Option<bool> },
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema matters")]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only the schema matters")]
struct Part {
    text: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Style {
    Plain,
    Fancy,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Answer {
    text: String,
    count: u32,
    reason: Option<Ending>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only the schema matters")]
enum Ending {
    Stop,
    Length,
}

pub(crate) struct Ask;

#[async_trait]
impl Action for Ask {
    type Connection = Nowhere;
    type Input = AskInput;
    type Output = Answer;

    fn about(&self) -> About {
        About::new("ask", "Ask", "Asks a model.").effect(Effect::Generate).example(json!({}))
    }

    fn warn(&self, input: &AskInput) -> Vec<Violation> {
        let retired = input.model == "old-model";
        retired
            .then(|| Violation::new("/model", "retired_model", "the model old-model was retired"))
            .into_iter()
            .collect()
    }

    async fn perform(&self, _: &Context, _: &Nowhere, _: AskInput) -> Result<Answer> {
        Ok(Answer { text: "yes".to_owned(), count: 1, reason: None })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema matters")]
pub(crate) struct SendInput {
    text: String,
    #[schemars(extend("default" = "post"))]
    by: String,
}

pub(crate) struct Send;

#[async_trait]
impl Action for Send {
    type Connection = Nowhere;
    type Input = SendInput;
    type Output = Value;

    fn about(&self) -> About {
        About::new("send", "Send", "Sends a text.").effect(Effect::Write)
    }

    async fn perform(&self, _: &Context, _: &Nowhere, _: SendInput) -> Result<Value> {
        Ok(Value::Null)
    }
}

/// `model/ask`, `model/raw-request` and `post/send`.
pub(crate) fn registry() -> Registry {
    let raw = RawRequest::new("Model", "The path only.", json!({ "url": "/models", "method": "GET" }));
    let model = Connector::builder::<Nowhere>("model", "Model", "A model.").action(Ask).action(raw).build();
    let post = Connector::builder::<Nowhere>("post", "Post", "Sends texts.").action(Send).build();
    Registry::new([model, post])
}

/// The folder of the flows that test flows run.
pub(crate) struct Beside;

impl Folder for Beside {
    fn read(&self, file: &str) -> std::result::Result<String, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sub_flows");
        std::fs::read_to_string(folder.join(file)).map_err(|error| error.kind().to_string())
    }
}
