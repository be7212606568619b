//! The connection: an API key, whose account pays, and where it is sent.

use connector_openai_wire::{Diagnosis, Provider, Said, explain, list_models};
use connector_sdk::http::{Answer, Base, Method};
use connector_sdk::{
    Auth, Connection, ConnectionAbout, ConnectionExt as _, Context, Error, ErrorKind, Result, Secret, Violation,
    async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{error, retired};

const BASE_URL: &str = "https://api.openai.com/v1";

/// A connection to OpenAI.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenAi {
    /// Your OpenAI API key. A read-only one cannot ask a model: it needs Write on Model capabilities.
    #[schemars(title = "API Key")]
    api_key: Secret,
    /// The organization that pays, such as org-…, where the key's user belongs to several.
    #[schemars(title = "Organization")]
    organization: Option<String>,
    /// The project that pays, such as proj_…, where the key's user belongs to several.
    #[schemars(title = "Project")]
    project: Option<String>,
    /// Where the API is. Change it for a regional endpoint, a gateway or a local sandbox; it ends with /v1.
    #[schemars(title = "Base URL")]
    #[serde(default = "default_base_url")]
    base_url: String,
}

fn default_base_url() -> String {
    BASE_URL.to_owned()
}

impl OpenAi {
    /// What to do about a key that OpenAI does not take.
    pub(crate) fn key_advice(&self) -> &'static str {
        if let Some(advice) = self.foreign_key() {
            return advice;
        }
        if self.api_key.starts_with("sk-") {
            return "make a new key at https://platform.openai.com/api-keys and put it into the connection's api_key";
        }
        "the connection's api_key does not begin with sk-, as OpenAI's keys do: is it another provider's?"
    }

    /// What kind of key this is, if it is known for one that OpenAI's models do not take.
    fn foreign_key(&self) -> Option<&'static str> {
        const KINDS: [(&str, &str); 4] = [
            ("sk-ant-", "this is an Anthropic key; make one at https://platform.openai.com/api-keys"),
            (
                "sk-admin-",
                "this is an admin key, which asks no models; make one at https://platform.openai.com/api-keys",
            ),
            (
                "xai-",
                "this is an xAI key, for the connector xai-grok; make one at https://platform.openai.com/api-keys",
            ),
            ("gsk_", "this is a Groq key; make one at https://platform.openai.com/api-keys"),
        ];
        KINDS.iter().find(|(prefix, _)| self.api_key.starts_with(prefix)).map(|(_, advice)| *advice)
    }

    fn check_key(&self) -> Option<Violation> {
        if self.api_key.is_empty() {
            return Some(Violation::new("/api_key", "length", "must not be empty"));
        }
        // Elsewhere, behind a gateway, keys may have any form.
        let advice = self.foreign_key().filter(|_| self.base_url == BASE_URL)?;
        Some(Violation::new("/api_key", "wrong_provider", advice))
    }

    /// Whether the key may ask models, told by a request that OpenAI refuses before any model sees it.
    async fn check_chat(&self, ctx: &Context) -> Result<()> {
        let asked = self.request(ctx, Method::POST, "/chat/completions")?.json(&json!({})).send().await;
        match asked {
            Err(error) if error.kind() != ErrorKind::Rejected => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

#[async_trait]
impl Connection for OpenAi {
    fn about() -> ConnectionAbout {
        ConnectionAbout {
            label: "OpenAI Connection",
            description: "Connection to OpenAI's API with an API key",
            help: "Make a key at [OpenAI's platform](https://platform.openai.com/api-keys) and enter it here. \
                   Not a read-only one, which cannot ask models: a restricted one needs Read on Models and Write on \
                   Model capabilities.",
            environment: &[("api_key", "OPENAI_API_KEY")],
        }
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn auth(&self) -> Auth<'_> {
        Auth::Bearer(&self.api_key)
    }

    fn headers(&self) -> Vec<(&'static str, &str)> {
        let organization = self.organization.as_deref().map(|id| ("openai-organization", id));
        let project = self.project.as_deref().map(|id| ("openai-project", id));
        organization.into_iter().chain(project).collect()
    }

    fn check(&self) -> Vec<Violation> {
        let accounts = [("/organization", &self.organization), ("/project", &self.project)];
        let accounts = accounts.into_iter().filter_map(|(pointer, id)| check_id(pointer, id.as_deref()?));
        let base_url = Base::parse(&self.base_url).err();
        let base_url = base_url.map(|message| Violation::new("/base_url", "base_url", message));
        self.check_key().into_iter().chain(accounts).chain(base_url).collect()
    }

    fn explain(&self, answer: &Answer) -> Error {
        explain(self, answer)
    }

    async fn verify(&self, ctx: &Context) -> Result<String> {
        let models = list_models(ctx, self).await;
        match models {
            Ok(models) => {
                self.check_chat(ctx).await?;
                let count = models.get()["data"].as_array().map_or(0, Vec::len);
                Ok(format!("the key may ask models and list them, {count} in all"))
            }
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                self.check_chat(ctx).await?;
                Ok("the key may ask models, but not list them: give it Read on Models for that".to_owned())
            }
            Err(error) => Err(error),
        }
    }
}

fn check_id(pointer: &str, id: &str) -> Option<Violation> {
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_graphic());
    (!is_id).then(|| Violation::new(pointer, "format", "must be an id, without spaces; leave it out for the key's own"))
}

impl Provider for OpenAi {
    const NAME: &'static str = "OpenAI";
    const LIVE: &'static str = retired::LIVE;
    const RETIRED: &'static [(&'static str, &'static str)] = retired::RETIRED;

    fn diagnose(&self, said: &Said) -> Option<Diagnosis> {
        error::diagnose(self, said)
    }
}
