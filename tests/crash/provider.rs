//! The provider that all runs talk to. It knows every request by its idempotency key, and counts.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use tests::wire::{Recorded, Reply, Wire};

use crate::process::Victim;

/// The text of a large answer.
const LARGE: usize = 300 << 10;
/// The size of a file.
const FILE: usize = 4 << 10;

/// The provider that all runs talk to.
pub(crate) struct Provider {
    wire: Wire,
    seen: Arc<Mutex<Seen>>,
}

/// What it has seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// In the order in which they came.
    pub(crate) requests: Vec<Request>,
    /// Which process is killed, and how many more of its requests come before.
    kill_after: Option<(u32, u64)>,
    /// How often something has been asked for.
    asked: HashMap<String, u32>,
}

/// A request, and how it was answered.
pub(crate) struct Request {
    /// Which process sent it, counted from 0.
    pub(crate) generation: u32,
    pub(crate) run: String,
    /// The step, as the flow says it.
    pub(crate) step: String,
    /// The idempotency key, which stands for one step of one run.
    pub(crate) key: String,
    pub(crate) method: String,
    /// All that must be the same when it comes again.
    pub(crate) content: String,
    /// The tokens of the answers that it was made from.
    pub(crate) after: Vec<String>,
    /// What only this answer holds.
    pub(crate) token: String,
    /// Whether it was refused, so that nothing was done.
    pub(crate) refused: bool,
}

impl Request {
    fn of(request: &Recorded, number: usize) -> (Self, String) {
        let header = |name| request.header(name).unwrap_or_default().to_owned();
        let (generation, path) = request.target().strip_prefix("/g").and_then(|rest| rest.split_once('/')).unwrap();
        let (run, step, after) = (header("run"), header("step"), header("after"));
        let method = request.line().split(' ').next().unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(&request.body);
        let request = Self {
            generation: generation.parse().unwrap(),
            content: format!("{method} {path} {run} {step} {after} {body}"),
            key: header("idempotency-key"),
            after: after.split_whitespace().map(str::to_owned).collect(),
            token: format!("token-{number}"),
            refused: false,
            run,
            step,
            method,
        };
        (request, path.to_owned())
    }

    /// Whether it may not come twice.
    pub(crate) fn is_write(&self) -> bool {
        self.method == "POST"
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { generation, run, step, method, token, .. } = self;
        write!(f, "{method} {step} of {run} from process {generation}, answered with {token}")
    }
}

impl Seen {
    fn answer(&mut self, recorded: &Recorded, victim: &Victim) -> Reply {
        let (mut request, path) = Request::of(recorded, self.requests.len());
        let reply = self.reply(&mut request, &path, &recorded.body);
        let generation = request.generation;
        self.requests.push(request);
        // What is still read of an earlier process counts for nobody.
        if let Some((_, left)) = self.kill_after.as_mut().filter(|(process, _)| *process == generation) {
            *left -= 1;
            if *left == 0 {
                self.kill_after = None;
                victim.kill();
            }
        }
        reply
    }

    fn reply(&mut self, request: &mut Request, path: &str, body: &[u8]) -> Reply {
        let answer = |request: &Request| json!({ "token": request.token, "step": request.step });
        let refuse = |status| Reply::new(status, &[("retry-after", "0")], "");
        match path {
            "busy" | "full" if self.is_first(&request.key) => {
                request.refused = true;
                refuse(if path == "busy" { 429 } else { 503 })
            }
            "flaky" if self.is_first(&request.run) => Reply::json(404, "{}"),
            "missing" => Reply::json(404, "{}"),
            "silent" => Reply::silence().stall(),
            "large" => {
                let mut answer = answer(request);
                answer["text"] = "x".repeat(LARGE).into();
                Reply::json(200, &answer.to_string())
            }
            "file" => Reply::new(200, &[("content-type", "application/octet-stream")], file(&request.run)),
            "upload" if body != file(&request.run) => Reply::json(400, "{}"),
            _ => Reply::json(200, &answer(request).to_string()),
        }
    }

    fn is_first(&mut self, what: &str) -> bool {
        let count = self.asked.entry(what.to_owned()).or_default();
        *count += 1;
        *count == 1
    }
}

/// The file of a run.
fn file(run: &str) -> Vec<u8> {
    run.bytes().cycle().take(FILE).collect()
}

impl Provider {
    pub(crate) fn start(victim: &Victim) -> Self {
        let (seen, victim) = (Arc::<Mutex<Seen>>::default(), victim.clone());
        let known = Arc::clone(&seen);
        let wire = Wire::answering(move |request| lock(&known).answer(request, &victim));
        Self { wire, seen }
    }

    /// Where a process sends its requests.
    pub(crate) fn url(&self, generation: u32) -> String {
        self.wire.url(&format!("/g{generation}"))
    }

    /// Has a process killed when so many of its requests have come.
    pub(crate) fn kill_after(&self, generation: u32, requests: Option<u64>) {
        self.seen().kill_after = requests.map(|requests| (generation, requests));
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
