//! An upstream made of a raw socket: it records every request byte for byte and answers with the bytes it is told to.
//!
//! It has a thread and a runtime of its own, so that neither a stopped clock nor a busy test can hold it up.

mod recorded;
mod reply;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

pub use self::recorded::Recorded;
use self::reply::{Ending, Step};
pub use self::reply::{Gate, Reply};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A listening upstream.
pub struct Wire {
    address: SocketAddr,
    seen: watch::Sender<Seen>,
    /// Taken when the upstream is dropped, which ends its thread.
    running: Option<(oneshot::Sender<()>, thread::JoinHandle<()>)>,
}

/// What an upstream has seen and done so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Connections that were opened.
    pub connections: usize,
    /// Requests that arrived whole.
    pub requests: Vec<Recorded>,
    /// Replies that are being held back: the client waits.
    pub held: usize,
    /// Clients that left before their reply was over.
    pub left: usize,
    /// Bytes that were handed to the network.
    pub sent: u64,
}

type Answer = dyn FnMut(&Recorded) -> Reply + Send;

impl Wire {
    /// An upstream whose replies depend on the request.
    pub fn answering(answer: impl FnMut(&Recorded) -> Reply + Send + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.set_nonblocking(true).expect("a socket can be asked not to block");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen = watch::Sender::new(Seen::default());
        let (alive, dropped) = oneshot::channel();
        let work = accept(listener, seen.clone(), Arc::new(Mutex::new(answer)));
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = work => {}
                    _ = dropped => {}
                }
            });
        });
        Self { address, seen, running: Some((alive, thread)) }
    }

    /// An upstream that gives these replies one after another, and the last one again and again.
    pub fn script(replies: impl Into<VecDeque<Reply>>) -> Self {
        let mut replies = replies.into();
        let mut current = Reply::json(500, "\"the script is empty\"");
        Self::answering(move |_| {
            if let Some(next) = replies.pop_front() {
                current = next;
            }
            current.clone()
        })
    }

    /// An upstream that always gives this reply.
    pub fn always(reply: Reply) -> Self {
        Self::answering(move |_| reply.clone())
    }

    /// The URL of a path on this upstream.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// What has been seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.seen().requests
    }

    /// The only request so far.
    pub fn only_request(&self) -> Recorded {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "one request arrives");
        requests.remove(0)
    }

    /// Waits until what has been seen is so.
    pub async fn until(&self, condition: impl FnMut(&Seen) -> bool) {
        let mut seen = self.seen.subscribe();
        let outcome = tokio::time::timeout(PATIENCE, seen.wait_for(condition)).await;
        assert!(outcome.is_ok(), "what the test waits for does not happen: {:?}", self.seen());
    }
}

/// Once it is dropped, nobody listens any more.
impl Drop for Wire {
    fn drop(&mut self) {
        if let Some((alive, thread)) = self.running.take() {
            drop(alive);
            // A thread that has panicked has told of it itself.
            let _ = thread.join();
        }
    }
}

/// The URL of a port that nobody listens on.
pub fn url_of_nobody(path: &str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    format!("http://{}{path}", listener.local_addr().expect("a bound socket has an address"))
}

async fn accept(listener: std::net::TcpListener, seen: watch::Sender<Seen>, answer: Arc<Mutex<Answer>>) {
    let listener = TcpListener::from_std(listener).expect("a listening socket");
    while let Ok((stream, _)) = listener.accept().await {
        seen.send_modify(|seen| seen.connections += 1);
        stream.set_nodelay(true).expect("a socket can be asked not to wait");
        let (seen, answer) = (seen.clone(), Arc::clone(&answer));
        tokio::spawn(async move { serve(stream, &seen, &answer).await });
    }
}

/// Serves one connection until either side ends it.
async fn serve(mut stream: TcpStream, seen: &watch::Sender<Seen>, answer: &Mutex<Answer>) {
    while let Some(request) = Recorded::read(&mut stream).await {
        // The reply is chosen before the request counts as seen: who sees it finds the script moved on.
        let reply = (answer.lock().unwrap_or_else(PoisonError::into_inner))(&request);
        seen.send_modify(|seen| seen.requests.push(request));
        for step in &reply.steps {
            if perform(&mut stream, seen, step).await.is_none() {
                seen.send_modify(|seen| seen.left += 1);
                return;
            }
        }
        match reply.ending {
            Ending::KeepAlive => {}
            Ending::Close => return,
            Ending::Reset => return drop(stream.set_zero_linger()),
        }
    }
}

/// Does one step of a reply. `None` if the client has left.
async fn perform(stream: &mut TcpStream, seen: &watch::Sender<Seen>, step: &Step) -> Option<()> {
    match step {
        Step::Send(bytes) => send(stream, seen, bytes).await,
        Step::Forever(bytes) => loop {
            send(stream, seen, bytes).await?;
        },
        Step::Hold(gate) => {
            seen.send_modify(|seen| seen.held += 1);
            gate.opened().await;
            Some(())
        }
        Step::Stall => {
            seen.send_modify(|seen| seen.held += 1);
            until_left(stream).await;
            None
        }
        Step::Dribble(byte) => loop {
            send(stream, seen, &[*byte]).await?;
            // The pace of a slow upstream. Nothing waits for it.
            if tokio::time::timeout(Duration::from_millis(5), until_left(stream)).await.is_ok() {
                return None;
            }
        },
    }
}

async fn send(stream: &mut TcpStream, seen: &watch::Sender<Seen>, bytes: &[u8]) -> Option<()> {
    stream.write_all(bytes).await.ok()?;
    seen.send_modify(|seen| seen.sent += bytes.len() as u64);
    Some(())
}

async fn until_left(stream: &mut TcpStream) {
    while stream.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {}
}
