//! From the words of a curl command line to the request that they describe.

use std::time::Duration;

use url::form_urlencoded;

use super::{is_credential, left_out, refuse};
use crate::problem::Problem;

/// What a command line says about its request.
#[derive(Default)]
pub(super) struct Request {
    pub(super) url: Option<String>,
    pub(super) method: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) data: Vec<String>,
    pub(super) form: Vec<(String, String)>,
    pub(super) files: Vec<(String, String)>,
    /// Whether the data goes into the query.
    pub(super) data_is_query: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) retries: Option<u32>,
    pub(super) notes: Vec<String>,
}

/// An option, and its value where one word holds both.
type Flag = (String, Option<String>);

impl Request {
    pub(super) fn read(words: Vec<String>) -> Result<Self, Problem> {
        let mut words = words.into_iter().peekable();
        words.next_if(|word| word == "$");
        words.next().filter(|word| word == "curl").ok_or_else(|| refuse("it does not begin with curl"))?;
        let mut request = Self::default();
        while let Some(word) = words.next() {
            if !word.starts_with('-') || word == "-" {
                request.at(word)?;
                continue;
            }
            for (flag, value) in flags_in(&word) {
                request.take(&flag, &mut || value.clone().or_else(|| words.next()))?;
            }
        }
        Ok(request)
    }

    fn take(&mut self, flag: &str, rest: &mut dyn FnMut() -> Option<String>) -> Result<(), Problem> {
        let mut value = || rest().ok_or_else(|| refuse(&format!("{flag} lacks its value")));
        match flag {
            "-X" | "--request" => self.method = Some(value()?.to_uppercase()),
            "--url" => self.at(value()?)?,
            "-H" | "--header" => self.header(&value()?)?,
            "-A" | "--user-agent" => self.headers.push(("User-Agent".to_owned(), value()?)),
            "-e" | "--referer" => self.headers.push(("Referer".to_owned(), value()?)),
            "-d" | "--data" | "--data-ascii" | "--data-binary" => self.data(value()?),
            "--data-raw" => self.data.push(value()?),
            "--data-urlencode" => self.data_to_encode(&value()?),
            "--json" => {
                self.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
                self.data(value()?);
            }
            "-F" | "--form" => self.form(&value()?)?,
            "--form-string" => self.form.push(pair(&value()?)?),
            "-G" | "--get" => self.data_is_query = true,
            "-I" | "--head" => self.method = Some("HEAD".to_owned()),
            "-m" | "--max-time" => self.timeout = Some(seconds(flag, &value()?)?),
            "--retry" => self.retries = Some(number(flag, &value()?)?),
            "-u" | "--user" | "-b" | "--cookie" | "--oauth2-bearer" => {
                value()?;
                self.notes.push(left_out(flag));
            }
            "-k" | "--insecure" => self.notes.push(format!("{flag} is left out: certificates are always checked")),
            "-L" | "--location" => self.notes.push(format!("{flag} is left out: redirects are not followed")),
            flag if WITHOUT_MEANING_WITH_VALUE.contains(&flag) => drop(value()?),
            flag if WITHOUT_MEANING.contains(&flag) => {}
            flag => return Err(refuse(&format!("{flag} has no counterpart in a step"))),
        }
        Ok(())
    }

    fn at(&mut self, url: String) -> Result<(), Problem> {
        match self.url.replace(url) {
            Some(_) => Err(refuse("it names more than one URL")),
            None => Ok(()),
        }
    }

    fn header(&mut self, header: &str) -> Result<(), Problem> {
        let (name, value) = header.split_once(':').ok_or_else(|| refuse("a header lacks its colon"))?;
        let name = name.trim();
        if is_credential(name) {
            self.notes.push(left_out(name));
        } else {
            self.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(())
    }

    fn data(&mut self, data: String) {
        if data.starts_with('@') {
            self.notes.push(format!("{data} is a file: paste its content into \"data\""));
        }
        self.data.push(data);
    }

    /// `content`, `=content` or `name=content`; only the content is encoded.
    fn data_to_encode(&mut self, data: &str) {
        let encoded = |content: &str| form_urlencoded::byte_serialize(content.as_bytes()).collect::<String>();
        self.data.push(match data.split_once('=') {
            Some(("", content)) => encoded(content),
            Some((name, content)) => format!("{name}={}", encoded(content)),
            None if data.contains('@') => {
                self.notes.push(format!("{data} names a file: paste its content into the step"));
                data.to_owned()
            }
            None => encoded(data),
        });
    }

    fn form(&mut self, part: &str) -> Result<(), Problem> {
        let (name, value) = pair(part)?;
        match value.strip_prefix('@') {
            Some(path) => self.files.push((name, path.split(';').next().unwrap_or(path).to_owned())),
            None => self.form.push((name, value)),
        }
        Ok(())
    }
}

/// The options of curl that take a value and may be written as one letter.
const LETTERS_WITH_VALUE: &str = "XHdFAemubocw";

/// What changes nothing about the request.
const WITHOUT_MEANING: [&str; 20] = [
    "-s",
    "-S",
    "-i",
    "-v",
    "-f",
    "-N",
    "-g",
    "-#",
    "--compressed",
    "--silent",
    "--show-error",
    "--include",
    "--verbose",
    "--fail",
    "--no-buffer",
    "--globoff",
    "--http1.1",
    "--http2",
    "--fail-with-body",
    "--progress-bar",
];

const WITHOUT_MEANING_WITH_VALUE: [&str; 11] = [
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
    "--cookie-jar",
];

/// The options in a word: `-sXPOST` is `-s`, and `-X` with its value; `--url=…` carries its value with it.
fn flags_in(word: &str) -> Vec<Flag> {
    if word.starts_with("--") {
        return vec![match word.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (word.to_owned(), None),
        }];
    }
    let mut flags = Vec::new();
    let mut letters = word.chars();
    letters.next();
    while let Some(letter) = letters.next() {
        let rest = letters.as_str();
        if LETTERS_WITH_VALUE.contains(letter) {
            flags.push((format!("-{letter}"), (!rest.is_empty()).then(|| rest.to_owned())));
            break;
        }
        flags.push((format!("-{letter}"), None));
    }
    flags
}

fn pair(part: &str) -> Result<(String, String), Problem> {
    let (name, value) = part.split_once('=').ok_or_else(|| refuse("a form field lacks its ="))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn seconds(flag: &str, text: &str) -> Result<Duration, Problem> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| refuse(&format!("{flag} takes seconds, not {text:?}")))
}

fn number(flag: &str, text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| refuse(&format!("{flag} takes a whole number, not {text:?}")))
}
