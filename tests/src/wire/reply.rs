//! What an upstream does with a request.

use std::sync::Arc;

use tokio::sync::watch;

/// What an upstream does with a request: steps, and then the connection ends or goes on.
#[derive(Clone)]
pub struct Reply {
    pub(super) steps: Vec<Step>,
    pub(super) ending: Ending,
}

#[derive(Clone)]
pub(super) enum Step {
    Send(Arc<[u8]>),
    Forever(Arc<[u8]>),
    Dribble(u8),
    Hold(Gate),
    Stall,
}

#[derive(Clone, Copy)]
pub(super) enum Ending {
    KeepAlive,
    Close,
    Reset,
}

impl Reply {
    /// Nothing, and the connection stays.
    pub fn silence() -> Self {
        Self { steps: Vec::new(), ending: Ending::KeepAlive }
    }

    /// A whole answer with these headers, and a `content-length`.
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        let mut all = vec![("content-length", length.as_str())];
        all.extend_from_slice(headers);
        Self::head(status, &all).send(body)
    }

    /// A whole answer of JSON.
    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, &[("content-type", "application/json")], body)
    }

    /// Only the head of an answer.
    pub fn head(status: u16, headers: &[(&str, &str)]) -> Self {
        let mut head = format!("HTTP/1.1 {status} Some Reason\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        Self::silence().send(head)
    }

    /// Then these bytes.
    pub fn send(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::Send(bytes.as_ref().into()))
    }

    /// Then these bytes, again and again, until the client leaves.
    pub fn forever(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::Forever(bytes.as_ref().into()))
    }

    /// Then this byte, now and then, until the client leaves.
    pub fn dribble(self, byte: u8) -> Self {
        self.then(Step::Dribble(byte))
    }

    /// Then nothing until the test opens the gate.
    pub fn hold(self, gate: &Gate) -> Self {
        self.then(Step::Hold(gate.clone()))
    }

    /// Then nothing until the client leaves.
    pub fn stall(self) -> Self {
        self.then(Step::Stall)
    }

    /// And then the connection is closed.
    pub fn close(self) -> Self {
        Self { ending: Ending::Close, ..self }
    }

    /// And then the connection is reset.
    pub fn reset(self) -> Self {
        Self { ending: Ending::Reset, ..self }
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// Closed until a test opens it.
#[derive(Clone)]
pub struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    /// A closed gate.
    pub fn closed() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Opens it.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    pub(super) async fn opened(&self) {
        // It fails only when the gate itself is gone, and then nothing can open it any more.
        drop(self.0.subscribe().wait_for(|open| *open).await);
    }
}
