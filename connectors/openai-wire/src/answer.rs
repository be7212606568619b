//! An answer with 2xx: the API's body, unless the body says that it failed.

use connector_sdk::Result;
use connector_sdk::http::Answer;
use serde_json::Value;

use crate::error;
use crate::provider::Provider;

/// The body as it came. Failures are also reported with status 200.
pub fn body<P: Provider>(provider: &P, answer: &Answer) -> Result<Value> {
    let body = answer.json()?;
    if error::reported_by(&body).is_some() { Err(error::reported(provider, answer)) } else { Ok(body) }
}
