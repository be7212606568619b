//! Names of runs, and keys by which a provider knows a repeated request.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A new run: `run_…`, in the order of time.
pub(crate) fn new_run() -> Arc<str> {
    format!("run_{}", Uuid::now_v7().simple()).into()
}

/// The same for all attempts of one step of one run, and different for everything else.
pub(crate) fn idempotency_key(run: &str, step: &str, action: &str) -> String {
    let hash =
        Sha256::new().chain_update(run).chain_update([0]).chain_update(step).chain_update([0]).chain_update(action);
    BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// The same for the same input.
pub(crate) fn fingerprint(input: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(input.to_string()))
}
