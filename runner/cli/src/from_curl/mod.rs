//! Turns a curl command line into a Raw Request step that sends the same request, but for its credentials.
//! What a step has no counterpart for is refused, or left out with a note; nothing vanishes unsaid.

mod quotes;
mod step;
mod words;

use connector_sdk::Registry;
use serde_json::Value;

use self::words::Request;
use crate::problem::Problem;

/// A step, and what was left out of it.
#[derive(Debug)]
pub(crate) struct Converted {
    pub(crate) step: Value,
    pub(crate) notes: Vec<String>,
}

/// Reads `line` and finds the connector that its URL belongs to.
pub(crate) fn convert(line: &str, registry: &Registry) -> Result<Converted, Problem> {
    let words = shlex::split(&quotes::plain(line)).ok_or_else(|| refuse("a quote is not closed"))?;
    step::of(Request::read(words)?, registry)
}

fn refuse(why: &str) -> Problem {
    Problem::usage(
        format!("this is not a curl command line that can be turned into a step: {why}"),
        "give it whole, in single quotes, or by way of stdin: linkwork from-curl -",
    )
}

/// Whether a header or a query parameter of this name is a credential, which belongs to the connection.
fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "key", "secret", "auth", "password", "cookie"].iter().any(|word| name.contains(word))
}

/// The note about a credential, which never shows its value.
fn left_out(what: &str) -> String {
    format!("{what} is left out: a credential belongs to the connection")
}
