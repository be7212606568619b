//! An answer with 2xx: the API's body, unless the body says that it failed.

use connector_sdk::Result;
use connector_sdk::http::Answer;
use serde_json::Value;

use crate::connection::XaiGrok;
use crate::error;

/// The body as it came. xAI also reports failures with status 200.
pub(crate) fn body(connection: &XaiGrok, answer: &Answer) -> Result<Value> {
    let body = answer.json()?;
    if error::is_reported_in(&body) { Err(error::reported(connection, answer)) } else { Ok(body) }
}
