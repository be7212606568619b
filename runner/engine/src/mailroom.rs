//! Tells the runs of this engine of messages that anybody, in whichever process, left for them.

use std::sync::{Arc, PoisonError, Weak};

use runner_journal::Journal;

use crate::shared::Shared;

/// Begins to watch, once. A journal that nobody else can see need not be watched.
pub(crate) fn open(shared: &Arc<Shared>) {
    if shared.journal.keeps_entries() {
        let (journal, watched) = (Arc::clone(&shared.journal), Arc::downgrade(shared));
        let mut mailroom = shared.mailroom.lock().unwrap_or_else(PoisonError::into_inner);
        mailroom.get_or_insert_with(|| tokio::spawn(watch(journal, watched)));
    }
}

/// Watches no more.
pub(crate) async fn close(shared: &Shared) {
    let mailroom = shared.mailroom.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mailroom) = mailroom {
        mailroom.abort();
        // It ends by being aborted.
        let _ = mailroom.await;
    }
}

async fn watch(journal: Arc<dyn Journal>, shared: Weak<Shared>) {
    let mut seen = 0;
    loop {
        // What cannot be read now is read when somebody posts the next time.
        while let Ok(mail) = journal.mail(seen).await {
            let Some((last, _)) = mail.last() else { break };
            seen = *last;
            let Some(shared) = shared.upgrade() else { return };
            for (_, run) in mail {
                if let Some(handle) = shared.runs.get(&run) {
                    handle.mail();
                }
            }
        }
        journal.posted().await;
    }
}
