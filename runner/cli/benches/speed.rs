//! How fast the runtime is: `cargo bench`. What the figures mean stands in docs/benchmarks.md.

#![expect(clippy::disallowed_types, reason = "a process is measured by running it")]
#![expect(clippy::disallowed_methods, reason = "a bare client is what ours is measured against")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run must stop")]

mod loopback;
mod probe;

use std::collections::VecDeque;
use std::process::Command;

use connector_sdk::http::{Egress, SseParser};
use connector_sdk::{BoundConnection, Connector, Context, Scope};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::loopback::Loopback;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn one_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn connect(connector: &Connector, base_url: &str) -> BoundConnection {
    connector.connect("probe@1", json!({ "base_url": base_url }), Egress::Private).unwrap()
}

/// One call in process, without a network: check, decode, call, encode.
#[divan::bench]
fn action_call(bencher: Bencher<'_, '_>) {
    let connector = probe::connector();
    let action = &connector.actions()[0];
    let connection = connect(&connector, "");
    let runtime = one_thread();
    let ctx = Context::new(Scope::default());
    let input = json!({ "text": "hello", "times": 2 });
    bencher.bench_local(|| {
        let prepared = action.prepare(input.clone()).unwrap();
        runtime.block_on(action.call(&ctx, &connection, prepared)).unwrap()
    });
}

/// The same answer fetched by a bare client and by Raw Request.
mod loopback_request {
    use super::{Bencher, Context, Loopback, Scope, Value, connect, json, one_thread, probe};

    #[divan::bench]
    fn bare_reqwest(bencher: Bencher<'_, '_>) {
        let server = Loopback::json(r#"{"object":"list","data":[{"id":"grok-4.3"}]}"#);
        let runtime = one_thread();
        let client = reqwest::Client::new();
        let url = format!("{}/models", server.origin());
        bencher.bench_local(|| {
            runtime.block_on(async {
                let answer = client.get(&url).send().await.unwrap();
                serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap()
            })
        });
    }

    #[divan::bench]
    fn raw_request(bencher: Bencher<'_, '_>) {
        let server = Loopback::json(r#"{"object":"list","data":[{"id":"grok-4.3"}]}"#);
        let connector = probe::connector();
        let action = &connector.actions()[1];
        let connection = connect(&connector, server.origin());
        let runtime = one_thread();
        let ctx = Context::new(Scope::default());
        let input = json!({ "url": "/models", "method": "GET" });
        bencher.bench_local(|| {
            let prepared = action.prepare(input.clone()).unwrap();
            runtime.block_on(action.call(&ctx, &connection, prepared)).unwrap()
        });
    }
}

/// Ten gigabytes of zeros, sent as ten megabytes of gzip: how much memory it takes to refuse them.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn gzip_bomb(bencher: Bencher<'_, '_>) {
    let server = Loopback::gzip_bomb();
    let connector = probe::connector();
    let action = &connector.actions()[1];
    let connection = connect(&connector, server.origin());
    let runtime = one_thread();
    let ctx = Context::new(Scope::default());
    bencher.bench_local(|| {
        let prepared = action.prepare(json!({ "url": "/bomb", "method": "GET" })).unwrap();
        let error = runtime.block_on(action.call(&ctx, &connection, prepared)).unwrap_err();
        assert_eq!(error.message(), "the provider's answer grows over 100 times when decompressed");
    });
}

/// One line of an event stream in pieces of 64 bytes: the time a byte must not grow with the line.
#[divan::bench(args = [64 << 10, 256 << 10, (1 << 20) - 7])]
fn sse_line(bencher: Bencher<'_, '_>, size: usize) {
    let line = format!("data: {}\n\n", "x".repeat(size - 8));
    bencher.counter(BytesCount::new(line.len())).bench_local(|| {
        let mut parser = SseParser::default();
        let mut ready = VecDeque::new();
        for piece in line.as_bytes().chunks(64) {
            parser.push(piece, &mut ready).unwrap();
        }
        ready.len()
    });
}

/// A flow of one step that needs no network, as a whole process.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn one_step_process() {
    let output = linkwork().args(["run", ONE_STEP, "--no-journal"]).output().unwrap();
    assert_eq!(output.stdout, b"hello\n");
}

/// A flow of ten steps, one of which asks a server on loopback, as a whole process.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn ten_step_process(bencher: Bencher<'_, '_>) {
    let server = Loopback::json(r#"{"object":"list","data":[{"id":"grok-4.3"}]}"#);
    bencher.bench_local(|| {
        let run = ["run", TEN_STEPS, "--no-journal", "--connections", CONNECTIONS];
        let output = linkwork().args(run).env("LOOPBACK", server.origin()).output().unwrap();
        assert_eq!(output.stdout, b"hello from 1\n", "{}", String::from_utf8_lossy(&output.stderr));
    });
}

const ONE_STEP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/one-step.linkwork.json");
const TEN_STEPS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/ten-steps.linkwork.json");
const CONNECTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/ten-steps.connections.json");

fn linkwork() -> Command {
    Command::new(env!("CARGO_BIN_EXE_linkwork"))
}
