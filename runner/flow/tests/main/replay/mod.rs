//! The same completions give the same operations: what lets a run be replayed, resumed and moved.
//!
//! Ten thousand flows by dice, with completions in any order, failures of all kinds, signals, cancels, and restarts all
//! along the way. `LINKWORK_SEED=N` plays one of them.

mod author;
mod dice;
mod journal;
mod play;
mod sightings;
mod sound;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use self::play::Play;
use self::sightings::Sightings;

const RUNS: u64 = 10_000;

/// Plays a run by dice, restarts it all along the way, and looks that all is sound.
fn play(seed: u64) -> Sightings {
    let mut play = Play::new(seed);
    let played = catch_unwind(AssertUnwindSafe(|| {
        play.play_on();
        play.journal.restart_all_along(&play.driver, seed);
        sound::check(&play.journal, &play.driver);
    }));
    if played.is_err() {
        panic!("the run went wrong, LINKWORK_SEED={seed} repeats it: {:#}", play.texts());
    }
    Sightings::of(&play.journal, &play.driver)
}

fn play_all(seeds: Range<u64>) -> Sightings {
    seeds.map(play).fold(Sightings::default(), Sightings::and)
}

#[test]
fn ten_thousand_runs_replay_resume_and_end() {
    if let Some(seed) = std::env::var("LINKWORK_SEED").ok().and_then(|seed| seed.parse().ok()) {
        play(seed);
        return;
    }
    let halves = [0..RUNS / 2, RUNS / 2..RUNS].map(|seeds| std::thread::spawn(move || play_all(seeds)));
    let seen = halves.map(|half| half.join().unwrap()).into_iter().fold(Sightings::default(), Sightings::and);
    seen.show_everything();
}
