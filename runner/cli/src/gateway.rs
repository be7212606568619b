//! The endpoint for models, from the command line: its file and its data folder, with or without a server that runs.
//!
//! Whoever may read these files is the operator, and no table limits them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use connector_sdk::nearest;
use runner_flow::Timestamp;
use runner_gateway::control::{
    Actor, Change, ControlError, Gateway, Object, OpenError, Purpose, RefusalKind, Settings, StoreError, Trouble,
};
use serde_json::Value;

use crate::app::App;
use crate::args::{ServerArg, WorkspaceArg};
use crate::environment::Environment;
use crate::problem::{Problem, Source};
use crate::words::named;

/// A server's file that is enough to go on with.
const BEGINNING: &str = r#"{ "linkwork": 1, "workspaces": { "team": { "principals": { "ada": { "kind": "person", "role": "admin" } } } } }"#;

/// A gateway on this machine, opened to look and to change.
pub(crate) struct Local {
    pub(crate) gateway: Gateway,
    file: PathBuf,
}

/// One workspace of it.
pub(crate) struct Workspace {
    pub(crate) local: Local,
    pub(crate) name: String,
}

impl Local {
    pub(crate) fn open(app: &App, server: &ServerArg) -> Result<Self, Problem> {
        open(app, &server.file, Purpose::Visit).map(|gateway| Self { gateway, file: server.file.clone() })
    }

    /// Why something did not come about.
    pub(crate) fn problem(&self, error: ControlError) -> Problem {
        match error {
            ControlError::Refused(refusal) if refusal.kind == RefusalKind::Unavailable => {
                Problem::Journal { message: refusal.message.into_owned(), fix: refusal.fix.into_owned() }
            }
            ControlError::Refused(refusal) => Problem::usage(refusal.message, refusal.fix),
            ControlError::Invalid(findings) => invalid(&self.file, findings),
            ControlError::Store(error) => store(error),
        }
    }
}

impl Workspace {
    /// The workspace that is named, or the only one.
    pub(crate) fn open(app: &App, at: &WorkspaceArg) -> Result<Self, Problem> {
        let local = Local::open(app, &at.server)?;
        let snapshot = local.gateway.snapshot();
        let mut names: Vec<&str> = snapshot.workspaces().collect();
        names.sort_unstable();
        let name = match (&at.workspace, names.as_slice()) {
            (Some(name), names) if names.contains(&name.as_str()) => name.clone(),
            (Some(name), names) => return Err(unknown("workspace", name, names)),
            (None, [only]) => (*only).to_owned(),
            (None, names) => {
                let message = format!("there are {} workspaces: {}", names.len(), named(names.iter().copied()));
                return Err(Problem::usage(message, "choose one with --workspace NAME"));
            }
        };
        Ok(Self { local, name })
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.local.gateway
    }

    /// An object of the workspace, in the shape of the file.
    pub(crate) fn object(&self, object: Object, name: &str) -> Result<Value, Problem> {
        let snapshot = self.gateway().snapshot();
        snapshot.object(&self.name, object, name).cloned().ok_or_else(|| {
            let known: Vec<&str> = snapshot.objects(&self.name, object).map(|(name, _)| name).collect();
            unknown(object.word(), name, &known)
        })
    }

    /// Refuses a name that is taken.
    pub(crate) fn is_free(&self, object: Object, name: &str) -> Result<(), Problem> {
        match self.gateway().snapshot().object(&self.name, object, name) {
            Some(_) => {
                let message = format!("there is a {} {name:?} already", object.word());
                Err(Problem::usage(message, "choose another name, or change the server's file"))
            }
            None => Ok(()),
        }
    }

    /// Makes an object what it is from now on; nothing removes it.
    pub(crate) async fn change(&self, object: Object, name: &str, value: Option<Value>) -> Result<(), Problem> {
        let change = Change { workspace: self.name.clone(), object, name: name.to_owned(), value };
        let base = self.gateway().snapshot().version().to_owned();
        let changed = self.gateway().change(&Actor::Operator, &base, change, now()).await;
        changed.map(drop).map_err(|error| self.local.problem(error))
    }
}

/// Opens what a server's file describes.
pub(crate) fn open(app: &App, file: &Path, purpose: Purpose) -> Result<Gateway, Problem> {
    Gateway::open(settings(app, file, purpose)?, now()).map_err(|error| match error {
        OpenError::Unreadable(_) if !file.exists() => {
            let message = format!("there is no {}; name another file, or begin one with {BEGINNING}", file.display());
            Problem::File { path: file.to_owned(), message }
        }
        OpenError::Unreadable(message) => Problem::File { path: file.to_owned(), message },
        OpenError::Invalid(findings) => invalid(file, findings),
        OpenError::Store(error) => store(error),
    })
}

/// What a gateway is opened with.
pub(crate) fn settings(app: &App, file: &Path, purpose: Purpose) -> Result<Settings, Problem> {
    if app.global.sandbox {
        let fix = "serve one with `linkwork sandbox`, and let a connection's base_url be its address";
        return Err(Problem::usage("a server's connections lead where its file says, and not to a sandbox", fix));
    }
    let environment = Environment::load(app.global.env_file.as_deref())?;
    Ok(Settings {
        file: file.to_owned(),
        registry: app.registry.clone(),
        environment: Arc::new(move |name| environment.get(name)),
        purpose,
    })
}

/// The moment that it is.
pub(crate) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

/// What is wrong with the file that is there, in words.
pub(crate) fn trouble(app: &App, file: &Path, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Unreadable(message) => message.clone(),
        Trouble::Invalid(findings) => app.console.style.findings(&Source::confidential(file), findings),
    }
}

/// Why the store is of no use.
pub(crate) fn store(error: impl Into<StoreError>) -> Problem {
    let error = error.into();
    Problem::Journal { message: error.to_string(), fix: error.fix().to_owned() }
}

/// Whoever writes a secret into the file by mistake does not see it repeated.
fn invalid(file: &Path, findings: Vec<runner_flow::Diagnostic>) -> Problem {
    Problem::Invalid { source: Source::confidential(file), findings }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Problem {
    let fix = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None if known.is_empty() => "there is none yet".to_owned(),
        None => format!("there are {}", named(known.iter().copied())),
    };
    Problem::usage(format!("there is no {what} {name:?}"), fix)
}
