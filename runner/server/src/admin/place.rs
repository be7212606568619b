//! Where members call a model.

use runner_gateway::control::Snapshot;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// Where members call a model.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The base URL of this one model, for the provider's own clients.
    pub endpoint: String,
    /// A command line that calls it, with the key in LINKWORK_KEY.
    pub curl: String,
}

impl Place {
    /// The place of a model on a server: under its first name, which is expected to stand behind TLS, or at its address.
    pub fn of(snapshot: &Snapshot, workspace: &str, model: &str) -> Self {
        let origin = match snapshot.hosts().first() {
            Some(host) => format!("https://{host}"),
            None => format!("http://{}", snapshot.listen()),
        };
        let body = json!({ "model": model, "messages": [{ "role": "user", "content": "hello" }] });
        Self {
            endpoint: format!("{origin}/{workspace}/models/{model}/v1"),
            curl: format!(
                "curl {origin}/v1/chat/completions -H \"authorization: Bearer $LINKWORK_KEY\" \
                 -H 'content-type: application/json' -d '{body}'"
            ),
        }
    }
}
