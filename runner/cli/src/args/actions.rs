//! Connectors, their actions, and connections.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum ActionCommand {
    /// Run one action.
    ///
    /// Nothing is sent before the input is right: everything that is wrong with it is listed at once.
    Run(ActionRunArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ActionRunArgs {
    /// The action, such as xai-grok/list-models.
    pub(crate) action: String,
    /// The input as JSON, or one field of it as KEY=VALUE; may be repeated.
    #[arg(long, value_name = "JSON|KEY=VALUE")]
    pub(crate) with: Vec<String>,
    /// A file with the input as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "with")]
    pub(crate) with_file: Option<PathBuf>,
    /// Upload this file as File Data under KEY; may be repeated.
    #[arg(long, value_name = "KEY=PATH")]
    pub(crate) file: Vec<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArg,
    /// How long the whole call may take, such as 90s.
    #[arg(long, value_name = "DURATION", value_parser = super::run::time)]
    pub(crate) timeout: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectionArg {
    /// The connection's name in the connections file [default: the only one for this connector].
    #[arg(long, value_name = "NAME")]
    pub(crate) connection: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ActionsArgs {
    /// Only the actions of this connector.
    pub(crate) connector: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Option<ActionsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ActionsCommand {
    /// Show an action: inputs, types, defaults, effect, example, schemas.
    Show {
        /// The action, such as xai-grok/create-chat-completion.
        action: String,
        /// Print a step to paste into a flow, and the command that runs it.
        #[arg(long)]
        example: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Prove with a cheap call that a connection works.
    Test {
        /// The connection's name in the connections file, or a connector whose key is in the environment.
        name: String,
    },
}
