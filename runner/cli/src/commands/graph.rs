//! `linkwork graph`: a drawing of a flow, as text for Mermaid or Graphviz.

use std::path::Path;

use runner_flow::GraphFormat;
use serde_json::json;

use crate::app::App;
use crate::args::Drawing;
use crate::exit::Exit;
use crate::flow_files;
use crate::problem::Problem;

pub(crate) fn run(app: &App, path: &Path, drawing: Drawing) -> Result<Exit, Problem> {
    let flow = flow_files::load(app, path)?;
    let format = match drawing {
        Drawing::Mermaid => GraphFormat::Mermaid,
        Drawing::Dot => GraphFormat::Dot,
    };
    let graph = runner_flow::graph(&flow, format);
    app.console.result(&graph, &json!({ "graph": graph }));
    Ok(Exit::Done)
}
