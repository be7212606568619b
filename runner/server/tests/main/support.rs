//! A server before a provider that the test controls, and a caller made of a raw socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connector_sdk::Registry;
use runner_flow::Timestamp;
use runner_gateway::control::{
    Actor, AuditLine, CallQuery, CallRow, Gateway, NewKey, Purpose, Settings as ControlSettings,
};
use runner_server::{Server, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::wire::Wire;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The provider's key, which no caller ever sees.
pub(crate) const SECRET: &str = "xai-the-providers-own-key";

/// What shows the collector of traces who sends them.
pub(crate) const COLLECTORS_KEY: &str = "the-collectors-own-key";

fn variable(name: &str) -> Option<String> {
    let known = [("XAI_API_KEY", SECRET), ("COLLECTORS_KEY", COLLECTORS_KEY)];
    known.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// A server before a provider.
pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) gateway: Gateway,
    /// A key of the admin.
    pub(crate) key: String,
    pub(crate) key_id: String,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
    _folder: TempDir,
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64)
}

fn file(wire: &Wire) -> Value {
    let connection = json!({
        "connector": "xai-grok",
        "fields": { "api_key": { "env": "XAI_API_KEY" }, "base_url": wire.url("/base/v1") },
        "allow_private": true,
    });
    json!({
        "linkwork": 1,
        "workspaces": { "acme": {
            "principals": { "ada": { "kind": "person", "role": "admin" }, "bob": { "kind": "person", "role": "member" } },
            "connections": { "main": connection },
            "models": {
                "grok": { "connection": "main", "model": "grok-4.3" },
                "closed": { "connection": "main", "model": "grok-4.3", "allow": ["bob"] },
            },
        } },
    })
}

impl House {
    pub(crate) async fn before(wire: &Wire) -> Self {
        Self::with(wire, Settings::default(), |_| {}).await
    }

    pub(crate) async fn with(wire: &Wire, settings: Settings, change: impl FnOnce(&mut Value)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut file = file(wire);
        change(&mut file);
        let path = folder.path().join("linkwork.json");
        std::fs::write(&path, file.to_string()).unwrap();
        let control = ControlSettings {
            file: path,
            registry: Registry::new([connector_xai_grok::connector()]),
            environment: Arc::new(variable),
            purpose: Purpose::Serve,
        };
        let gateway = Gateway::open(control, now()).unwrap();
        let new = NewKey { workspace: "acme".to_owned(), principal: "ada".to_owned(), ..NewKey::default() };
        let made = gateway.make_key(&Actor::Operator, new, now()).await.unwrap();
        let listener = Server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let serving = tokio::spawn(Server::new(gateway.clone(), settings).serve(listener, stop.clone()));
        let (key, key_id) = (made.key.to_string(), made.row.id);
        Self { address, gateway, key, key_id, stop, serving, _folder: folder }
    }

    /// The head of a request by the admin's key, up to its body.
    pub(crate) fn head(&self, line: &str, more: &str) -> String {
        format!("{line} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n{more}\r\n", self.address, self.key)
    }

    /// A POST of JSON by the admin's key.
    pub(crate) fn post(&self, target: &str, body: &str) -> String {
        let length = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        self.head(&format!("POST {target}"), &length) + body
    }

    pub(crate) async fn connect(&self) -> Caller {
        Caller { stream: TcpStream::connect(self.address).await.unwrap(), read: Vec::new() }
    }

    /// Sends a request on a connection of its own and reads the whole answer.
    pub(crate) async fn ask(&self, request: &str) -> Answer {
        let mut caller = self.connect().await;
        caller.send(request).await;
        caller.answer().await
    }

    /// The same for a POST of JSON.
    pub(crate) async fn ask_post(&self, target: &str, body: &str) -> Answer {
        self.ask(&self.post(target, body)).await
    }

    /// The only record of a call so far.
    pub(crate) async fn only_call(&self) -> CallRow {
        let mut calls = self.calls().await;
        assert_eq!(calls.len(), 1, "one call is recorded");
        calls.remove(0)
    }

    /// The record of a call, as soon as there is one.
    pub(crate) async fn call_once_written(&self) -> CallRow {
        let written = async {
            loop {
                if let Some(call) = self.calls().await.pop() {
                    break call;
                }
            }
        };
        tokio::time::timeout(PATIENCE, written).await.expect("a call is recorded")
    }

    async fn calls(&self) -> Vec<CallRow> {
        self.gateway.flush().await.unwrap();
        let query = CallQuery { workspace: "acme".to_owned(), limit: 10, ..CallQuery::default() };
        self.gateway.calls(&Actor::Operator, query, now()).await.unwrap()
    }

    pub(crate) async fn audit(&self) -> Vec<AuditLine> {
        self.gateway.flush().await.unwrap();
        let lines = self.gateway.whole_audit(None, 100).await.unwrap();
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// A caller made of a raw socket.
pub(crate) struct Caller {
    stream: TcpStream,
    read: Vec<u8>,
}

/// The head of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) text: String,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.text.lines().skip(1).filter_map(|line| line.split_once(": "));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("the body is JSON: {}", self.text()))
    }

    /// The status and OpenAI's code of an error.
    pub(crate) fn error(&self) -> (u16, String) {
        let json = self.json();
        assert!(json["error"]["message"].is_string() && json["error"]["type"].is_string(), "{json}");
        (self.head.status, json["error"]["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Caller {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends as much as the other side takes.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// More bytes; false at the end.
    async fn more(&mut self) -> bool {
        let mut piece = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut piece)).await;
        let count = read.unwrap_or_else(|_| panic!("nothing comes after {:?}", String::from_utf8_lossy(&self.read)));
        let count = count.unwrap_or(0);
        self.read.extend_from_slice(&piece[..count]);
        count > 0
    }

    pub(crate) async fn head(&mut self) -> Head {
        self.try_head().await.expect("an answer begins")
    }

    /// The head of the next answer, if there is one.
    pub(crate) async fn try_head(&mut self) -> Option<Head> {
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let rest = self.read.split_off(end + 4);
                let text = String::from_utf8(std::mem::replace(&mut self.read, rest)).unwrap();
                let status = text.split(' ').nth(1).unwrap().parse().unwrap();
                return Some(Head { status, text });
            }
            if !self.more().await {
                return None;
            }
        }
    }

    pub(crate) async fn exactly(&mut self, count: usize) -> Vec<u8> {
        while self.read.len() < count {
            assert!(self.more().await, "the answer ends early: {:?}", String::from_utf8_lossy(&self.read));
        }
        let rest = self.read.split_off(count);
        std::mem::replace(&mut self.read, rest)
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let rest = self.read.split_off(end + 1);
                return Some(String::from_utf8(std::mem::replace(&mut self.read, rest)).unwrap());
            }
            if !self.more().await {
                return None;
            }
        }
    }

    /// The next piece of a chunked body; empty at its end; nothing if it breaks off.
    pub(crate) async fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(self.line().await?.trim(), 16).unwrap();
        let mut piece = self.exactly(size + 2).await;
        piece.truncate(size);
        Some(piece)
    }

    /// A whole answer.
    pub(crate) async fn answer(&mut self) -> Answer {
        let head = self.head().await;
        let body = match head.header("content-length") {
            Some(length) => self.exactly(length.parse().unwrap()).await,
            None => {
                let mut all = Vec::new();
                loop {
                    let piece = self.chunk().await.expect("the body is whole");
                    if piece.is_empty() {
                        break all;
                    }
                    all.extend(piece);
                }
            }
        };
        Answer { head, body }
    }

    /// The status of the answer to this, or 0 if there is none.
    pub(crate) async fn answer_to(&mut self, request: impl AsRef<[u8]>) -> u16 {
        self.try_send(request.as_ref()).await;
        self.try_head().await.map_or(0, |head| head.status)
    }

    /// Whether the other side closes, without a word.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.read.is_empty() && !self.more().await
    }

    /// Everything until the other side closes.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while self.more().await {}
        std::mem::take(&mut self.read)
    }
}
