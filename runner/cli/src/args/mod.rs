//! The command line, as data: one file a subject. What stands here is what `--help` prints.

mod actions;
mod flows;
mod gateway;
mod run;
mod runs;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use self::actions::{
    ActionCommand, ActionRunArgs, ActionsArgs, ActionsCommand, ConnectionArg, ConnectionCommand,
};
pub(crate) use self::flows::{Drawing, RecordArgs, TestArgs};
pub(crate) use self::gateway::{
    AddConnectionArgs, AuditArgs, By, CallsArg, CallsCommand, ConnectionsCommand, KeyArgs, KeysCommand, ModelArgs,
    ModelsCommand, NamedConnection, SecretArg, ServeArgs, ServerArg, ServerFileArg, UsageArgs, VaultCommand,
    WorkspaceArg,
};
pub(crate) use self::run::{InputArgs, RerunArgs, RunArgs};
pub(crate) use self::runs::{ListArgs, PruneArgs, RunsCommand, SignalArgs};

/// Where runs are kept, unless somebody says otherwise.
pub(crate) const JOURNAL: &str = ".linkwork";
/// What says otherwise, beside `--journal`.
pub(crate) const JOURNAL_VARIABLE: &str = "LINKWORK_JOURNAL";
/// What the help calls the options that every command takes.
const EVERYWHERE: &str = "Options of every command";

/// Runs integration flows that are declared in JSON, and single actions of connectors.
#[derive(Debug, Parser)]
#[command(name = "linkwork", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// How results are written to stdout.
    ///
    /// Words for people go to stderr in any format.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", help_heading = EVERYWHERE)]
    pub(crate) output: Format,
    /// Answer from a local sandbox: no key, no account, no network.
    ///
    /// The sandbox is started for this command alone, and takes the place of every connection. Its answers are made up,
    /// and the same request always gets the same answer.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) sandbox: bool,
    /// The file with the connections [default: linkwork.connections.json beside the flow].
    ///
    /// A connection that it lacks comes from the environment, such as XAI_API_KEY.
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub(crate) connections: Option<PathBuf>,
    /// A file of NAME=VALUE lines that adds to the environment.
    ///
    /// It never replaces a variable that is set.
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub(crate) env_file: Option<PathBuf>,
    /// Show every request on stderr as a curl command, its secret masked.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) curl: bool,
    /// The folder that runs are kept in.
    ///
    /// It is made with the first run, and only its owner may look into it.
    #[arg(long, global = true, value_name = "DIR", env = JOURNAL_VARIABLE, default_value = JOURNAL)]
    #[arg(help_heading = EVERYWHERE)]
    pub(crate) journal: PathBuf,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// One JSON document a line: the events as they happen, the result last.
    Jsonl,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a flow, or one step of it.
    ///
    /// The result goes to stdout, piece by piece where it is the text of a model. The run is kept, so that `runs show`
    /// tells later what happened, and `rerun` goes on where it failed.
    Run(RunArgs),
    /// Run a flow again, reusing what succeeded.
    ///
    /// Steps that succeeded are taken over with their outputs; the others are done again, with the flow's file as it is
    /// now. What is reused and what is repeated is said first, and a write is repeated only if you agree.
    Rerun(RerunArgs),
    /// See and steer the runs that are kept.
    ///
    /// A run is named by its id, by the beginning of it, or by `last`. It may be under way in any process.
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Make a folder with a first flow, its test, and what an editor needs.
    ///
    /// Nothing that is there is replaced.
    Init {
        /// The folder; it is made if it is not there.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Check flow files without running them.
    ///
    /// Everything that is wrong is listed at once, each with its place and a fix.
    Validate {
        /// The flow files.
        #[arg(required = true, value_name = "FLOW")]
        flows: Vec<PathBuf>,
    },
    /// Explain the code of a finding or of an error.
    Explain {
        /// The code, such as later_step. Without it, all that there are.
        code: Option<String>,
    },
    /// Write flow files in their one form.
    Fmt {
        /// The flow files.
        #[arg(required = true, value_name = "FLOW")]
        flows: Vec<PathBuf>,
        /// Change nothing; say which are not, and exit with 1 if any is.
        #[arg(long)]
        check: bool,
    },
    /// Draw a flow.
    Graph {
        /// The flow file.
        flow: PathBuf,
        /// For which program the drawing is.
        #[arg(long, default_value = "mermaid")]
        format: Drawing,
    },
    /// Run the tests of flows, offline.
    ///
    /// No connection is needed and no time is spent: providers are mocked or replayed, and waits are skipped. It exits
    /// with 4 if something else was found than was expected.
    Test(TestArgs),
    /// Run a flow once and keep what was said with the providers, for its tests.
    ///
    /// Credentials are not part of what is kept. Texts and answers are.
    Record(RecordArgs),
    /// Run one action without a flow.
    #[command(subcommand)]
    Action(ActionCommand),
    /// List actions, or show one.
    #[command(args_conflicts_with_subcommands = true)]
    Actions(ActionsArgs),
    /// List connectors.
    Connectors,
    /// List the choices for an input, such as xai-grok/select-model.
    Options {
        /// The list, written connector/list.
        #[arg(value_name = "OPTIONS")]
        id: String,
        #[command(flatten)]
        connection: ConnectionArg,
    },
    /// Work with connections.
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Serve models to members, by keys of their own, until Ctrl-C.
    ///
    /// It takes in what is changed in its file while it runs. The first Ctrl-C lets calls under way end, the second does
    /// not.
    Serve(ServeArgs),
    /// Check a server's file, and all that it refers to.
    Check(ServerFileArg),
    /// Make, list and revoke the keys that members call models with.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Store providers' keys for a server, and try them.
    #[command(subcommand)]
    Connections(ConnectionsCommand),
    /// Look after the secrets that are stored.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Say which models members may call.
    #[command(subcommand)]
    Models(ModelsCommand),
    /// See what members called.
    #[command(subcommand)]
    Calls(CallsCommand),
    /// See what was used, by model, by key or by day.
    Usage(UsageArgs),
    /// See who did what, and who was refused what.
    Audit(AuditArgs),
    /// Print a JSON Schema: of flow files, of connection files, of test files, of a server's file, or of an action's input.
    ///
    /// `openapi` prints the document of the API that a server has for admins, and `permissions` who may do what there.
    Schema {
        /// `flow`, `connections`, `test`, `server`, `openapi`, `permissions`, or an action.
        #[arg(default_value = "flow")]
        of: String,
    },
    /// Turn a curl command line into a Raw Request step.
    FromCurl {
        /// The whole command line, as one argument; - reads it from stdin.
        #[arg(value_name = "CURL")]
        line: String,
    },
    /// Serve the sandbox until Ctrl-C.
    Sandbox {
        /// The port on 127.0.0.1; 0 takes any that is free.
        #[arg(long, default_value_t = 8787)]
        port: u16,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}
