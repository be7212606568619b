//! Ctrl-C, and the system's wish that the program ends: the first cancels, the second leaves everything as it is.

use tokio_util::sync::CancellationToken;

/// What somebody has asked for so far.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    /// To cancel what is under way, and wait for its end.
    pub(crate) cancel: CancellationToken,
    /// To wait no longer.
    pub(crate) leave: CancellationToken,
}

/// Listens from now on.
pub(crate) fn listen() -> Asked {
    let asked = Asked::default();
    let Asked { cancel, leave } = asked.clone();
    // The handlers stand before anything is begun that they are to end.
    let mut signals = Signals::handled();
    tokio::spawn(async move {
        signals.next().await;
        cancel.cancel();
        signals.next().await;
        leave.cancel();
    });
    asked
}

#[cfg(unix)]
struct Signals(Option<[tokio::signal::unix::Signal; 2]>);

#[cfg(unix)]
impl Signals {
    fn handled() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        Self(match signals {
            (Ok(interrupt), Ok(terminate)) => Some([interrupt, terminate]),
            _ => None,
        })
    }

    async fn next(&mut self) {
        // Without handlers, the signals end the process by themselves.
        let Some([interrupt, terminate]) = &mut self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn handled() -> Self {
        Self
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}

/// The system's wish that the program reads again what it was told, which is SIGHUP.
#[cfg(unix)]
pub(crate) struct Rereads(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Rereads {
    /// Listens from now on.
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self(signal(SignalKind::hangup()).ok())
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// There is no such wish here.
#[cfg(not(unix))]
pub(crate) struct Rereads;

#[cfg(not(unix))]
impl Rereads {
    pub(crate) fn listen() -> Self {
        Self
    }

    pub(crate) async fn next(&mut self) {
        std::future::pending().await
    }
}
