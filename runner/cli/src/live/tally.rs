//! What a run used, added up: attempts, and the tokens and the money that the provider says it took.

use std::time::Duration;

use serde_json::Value;

/// xAI counts money in these: so many are one US dollar.
const TICKS_IN_A_DOLLAR: u128 = 10_000_000_000;

/// What a run used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    attempts: u64,
    tokens: Tokens,
    ticks: u128,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tokens {
    asked: u64,
    answered: u64,
}

impl Tally {
    /// Adds a step that called an action so often, and what its answer says about itself.
    pub(super) fn add(&mut self, attempts: u32, output: Option<&Value>) {
        self.attempts += u64::from(attempts);
        let Some(usage) = output.and_then(|output| output.get("usage")) else { return };
        let tokens = Tokens::of(usage);
        self.tokens.asked = self.tokens.asked.saturating_add(tokens.asked);
        self.tokens.answered = self.tokens.answered.saturating_add(tokens.answered);
        self.ticks += usage.get("cost_in_usd_ticks").and_then(Value::as_u64).map_or(0, u128::from);
    }

    /// What there is to say of it, after how long it took.
    pub(super) fn words(&self, took: Duration) -> String {
        let mut words = vec![in_words(took)];
        if self.attempts > 0 {
            words.push(counted(self.attempts, "attempt"));
        }
        let Tokens { asked, answered } = self.tokens;
        if asked.saturating_add(answered) > 0 {
            let all = counted(asked.saturating_add(answered), "token");
            words.push(format!("{all} ({asked} in, {answered} out)"));
        }
        if self.ticks > 0 {
            words.push(dollars(self.ticks));
        }
        words.join(", ")
    }
}

impl Tokens {
    /// The names differ from one API to the next. Where reasoning is left out of the answer's count, the total has it.
    fn of(usage: &Value) -> Self {
        let count = |names: [&str; 2]| names.iter().find_map(|name| usage.get(*name)?.as_u64());
        let asked = count(["prompt_tokens", "input_tokens"]).unwrap_or(0);
        let answered = count(["completion_tokens", "output_tokens"]).unwrap_or(0);
        let total = usage.get("total_tokens").and_then(Value::as_u64).unwrap_or(0);
        Self { asked, answered: answered.max(total.saturating_sub(asked)) }
    }
}

/// A number of things.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// A time that something took, as people say it.
pub(crate) fn in_words(took: Duration) -> String {
    match took.as_secs() {
        0 => format!("{} ms", took.as_millis()),
        1..60 => format!("{:.1} s", took.as_secs_f64()),
        seconds @ 60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds @ 3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        seconds => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// All digits that count, and at least the cents.
fn dollars(ticks: u128) -> String {
    let fraction = format!("{:010}", ticks % TICKS_IN_A_DOLLAR);
    let shown = fraction.trim_end_matches('0').len().max(2);
    format!("${}.{}", ticks / TICKS_IN_A_DOLLAR, &fraction[..shown])
}
