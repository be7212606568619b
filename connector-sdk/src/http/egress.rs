//! Where a connection may be dialled to: decided on the address itself, after names are resolved.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_service::Service;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Allowed = std::vec::IntoIter<SocketAddr>;

/// Which addresses a connection may reach. The operator decides, never a tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Egress {
    /// Only addresses of the public internet.
    #[default]
    Public,
    /// Private and loopback addresses too.
    Private,
}

impl Egress {
    pub(super) fn allows(self, address: IpAddr) -> bool {
        self == Self::Private || is_public(address)
    }
}

/// An address that may not be dialled.
#[derive(Debug, thiserror::Error)]
#[error("{host} is at a private address ({address}), which this connection may not reach")]
pub(super) struct Refused {
    pub(super) host: String,
    pub(super) address: IpAddr,
}

impl Egress {
    /// The addresses of a name that may be dialled.
    async fn resolve(self, name: String) -> Result<Allowed, Failure> {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
        let allowed: Vec<SocketAddr> = found.iter().copied().filter(|found| self.allows(found.ip())).collect();
        match (allowed.is_empty(), found.first()) {
            (false, _) => Ok(allowed.into_iter()),
            (true, Some(first)) => Err(Refused { host: name, address: first.ip() }.into()),
            (true, None) => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
        }
    }
}

/// For requests that connectors make.
impl Resolve for Egress {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Self::resolve(*self, name.as_str().to_owned());
        Box::pin(async move { Ok(Box::new(allowed.await?) as Addrs) })
    }
}

/// For requests that are passed on.
impl Service<dns::Name> for Egress {
    type Response = Allowed;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Allowed, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: dns::Name) -> Self::Future {
        Box::pin(Self::resolve(*self, name.as_str().to_owned()))
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = a == 192 && b == 0 && c == 0;
    let relay = a == 192 && b == 88 && c == 99;
    let benchmark = a == 198 && (b == 18 || b == 19);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || shared
        || protocol
        || relay
        || benchmark
        || a == 0
        || a >= 224)
}

/// Only global unicast, and none of the ranges that carry an IPv4 address or a tunnel inside.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global_unicast = a & 0xe000 == 0x2000;
    let teredo_or_protocol = a == 0x2001 && b < 0x0200;
    let documentation = (a == 0x2001 && b == 0x0db8) || a == 0x3fff;
    let six_to_four = a == 0x2002;
    global_unicast && !teredo_or_protocol && !documentation && !six_to_four
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn private_addresses_are_known_in_every_disguise() {
        let private = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2002:a00:1::1",
            "2001:db8::1",
        ];
        for address in private {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
