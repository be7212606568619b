//! Raw Request: any request that the provider knows, through the connection. Written once, offered by every connector.

mod body;
mod headers;
mod input;
mod output;
mod pairs;
mod query;

use std::marker::PhantomData;
use std::time::Duration;

use async_trait::async_trait;
use schemars::Schema;
use serde_json::Value;

pub use self::input::RawInput;
pub use self::output::RawOutput;
use crate::action::{About, Action};
use crate::connection::{Connection, ConnectionExt as _};
use crate::context::Context;
use crate::effect::Effect;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Request;
use crate::limits;
use crate::retry::{Delay, Policy, RetryOn};
use crate::violation::Violation;

/// The Raw Request of a connector.
#[derive(Debug)]
pub struct RawRequest<C> {
    provider: &'static str,
    url_comment: &'static str,
    example: Value,
    connection: PhantomData<fn() -> C>,
}

impl<C: Connection> RawRequest<C> {
    /// For this provider. The comment says what the base URL already includes; the example is an input that works.
    pub fn new(provider: &'static str, url_comment: &'static str, example: Value) -> Self {
        Self { provider, url_comment, example, connection: PhantomData }
    }
}

#[async_trait]
impl<C: Connection> Action for RawRequest<C> {
    type Connection = C;
    type Input = RawInput;
    type Output = RawOutput;

    fn about(&self) -> About {
        About::new("raw-request", "Raw Request", format!("Send raw HTTP request to {}", self.provider))
            .effect(Effect::Write)
            .example(self.example.clone())
    }

    fn effect(&self, input: &RawInput) -> Effect {
        input.method.effect()
    }

    fn check(&self, input: &RawInput) -> Vec<Violation> {
        let mut found = headers::check(input);
        if body::has_data(input) && body::has_form(input) {
            found.push(Violation::new("/data", "conflict", "Cannot specify both Data and File/Form Data."));
        }
        let files = || input.file_data.iter().flat_map(|files| &files.0);
        for (key, _) in input.file_data_file_names.iter().flat_map(|names| &names.0) {
            if !files().any(|(file, _)| file == key) {
                let message = format!("names {key:?}, which is not a key of file_data");
                found.push(Violation::new("/file_data_file_names", "unknown_key", message));
            }
        }
        found
    }

    /// The count is the user's: one attempt, unless more are asked for, which is consent to repeat any method.
    fn retries(&self, input: &RawInput) -> Option<Policy> {
        let on = if input.retry_on_all_errors == Some(true) { RetryOn::AllErrors } else { RetryOn::ServerErrors };
        Some(Policy { max_attempts: 1 + input.max_retry_count.unwrap_or(0), on, delay: delay(input) })
    }

    /// All attempts and the waits between them.
    fn timeout(&self, input: &RawInput) -> Duration {
        let attempt = input.timeout_ms.filter(|ms| *ms > 0).map_or(limits::ATTEMPT, Duration::from_millis);
        let retries = input.max_retry_count.unwrap_or(0);
        let wait = delay(input).longest();
        // A provider may ask for longer waits than the input does.
        attempt.max(limits::CONNECT) * (retries + 1) + wait.max(limits::RETRY_AFTER) * retries
    }

    fn amend_schema(&self, schema: &mut Schema) {
        if let Some(url) = schema.get_mut("properties").and_then(|properties| properties.get_mut("url")) {
            url["description"] = self.url_comment.into();
        }
    }

    async fn perform(&self, ctx: &Context, connection: &C, input: RawInput) -> Result<RawOutput> {
        let request = build(ctx, connection, &input).await?;
        let answer = request.exchange().await?;
        let wanted = input.response_type.unwrap_or_default();
        let (output, misfit) = output::of(&answer, wanted, ctx, &input.url).await?;
        match misfit {
            _ if !answer.is_success() => Err(connection.explain(&answer).with_response(output.to_json())),
            Some(error) => Err(error.with_response(output.to_json())),
            None => Ok(output),
        }
    }
}

/// The wait between two attempts, as the input has it.
fn delay(input: &RawInput) -> Delay {
    match input.use_exponential_backoff {
        Some(true) => Delay::EXPONENTIAL,
        _ => Delay::Fixed(Duration::from_millis(input.retry_delay_ms.unwrap_or(0))),
    }
}

async fn build<'a, C: Connection>(ctx: &'a Context, connection: &'a C, input: &RawInput) -> Result<Request<'a, C>> {
    let method =
        input.method.to_http().ok_or_else(|| Error::new(ErrorKind::Internal, "the method is no HTTP method"))?;
    let headers = headers::build(input);
    if let Some(violation) = headers::check_own(&headers, connection) {
        return Err(Error::invalid_input("the input", vec![violation]));
    }
    let pairs = input.query_params.iter().flat_map(|pairs| &pairs.0);
    let query = query::encode(pairs.map(|(key, value)| (key.as_str(), value)));
    let timeout = input.timeout_ms.filter(|ms| *ms > 0).map(Duration::from_millis);
    let request = connection.request(ctx, method, &input.url)?.query(&query).headers(headers.clone()).timeout(timeout);
    body::attach(request, ctx, input, &headers).await
}
