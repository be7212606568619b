//! nginx as a plain reverse proxy, with one worker and without a log.

use std::fs;
use std::net::SocketAddr;

use tempfile::TempDir;

use crate::process::Process;

/// An nginx that is measured.
pub(crate) struct Measured {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    _folder: TempDir,
}

impl Measured {
    /// Starts it, if there is one.
    pub(crate) fn before(provider: SocketAddr) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_str().expect("a plain path");
        let address = free_address();
        let config = format!(
            "daemon off; worker_processes 1; pid {path}/pid; error_log {path}/error.log crit;\n\
             events {{ worker_connections 20000; }}\n\
             http {{\n access_log off; client_body_temp_path {path}/a; proxy_temp_path {path}/b; fastcgi_temp_path {path}/c;\n\
             uwsgi_temp_path {path}/d; scgi_temp_path {path}/e; keepalive_requests 100000000; tcp_nodelay on;\n\
             upstream provider {{ server {provider}; keepalive 256; keepalive_requests 100000000; }}\n\
             server {{ listen {address} backlog=4096; location / {{ proxy_pass http://provider; proxy_http_version 1.1;\n\
             proxy_set_header Connection \"\"; proxy_buffering off; }} }}\n}}\n"
        );
        let file = format!("{path}/nginx.conf");
        fs::write(&file, config).expect("a file");
        if !is_on_path("nginx") {
            return None;
        }
        let process = Process::start("nginx", &["-c", &file, "-p", path, "-e", &format!("{path}/error.log")]);
        crate::load::until_open(address);
        Some(Self { process, address, _folder: folder })
    }
}

fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("a bound socket has an address")
}
