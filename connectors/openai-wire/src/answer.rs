//! An answer with 2xx: the API's body, unless the body says that it failed.

use connector_sdk::http::{Answer, Method};
use connector_sdk::{ConnectionExt as _, Context, Result};
use serde_json::{Map, Value};

use crate::error;
use crate::provider::Provider;

/// Sends a body and gives back the answer's.
pub async fn send<P: Provider>(ctx: &Context, provider: &P, target: &str, fields: Map<String, Value>) -> Result<Value> {
    let request = provider.request(ctx, Method::POST, target)?.json(&Value::Object(fields));
    body(provider, &request.send().await?)
}

/// The body as it came. Failures are also reported with status 200.
pub fn body<P: Provider>(provider: &P, answer: &Answer) -> Result<Value> {
    let body = answer.json()?;
    if error::reported_by(&body).is_some() { Err(error::reported(provider, answer)) } else { Ok(body) }
}
