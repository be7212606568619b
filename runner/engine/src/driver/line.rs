//! Standing in line: for a seat among the runs of a flow, for a slot of the engine.

use std::pin::pin;
use std::sync::Arc;

use connector_sdk::Result;
use runner_journal::Journal;

use super::stopped;
use crate::entry::message;
use crate::handle::Handle;

/// A run that stands in line.
pub(super) struct Line {
    pub(super) handle: Arc<Handle>,
    pub(super) journal: Arc<dyn Journal>,
    /// The number of the last message that its Machine was told.
    pub(super) inbox: u64,
}

impl Line {
    /// Waits for its turn, or until it is cancelled, by whichever process: whoever is cancelled needs no turn to end.
    /// An error if it is to begin nothing more here.
    pub(super) async fn wait(&self, turn: impl Future<Output = ()>) -> Result<()> {
        let mut turn = pin!(turn);
        let mut has_mail = false;
        while !self.handle.is_cancelled() {
            self.handle.may_go_on(self.journal.keeps_entries())?;
            if self.handle.take_mail() {
                has_mail = true;
                self.look_for_a_cancellation().await;
                continue;
            }
            tokio::select! {
                biased;
                () = &mut turn => break,
                () = self.handle.rung() => {}
            }
        }
        if has_mail {
            // What else is there is read once the run goes on.
            self.handle.mail();
        }
        Ok(())
    }

    /// What cannot be read now is read once the run goes on.
    async fn look_for_a_cancellation(&self) {
        let mail = self.journal.inbox(&self.handle.identity.run, self.inbox).await.unwrap_or_default();
        if mail.iter().any(|(_, message)| message.kind == message::CANCEL) {
            self.handle.cancel();
        }
    }
}

impl Handle {
    /// An error if it is to begin nothing more. What is kept nowhere goes on while it may.
    fn may_go_on(&self, keeps: bool) -> Result<()> {
        self.may_be_left()?;
        if keeps && self.is_draining() { Err(stopped("the engine is shutting down")) } else { Ok(()) }
    }

    /// An error if even what is under way is to be left.
    pub(super) fn may_be_left(&self) -> Result<()> {
        if self.is_stopped() { Err(stopped("the engine was stopped")) } else { Ok(()) }
    }
}
