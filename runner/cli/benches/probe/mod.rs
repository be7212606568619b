//! A connector whose first action needs no network, and whose second is Raw Request.

use connector_sdk::{
    About, Action, Auth, Connection, ConnectionAbout, Connector, Context, RawRequest, Result, async_trait,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) fn connector() -> Connector {
    Connector::builder::<Probe>("probe", "Probe", "Measures the runtime.")
        .action(Repeat)
        .action(RawRequest::new("the probe", "The path.", json!({ "url": "/", "method": "GET" })))
        .build()
}

#[derive(Deserialize, JsonSchema)]
struct Probe {
    base_url: String,
}

#[async_trait]
impl Connection for Probe {
    fn about() -> ConnectionAbout {
        ConnectionAbout { label: "Probe", description: "Nothing", help: "", environment: &[] }
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn auth(&self) -> Auth<'_> {
        Auth::None
    }

    async fn verify(&self, _: &Context) -> Result<String> {
        Ok(String::new())
    }
}

struct Repeat;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    text: String,
    #[schemars(range(min = 1, max = 10))]
    times: u32,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    text: String,
}

#[async_trait]
impl Action for Repeat {
    type Connection = Probe;
    type Input = Input;
    type Output = Output;

    fn about(&self) -> About {
        About::new("repeat", "Repeat", "Repeats a text").example(json!({ "text": "a", "times": 2 }))
    }

    async fn perform(&self, _: &Context, _: &Probe, input: Input) -> Result<Output> {
        Ok(Output { text: input.text.repeat(input.times as usize) })
    }
}
