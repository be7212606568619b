//! The endpoint for models: its file, who may call what, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

/// The server's file, unless somebody says otherwise.
const SERVER_FILE: &str = "linkwork.json";
/// What says otherwise, beside `--server`.
const SERVER_VARIABLE: &str = "LINKWORK_SERVER_FILE";

/// Which server is meant.
#[derive(Debug, Args)]
pub(crate) struct ServerArg {
    /// The server's file.
    #[arg(id = "server", long, value_name = "FILE", env = SERVER_VARIABLE, default_value = SERVER_FILE)]
    pub(crate) file: PathBuf,
}

/// The server's file, where a command is about nothing else.
#[derive(Debug, Args)]
pub(crate) struct ServerFileArg {
    /// The server's file.
    #[arg(value_name = "FILE", env = SERVER_VARIABLE, default_value = SERVER_FILE)]
    pub(crate) file: PathBuf,
}

/// Which workspace of which server is meant.
#[derive(Debug, Args)]
pub(crate) struct WorkspaceArg {
    #[command(flatten)]
    pub(crate) server: ServerArg,
    /// The workspace [default: the only one that there is].
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) server: ServerFileArg,
    /// Check the file and all that it refers to, and do not serve.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key, and print it this once.
    Create(KeyArgs),
    /// List keys. The keys themselves are kept nowhere.
    List {
        #[command(flatten)]
        at: WorkspaceArg,
    },
    /// Revoke a key. A server that runs cuts off what goes on under it within a second.
    Revoke {
        #[command(flatten)]
        at: WorkspaceArg,
        /// The key's id, which is the part after lwk_.
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    pub(crate) at: WorkspaceArg,
    /// Whose key it is to be.
    #[arg(long, value_name = "NAME")]
    pub(crate) principal: String,
    /// What people call it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) name: String,
    /// The models that it is for [default: all that its principal may use].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) models: Option<Vec<String>>,
    /// When it ends, such as 30d [default: never].
    #[arg(long, value_name = "DURATION", value_parser = super::run::time)]
    pub(crate) expires: Option<Duration>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionsCommand {
    /// Store a provider's key, and try it.
    ///
    /// The key is read from stdin, or from a variable, and goes into the vault. It is never an argument.
    Add(AddConnectionArgs),
    /// Try a connection with a cheap call.
    Test(NamedConnection),
    /// List connections, without what is secret.
    List {
        #[command(flatten)]
        at: WorkspaceArg,
    },
    /// Put another key in the place of a connection's, and try it.
    Rotate {
        #[command(flatten)]
        named: NamedConnection,
        #[command(flatten)]
        secret: SecretArg,
    },
    /// Remove a connection that no model uses.
    Remove(NamedConnection),
}

#[derive(Debug, Args)]
pub(crate) struct NamedConnection {
    #[command(flatten)]
    pub(crate) at: WorkspaceArg,
    /// The connection's name.
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct AddConnectionArgs {
    #[command(flatten)]
    pub(crate) named: NamedConnection,
    /// The connector that it is for, such as xai-grok.
    #[arg(long, value_name = "ID")]
    pub(crate) connector: String,
    /// A field that is not secret, such as base_url=https://eu-west-1.api.x.ai/v1; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) field: Vec<String>,
    #[command(flatten)]
    pub(crate) secret: SecretArg,
    /// Let it reach a private address, such as a sandbox on this machine.
    #[arg(long)]
    pub(crate) allow_private: bool,
}

/// Where a secret is read from.
#[derive(Debug, Args)]
pub(crate) struct SecretArg {
    /// Read the key from this variable [default: from stdin].
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) from_env: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Seal all secrets with another master key.
    ///
    /// The file names the new key from then on, and the old one among its old_master_keys. A server that runs goes on.
    Rotate {
        #[command(flatten)]
        server: ServerArg,
        /// The variable that holds the new key.
        #[arg(long, value_name = "VARIABLE", required_unless_present = "file")]
        env: Option<String>,
        /// The file that holds the new key, relative to the server's file.
        #[arg(long, value_name = "PATH", conflicts_with = "env")]
        file: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Look through a provider's catalogue by the stored key.
    Search {
        #[command(flatten)]
        at: WorkspaceArg,
        /// Part of the model's name; all are listed without it.
        #[arg(default_value = "")]
        text: String,
        /// The connection to ask by.
        #[arg(long, value_name = "NAME")]
        connection: String,
    },
    /// Let members call a model, and print where.
    Create(ModelArgs),
    /// List models.
    List {
        #[command(flatten)]
        at: WorkspaceArg,
    },
    /// Remove a model. Calls under way go on to their end.
    Remove {
        #[command(flatten)]
        at: WorkspaceArg,
        /// The model's name.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    #[command(flatten)]
    pub(crate) at: WorkspaceArg,
    /// What members call it.
    pub(crate) name: String,
    /// The connection that leads to it.
    #[arg(long, value_name = "NAME")]
    pub(crate) connection: String,
    /// What the provider calls it.
    #[arg(long, value_name = "ID")]
    pub(crate) model: String,
    /// Who may use it: principals, and groups as group:NAME [default: everybody in the workspace].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) allow: Option<Vec<String>>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CallsCommand {
    /// List calls, newest first.
    List {
        #[command(flatten)]
        which: CallsArg,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        limit: u32,
        /// Only those that came in this recently, such as 1h.
        #[arg(long, value_name = "DURATION", value_parser = super::run::time)]
        since: Option<Duration>,
    },
    /// Show a call, and what was said in it if its model keeps that.
    Show {
        #[command(flatten)]
        at: WorkspaceArg,
        /// The call's id.
        id: String,
    },
    /// Print calls as they end, until Ctrl-C.
    Tail {
        #[command(flatten)]
        which: CallsArg,
    },
}

/// Which calls are meant.
#[derive(Debug, Args)]
pub(crate) struct CallsArg {
    #[command(flatten)]
    pub(crate) at: WorkspaceArg,
    /// Only of this model.
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Only by this key, by its id.
    #[arg(long, value_name = "ID")]
    pub(crate) key: Option<String>,
    /// Only of this principal.
    #[arg(long, value_name = "NAME")]
    pub(crate) principal: Option<String>,
    /// Only those that went wrong.
    #[arg(long)]
    pub(crate) failed: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    #[command(flatten)]
    pub(crate) at: WorkspaceArg,
    /// What it is told by.
    #[arg(long, value_name = "WHAT", default_value = "model")]
    pub(crate) by: By,
    /// Of which days, counted from now.
    #[arg(long, value_name = "DURATION", value_parser = super::run::time, default_value = "30d")]
    pub(crate) since: Duration,
    /// Only of this principal's keys.
    #[arg(long, value_name = "NAME")]
    pub(crate) principal: Option<String>,
}

/// What usage is told by.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum By {
    /// Each model.
    Model,
    /// Each key.
    Key,
    /// Each day, in UTC.
    Day,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) server: ServerArg,
    /// Only of this workspace [default: of all].
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) limit: u32,
}
