//! The server's file: what may stand in it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::control::limits::Window;
use crate::control::prices::Prices;
use crate::control::roles::{Kind, Role};

/// Everything that a server of models is told: where it listens, who may call what, and how much.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Linkwork server")]
pub(crate) struct ServerFile {
    /// Where this schema is, for editors.
    #[serde(rename = "$schema")]
    #[expect(dead_code, reason = "editors read it")]
    schema: Option<String>,
    /// The version of this format.
    #[schemars(range(min = 1, max = 1))]
    #[expect(dead_code, reason = "the schema checks it")]
    linkwork: u32,
    /// The address and the port to listen on. It is read at the start only.
    #[serde(default = "usual_listen")]
    pub(crate) listen: String,
    /// The names that callers may use for this server, beside the address itself.
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    /// The folder for keys, secrets, counters and records, relative to this file. It is read at the start only.
    #[serde(default = "usual_data")]
    pub(crate) data: String,
    /// The key that seals secrets: 32 bytes, in base64 or in hexadecimal digits.
    pub(crate) master_key: Option<SecretSource>,
    /// Keys that sealed secrets before, until all are sealed anew.
    #[serde(default)]
    pub(crate) old_master_keys: Vec<SecretSource>,
    /// Where traces of calls go. They go nowhere if it is left out, unless OTEL_EXPORTER_OTLP_ENDPOINT says where. It is
    /// read at the start only.
    pub(crate) traces: Option<TracesEntry>,
    /// Workspaces by name. Nothing is shared between two.
    #[serde(default)]
    pub(crate) workspaces: BTreeMap<String, WorkspaceEntry>,
}

fn usual_listen() -> String {
    "127.0.0.1:8080".to_owned()
}

fn usual_data() -> String {
    ".linkwork".to_owned()
}

/// Where a secret comes from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecretSource {
    /// The environment variable that holds it.
    Env(String),
    /// The file that holds it, relative to this one. Nobody but its owner may be able to read it.
    File(String),
}

/// A collector of traces that understands OTLP over HTTP, in JSON.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TracesEntry {
    /// Its URL, such as http://127.0.0.1:4318, to which /v1/traces is added.
    pub(crate) endpoint: String,
    /// Headers that show who sends them, by name. No value ever stands here itself.
    #[serde(default)]
    #[schemars(extend("x-secret" = true))]
    pub(crate) headers: BTreeMap<String, SecretSource>,
    /// How many of the traces that begin here are told, from 0 to 1. Whoever began a trace elsewhere has decided there.
    #[serde(default = "all")]
    #[schemars(range(min = 0, max = 1))]
    pub(crate) sample: f64,
}

fn all() -> f64 {
    1.0
}

/// A workspace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceEntry {
    /// Who belongs to it, by name.
    #[serde(default)]
    pub(crate) principals: BTreeMap<String, PrincipalEntry>,
    /// Connections to providers, by name.
    #[serde(default)]
    pub(crate) connections: BTreeMap<String, ConnectionEntry>,
    /// The models that members call, by name.
    #[serde(default)]
    pub(crate) models: BTreeMap<String, ModelEntry>,
    /// Whether calls may leave something with the provider, where other members could read it.
    #[serde(default)]
    pub(crate) stateful: bool,
}

/// A person or a program.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrincipalEntry {
    /// Whether it is a person or a service.
    #[expect(dead_code, reason = "people read it")]
    kind: Kind,
    /// What it may do.
    pub(crate) role: Role,
    /// The groups that it belongs to.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub(crate) groups: Vec<String>,
}

/// A connection to a provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
// A credential may stand in the wrong place: what is wrong here is said without its value.
#[schemars(extend("x-secret" = true))]
pub(crate) struct ConnectionEntry {
    /// The connector that it is for.
    pub(crate) connector: String,
    /// Each field as it stands, or {"env": "VARIABLE"}, {"file": "PATH"} relative to this file, or {"vault": 1}. What is
    /// secret never stands here itself.
    #[serde(default)]
    #[schemars(extend("x-secret" = true))]
    pub(crate) fields: Map<String, Value>,
    /// Whether the host may be at a private address.
    #[serde(default)]
    pub(crate) allow_private: bool,
    /// Whether only admins make models of it. Else every member does, without the limits and the `allow` of other models.
    #[serde(default)]
    #[expect(dead_code, reason = "asked of the file as it stands, when somebody changes it")]
    pub(crate) admins_only: bool,
}

/// A model.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelEntry {
    /// The connection that leads to it.
    pub(crate) connection: String,
    /// What the provider calls it.
    #[schemars(length(min = 1, max = 200))]
    pub(crate) model: String,
    /// Who made it, and may change it beside the admins.
    #[expect(dead_code, reason = "changes are checked on the document itself")]
    owner: Option<String>,
    /// Who may use it: principals, and groups as "group:NAME". Everybody in the workspace, if it is left out; nobody, if
    /// it is empty.
    #[schemars(length(max = 1000))]
    pub(crate) allow: Option<Vec<String>>,
    /// Whether it can be called.
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    /// How much may be used of it.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub(crate) limits: Vec<LimitEntry>,
    /// What a million tokens cost, to estimate what was spent.
    pub(crate) prices: Option<Prices>,
    /// Whether prompts and answers are kept with the records of its calls.
    #[serde(default)]
    pub(crate) record_content: bool,
}

fn yes() -> bool {
    true
}

/// A limit. The call that crosses it is served and later ones are refused, unless it is hard.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitEntry {
    /// The window that it counts in, by the calendar in UTC.
    pub(crate) per: Window,
    /// Tokens that are sent.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000u64))]
    pub(crate) input: Option<u64>,
    /// Tokens that are answered.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000u64))]
    pub(crate) output: Option<u64>,
    /// All tokens together.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000u64))]
    pub(crate) total: Option<u64>,
    /// Calls.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000u64))]
    pub(crate) requests: Option<u64>,
    /// Whether each key has this much, and not all together.
    pub(crate) each: Option<Sharing>,
    /// Whether what a call may use is held for it, so that none crosses the limit.
    #[serde(default)]
    pub(crate) hard: bool,
}

/// Who has a limit to itself.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sharing {
    /// Each key.
    Key,
}
