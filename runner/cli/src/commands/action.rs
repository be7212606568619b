//! `linkwork action run`: one action without a flow.

use std::path::Path;
use std::sync::Arc;

use connector_sdk::{BlobStore as _, ErasedAction, MemoryBlobs};
use serde_json::{Value, json};

use crate::app::{App, Keep};
use crate::args::ActionRunArgs;
use crate::exit::Exit;
use crate::files;
use crate::input;
use crate::live::Live;
use crate::problem::Problem;

pub(crate) async fn run(app: &App, args: &ActionRunArgs) -> Result<Exit, Problem> {
    let action = app.registry.action(&args.action)?;
    let mut input = match &args.with_file {
        Some(path) => input::from_file(path)?,
        None => input::from_option("--with", &args.with, Some(action.input_schema()))?,
    };
    app.in_session(Path::new(""), Keep::nothing(), async |session| {
        let blobs = Arc::new(MemoryBlobs::default());
        attach(action, &mut input, &args.file, &blobs).await?;
        let connector = app.registry.connector_of(action.id())?.id();
        let binding = session.connections.binding_for(connector, args.connection.connection.as_deref())?;
        let live = Live::of_action(&app.console, action.about().id);
        let mut request = session.request(input, Arc::clone(&live) as _);
        request.blobs = Some(Arc::clone(&blobs) as _);
        request.timeout = args.timeout;
        let report = session.engine.call(action.id(), &binding, request).await;
        live.finish(&report, &*blobs, None).await
    })
    .await
}

/// Adds the files to the input's File Data, as references.
async fn attach(
    action: &ErasedAction,
    input: &mut Value,
    files: &[String],
    blobs: &MemoryBlobs,
) -> Result<(), Problem> {
    if files.is_empty() {
        return Ok(());
    }
    if action.input_schema()["properties"].get("file_data").is_none() {
        return Err(Problem::usage(format!("{} takes no files", action.id()), "leave --file out"));
    }
    let mut list = Vec::new();
    for file in files {
        let (key, path) = file
            .split_once('=')
            .ok_or_else(|| Problem::usage(format!("--file {file:?} lacks its key"), "write --file KEY=PATH"))?;
        let path = Path::new(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let reference = blobs.put(&name, "application/octet-stream", files::read_upload(path)?.into()).await?;
        list.push(json!({ "key": key, "value": reference }));
    }
    match &mut input["file_data"] {
        Value::Array(items) => items.append(&mut list),
        other => *other = list.into(),
    }
    Ok(())
}
