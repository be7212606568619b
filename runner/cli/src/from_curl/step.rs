//! From a request to the step that sends it.

use connector_sdk::http::Base;
use connector_sdk::{Connector, Registry};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::words::Request;
use super::{Converted, is_credential, left_out, refuse};
use crate::problem::Problem;

const CONTENT_TYPE: &str = "Content-Type";
const FORM: &str = "application/x-www-form-urlencoded";

/// The step that sends what `request` describes, but for its credentials.
pub(super) fn of(mut request: Request, registry: &Registry) -> Result<Converted, Problem> {
    let url = request.url.take().ok_or_else(|| refuse("it names no URL"))?;
    let url = without_credentials(&url, &mut request.notes);
    let (connector, target) = place(&url, registry)?;
    let mut with = Map::new();
    with.insert("url".to_owned(), Value::from(target.trim_end_matches('?')));
    with.insert("method".to_owned(), Value::from(method(&request)));
    with.extend(payload(&mut request));
    for (name, pairs) in [("form_data", &request.form), ("headers", &request.headers)] {
        if !pairs.is_empty() {
            with.insert(name.to_owned(), as_items(pairs));
        }
    }
    with.extend(request.timeout.map(|timeout| ("timeout_ms".to_owned(), json!(timeout.as_millis()))));
    with.extend(request.retries.map(|count| ("max_retry_count".to_owned(), count.into())));
    let mut notes = request.notes;
    for (name, path) in &request.files {
        notes.push(format!("the file {path} is given on the command line: --file {name}={path}"));
    }
    if connector == "http" {
        notes.push(format!("the connection's base_url is {}", origin(&url)));
    }
    let step = json!({ "id": "request", "action": format!("{connector}/raw-request"), "with": with });
    Ok(Converted { step, notes })
}

fn method(request: &Request) -> &str {
    let has_data = !request.data.is_empty() && !request.data_is_query;
    let has_body = has_data || !request.form.is_empty() || !request.files.is_empty();
    request.method.as_deref().unwrap_or(if has_body { "POST" } else { "GET" })
}

/// The data, where it goes. Its type is curl's own unless a header names one, or it is clearly JSON.
fn payload(request: &mut Request) -> Option<(String, Value)> {
    if request.data.is_empty() {
        return None;
    }
    let data = request.data.join("&");
    if request.data_is_query {
        return Some(("query_params".to_owned(), query(&data, &mut request.notes)));
    }
    let named = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE));
    let document = match named {
        Some((_, media_type)) if !media_type.to_ascii_lowercase().contains("json") => None,
        _ => connector_sdk::json::parse(data.as_bytes()).ok().filter(|value| value.is_object() || value.is_array()),
    };
    if named.is_none() && document.is_none() {
        request.headers.push((CONTENT_TYPE.to_owned(), FORM.to_owned()));
    }
    Some(("data".to_owned(), document.unwrap_or_else(|| Value::from(data))))
}

/// The step encodes its query parameters itself.
fn query(data: &str, notes: &mut Vec<String>) -> Value {
    let decoded = form_urlencoded::parse(data.as_bytes()).into_owned();
    let (credentials, pairs): (Vec<_>, Vec<_>) = decoded.partition(|(name, _)| is_credential(name));
    notes.extend(credentials.iter().map(|(name, _)| left_out(name)));
    as_items(&pairs)
}

/// The URL with the rest of its query as it stands.
fn without_credentials(url: &str, notes: &mut Vec<String>) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
    let mut kept = Vec::new();
    for part in query.split('&') {
        match form_urlencoded::parse(part.as_bytes()).next() {
            Some((name, _)) if is_credential(&name) => notes.push(left_out(&name)),
            _ => kept.push(part),
        }
    }
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

fn as_items(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

/// The connector whose usual base the URL begins with, and the rest; else the http connector, and the path.
fn place(url: &str, registry: &Registry) -> Result<(&'static str, String), Problem> {
    for connector in registry.connectors() {
        let base = usual_base(connector).unwrap_or_default();
        match url.strip_prefix(base) {
            Some(rest) if !base.is_empty() && (rest.is_empty() || rest.starts_with(['/', '?'])) => {
                return Ok((connector.id(), rest.to_owned()));
            }
            _ => {}
        }
    }
    Base::parse(&origin(url)).map_err(|why| refuse(&format!("its URL {why}")))?;
    Ok(("http", url[origin(url).len()..].to_owned()))
}

fn usual_base(connector: &Connector) -> Option<&str> {
    connector.connection_schema()["properties"]["base_url"]["default"].as_str()
}

fn origin(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    url[..end].to_owned()
}
