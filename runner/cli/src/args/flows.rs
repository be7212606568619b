//! What is done with flow files, beside running them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::run::InputArgs;

/// For which program a drawing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drawing {
    /// Mermaid, as Markdown pages show it.
    Mermaid,
    /// Graphviz.
    Dot,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Test files, NAME.test.json, or folders that have some, or have folders that do.
    #[arg(default_value = ".", value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// Only the cases whose name has this in it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) case: Option<String>,
    /// Write a report in JUnit's form to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// The flow file, NAME.linkwork.json.
    pub(crate) flow: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The file of the recording [default: NAME.recording.json beside the flow].
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
}
