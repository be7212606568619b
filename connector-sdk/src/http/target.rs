//! Targets that cannot leave their connection: parsed before they are joined, and proved after.

use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::{Host, Position, Url};

use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// An origin and the path under which every request stays.
#[derive(Clone, Debug)]
pub struct Base {
    url: Url,
    prefix: String,
}

impl Base {
    /// Reads a base such as `https://api.x.ai/v1`. Says in words what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text.trim())
            .map_err(|error| format!("is not a URL such as https://api.example.com/v1: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("must begin with https://, not {}:", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or a password".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must end with its path, without ? or #".to_owned());
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&prefix);
        Ok(Self { url, prefix })
    }

    pub(super) fn host(&self) -> Option<Host<&str>> {
        self.url.host()
    }

    /// `https://host:port`.
    pub(super) fn origin(&self) -> &str {
        &self.url[..Position::BeforePath]
    }

    /// `host:port`, without the port that everybody expects.
    pub(super) fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// The host, and the port that everybody expects unless it names another.
    pub(super) fn address(&self) -> Option<(&str, u16)> {
        Some((self.url.host_str()?, self.url.port_or_known_default()?))
    }

    /// The host as a certificate names it.
    pub(super) fn bare_host(&self) -> String {
        match self.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            host => host.map(|host| host.to_string()).unwrap_or_default(),
        }
    }

    /// Whether requests travel in clear text.
    pub fn is_cleartext(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Whether the host is written as a loopback or private address, or as `localhost`.
    pub fn is_literally_private(&self) -> bool {
        match self.host() {
            Some(Host::Ipv4(address)) => !super::Egress::Public.allows(address.into()),
            Some(Host::Ipv6(address)) => !super::Egress::Public.allows(address.into()),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
    }

    /// The URL of a relative target. It has this base's origin, and its path begins with this base's.
    pub(super) fn join(&self, target: &str) -> Result<Url> {
        self.refuse_hostile(target)?;
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let path = path.strip_prefix('/').unwrap_or(path);
        let mut url = self.url.clone();
        if !path.is_empty() {
            url.set_path(&format!("{}/{path}", self.prefix));
        }
        url.set_query(query);
        self.prove(&url)?;
        Ok(url)
    }

    /// The same as it stands in a request line, for a target that is passed on.
    pub(super) fn path_of(&self, target: &str) -> Result<PathAndQuery> {
        let path = if is_plain(target) {
            format!("{}{target}", self.prefix)
        } else {
            self.join(target)?[Position::BeforePath..Position::AfterQuery].to_owned()
        };
        let unfit = |_| Error::new(ErrorKind::TargetRefused, "the URL cannot stand in a request");
        PathAndQuery::from_maybe_shared(path.into_bytes()).map_err(unfit)
    }

    /// What a URL of this base adds to it: the rest of its path, and its query.
    pub(super) fn below(&self, url: &Url) -> String {
        let rest = url.path().strip_prefix(&self.prefix).unwrap_or(url.path());
        match url.query() {
            Some(query) => format!("{rest}?{query}"),
            None => rest.to_owned(),
        }
    }

    fn refuse_hostile(&self, target: &str) -> Result<()> {
        if let Some(reason) = reason_to_refuse(target) {
            let error = Error::new(ErrorKind::TargetRefused, format!("the URL {reason}"));
            return Err(error.with_fix(self.relative_form(target)));
        }
        Ok(())
    }

    /// What to write instead, where an absolute URL names this very origin.
    fn relative_form(&self, target: &str) -> String {
        let own = Url::parse(target).ok().filter(|url| url.origin() == self.url.origin());
        let rest =
            own.as_ref().and_then(|url| url.path().strip_prefix(&self.prefix)).filter(|rest| rest.starts_with('/'));
        match rest {
            Some(rest) => format!("write it relative to the connection: {rest}"),
            None => "write a path relative to the connection, such as /models".to_owned(),
        }
    }

    fn prove(&self, url: &Url) -> Result<()> {
        let rest = url.path().strip_prefix(&self.prefix);
        let inside = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if url.origin() == self.url.origin() && url.username().is_empty() && url.password().is_none() && inside {
            return Ok(());
        }
        Err(Error::new(ErrorKind::TargetRefused, "the URL would leave the connection's base path"))
    }
}

/// Whether a target needs no closer look, as almost all do: names between slashes, and a query that is encoded.
fn is_plain(target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let is_in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_name = |segment: &str| !segment.is_empty() && segment.bytes().all(is_in_name);
    let is_in_query = |byte: u8| is_in_name(byte) || matches!(byte, b'=' | b'&' | b'%' | b'.' | b'+');
    let names = path.strip_prefix('/').is_some_and(|names| names.split('/').all(is_name));
    names && target.len() <= limits::TARGET && query.bytes().all(is_in_query)
}

fn reason_to_refuse(target: &str) -> Option<&'static str> {
    if target.len() > limits::TARGET {
        return Some("is over 8 KiB long");
    }
    if target.chars().any(char::is_control) {
        return Some("holds a control character");
    }
    if target.contains('\\') {
        return Some("holds a backslash");
    }
    if target.starts_with("//") {
        return Some("begins with //, which names another host");
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let first = path.split('/').next().unwrap_or_default();
    if first.contains('@') {
        return Some("names a user and a host");
    }
    if first.contains(':') {
        return Some("is absolute: only the path goes here, and the connection's base comes before it");
    }
    path.split('/').find_map(reason_to_refuse_segment)
}

fn reason_to_refuse_segment(segment: &str) -> Option<&'static str> {
    let Some(plain) = fully_decoded(segment) else { return Some("is percent-encoded over and over") };
    if plain.chars().any(char::is_control) {
        return Some("holds an encoded control character");
    }
    let is_dots = |part: &str| matches!(part.split(';').next(), Some("." | ".."));
    plain
        .split(['/', '\\'])
        .any(is_dots)
        .then_some("holds a . or .. segment, which would leave the connection's base path")
}

/// The segment with its percent-encoding taken off. `None` if there are more layers of it than anybody means.
fn fully_decoded(segment: &str) -> Option<String> {
    const LAYERS: usize = 8;
    let mut text = segment.to_owned();
    for _ in 0..LAYERS {
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if decoded == text {
            return Some(text);
        }
        text = decoded;
    }
    None
}

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One path segment, percent-encoded. Says in words why a text cannot be one.
pub fn encode_segment(text: &str) -> Result<String, &'static str> {
    match text {
        "" => Err("must not be empty"),
        "." | ".." => Err("must not be . or .., which are not names"),
        _ if text.chars().any(char::is_control) => Err("must not hold a control character"),
        _ => Ok(utf8_percent_encode(text, SEGMENT).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Base, is_plain};

    #[test]
    fn a_plain_target_is_what_a_closer_look_makes_of_it() {
        let base = Base::parse("https://example.com/base/v1").unwrap();
        let looked_at = |target: &str| {
            let url = base.join(target).unwrap();
            url.as_str().strip_prefix("https://example.com").unwrap().to_owned()
        };
        for target in ["/chat/completions", "/models/grok-4_3", "/a?b=c%20d&e=.+", "/a?"] {
            assert!(is_plain(target), "{target}");
            assert_eq!(base.path_of(target).unwrap(), looked_at(target).as_str(), "{target}");
        }
    }

    #[test]
    fn whatever_could_lead_elsewhere_is_looked_at_closely() {
        for target in [
            "", "a", "/", "//a", "/a//b", "/a/", "/..", "/a/.", "/%2e%2e", "/a\\b", "/a@b", "/a:b", "/a?b#c", "/a b",
            "/\u{e9}",
        ] {
            assert!(!is_plain(target), "{target:?}");
        }
        let base = Base::parse("https://example.com/base/v1").unwrap();
        for target in ["/../x", "/%2e%2e/x", "//example.org/x", "/a/%252e%252e", "https://example.org"] {
            assert!(base.path_of(target).is_err(), "{target}");
        }
        assert_eq!(base.path_of("/a.b/c%20d?e").unwrap(), "/base/v1/a.b/c%20d?e");
    }
}
