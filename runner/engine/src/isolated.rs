//! Keeps a panic in a connector from reaching further than what it was working on.

use connector_sdk::{Effect, Error, ErrorKind, Evidence, Origin};
use tokio::task::JoinSet;

/// Does `work` as a task of its own, which ends with the caller. A panic becomes an error.
pub(crate) async fn isolated<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
    effect: Effect,
) -> Result<T, Error> {
    let mut tasks = JoinSet::new();
    tasks.spawn(work);
    match tasks.join_next().await {
        Some(Ok(done)) => Ok(done),
        _ => Err(panicked(effect)),
    }
}

/// What was going on when it panicked is not known: a write may have been sent.
fn panicked(effect: Effect) -> Error {
    const FIX: &str = "this is a defect of the connector; report it to its author";
    match effect {
        Effect::Write => Error::new(
            ErrorKind::OutcomeUnknown,
            "the connector panicked: if the request was sent, it may have been carried out",
        )
        .with_evidence(Evidence::Unanswered)
        .with_origin(Origin::Connector)
        .with_fix(FIX),
        Effect::Read | Effect::Generate | Effect::Idempotent => {
            Error::new(ErrorKind::Internal, "the connector panicked").with_fix(FIX)
        }
    }
}
