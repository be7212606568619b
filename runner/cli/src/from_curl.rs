//! Turns a curl command line into a Raw Request step.

use connector_sdk::http::Base;
use connector_sdk::{Connector, Registry};
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// A step, and what was left out of it.
#[derive(Debug)]
pub(crate) struct Converted {
    pub(crate) step: Value,
    pub(crate) notes: Vec<String>,
}

#[derive(Default)]
struct Request {
    url: Option<String>,
    method: Option<String>,
    headers: Vec<(String, String)>,
    data: Vec<String>,
    form: Vec<(String, String)>,
    files: Vec<(String, String)>,
    query: bool,
    timeout_ms: Option<u64>,
    retries: Option<u64>,
    notes: Vec<String>,
}

/// Reads `line` and finds the connector that its URL belongs to.
pub(crate) fn convert(line: &str, registry: &Registry) -> Result<Converted, Problem> {
    let words = shlex::split(line).ok_or_else(|| refuse("a quote is not closed"))?;
    let mut words = words.into_iter().peekable();
    words.next_if(|word| word == "$");
    words.next().filter(|word| word == "curl").ok_or_else(|| refuse("it does not begin with curl"))?;
    let mut request = Request::default();
    while let Some(word) = words.next() {
        request.take(&word, &mut || words.next())?;
    }
    request.into_step(registry)
}

fn refuse(why: &str) -> Problem {
    Problem::usage(
        format!("this is not a curl command line that can be turned into a step: {why}"),
        "give it whole, in single quotes",
    )
}

impl Request {
    fn take(&mut self, word: &str, rest: &mut dyn FnMut() -> Option<String>) -> Result<(), Problem> {
        if !word.starts_with('-') || word == "-" {
            self.url = Some(word.to_owned());
            return Ok(());
        }
        let (flag, inline) = split_flag(word);
        let mut value = || inline.clone().or_else(&mut *rest).ok_or_else(|| refuse(&format!("{flag} lacks its value")));
        match flag.as_str() {
            "-X" | "--request" => self.method = Some(value()?.to_uppercase()),
            "--url" => self.url = Some(value()?),
            "-H" | "--header" => self.header(&value()?),
            "-d" | "--data" | "--data-raw" | "--data-ascii" | "--data-binary" => self.data(value()?),
            "--data-urlencode" => self.data(value()?),
            "--json" => {
                self.header("Content-Type: application/json");
                self.data(value()?);
            }
            "-F" | "--form" => self.form(&value()?),
            "--form-string" => self.form.extend(pair(&value()?)),
            "-G" | "--get" => self.query = true,
            "-I" | "--head" => self.method = Some("HEAD".to_owned()),
            "-A" | "--user-agent" => self.headers.push(("User-Agent".to_owned(), value()?)),
            "-e" | "--referer" => self.headers.push(("Referer".to_owned(), value()?)),
            "-m" | "--max-time" => {
                self.timeout_ms = value()?.parse::<f64>().ok().map(|seconds| (seconds * 1000.0) as u64)
            }
            "--retry" => self.retries = value()?.parse().ok(),
            "-u" | "--user" | "-b" | "--cookie" | "--oauth2-bearer" => {
                value()?;
                self.notes.push(format!("{flag} is left out: a credential belongs to the connection"));
            }
            flag if IGNORED_WITH_VALUE.contains(&flag) => drop(value()?),
            flag if is_harmless(flag) => {}
            flag => return Err(refuse(&format!("{flag} has no counterpart in a step"))),
        }
        Ok(())
    }

    fn header(&mut self, header: &str) {
        let Some((name, value)) = header.split_once(':') else { return };
        let name = name.trim();
        if ["authorization", "x-api-key", "cookie", "proxy-authorization"].contains(&name.to_ascii_lowercase().as_str())
        {
            self.notes.push(format!("{name} is left out: a credential belongs to the connection"));
        } else {
            self.headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    fn data(&mut self, data: String) {
        if data.starts_with('@') {
            self.notes.push(format!("{data} is a file: paste its content into \"data\""));
        }
        self.data.push(data);
    }

    fn form(&mut self, part: &str) {
        let Some((name, value)) = part.split_once('=') else { return };
        match value.strip_prefix('@') {
            Some(path) => {
                let path = path.split(';').next().unwrap_or(path);
                self.files.push((name.to_owned(), path.to_owned()));
            }
            None => self.form.push((name.to_owned(), value.to_owned())),
        }
    }

    fn into_step(mut self, registry: &Registry) -> Result<Converted, Problem> {
        let url = self.url.take().ok_or_else(|| refuse("it names no URL"))?;
        let (connector, target) = place(&url, registry)?;
        let mut with = Map::new();
        with.insert("url".to_owned(), Value::from(target.trim_end_matches('?')));
        with.insert("method".to_owned(), Value::from(self.method()));
        if self.query && !self.data.is_empty() {
            let pairs: Vec<Value> =
                self.data.iter().flat_map(|data| data.split('&')).filter_map(pair).map(as_item).collect();
            with.insert("query_params".to_owned(), pairs.into());
        } else if !self.data.is_empty() {
            with.insert("data".to_owned(), as_json(&self.data.join("&")));
        }
        for (name, pairs) in [("form_data", &self.form), ("headers", &self.headers)] {
            if !pairs.is_empty() {
                with.insert(name.to_owned(), pairs.iter().cloned().map(as_item).collect());
            }
        }
        with.extend(self.timeout_ms.map(|ms| ("timeout_ms".to_owned(), ms.into())));
        with.extend(self.retries.map(|count| ("max_retry_count".to_owned(), count.into())));
        for (name, path) in &self.files {
            self.notes.push(format!("the file {path} is given on the command line: --file {name}={path}"));
        }
        if connector == "http" {
            self.notes.push(format!("the connection's base_url is {}", origin(&url)));
        }
        let step = json!({ "id": "request", "action": format!("{connector}/raw-request"), "with": with });
        Ok(Converted { step, notes: self.notes })
    }

    fn method(&self) -> String {
        let has_body = !self.form.is_empty() || !self.files.is_empty() || (!self.data.is_empty() && !self.query);
        self.method.clone().unwrap_or_else(|| if has_body { "POST" } else { "GET" }.to_owned())
    }
}

const IGNORED_WITH_VALUE: [&str; 10] = [
    "-o",
    "--output",
    "-w",
    "--write-out",
    "--connect-timeout",
    "--retry-delay",
    "--retry-max-time",
    "--cacert",
    "--max-redirs",
    "-c",
];

fn is_harmless(flag: &str) -> bool {
    const LONG: [&str; 14] = [
        "--compressed",
        "--silent",
        "--show-error",
        "--location",
        "--include",
        "--verbose",
        "--insecure",
        "--fail",
        "--no-buffer",
        "--globoff",
        "--http1.1",
        "--http2",
        "--fail-with-body",
        "--progress-bar",
    ];
    let short =
        flag.strip_prefix('-').is_some_and(|letters| letters.chars().all(|letter| "sSLivkfNg#".contains(letter)));
    LONG.contains(&flag) || short
}

/// `-XPOST` and `--url=…` carry their value with them.
fn split_flag(word: &str) -> (String, Option<String>) {
    if let Some((flag, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
        return (flag.to_owned(), Some(value.to_owned()));
    }
    match word.char_indices().nth(2) {
        Some((end, _)) if !word.starts_with("--") && "XHdFAemubo".contains(&word[1..2]) => {
            (word[..end].to_owned(), Some(word[end..].to_owned()))
        }
        _ => (word.to_owned(), None),
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()))
}

fn as_item((key, value): (String, String)) -> Value {
    json!({ "key": key, "value": value })
}

fn as_json(data: &str) -> Value {
    connector_sdk::json::parse(data.as_bytes()).unwrap_or_else(|_| Value::from(data))
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
