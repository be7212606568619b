//! The figures, one after another.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::load::{self, Caller, Target, quantile};
use crate::process::{self, Process};
use crate::{gateway, nginx, provider};

/// How long each measurement takes, and how often it is made.
const LENGTH: Duration = Duration::from_secs(3);
const TURNS: usize = 3;
/// Callers at the same time.
const CALLERS: usize = 64;

const CHAT: &str = "";
const STREAM: &str = "\"stream\":true,\"stream_options\":{\"include_usage\":true},";
const SLOW: &str = "\"stream\":true,\"user\":\"slow\",";

/// A figure, by the word that asks for it.
type Figure = (&'static str, fn(&Bench));

const FIGURES: [Figure; 6] = [
    ("start", |bench| bench.start()),
    ("calls", |bench| bench.calls()),
    ("latency", |bench| bench.latency()),
    ("streams", |bench| bench.streams()),
    ("overload", |bench| bench.overload()),
    ("memory", |bench| bench.memory()),
];

struct Bench {
    runtime: Runtime,
    provider: SocketAddr,
}

/// All figures, or those that are asked for.
pub(crate) fn all(wanted: &[&str]) {
    process::prepare();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let bench = Bench { runtime, provider: provider::start() };
    for (name, figure) in FIGURES {
        if wanted.is_empty() || wanted.contains(&name) {
            figure(&bench);
        }
    }
}

/// A measurement of one proxy.
struct Turn {
    a_second: f64,
    /// Microseconds of processor time a call.
    cpu: f64,
    p99: Duration,
}

impl Bench {
    fn gateway(&self) -> gateway::Measured {
        gateway::Measured::before(self.provider)
    }

    fn nginx(&self) -> Option<nginx::Measured> {
        nginx::Measured::before(self.provider)
    }

    fn turn(&self, target: &Target, process: &Process, callers: usize) -> Turn {
        let before = process.cpu();
        let outcome = load::closed(&self.runtime, target, callers, LENGTH);
        let cpu = (process.cpu() - before).as_secs_f64() * 1e6 / outcome.times.len().max(1) as f64;
        if outcome.lost + outcome.refused.len() > 0 {
            println!("  ({} lost, {} refused)", outcome.lost, outcome.refused.len());
        }
        Turn { a_second: outcome.a_second(), cpu, p99: outcome.under(0.99) }
    }

    fn start(&self) {
        let mut times: Vec<Duration> = (0..5).map(|_| self.gateway().start).collect();
        times.sort_unstable();
        println!("start until ready: {:.1} ms (median of 5; bound 100)", millis(times[2]));
    }

    fn calls(&self) {
        self.compare("calls a second on one core", CHAT, CALLERS, "bounds: ratio 0.6, 40 µs");
    }

    fn streams(&self) {
        self.compare(
            "streams of 52 events a second on one core",
            STREAM,
            CALLERS,
            "bounds: 1,500, p99 of bursts 15 ms",
        );
        let gateway = self.gateway();
        let target = Target::new(gateway.address, &gateway.key, STREAM);
        let outcome = load::open(&self.runtime, &target, 200.0, 20, LENGTH);
        println!(
            "  200 bursts a second: p50 {:.2} ms, p99 {:.2} ms",
            millis(outcome.under(0.5)),
            millis(outcome.under(0.99))
        );
    }

    fn compare(&self, what: &str, extra: &str, callers: usize, bounds: &str) {
        println!("{what} ({callers} callers, {TURNS} turns; {bounds})");
        let (gateway, nginx) = (self.gateway(), self.nginx());
        let own = Target::new(gateway.address, &gateway.key, extra);
        let mut turns: [Vec<Turn>; 2] = Default::default();
        for _ in 0..TURNS {
            turns[0].push(self.turn(&own, &gateway.process, callers));
            if let Some(nginx) = &nginx {
                let theirs = Target::new(nginx.address, &gateway.key, extra);
                turns[1].push(self.turn(&theirs, &nginx.process, callers));
            }
        }
        for (name, turns) in ["gateway", "nginx"].iter().zip(&turns) {
            for turn in turns {
                println!(
                    "  {name}: {:.0} a second, {:.1} µs of processor each, p99 {:.2} ms",
                    turn.a_second,
                    turn.cpu,
                    millis(turn.p99)
                );
            }
        }
        let [own, theirs] = turns.map(|turns| (median(&turns, |turn| turn.a_second), median(&turns, |turn| turn.cpu)));
        if theirs.0 > 0.0 {
            println!(
                "  ratio to nginx: {:.2} by calls a second, {:.2} by processor time",
                own.0 / theirs.0,
                theirs.1 / own.1
            );
        }
    }

    fn latency(&self) {
        let (gateway, nginx) = (self.gateway(), self.nginx());
        let mut targets = vec![
            ("direct", Target::new(self.provider, "x", CHAT)),
            ("gateway", Target::new(gateway.address, &gateway.key, CHAT)),
        ];
        targets.extend(nginx.as_ref().map(|nginx| ("nginx", Target::new(nginx.address, "x", CHAT))));
        let mut times: Vec<Vec<Duration>> = vec![Vec::new(); targets.len()];
        for _ in 0..TURNS {
            for ((_, target), times) in targets.iter().zip(&mut times) {
                times.extend(load::open(&self.runtime, target, 100.0, 10, LENGTH).times);
            }
        }
        println!("added at 100 calls a second (bound: 0.2 ms at the median)");
        for ((name, _), own) in targets.iter().zip(&times).skip(1) {
            let added = |share: f64| millis(quantile(own, share)) - millis(quantile(&times[0], share));
            println!("  {name}: {:.3} ms at the median, {:.3} ms at 99 %", added(0.5), added(0.99));
        }
    }

    fn overload(&self) {
        println!("at twice the load (bounds for the gateway: 90 % of the best, refusals under 10 ms)");
        let gateway = self.gateway();
        self.overload_of("gateway", &Target::new(gateway.address, &gateway.key, CHAT));
        if let Some(nginx) = self.nginx() {
            self.overload_of("nginx", &Target::new(nginx.address, &gateway.key, CHAT));
        }
    }

    fn overload_of(&self, name: &str, target: &Target) {
        let best = load::closed(&self.runtime, target, CALLERS, LENGTH).a_second();
        for callers in [2 * CALLERS, 1_000, 5_000] {
            let outcome = load::open(&self.runtime, target, 2.0 * best, callers, LENGTH);
            println!(
                "  {name}, {callers} connections, {:.0} a second asked for: {:.0} served ({:.0} % of {best:.0}), {} refused (p99 {:.1} ms), {} lost",
                2.0 * best,
                outcome.a_second(),
                100.0 * outcome.a_second() / best,
                outcome.refused.len(),
                millis(quantile(&outcome.refused, 0.99)),
                outcome.lost,
            );
        }
    }

    fn memory(&self) {
        let gateway = self.gateway();
        println!("memory: idle {:.1} MB (bound 30)", gateway.process.memory());
        let slow = Target::new(gateway.address, &gateway.key, SLOW);
        self.runtime.block_on(async {
            let mut live = Vec::new();
            for _ in 0..1_000 {
                let mut caller = Caller::new(&slow).await;
                caller.begin(&slow).await.expect("a stream begins");
                live.push(caller);
            }
            println!("  1,000 live streams {:.1} MB (bound 64)", gateway.process.memory());
        });
        let gateway = self.gateway();
        let chat = Target::new(gateway.address, &gateway.key, CHAT);
        self.runtime.block_on(async {
            let mut idle = Vec::new();
            for _ in 0..10_000 {
                let mut caller = Caller::new(&chat).await;
                assert_eq!(caller.call(&chat).await, Some(200), "each has made a call");
                idle.push(caller);
            }
            println!("  10,000 idle connections {:.1} MB (bound 200)", gateway.process.memory());
        });
    }
}

fn median(turns: &[Turn], of: impl Fn(&Turn) -> f64) -> f64 {
    let mut values: Vec<f64> = turns.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn millis(length: Duration) -> f64 {
    length.as_secs_f64() * 1e3
}
