//! The command line, as data.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

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
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// How results are written to stdout.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    /// Answer from a local sandbox: no key, no account, no network.
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
    /// The file with the connections [default: linkwork.connections.json beside the flow].
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) connections: Option<PathBuf>,
    /// A file of NAME=VALUE lines that adds to the environment.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Show every request on stderr as a curl command, its secret masked.
    #[arg(long, global = true)]
    pub(crate) curl: bool,
    /// The folder that runs are kept in.
    #[arg(long, global = true, value_name = "DIR", env = "LINKWORK_JOURNAL", default_value = ".linkwork")]
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
    Run(RunArgs),
    /// Run a flow again, reusing what succeeded.
    Rerun(RerunArgs),
    /// See and steer the runs that are kept.
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Check flow files without running them.
    Validate {
        /// The flow files.
        #[arg(required = true, value_name = "FLOW")]
        flows: Vec<PathBuf>,
    },
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
    /// Print a JSON Schema: of flow files, of connection files, or of an action's input.
    Schema {
        /// `flow`, `connections`, or an action.
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

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The flow file, NAME.linkwork.json.
    pub(crate) flow: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// What a customer sets for the flow, as JSON, or one field of it as KEY=VALUE; may be repeated.
    #[arg(long, value_name = "JSON|KEY=VALUE")]
    pub(crate) config: Vec<String>,
    /// A file with the config as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    pub(crate) config_file: Option<PathBuf>,
    /// Run only this step, with the outputs of the flow's last run.
    #[arg(long, value_name = "ID")]
    pub(crate) step: Option<String>,
    /// A file with the outputs of earlier steps: {"STEP": OUTPUT, …}, or the report of an earlier run.
    #[arg(long, value_name = "FILE", requires = "step")]
    pub(crate) pins: Option<PathBuf>,
    /// How long the whole run may take, such as 90s.
    #[arg(long, value_name = "DURATION", value_parser = runner_flow::parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// Start only one run with this key; the next time, show what became of it.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["no_journal", "step", "watch", "dry_run"])]
    pub(crate) key: Option<String>,
    /// A label to find the run by; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub(crate) label: Vec<(String, String)>,
    /// Show every request as a curl command, and send only those that read.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Run again from the edited step whenever a file of the flow is saved.
    #[arg(long, conflicts_with_all = ["step", "dry_run", "no_journal"])]
    pub(crate) watch: bool,
    /// With --watch: repeat writes too.
    #[arg(long, requires = "watch")]
    pub(crate) yes: bool,
    /// Keep nothing of the run.
    #[arg(long)]
    pub(crate) no_journal: bool,
}

/// The input of a flow.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// The input as JSON, or one field of it as KEY=VALUE; may be repeated.
    #[arg(long, value_name = "JSON|KEY=VALUE")]
    pub(crate) input: Vec<String>,
    /// A file with the input as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    pub(crate) input_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RerunArgs {
    /// The run: its id, the beginning of it, or `last`.
    pub(crate) run: String,
    /// Do this step and everything after it again.
    #[arg(long, value_name = "STEP")]
    pub(crate) from: Option<String>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The mended flow [default: the file that the run was started with].
    #[arg(long, value_name = "FILE")]
    pub(crate) flow: Option<PathBuf>,
    /// How long the whole run may take, such as 90s.
    #[arg(long, value_name = "DURATION", value_parser = runner_flow::parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// Repeat writes without asking.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List runs, newest first.
    List {
        /// Only those with this status: running, succeeded, failed, cancelled or outcome_unknown.
        #[arg(long)]
        status: Option<String>,
        /// Only those of this flow, by its name.
        #[arg(long, value_name = "NAME")]
        flow: Option<String>,
        /// Only those with this label.
        #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
        label: Option<(String, String)>,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        limit: u32,
    },
    /// Show a run: its steps, its input, and what it came to.
    Show {
        #[command(flatten)]
        run: RunArg,
        /// Show all of this step.
        #[arg(long, value_name = "STEP")]
        step: Option<String>,
    },
    /// Follow a run of any process until it ends.
    Tail(RunArg),
    /// Cancel a run of any process.
    Cancel(RunArg),
    /// Go on with a run whose process is gone.
    Resume {
        /// The run: its id, the beginning of it, or `last`.
        #[arg(required_unless_present = "all")]
        run: Option<String>,
        /// All of them.
        #[arg(long, conflicts_with = "run")]
        all: bool,
    },
    /// Send a signal that a run waits for.
    Signal {
        #[command(flatten)]
        run: RunArg,
        /// The name of the signal.
        name: String,
        /// What it says, as JSON.
        #[arg(long, value_name = "JSON")]
        data: Option<String>,
        /// The id that makes it count once, however often it is sent.
        #[arg(long, value_name = "ID")]
        id: Option<String>,
    },
    /// Forget finished runs.
    Prune {
        /// Those that ended longer ago than this.
        #[arg(long, value_name = "DURATION", value_parser = runner_flow::parse_duration)]
        older_than: Option<Duration>,
        /// All but the last so many.
        #[arg(long, value_name = "N")]
        keep: Option<u64>,
        /// Only say which.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunArg {
    /// The run: its id, the beginning of it, or `last`.
    pub(crate) run: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ActionCommand {
    /// Run one action.
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
    #[arg(long, value_name = "DURATION", value_parser = runner_flow::parse_duration)]
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

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
