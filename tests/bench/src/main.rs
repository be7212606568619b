//! Figures of the gateway, side by side in one run with nginx as a plain reverse proxy to the same provider.
//!
//! The proxy that is measured has one core, the load and the provider the other. What a shared machine does to times it
//! does to both, so the ratio is what counts; the time of the processor is the proxy's own.
//!
//! `cargo run --release -p tests-bench`, with `nginx` on the PATH for the comparison.

#![expect(clippy::expect_used, reason = "a bench that cannot work must say so at once")]
#![expect(clippy::disallowed_types, reason = "what is measured is a process")]
#![expect(clippy::print_stdout, reason = "its figures are what it is for")]

mod figures;
mod gateway;
mod load;
mod nginx;
mod process;
mod provider;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["gateway", provider, folder] => gateway::serve(provider, folder),
        wanted => figures::all(wanted),
    }
}
