//! What every command works with: the connectors, the console, and a session where it dials.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::Registry;
use runner_engine::{Engine, Hooks, NoRunEvents, RunEvents, RunInfo, RunRequest};
use runner_journal::{Journal, MemoryJournal, SqliteJournal};
use runner_sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;

use crate::args::Global;
use crate::connections::Connections;
use crate::console::Console;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::kept;
use crate::problem::Problem;
use crate::signals::{self, Asked};

/// What every command works with.
pub(crate) struct App {
    pub(crate) console: Arc<Console>,
    pub(crate) registry: Registry,
    pub(crate) global: Global,
}

/// The connectors of this program.
pub(crate) fn registry() -> Registry {
    Registry::new([connector_xai_grok::connector(), connector_openai::connector(), connector_http::connector()])
}

/// Where the runs of a session are kept, and who is told of all of them.
pub(crate) struct Keep {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) events: Arc<dyn RunEvents>,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
}

impl Keep {
    /// In memory, as long as the command goes on.
    pub(crate) fn nothing() -> Self {
        Self { journal: Arc::new(MemoryJournal::default()), events: Arc::new(NoRunEvents), hooks: None }
    }

    /// In this journal.
    pub(crate) fn runs(journal: Arc<SqliteJournal>) -> Self {
        Self { journal, ..Self::nothing() }
    }
}

/// What a command that dials works with.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    pub(crate) connections: Arc<Connections>,
    pub(crate) asked: Asked,
    journal: Arc<dyn Journal>,
    wants_requests: bool,
    sandbox: Option<Sandbox>,
}

impl App {
    /// The same, in the sandbox if that is where the run was started.
    pub(crate) fn as_started(&self, run: &RunInfo) -> Self {
        let sandbox = self.global.sandbox || kept::is_in_sandbox(run);
        let global = Global { sandbox, ..self.global.clone() };
        Self { console: Arc::clone(&self.console), registry: self.registry.clone(), global }
    }

    /// Does `work` in a session for what lies in `folder`. However the work ends, what the session began ends with it.
    pub(crate) async fn in_session(
        &self,
        folder: &Path,
        keep: Keep,
        work: impl AsyncFnOnce(&Session) -> Result<Exit, Problem>,
    ) -> Result<Exit, Problem> {
        let session = self.open(folder, keep).await?;
        let exit = self.unless_left(&session, work).await;
        if matches!(exit, Ok(Exit::Done)) && session.has_asked_sandbox() {
            self.console.say(&who_answered(&session.connections.variables()));
        }
        session.close().await;
        exit
    }

    /// Does the work, unless somebody does not even want to wait until it is cancelled.
    #[expect(clippy::mem_forget, reason = "dropping the journal would wait for what cannot be written")]
    async fn unless_left(
        &self,
        session: &Session,
        work: impl AsyncFnOnce(&Session) -> Result<Exit, Problem>,
    ) -> Result<Exit, Problem> {
        tokio::select! {
            exit = work(session) => exit,
            () = session.asked.leave.cancelled() => {
                std::mem::forget(Arc::clone(&session.journal));
                self.console.say("left as it is; a run that is kept and not over goes on with: linkwork runs resume");
                Ok(Exit::Cancelled)
            }
        }
    }

    /// Finds the connections, and starts the sandbox if it is asked for.
    async fn open(&self, folder: &Path, keep: Keep) -> Result<Session, Problem> {
        let sandbox = match self.global.sandbox {
            true => Some(start_sandbox(0).await?),
            false => None,
        };
        let connections = Arc::new(Connections::load(
            &self.registry,
            Environment::load(self.global.env_file.as_deref())?,
            self.global.connections.as_deref(),
            folder,
            sandbox.as_ref().map(Sandbox::base_url),
        )?);
        let mut engine = Engine::builder(self.registry.clone(), Arc::clone(&connections) as _)
            .journal(Arc::clone(&keep.journal))
            .events(keep.events);
        if let Some(hooks) = keep.hooks {
            engine = engine.hooks(hooks);
        }
        Ok(Session {
            engine: engine.build(),
            connections,
            asked: signals::listen(),
            journal: keep.journal,
            wants_requests: self.global.curl,
            sandbox,
        })
    }
}

impl Session {
    /// A run with this input, whose events go there.
    pub(crate) fn request(&self, input: Value, events: Arc<dyn RunEvents>) -> RunRequest {
        let (cancel, wants_requests) = (self.asked.cancel.clone(), self.wants_requests);
        let mut request = RunRequest { input, cancel, events, wants_requests, ..RunRequest::default() };
        request.labels.extend(self.sandbox.is_some().then(kept::sandbox_label));
        request
    }

    fn has_asked_sandbox(&self) -> bool {
        self.sandbox.as_ref().is_some_and(|sandbox| !sandbox.requests().is_empty())
    }

    async fn close(self) {
        self.engine.shutdown(Duration::ZERO).await;
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// Says that the answer came from the sandbox, and how to get it from the real API.
fn who_answered(variables: &[&str]) -> String {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.filter(|word| word != "--sandbox").collect();
    // What was done with an earlier run is done.
    if variables.is_empty() || words.iter().any(|word| word == "runs" || word == "rerun") {
        return "The sandbox answered.".to_owned();
    }
    let line = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
    let keys: String = variables.iter().map(|variable| format!("{variable}=… ")).collect();
    format!("The sandbox answered. From the real API: {keys}{line}")
}

/// The sandbox, on this port of the loopback address.
pub(crate) async fn start_sandbox(port: u16) -> Result<Sandbox, Problem> {
    let options = SandboxOptions { port, ..SandboxOptions::default() };
    Sandbox::start(options).await.map_err(|error| {
        Problem::usage(
            format!("the sandbox cannot listen on 127.0.0.1:{port}: {error}"),
            "choose another port with --port",
        )
    })
}
