//! Kills a process again and again while it runs flows, and counts what their provider saw.
//!
//! `LINKWORK_KILLS` says how often, `LINKWORK_SEED` repeats what an earlier run did.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must fail")]

mod check;
mod dice;
mod engine;
mod era;
mod evidence;
mod figures;
mod process;
mod provider;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use runner_flow::{Flow, Folder as _};

use self::check::Broken;
use self::engine::Flows;
use self::era::Era;
use self::evidence::Evidence;
use self::figures::Figures;

/// Kills where nobody says otherwise.
const KILLS: u64 = 300;
/// Kills through which one journal goes.
const KILLS_OF_AN_ERA: u64 = 50;
/// Kills after which a long test says how far it is.
const PROGRESS: u64 = 1_000;
/// Broken promises that are shown of one journal.
const SHOWN: usize = 10;

#[test]
fn the_flows_have_no_mistakes() {
    let expected = era::expected();
    assert_eq!(expected.len(), 20);
    for name in expected.keys() {
        let text = Flows.read(&format!("{name}.linkwork.json")).unwrap();
        let (flow, found) = Flow::validate(&text, &Flows, &engine::registry());
        // A flow that does its writes again as a whole is told so, and does it on purpose.
        let doubtful = if name == "rounds" { vec!["repeats_writes"] } else { Vec::new() };
        assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), doubtful, "{name}: {found:#?}");
        assert_eq!(flow.unwrap().name(), name);
    }
}

#[test]
fn whenever_it_is_killed_nothing_is_lost_and_nothing_is_repeated() {
    let kills = number("LINKWORK_KILLS").unwrap_or(KILLS);
    let seed = number("LINKWORK_SEED").unwrap_or_else(any_seed);
    println!("LINKWORK_SEED={seed} LINKWORK_KILLS={kills}");
    let (began, next, all) = (Instant::now(), AtomicU64::new(0), Mutex::new(Figures::default()));
    let live = || {
        loop {
            let era = next.fetch_add(1, Ordering::Relaxed);
            let left = kills.saturating_sub(era * KILLS_OF_AN_ERA).min(KILLS_OF_AN_ERA);
            if left == 0 {
                return;
            }
            let (figures, complaint) = live_through(seed.wrapping_add(era), left);
            print!("{complaint}");
            let mut all = all.lock().unwrap();
            all.add(&figures);
            if all.kills().is_multiple_of(PROGRESS) {
                println!("{} kills so far, {} promises broken", all.kills(), all.broken());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(live);
        }
    });
    let all = all.into_inner().unwrap();
    let took = began.elapsed().as_secs_f64();
    println!("{all}{took:.0} s, {:.1} kills/s", all.kills() as f64 / took);
    assert_eq!(all.broken(), 0, "promises are broken; see above");
    assert_eq!(all.kills(), kills);
}

/// One journal through its share of the kills, and what is to be said of it, if anything is.
fn live_through(seed: u64, kills: u64) -> (Figures, String) {
    let mut era = Era::new(seed);
    let first = seed.wrapping_mul(KILLS_OF_AN_ERA);
    for kill in 0..kills {
        era.live_and_die(first.wrapping_add(kill));
    }
    era.finish();
    let histories = era.histories();
    let seen = std::mem::take(&mut *era.provider.seen());
    let evidence = Evidence::new(&seen.requests, &histories);
    let broken = check::broken(&era.told, &evidence);
    let figures = Figures::of(&era, &evidence, &broken);
    if broken.is_empty() {
        return (figures, String::new());
    }
    let shown: Vec<_> =
        broken.iter().take(SHOWN).map(|Broken { promise, how }| format!("{promise:?}: {how}")).collect();
    let (count, shown, journal) = (broken.len(), shown.join("\n"), era.keep());
    let complaint = format!(
        "LINKWORK_SEED={seed} LINKWORK_KILLS={kills} breaks promises in {count} places:\n{shown}\n\
         The journal is kept in {}.\n",
        journal.display()
    );
    (figures, complaint)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("it is a number"))
}

fn any_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into()
}
