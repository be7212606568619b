//! What a connection can do, found out by asking its provider: a trial of its key, and the models that it may use.

use std::time::Duration;

use connector_sdk::{BoundConnection, Choice, Connector, Context, Error, ErrorKind, Result, Scope};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Proves with cheap calls that a connection works, and says in words what its key may do and what it may not.
pub async fn prove(connector: &Connector, connection: &BoundConnection, cancel: &CancellationToken) -> Result<String> {
    let learned = connector.verify(&context("verify", cancel), connection).await?;
    match catalogue(connector, connection, cancel).await {
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::Unauthorized) => {
            Ok(format!("{learned}; it may not list models, so searching through them does not work"))
        }
        _ => Ok(learned),
    }
}

/// The models of a provider whose name has this text in it.
pub async fn search(
    connector: &Connector,
    connection: &BoundConnection,
    text: &str,
    cancel: &CancellationToken,
) -> Result<Vec<Choice>> {
    let mut found = catalogue(connector, connection, cancel).await?;
    let text = text.to_lowercase();
    found.retain(|choice| choice.value.to_lowercase().contains(&text));
    Ok(found)
}

async fn catalogue(
    connector: &Connector,
    connection: &BoundConnection,
    cancel: &CancellationToken,
) -> Result<Vec<Choice>> {
    let options = connector.options().iter().find(|options| options.id().ends_with("/select-model"));
    let options = options.ok_or_else(|| {
        Error::new(ErrorKind::InvalidInput, format!("{} has no catalogue of models", connector.label()))
            .with_fix("look into the provider's own documentation")
    })?;
    options.list(&context(options.id(), cancel), connection).await
}

fn context(what: &str, cancel: &CancellationToken) -> Context {
    Context::new(Scope {
        step_path: what.to_owned(),
        deadline: Instant::now().checked_add(PATIENCE),
        cancel: cancel.clone(),
        ..Scope::default()
    })
}
