//! Keeps a panic in a connector, or in the host, from reaching further than what it was working on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use connector_sdk::{Effect, Error, ErrorKind, Evidence, Origin, Result};
use futures_util::FutureExt;

/// Does the work of a connector, which has this effect. A panic becomes an error.
pub(crate) async fn isolated<T>(work: impl Future<Output = Result<T>>, effect: Effect) -> Result<T> {
    caught(work, || panicked(effect)).await
}

/// Does the work of the host. A panic becomes an error.
pub(crate) async fn isolated_host<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    caught(work, host_panicked).await
}

async fn caught<T>(work: impl Future<Output = Result<T>>, error: impl FnOnce() -> Error) -> Result<T> {
    // What a panic leaves half done belongs to the work, and that is not polled again.
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(error()))
}

/// Checks something, without sending anything. A panic becomes an error.
pub(crate) fn isolated_check<T>(check: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| Err(panicked(Effect::Read)))
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

fn host_panicked() -> Error {
    Error::new(ErrorKind::Internal, "the host panicked around the call")
        .with_origin(Origin::Host)
        .with_fix("this is a defect of the host's hooks or of its connections; nothing was sent")
}
