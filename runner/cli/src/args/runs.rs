//! The runs that are kept.

use std::time::Duration;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List runs, newest first.
    List(ListArgs),
    /// Show a run: its steps, its input, and what it came to.
    Show {
        #[command(flatten)]
        run: RunArg,
        /// Show all of this step.
        #[arg(long, value_name = "STEP")]
        step: Option<String>,
    },
    /// Follow a run of any process until it ends.
    ///
    /// It prints what the run itself prints, but for what nobody keeps, such as the pieces of answers, and exits with the
    /// run's own code. Ctrl-C ends the following, not the run.
    Tail(RunArg),
    /// Cancel a run of any process.
    ///
    /// What it has in flight is told at once. A run whose process is gone is cancelled once it is gone on with.
    Cancel(RunArg),
    /// Go on with a run whose process is gone.
    ///
    /// No completed step runs again. A run that another process has is followed.
    Resume {
        /// The run: its id, the beginning of it, or `last`.
        #[arg(required_unless_present = "all")]
        run: Option<String>,
        /// All of them, together.
        #[arg(long, conflicts_with = "run")]
        all: bool,
    },
    /// Send a signal that a run waits for, or will.
    Signal(SignalArgs),
    /// Forget finished runs.
    Prune(PruneArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArg {
    /// The run: its id, the beginning of it, or `last`.
    pub(crate) run: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those with this status.
    #[arg(long, value_parser = ["running", "succeeded", "failed", "cancelled", "outcome_unknown"])]
    pub(crate) status: Option<String>,
    /// Only those of this flow, by its name.
    #[arg(long, value_name = "NAME")]
    pub(crate) flow: Option<String>,
    /// Only those with this label.
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub(crate) label: Option<(String, String)>,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct SignalArgs {
    #[command(flatten)]
    pub(crate) run: RunArg,
    /// The name of the signal.
    pub(crate) name: String,
    /// What it says, as JSON; it becomes the output of the step that waits.
    #[arg(long, value_name = "JSON")]
    pub(crate) data: Option<String>,
    /// The id that makes it count once, however often it is sent.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PruneArgs {
    /// Those that ended longer ago than this [default: 30d, unless --keep is given].
    #[arg(long, value_name = "DURATION", value_parser = runner_flow::parse_duration)]
    pub(crate) older_than: Option<Duration>,
    /// All but the last so many.
    #[arg(long, value_name = "N")]
    pub(crate) keep: Option<u64>,
    /// Only say which.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A label as the command line has it.
pub(super) fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    match key {
        "" => Err("a label has a key; write KEY=VALUE".to_owned()),
        key => Ok((key.to_owned(), value.to_owned())),
    }
}
