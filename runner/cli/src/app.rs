//! What every command works with: the connectors, the console, and a session where it dials.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::Registry;
use runner_engine::{Engine, Hooks, NoRunEvents, RunEvents, RunReport, RunRequest, Status};
use runner_journal::{Journal, MemoryJournal, SqliteJournal};
use runner_sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::args::{self, Global};
use crate::connections::Connections;
use crate::console::Console;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::problem::Problem;

/// What every command works with.
pub(crate) struct App {
    pub(crate) console: Arc<Console>,
    pub(crate) registry: Registry,
    pub(crate) global: Global,
}

/// The connectors of this program.
pub(crate) fn registry() -> Registry {
    Registry::new([connector_xai_grok::connector(), connector_http::connector()])
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
    pub(crate) cancel: CancellationToken,
    wants_requests: bool,
    sandbox: Option<Sandbox>,
}

impl App {
    /// Does `work` in a session for what lies in `folder`. However the work ends, what the session began ends with it.
    pub(crate) async fn in_session(
        &self,
        folder: &Path,
        keep: Keep,
        work: impl AsyncFnOnce(&Session) -> Result<Exit, Problem>,
    ) -> Result<Exit, Problem> {
        let session = self.open(folder, keep).await?;
        let exit = work(&session).await;
        if matches!(exit, Ok(Exit::Done)) && session.has_asked_sandbox() {
            self.console.say(&sandbox_notice());
        }
        session.close().await;
        exit
    }

    /// The command line that does this with the same connections and runs.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let global = &self.global;
        let mut line: Vec<String> = std::iter::once("linkwork").chain(words.iter().copied()).map(str::to_owned).collect();
        let files = [("--connections", &global.connections), ("--env-file", &global.env_file)];
        for (option, file) in files {
            line.extend(file.iter().flat_map(|file| [option.to_owned(), file.display().to_string()]));
        }
        if global.journal != Path::new(args::JOURNAL) && std::env::var_os(args::JOURNAL_VARIABLE).is_none() {
            line.extend(["--journal".to_owned(), global.journal.display().to_string()]);
        }
        line.extend(global.sandbox.then(|| "--sandbox".to_owned()));
        shlex::try_join(line.iter().map(String::as_str)).unwrap_or_default()
    }

    /// The command that goes on where a run ended, if there is something to go on with.
    pub(crate) fn rerun(&self, report: &RunReport) -> Option<String> {
        let failed = matches!(report.status, Status::Failed | Status::OutcomeUnknown | Status::Cancelled);
        let error = report.error.as_ref().filter(|_| failed)?;
        match &error.step {
            Some(step) => Some(self.command(&["rerun", &report.run, "--from", own_step(step)])),
            // An input that no flow takes is mended where it was written.
            None if error.code == "invalid_input" => None,
            None => Some(self.command(&["rerun", &report.run])),
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
            .journal(keep.journal)
            .events(keep.events);
        if let Some(hooks) = keep.hooks {
            engine = engine.hooks(hooks);
        }
        Ok(Session {
            engine: engine.build(),
            connections,
            cancel: cancelled_by_signal(),
            wants_requests: self.global.curl,
            sandbox,
        })
    }
}

impl Session {
    /// A run with this input, whose events go there.
    pub(crate) fn request(&self, input: Value, events: Arc<dyn RunEvents>) -> RunRequest {
        let (cancel, wants_requests) = (self.cancel.clone(), self.wants_requests);
        RunRequest { input, cancel, events, wants_requests, ..RunRequest::default() }
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

/// The step of the flow's own file that a step's key begins with.
fn own_step(key: &str) -> &str {
    key.split(['.', '[', '~']).next().unwrap_or(key)
}

/// Says that the answer came from the sandbox, and how to get it from the real API.
fn sandbox_notice() -> String {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.filter(|word| word != "--sandbox").collect();
    let line = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
    format!("The sandbox answered. From the real API: XAI_API_KEY=… {line}")
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

/// A token that Ctrl-C, or the system's wish to end, cancels.
pub(crate) fn cancelled_by_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let cancel = token.clone();
    // The handlers stand before anything is begun that they are to end.
    let ended = ended_by_signal();
    tokio::spawn(async move {
        ended.await;
        cancel.cancel();
    });
    token
}

#[cfg(unix)]
fn ended_by_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        match signals {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // Without handlers, the signals end the process by themselves.
            _ => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
async fn ended_by_signal() {
    drop(tokio::signal::ctrl_c().await);
}
