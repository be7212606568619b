//! How long nothing has been heard: long enough for a sign of life, or too long.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// Measures a silence. While something is heard it costs nothing.
pub(super) struct Quiet {
    /// After which a sign of life is due, again and again.
    sign: Option<Duration>,
    longest: Duration,
    /// Since when nothing is heard. Absent while nobody had to wait.
    since: Option<Instant>,
    signs: u32,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// What a silence has come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A sign of life.
    Sign,
    /// The end.
    End,
}

impl Quiet {
    pub(super) fn new(sign: Option<Duration>, longest: Duration) -> Self {
        Self { sign, longest, since: None, signs: 0, sleep: None }
    }

    /// How long a silence may be.
    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    /// Notes that something was heard.
    pub(super) fn heard(&mut self) {
        self.since = None;
    }

    /// Waits for what is due. Asked only while nothing is heard.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        if self.since.is_none() {
            self.since = Some(Instant::now());
            self.signs = 0;
        }
        let since = self.since.unwrap_or_else(Instant::now);
        let (due, at) = match self.sign.map(|sign| since + sign * (self.signs + 1)) {
            Some(sign) if sign < since + self.longest => (Due::Sign, sign),
            _ => (Due::End, since + self.longest),
        };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        ready!(sleep.as_mut().poll(cx));
        self.signs += 1;
        Poll::Ready(due)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Due, Quiet};

    #[tokio::test(start_paused = true)]
    async fn signs_are_due_again_and_again_until_the_end() {
        let mut quiet = Quiet::new(Some(Duration::from_secs(15)), Duration::from_secs(40));
        for _ in 0..2 {
            let from = Instant::now();
            for (due, at) in [(Due::Sign, 15), (Due::Sign, 30), (Due::End, 40)] {
                assert_eq!(poll_fn(|cx| quiet.poll(cx)).await, due);
                assert_eq!(from.elapsed().as_secs(), at);
            }
            quiet.heard();
        }
    }
}
