//! Kills a process again and again while it runs flows, and counts what their provider saw.
//!
//! `LINKWORK_KILLS` says how often, `LINKWORK_SEED` repeats what an earlier run did.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on must fail")]

mod check;
mod dice;
mod engine;
mod era;
mod figures;
mod process;
mod provider;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use runner_flow::{Flow, Folder as _};

use self::check::Evidence;
use self::engine::Flows;
use self::era::Era;
use self::figures::Figures;

/// Kills where nobody says otherwise.
const KILLS: u64 = 300;
/// Kills through which one journal goes.
const KILLS_OF_AN_ERA: u64 = 50;

#[test]
fn the_flows_have_no_mistakes() {
    let expected = era::expected();
    assert_eq!(expected.len(), 20);
    for name in expected.keys() {
        let text = Flows.read(&format!("{name}.linkwork.json")).unwrap();
        let (flow, found) = Flow::validate(&text, &Flows, &engine::registry());
        assert!(flow.is_some() && found.is_empty(), "{name}: {found:#?}");
        assert_eq!(flow.unwrap().name(), name);
    }
}

#[test]
fn whenever_it_is_killed_nothing_is_lost_and_nothing_is_repeated() {
    let kills = number("LINKWORK_KILLS").unwrap_or(KILLS);
    let seed = number("LINKWORK_SEED").unwrap_or_else(any_seed);
    println!("LINKWORK_SEED={seed} LINKWORK_KILLS={kills}");
    let (next, all) = (AtomicU64::new(0), Mutex::new(Figures::default()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(era) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).filter(|era| era * KILLS_OF_AN_ERA < kills)
                {
                    let figures = live_through(seed, era, kills);
                    all.lock().unwrap().add(&figures);
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    println!("{all}");
    assert_eq!(all.kills, kills);
}

/// One journal through its share of the kills.
fn live_through(seed: u64, number: u64, kills: u64) -> Figures {
    let mut era = Era::new(seed.wrapping_add(number));
    let first = number * KILLS_OF_AN_ERA;
    for kill in first..kills.min(first + KILLS_OF_AN_ERA) {
        era.live_and_die(kill);
    }
    era.finish();
    let histories = era.histories();
    let seen = era.provider.seen();
    let evidence = Evidence::new(&era.told, &seen.requests, &histories);
    let broken = evidence.broken();
    let shown = &broken[..broken.len().min(10)];
    assert!(broken.is_empty(), "LINKWORK_SEED={seed}: {} promises are broken: {shown:#?}", broken.len());
    Figures::of(&era, &evidence, histories.len())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("it is a number"))
}

fn any_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into()
}
