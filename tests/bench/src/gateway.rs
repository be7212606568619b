//! The gateway as a process of its own, with everything on: keys, allow-lists, limits, metering, records.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use connector_sdk::Registry;
use runner_flow::Timestamp;
use runner_gateway::control::{Actor, Gateway, NewKey, Purpose, Settings};
use runner_server::Server;
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::process::Process;

/// A gateway that is measured.
pub(crate) struct Measured {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
    /// From its start until it was ready.
    pub(crate) start: Duration,
    _folder: TempDir,
}

impl Measured {
    pub(crate) fn before(provider: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = std::env::current_exe().expect("this program");
        let began = Instant::now();
        let folder_name = folder.path().to_str().expect("a plain path");
        let own = own.to_str().expect("a plain path");
        let mut process = Process::start(own, &["gateway", &provider.to_string(), folder_name]);
        let mut line = String::new();
        BufReader::new(process.output()).read_line(&mut line).expect("it says where it is");
        let mut words = line.split_whitespace();
        let mut word = || words.next().expect("an address and a key");
        let (address, key) = (word().parse().expect("an address"), word().to_owned());
        crate::load::until_ready(address);
        Self { process, address, key, start: began.elapsed(), _folder: folder }
    }
}

/// Serves, until it is ended.
pub(crate) fn serve(provider: &str, folder: &str) {
    let file = Path::new(folder).join("linkwork.json");
    let connection = json!({
        "connector": "xai-grok",
        "fields": { "api_key": { "env": "XAI_API_KEY" }, "base_url": format!("http://{provider}/v1") },
        "allow_private": true,
    });
    let limits = json!([{ "per": "day", "total": 900_000_000_000_u64 }, { "per": "minute", "output": 900_000_000, "each": "key" }]);
    let text = json!({
        "linkwork": 1,
        "workspaces": { "acme": {
            "principals": { "ada": { "kind": "person", "role": "admin", "groups": ["support"] } },
            "connections": { "main": connection },
            "models": { "grok": { "connection": "main", "model": "grok-4.3", "allow": ["group:support"], "limits": limits } },
        } },
    });
    std::fs::write(&file, text.to_string()).expect("a file");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let settings = Settings {
            file,
            registry: Registry::new([connector_xai_grok::connector()]),
            environment: Arc::new(|name| (name == "XAI_API_KEY").then(|| "xai-of-the-bench".to_owned())),
            purpose: Purpose::Serve,
        };
        let gateway = Gateway::open(settings, now()).expect("a gateway");
        let new = NewKey { workspace: "acme".to_owned(), principal: "ada".to_owned(), ..NewKey::default() };
        let made = gateway.make_key(&Actor::Operator, new, now()).await.expect("a key");
        let listener = Server::listen(([127, 0, 0, 1], 0).into()).expect("a socket");
        println!("{} {}", listener.local_addr().expect("an address"), *made.key);
        let serving =
            Server::new(gateway, runner_server::Settings::default()).serve(listener, CancellationToken::new());
        tokio::spawn(serving).await.expect("it serves");
    });
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(since.as_millis() as u64)
}
