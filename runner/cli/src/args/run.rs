//! Running flows: for the first time, and again.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::runs::label;
use crate::kept;

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
    ///
    /// Where no run is kept that has the outputs which the step refers to, a file to fill in is printed, for --pins.
    #[arg(long, value_name = "ID")]
    pub(crate) step: Option<String>,
    /// With --step: a file with the outputs of earlier steps.
    ///
    /// It holds {"STEP": OUTPUT, …}, or what `linkwork run --output json` printed.
    #[arg(long, value_name = "FILE", requires = "step")]
    pub(crate) pins: Option<PathBuf>,
    /// How long its steps may take, such as 90s.
    #[arg(long, value_name = "DURATION", value_parser = time)]
    pub(crate) timeout: Option<Duration>,
    /// Start only one run with this key.
    ///
    /// The next time, what became of that run is shown, and it is gone on with if its process is gone.
    #[arg(long, value_name = "KEY", value_parser = key, conflicts_with_all = ["no_journal", "step", "watch", "dry_run"])]
    pub(crate) key: Option<String>,
    /// A label to find the run by; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = new_label)]
    pub(crate) label: Vec<(String, String)>,
    /// Show every request as a curl command, and send only those that read.
    ///
    /// Nothing is kept and nothing is waited for. A request that needs the answer to one that is not sent is said to be
    /// unknown.
    #[arg(long, conflicts_with = "step")]
    pub(crate) dry_run: bool,
    /// Run again from the edited step whenever a file of the flow is saved.
    ///
    /// Steps before the edit are taken over from the last run. Ctrl-C ends it.
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
    ///
    /// A value that is JSON is taken as that, unless the flow says that the field is text.
    #[arg(long, value_name = "JSON|KEY=VALUE")]
    pub(crate) input: Vec<String>,
    /// A file with the input as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    pub(crate) input_file: Option<PathBuf>,
}

impl InputArgs {
    pub(crate) fn is_given(&self) -> bool {
        self.input_file.is_some() || !self.input.is_empty()
    }
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
    /// How long its steps may take, such as 90s.
    #[arg(long, value_name = "DURATION", value_parser = time)]
    pub(crate) timeout: Option<Duration>,
    /// Repeat writes without asking.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// How long something may take.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    match runner_flow::parse_duration(text) {
        Ok(Duration::ZERO) => Err("this leaves no time for anything; write more than that, such as 90s".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

fn key(text: &str) -> Result<String, String> {
    match text {
        "" => Err("an empty key tells no run from another; write one, such as order-7".to_owned()),
        key => Ok(key.to_owned()),
    }
}

/// A label for a run, whose name is not taken by what every run is labelled with.
fn new_label(text: &str) -> Result<(String, String), String> {
    let label = label(text)?;
    if kept::is_our_label(&label.0) {
        Err(format!("every run has a label {:?} of its own", label.0))
    } else {
        Ok(label)
    }
}
