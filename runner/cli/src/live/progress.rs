//! The steps that are under way, as lines. The turns of a loop share one.

use std::time::{Duration, Instant};

use runner_engine::RunEvent;
use runner_flow::StepKey;

use super::tally::in_words;

/// The most lines that are shown.
const LINES: usize = 10;

/// The steps that are under way, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Progress {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    name: String,
    since: Instant,
    /// What it does, as long as it does nothing else.
    does: String,
    /// What it does now instead, such as wait.
    now: Option<String>,
    /// The turns that have begun.
    turns: u64,
    pieces: u64,
}

impl Progress {
    /// Follows an event.
    pub(super) fn follow(&mut self, event: &RunEvent) {
        match event {
            RunEvent::StepStarted { step, action, .. } => self.started(step, action.as_deref().unwrap_or_default()),
            RunEvent::Attempt { step, attempt, .. } => self.line(step, |line| {
                line.now = (*attempt > 1).then(|| format!("attempt {attempt}"));
                line.pieces = 0;
            }),
            RunEvent::Delta { step, .. } => self.line(step, |line| line.pieces += 1),
            RunEvent::Retry { step, .. } | RunEvent::Waiting { step, .. } => {
                let words = super::words::pause(event);
                self.line(step, |line| line.now = words);
            }
            RunEvent::StepFinished { step, .. } => self.lines.retain(|line| line.name != **step),
            RunEvent::RunFinished { .. } => self.lines.clear(),
            _ => {}
        }
    }

    /// The lines as they are now.
    pub(super) fn shown(&self) -> Vec<String> {
        let mut shown: Vec<String> = self.lines.iter().take(LINES).map(Line::words).collect();
        if self.lines.len() > LINES {
            shown.push(format!("… and {} more", self.lines.len() - LINES));
        }
        shown
    }

    fn started(&mut self, step: &str, action: &str) {
        let step = StepKey::new(step);
        let (name, turn) = split(&step);
        let does = match turn {
            Some(_) => step.id(),
            None => action,
        };
        if let Some(line) = self.lines.iter_mut().find(|line| line.name == name) {
            line.turns = line.turns.max(turn.unwrap_or(0));
            does.clone_into(&mut line.does);
            line.now = None;
            return;
        }
        let (name, does) = (name.to_owned(), does.to_owned());
        let turns = turn.unwrap_or(0);
        self.lines.push(Line { name, since: Instant::now(), does, now: None, turns, pieces: 0 });
    }

    fn line(&mut self, step: &str, change: impl FnOnce(&mut Line)) {
        let step = StepKey::new(step);
        let (name, _) = split(&step);
        if let Some(line) = self.lines.iter_mut().find(|line| line.name == name) {
            change(line);
        }
    }
}

impl Line {
    fn words(&self) -> String {
        let turn = (self.turns > 0).then(|| format!("turn {}", self.turns));
        let does = self.now.as_ref().or((!self.does.is_empty()).then_some(&self.does)).cloned();
        let pieces = (self.pieces > 0).then(|| format!("{} pieces", self.pieces));
        let long = Some(self.since.elapsed()).filter(|long| *long >= Duration::from_secs(1)).map(in_words);
        let parts: Vec<String> = [turn, does, pieces, long].into_iter().flatten().collect();
        format!("{}  {}", self.name, parts.join(", "))
    }
}

/// The line that a step belongs to, and the turn of the loop around it, counted from 1.
fn split(step: &StepKey) -> (&str, Option<u64>) {
    step.outermost_turn().map_or((step.as_str(), None), |(around, turn)| (around, Some(turn + 1)))
}
