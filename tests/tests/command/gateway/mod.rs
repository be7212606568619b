//! The endpoint for models as those who run it use it: a real server, a real sandbox behind it, and the commands beside it.

mod api;
mod api_routes;
mod commands;
mod one_store;
mod serving;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};
use tests::command::{Running, Shell};

/// The provider's key, which must turn up nowhere.
const PROVIDER_KEY: &str = "xai-canary-0123456789abcdef";
const MASTER_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const QUESTION: &str = r#"{"model":"grok","messages":[{"role":"user","content":"hello"}]}"#;

/// A folder with a server's file in it, and a sandbox.
struct House {
    shell: Shell,
    base_url: String,
    _sandbox: Running,
}

/// A server that runs.
struct Server {
    running: Running,
    address: String,
}

/// What a server answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl House {
    /// Two workspaces, and nothing in them but people.
    fn empty() -> Self {
        let mut sandbox = Shell::default().start(["sandbox", "--port", "0"]);
        let base_url = sandbox.line().trim().to_owned();
        let people = json!({ "principals": {
            "ada": { "kind": "person", "role": "admin" }, "bob": { "kind": "service", "role": "member" }
        } });
        let file = json!({
            "linkwork": 1, "listen": "127.0.0.1:0", "master_key": { "env": "MASTER_KEY" },
            "workspaces": { "acme": people, "other": people }
        });
        let shell = Shell::default()
            .env("MASTER_KEY", MASTER_KEY)
            .env("PROVIDER_KEY", PROVIDER_KEY)
            .file("linkwork.json", file.to_string());
        Self { shell, base_url, _sandbox: sandbox }
    }

    /// The same, with a connection `xai` and a model `grok` in the workspace `acme`.
    fn furnished() -> Self {
        let house = Self::empty();
        house.connect("xai", "PROVIDER_KEY").exits(0);
        let create = ["models", "create", "grok", "--connection", "xai", "--model", "grok-4.3", "--workspace", "acme"];
        house.shell.run(create).exits(0);
        house
    }

    fn connect(&self, name: &str, variable: &str) -> tests::command::Outcome {
        let base_url = format!("base_url={}", self.base_url);
        self.shell.run([
            "connections",
            "add",
            name,
            "--connector",
            "xai-grok",
            "--workspace",
            "acme",
            "--field",
            &base_url,
            "--allow-private",
            "--from-env",
            variable,
        ])
    }

    fn key(&self, workspace: &str, principal: &str, more: &[&str]) -> String {
        let create = ["keys", "create", "--workspace", workspace, "--principal", principal];
        let made = self.shell.run(create.iter().chain(more)).exits(0);
        made.stdout.trim().to_owned()
    }

    fn serve(&self) -> Server {
        let mut running = self.shell.start(["serve"]);
        let url = running.line();
        let address = url.trim().strip_prefix("http://").expect("it says where it listens").to_owned();
        Server { running, address }
    }

    fn file(&self) -> String {
        fs::read_to_string(self.shell.path("linkwork.json")).expect("there is a file")
    }
}

impl Server {
    /// Sends a request, of which nobody has read the answer yet.
    fn send(&self, method: &str, path: &str, key: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let mut socket = TcpStream::connect(&self.address).expect("it listens");
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        if !key.is_empty() {
            head += &format!("authorization: Bearer {key}\r\n");
        }
        if !body.is_empty() {
            head += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        socket.write_all(format!("{head}\r\n{body}").as_bytes()).expect("it reads");
        socket
    }

    fn ask(&self, method: &str, path: &str, key: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        Answer::read(self.send(method, path, key, headers, body))
    }

    fn get(&self, path: &str, key: &str) -> Answer {
        self.ask("GET", path, key, &[], "")
    }

    /// A member's question to the model `grok`.
    fn question(&self, key: &str) -> Answer {
        self.ask("POST", "/v1/chat/completions", key, &[], QUESTION)
    }
}

impl Answer {
    fn read(mut socket: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // One that is cut off has been read as far as it came.
        drop(socket.read_to_end(&mut bytes));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// Asserts the status, and shows everything if it is another one.
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().expect("a no has a code").to_owned()
    }
}
