//! A new socket to a connection's origin: the address checked, no proxy, TLS with the roots that the platform trusts.

use std::sync::{Arc, OnceLock};

use ::http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;
use tower_service::Service as _;

use super::super::client::{no_connection, unconnected};
use super::super::{Base, Egress};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// A socket, with or without TLS around it.
pub(super) type Socket = TokioIo<Either<TcpStream, Box<TlsStream<TcpStream>>>>;

/// Dials one origin.
pub(super) struct Dialer {
    origin: Uri,
    tcp: HttpConnector<Egress>,
    /// The name that the certificate has to bear, where there is one.
    server: Option<ServerName<'static>>,
}

impl Dialer {
    pub(super) fn new(base: &Base, egress: Egress) -> Result<Self> {
        let unfit = |what: &str| Error::new(ErrorKind::InvalidConnection, format!("the base URL's {what}"));
        let origin = base.origin().parse().map_err(|_| unfit("origin cannot be dialled"))?;
        let server = match base.is_cleartext() {
            true => None,
            false => Some(ServerName::try_from(base.bare_host()).map_err(|_| unfit("host can bear no certificate"))?),
        };
        let mut tcp = HttpConnector::new_with_resolver(egress);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limits::CONNECT));
        Ok(Self { origin, tcp, server })
    }

    /// A socket that is ready for a first request.
    pub(super) async fn dial(&self) -> Result<Socket> {
        let late = || no_connection(&format!("it took longer than {} s", limits::CONNECT.as_secs()));
        tokio::time::timeout(limits::CONNECT, self.connect()).await.map_err(|_| late())?
    }

    async fn connect(&self) -> Result<Socket> {
        let tcp = self.tcp.clone().call(self.origin.clone()).await.map_err(unconnected)?.into_inner();
        let Some(server) = &self.server else { return Ok(TokioIo::new(Either::Left(tcp))) };
        let tls = TlsConnector::from(trust()?).connect(server.clone(), tcp).await.map_err(unconnected)?;
        Ok(TokioIo::new(Either::Right(Box::new(tls))))
    }
}

/// What the process trusts. Read once: it takes longer than a call.
fn trust() -> Result<Arc<ClientConfig>> {
    static TRUST: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    TRUST.get_or_init(read_trust).clone().map_err(|reason| {
        Error::new(ErrorKind::Internal, format!("the certificates that this system trusts cannot be read: {reason}"))
    })
}

fn read_trust() -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| error.to_string())?;
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
