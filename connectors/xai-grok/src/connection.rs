//! The connection: an API key, and where it is sent.

use connector_openai_wire::{Diagnosis, Provider, Said, body, explain, list_models};
use connector_sdk::http::{Answer, Base, Method};
use connector_sdk::{
    Auth, Connection, ConnectionAbout, ConnectionExt as _, Context, Error, ErrorKind, Result, Secret, Violation,
    async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{error, retired};

/// A connection to xAI.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct XaiGrok {
    /// Your xAI Grok API key.
    #[schemars(title = "API Key")]
    api_key: Secret,
    /// Where the API is. Change it for a regional endpoint, a gateway or a local sandbox; it ends with /v1.
    #[schemars(title = "Base URL")]
    #[serde(default = "default_base_url")]
    base_url: String,
}

fn default_base_url() -> String {
    "https://api.x.ai/v1".to_owned()
}

impl XaiGrok {
    /// What to do about a key that xAI does not take.
    pub(crate) fn key_advice(&self) -> &'static str {
        if self.api_key.starts_with("gsk_") {
            return "this is a Groq key; xAI's begin with xai-: make one at https://console.x.ai";
        }
        if self.api_key.starts_with("xai-") {
            return "make a new key at https://console.x.ai and put it into the connection's api_key";
        }
        "the connection's api_key does not begin with xai-, as xAI's keys do: is it another provider's?"
    }

    fn check_key(&self) -> Option<Violation> {
        if self.api_key.is_empty() {
            return Some(Violation::new("/api_key", "length", "must not be empty"));
        }
        self.api_key.starts_with("gsk_").then(|| Violation::new("/api_key", "wrong_provider", self.key_advice()))
    }
}

#[async_trait]
impl Connection for XaiGrok {
    fn about() -> ConnectionAbout {
        ConnectionAbout {
            label: "xAI Grok Connection",
            description: "Connection to xAI Grok API using API key authentication",
            help: "Navigate to [xAI Grok API](https://x.ai/api) and generate an API key. \
                   Enter the key value into the connection configuration of the integration.",
            environment: &[("api_key", "XAI_API_KEY")],
        }
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn auth(&self) -> Auth<'_> {
        Auth::Bearer(&self.api_key)
    }

    fn check(&self) -> Vec<Violation> {
        let base_url = Base::parse(&self.base_url).err();
        let base_url = base_url.map(|message| Violation::new("/base_url", "base_url", message));
        self.check_key().into_iter().chain(base_url).collect()
    }

    fn explain(&self, answer: &Answer) -> Error {
        explain(self, answer)
    }

    async fn verify(&self, ctx: &Context) -> Result<String> {
        match self.request(ctx, Method::GET, "/api-key")?.send().await {
            Ok(answer) => judge_key(self, &answer),
            // Not every gateway that speaks xAI's API knows the key's own endpoint.
            Err(error) if matches!(error.status(), Some(404 | 405)) => {
                list_models(ctx, self).await?;
                Ok("the key may list models".to_owned())
            }
            Err(error) => Err(error),
        }
    }
}

impl Provider for XaiGrok {
    const NAME: &'static str = "xAI";
    const LIVE: &'static str = retired::LIVE;
    const RETIRED: &'static [(&'static str, &'static str)] = retired::RETIRED;

    fn diagnose(&self, said: &Said) -> Option<Diagnosis> {
        error::diagnose(self, said)
    }
}

/// What xAI says of a key.
#[derive(Deserialize)]
struct KeyState {
    name: Option<String>,
    #[serde(default)]
    acls: Vec<String>,
    #[serde(default)]
    team_blocked: bool,
    #[serde(default)]
    api_key_blocked: bool,
    #[serde(default)]
    api_key_disabled: bool,
}

fn judge_key(connection: &XaiGrok, answer: &Answer) -> Result<String> {
    let state = KeyState::deserialize(body(connection, answer)?).map_err(|error| {
        Error::new(ErrorKind::MalformedAnswer, format!("xAI's answer about the key is not of its form: {error}"))
    })?;
    let refuse = |kind, what: &str| {
        Err(Error::new(kind, format!("xAI says that {what}")).with_fix("see https://console.x.ai for the reason"))
    };
    if state.api_key_disabled {
        return refuse(ErrorKind::Unauthorized, "this key is disabled");
    }
    if state.api_key_blocked {
        return refuse(ErrorKind::Unauthorized, "this key is blocked");
    }
    if state.team_blocked {
        return refuse(ErrorKind::Forbidden, "the key's team is blocked");
    }
    let works = match &state.name {
        Some(name) => format!("the key {name:?} works"),
        None => "the key works".to_owned(),
    };
    Ok(match endpoints(&state.acls) {
        Some(only) => format!("{works}, for these endpoints only: {only}"),
        None => works,
    })
}

/// The endpoints that a key is limited to, if it is.
fn endpoints(acls: &[String]) -> Option<String> {
    let endpoints: Vec<&str> = acls.iter().filter_map(|acl| acl.strip_prefix("api-key:endpoint:")).collect();
    (!endpoints.is_empty() && !endpoints.contains(&"*")).then(|| endpoints.join(", "))
}
