//! Where traces of calls go: what the file says, or else the variable that everybody knows.

use connector_sdk::http::{Egress, HeaderMap, free_header_name};
use connector_sdk::{BoundConnection, Error, Violation, pointer_to};
use http::HeaderValue;

use super::Sources;
use crate::control::document::{SecretSource, ServerFile, TracesEntry};

/// Says where traces go if the file does not.
const VARIABLE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Where traces of calls go, and how many of them.
#[derive(Clone, Debug)]
pub(crate) struct Traces {
    /// The way to the collector.
    pub(crate) collector: BoundConnection,
    /// What shows it who sends them.
    pub(crate) headers: HeaderMap,
    /// How many of the traces that begin here are told, from 0 to 1.
    pub(crate) sample: f64,
}

impl Traces {
    /// What a file says of them, or everything that is wrong with that.
    pub(super) fn of(file: &ServerFile, sources: &Sources) -> Result<Option<Self>, Vec<Violation>> {
        match (&file.traces, (sources.environment)(VARIABLE).filter(|url| !url.is_empty())) {
            (Some(entry), _) => Self::of_entry(entry, sources).map(Some),
            (None, Some(url)) => {
                let all = |collector| Some(Self { collector, headers: HeaderMap::new(), sample: 1.0 });
                let unfit = |error| format!("leaves the traces to {VARIABLE}, which {}", why(&error));
                collector(&url).map(all).map_err(|error| vec![Violation::new("", "base_url", unfit(error))])
            }
            (None, None) => Ok(None),
        }
    }

    fn of_entry(entry: &TracesEntry, sources: &Sources) -> Result<Self, Vec<Violation>> {
        let unfit = |error| vec![Violation::new("/traces/endpoint", "base_url", why(&error))];
        let collector = collector(&entry.endpoint).map_err(unfit)?;
        let (mut headers, mut found) = (HeaderMap::new(), Vec::new());
        for (name, source) in &entry.headers {
            let at = pointer_to("/traces/headers", name);
            match (free_header_name(name), header(source, sources)) {
                (Ok(name), Ok(value)) => drop(headers.insert(name, value)),
                (Err(message), _) => found.push(Violation::new(at, "header", message)),
                (_, Err(message)) => found.push(Violation::new(at, "missing_secret", message)),
            }
        }
        if found.is_empty() { Ok(Self { collector, headers, sample: entry.sample }) } else { Err(found) }
    }
}

/// The file and the variables are the operator's, and so is what a collector may be next to.
fn collector(url: &str) -> Result<BoundConnection, Error> {
    BoundConnection::anonymous("traces", url, Egress::Private)
}

fn header(source: &SecretSource, sources: &Sources) -> Result<HeaderValue, String> {
    let unfit = |_| source.told("holds a character that no header can carry; look for a line break");
    let mut value = HeaderValue::from_str(&sources.secret(source)?).map_err(unfit)?;
    value.set_sensitive(true);
    Ok(value)
}

/// What is wrong with a URL, without the URL.
fn why(error: &Error) -> String {
    error.violations().first().map_or_else(|| error.message().to_owned(), |found| found.message.clone())
}
