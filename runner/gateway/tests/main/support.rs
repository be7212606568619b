//! What the tests share: a connector that dials nobody, a file, and a gateway opened from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector_sdk::{
    Auth, Connection, ConnectionAbout, Connector, Context, Count, Endpoint, Registry, Result, Secret, Violation,
    async_trait,
};
use runner_flow::Timestamp;
use runner_gateway::control::{
    Actor, Call, CallEnd, Caller, Environment, Gateway, MadeKey, NewKey, OpenError, Purpose, Settings, Usage, Wanted,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Noon of a day, two minutes before a change of the month is far away: 2026-03-15T12:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_773_576_000_000);
pub(crate) const MASTER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
pub(crate) const OTHER_MASTER: &str = "qrvM3e7/ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJk=";
pub(crate) const SECRET: &str = "xai-this-is-a-secret-that-nobody-may-read";

/// A connection to a provider of models.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Models {
    /// The key.
    api_key: Secret,
    /// Where the API is.
    #[serde(default = "usual")]
    base_url: String,
    /// How long to wait.
    #[serde(default)]
    #[expect(dead_code, reason = "a field with a type of its own")]
    seconds: u32,
}

/// How often connections were made, by where they lead.
static MADE: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// How often a connection to there was made.
pub(crate) fn times_made(base_url: &str) -> usize {
    MADE.lock().unwrap().get(base_url).copied().unwrap_or(0)
}

fn usual() -> String {
    "https://models.example.com/v1".to_owned()
}

#[async_trait]
impl Connection for Models {
    fn about() -> ConnectionAbout {
        ConnectionAbout {
            label: "Models",
            description: "Models",
            help: "Ask",
            environment: &[("api_key", "MODELS_API_KEY")],
        }
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn auth(&self) -> Auth<'_> {
        Auth::Bearer(&self.api_key)
    }

    fn check(&self) -> Vec<Violation> {
        *MADE.lock().unwrap().entry(self.base_url.clone()).or_default() += 1;
        Vec::new()
    }

    async fn verify(&self, _: &Context) -> Result<String> {
        Ok("fine".to_owned())
    }
}

pub(crate) fn registry() -> Registry {
    let chat = Endpoint::post("/chat/completions", "chat").usage(&[(Count::Input, "/usage/prompt_tokens")]);
    let models = Connector::builder::<Models>("models", "Models", "Models").endpoints([chat]).build();
    let files = Connector::builder::<Models>("files", "Files", "No models").build();
    Registry::new([models, files])
}

/// The file that most tests begin with.
pub(crate) fn file() -> Value {
    json!({
        "linkwork": 1,
        "data": "data",
        "master_key": { "env": "MASTER" },
        "workspaces": {
            "acme": {
                "principals": {
                    "ada": { "kind": "person", "role": "admin" },
                    "ben": { "kind": "person", "role": "member", "groups": ["support"] },
                    "bot": { "kind": "service", "role": "member" }
                },
                "connections": {
                    "main": { "connector": "models", "fields": { "api_key": { "env": "MODELS_API_KEY" } } }
                },
                "models": {
                    "grok": { "connection": "main", "model": "grok-4.3" },
                    "mini": { "connection": "main", "model": "grok-mini", "allow": ["group:support"] },
                    "shut": { "connection": "main", "model": "grok-4.3", "enabled": false }
                }
            },
            "other": {
                "principals": { "eve": { "kind": "person", "role": "admin" } },
                "connections": {
                    "main": { "connector": "models", "fields": { "api_key": { "env": "MODELS_API_KEY" } } }
                },
                "models": { "theirs": { "connection": "main", "model": "grok-4.3" } }
            }
        }
    })
}

/// A folder with a server's file, and an environment.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) variables: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Place {
    pub(crate) fn new(file: &Value) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), variables: Arc::default() };
        place.set("MODELS_API_KEY", SECRET);
        place.set("MASTER", MASTER);
        place.write(file);
        place
    }

    pub(crate) fn set(&self, variable: &str, value: &str) {
        self.variables.lock().unwrap().insert(variable.to_owned(), value.to_owned());
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("linkwork.json")
    }

    pub(crate) fn write(&self, file: &Value) {
        fs::write(self.path(), serde_json::to_string_pretty(file).unwrap()).unwrap();
    }

    pub(crate) fn read(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path()).unwrap()).unwrap()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("journal.db")
    }

    /// Every file, and every file in its folders.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let (mut files, mut folders) = (Vec::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            let found = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let (inner, here): (Vec<_>, Vec<_>) = found.partition(|path| path.is_dir());
            folders.extend(inner);
            files.extend(here);
        }
        files
    }

    pub(crate) fn settings(&self, purpose: Purpose) -> Settings {
        let variables = self.variables.clone();
        let environment: Environment = Arc::new(move |name: &str| variables.lock().unwrap().get(name).cloned());
        Settings { file: self.path(), registry: registry(), environment, purpose }
    }

    pub(crate) fn try_open(&self, purpose: Purpose) -> Result<Gateway, OpenError> {
        Gateway::open(self.settings(purpose), NOON)
    }

    pub(crate) fn open(&self) -> Gateway {
        self.try_open(Purpose::Serve).unwrap_or_else(|error| panic!("{error}: {error:?}"))
    }
}

/// A gateway of the usual file, and its folder.
pub(crate) fn usual_gateway() -> (Place, Gateway) {
    let place = Place::new(&file());
    let gateway = place.open();
    (place, gateway)
}

/// A gateway whose model `grok` has these limits.
pub(crate) fn limited(limits: Value) -> (Place, Gateway) {
    let mut file = file();
    file["workspaces"]["acme"]["models"]["grok"]["limits"] = limits;
    let place = Place::new(&file);
    let gateway = place.open();
    (place, gateway)
}

pub(crate) fn new_key(principal: &str) -> NewKey {
    let workspace = if principal == "eve" { "other" } else { "acme" };
    NewKey { workspace: workspace.to_owned(), principal: principal.to_owned(), ..NewKey::default() }
}

pub(crate) async fn make(gateway: &Gateway, new: NewKey) -> MadeKey {
    gateway.make_key(&Actor::Operator, new, NOON).await.unwrap()
}

/// Somebody who calls with a new key.
pub(crate) async fn caller(gateway: &Gateway, principal: &str) -> Caller {
    let made = make(gateway, new_key(principal)).await;
    gateway.caller(&made.key, NOON).unwrap()
}

pub(crate) async fn actor(gateway: &Gateway, principal: &str) -> Actor {
    Actor::Caller(caller(gateway, principal).await)
}

pub(crate) fn wanted(max_output: Option<u64>) -> Wanted {
    Wanted { operation: "chat", stream: false, body_bytes: 30, max_output }
}

/// Begins a call of `grok`, which its limits let through.
pub(crate) fn begin(gateway: &Gateway, caller: &Caller, now: Timestamp) -> Call {
    let model = gateway.model(caller, None, "grok", now).unwrap();
    gateway.begin(caller, &model, wanted(Some(100)), now).unwrap()
}

/// Why `grok` cannot be called now.
pub(crate) fn refusal(gateway: &Gateway, caller: &Caller, now: Timestamp) -> runner_gateway::control::Refusal {
    let model = gateway.model(caller, None, "grok", now).unwrap();
    gateway.begin(caller, &model, wanted(Some(100)), now).err().unwrap()
}

/// An end that went well and told what it used.
pub(crate) fn served(input: u64, output: u64) -> CallEnd {
    CallEnd {
        sent: true,
        status: Some(200),
        bytes_in: 30,
        bytes_out: 300,
        usage: Usage { input: Some(input), output: Some(output), ..Usage::default() },
        duration: Duration::from_millis(20),
        overhead: Duration::from_micros(30),
        ..CallEnd::default()
    }
}

/// A whole call of `grok`.
pub(crate) fn call(gateway: &Gateway, caller: &Caller, now: Timestamp, input: u64, output: u64) {
    begin(gateway, caller, now).finish(served(input, output));
}

pub(crate) fn after(seconds: u64) -> Timestamp {
    NOON + Duration::from_secs(seconds)
}
