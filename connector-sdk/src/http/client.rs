//! One client for one connection, so that no pooled socket ever serves two credentials. Built when first needed.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use http::uri::PathAndQuery;
use url::{Host, Url};

use super::egress::Refused;
use super::forward::Way;
use super::{Base, Egress};
use crate::error::{Error, ErrorKind, Evidence, Result};
use crate::limits;
use crate::redact::Redactor;

/// The way out for one connection.
#[derive(Clone)]
pub(crate) struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// Absent for a connector that never dials.
    base: Option<Base>,
    egress: Egress,
    redactor: Redactor,
    http: OnceLock<Result<reqwest::Client, String>>,
    way: OnceLock<Way>,
}

impl Client {
    pub(crate) fn new(base: Option<Base>, egress: Egress, redactor: Redactor) -> Self {
        Self { inner: Arc::new(Inner { base, egress, redactor, http: OnceLock::new(), way: OnceLock::new() }) }
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        &self.inner.redactor
    }

    /// The URL of a target, proved to lie within the connection.
    pub(super) fn locate(&self, target: &str) -> Result<Url> {
        self.base()?.join(target)
    }

    /// The same as it stands in a request line.
    pub(super) fn path_of(&self, target: &str) -> Result<PathAndQuery> {
        self.base()?.path_of(target)
    }

    /// What a URL adds to the connection's base.
    pub(super) fn below_base(&self, url: &Url) -> Result<String> {
        Ok(self.base()?.below(url))
    }

    /// The host and the port that it dials.
    pub(crate) fn address(&self) -> Option<(&str, u16)> {
        self.inner.base.as_ref()?.address()
    }

    fn base(&self) -> Result<&Base> {
        let message = "this connector has no origin that a request could go to";
        self.inner.base.as_ref().ok_or_else(|| Error::new(ErrorKind::Internal, message))
    }

    /// Proves that the address may be dialled, where the base names one.
    pub(super) fn check_egress(&self) -> Result<()> {
        // The resolver never sees an address that is written as one.
        let literal: Option<IpAddr> = match self.base()?.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) | None => None,
        };
        match literal {
            Some(address) if !self.inner.egress.allows(address) => {
                Err(refused(&Refused { host: address.to_string(), address }))
            }
            _ => Ok(()),
        }
    }

    /// Sends a request and waits for the answer's head.
    pub(super) async fn execute(&self, request: reqwest::Request) -> Result<reqwest::Response> {
        let is_cleartext = self.base()?.is_cleartext();
        let http = self.inner.http.get_or_init(|| build(self.inner.egress, is_cleartext));
        let http = http
            .as_ref()
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the HTTP client cannot be built: {error}")))?;
        http.execute(request).await.map_err(failed_to_send)
    }

    /// The way that requests are passed on by.
    pub(super) fn way(&self) -> Result<&Way> {
        if let Some(way) = self.inner.way.get() {
            return Ok(way);
        }
        let way = Way::new(self.base()?, self.inner.egress)?;
        Ok(self.inner.way.get_or_init(|| way))
    }
}

fn build(egress: Egress, is_cleartext: bool) -> Result<reqwest::Client, String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where an HTTP client is built")]
    let mut builder = reqwest::Client::builder();
    if is_cleartext {
        // No certificate is ever looked at, and to read all that the system trusts takes longer than a short run.
        builder = builder.tls_certs_only([]);
    }
    builder
        // A proxy would resolve names out of sight of the check on the address.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(limits::CONNECT)
        .pool_idle_timeout(limits::IDLE)
        .dns_resolver(egress)
        .build()
        .map_err(|error| error.to_string())
}

fn failed_to_send(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if error.is_connect() || cause::<Refused>(&error).is_some() {
        return unconnected(error);
    }
    broken(error)
}

/// Nothing left: there is no connection that it could have left by.
pub(super) fn unconnected(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    match cause::<Refused>(&error) {
        Some(refusal) => refused(refusal),
        None => no_connection(&deepest(&error)).with_source(error),
    }
}

/// The same, where only a sentence says why.
pub(super) fn no_connection(reason: &str) -> Error {
    Error::new(ErrorKind::Network, format!("no connection to the provider: {reason}"))
        .with_evidence(Evidence::NotSent)
        .with_fix("check the connection's base_url and this machine's network")
}

/// The request left, and the answer did not come back whole.
pub(super) fn interrupted(error: reqwest::Error) -> Error {
    broken(error.without_url())
}

pub(super) fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let message = format!("the connection broke before the answer was complete: {}", deepest(&error));
    Error::new(ErrorKind::Network, message).with_evidence(Evidence::Unanswered).with_source(error)
}

fn refused(refusal: &Refused) -> Error {
    Error::new(ErrorKind::TargetRefused, refusal.to_string())
        .with_fix("only the operator can allow it, for this connection alone")
}

fn cause<'a, T: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
