//! Callers.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// Where calls go, and what they are.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) request: Vec<u8>,
}

/// What came of some calls.
#[derive(Default)]
pub(crate) struct Outcome {
    /// How long each took.
    pub(crate) times: Vec<Duration>,
    /// How long each refusal took.
    pub(crate) refused: Vec<Duration>,
    /// Calls that nothing came of.
    pub(crate) lost: usize,
    pub(crate) length: Duration,
}

impl Target {
    /// A chat, or a stream of one.
    pub(crate) fn new(address: SocketAddr, key: &str, extra: &str) -> Self {
        let body = format!(
            "{{\"model\":\"grok\",{extra}\"messages\":[{{\"role\":\"system\",\"content\":\"{}\"}},{{\"role\":\"user\",\"content\":\"{}\"}}],\
             \"temperature\":0.7}}",
            "You help. ".repeat(40),
            "What is it? ".repeat(40)
        );
        let head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
                    User-Agent: OpenAI/Python 3.52.0\r\nX-Stainless-Lang: python\r\nX-Stainless-Async: false\r\n";
        let head = format!("{head}Authorization: Bearer {key}\r\nContent-Length: {}\r\n\r\n", body.len());
        Self { address, request: (head + &body).into_bytes() }
    }
}

impl Outcome {
    pub(crate) fn a_second(&self) -> f64 {
        self.times.len() as f64 / self.length.as_secs_f64()
    }

    /// The time that this share of the calls stayed under.
    pub(crate) fn under(&self, share: f64) -> Duration {
        quantile(&self.times, share)
    }

    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.refused.extend(other.refused);
        self.lost += other.lost;
    }
}

pub(crate) fn quantile(times: &[Duration], share: f64) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = (times.len().saturating_sub(1) as f64 * share) as usize;
    times.get(at).copied().unwrap_or_default()
}

/// So many callers, each with one call after another.
pub(crate) fn closed(runtime: &Runtime, target: &Target, callers: usize, length: Duration) -> Outcome {
    runtime.block_on(async {
        let began = Instant::now();
        let all: Vec<_> =
            (0..callers).map(|_| tokio::spawn(one_after_another(target.clone(), began + length))).collect();
        let mut outcome = Outcome::default();
        for one in all {
            outcome.add(one.await.expect("a caller"));
        }
        outcome.length = began.elapsed();
        outcome
    })
}

/// So many calls a second, whatever becomes of them, over no more connections than this.
pub(crate) fn open(runtime: &Runtime, target: &Target, rate: f64, callers: usize, length: Duration) -> Outcome {
    runtime.block_on(async {
        let began = Instant::now();
        let pace = Duration::from_secs_f64(callers as f64 / rate);
        let each = |number: usize| {
            let first = began + pace.mul_f64(number as f64 / callers as f64);
            tokio::spawn(at_a_pace(target.clone(), first, pace, began + length))
        };
        let all: Vec<_> = (0..callers).map(each).collect();
        let mut outcome = Outcome::default();
        for one in all {
            outcome.add(one.await.expect("a caller"));
        }
        outcome.length = began.elapsed();
        outcome
    })
}

async fn one_after_another(target: Target, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let mut caller = Caller::new(&target).await;
    while Instant::now() < until {
        let began = Instant::now();
        caller.call_into(&target, began, &mut outcome).await;
    }
    outcome
}

async fn at_a_pace(target: Target, first: Instant, pace: Duration, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let mut caller = Caller::new(&target).await;
    let mut due = first;
    while due < until {
        tokio::time::sleep_until(due.into()).await;
        // Who calls at a pace counts from when the call was due, not from when it could be made.
        caller.call_into(&target, due, &mut outcome).await;
        due += pace;
    }
    outcome
}

/// One caller's connection.
pub(crate) struct Caller {
    socket: Option<TcpStream>,
    read: Vec<u8>,
}

impl Caller {
    pub(crate) async fn new(target: &Target) -> Self {
        let mut caller = Self { socket: None, read: Vec::with_capacity(16 << 10) };
        caller.connect(target).await;
        caller
    }

    async fn connect(&mut self, target: &Target) {
        self.socket = TcpStream::connect(target.address).await.ok();
        if let Some(socket) = &self.socket {
            drop(socket.set_nodelay(true));
        }
    }

    async fn call_into(&mut self, target: &Target, began: Instant, outcome: &mut Outcome) {
        let sent = Instant::now();
        match self.call(target).await {
            Some(200) => outcome.times.push(began.elapsed()),
            Some(_) => outcome.refused.push(sent.elapsed()),
            None => {
                outcome.lost += 1;
                self.connect(target).await;
            }
        }
    }

    /// Makes a call, and reads all of its answer.
    pub(crate) async fn call(&mut self, target: &Target) -> Option<u16> {
        let socket = self.socket.as_mut()?;
        self.read.clear();
        socket.write_all(&target.request).await.ok()?;
        let body = loop {
            if let Some(end) = memmem::find(&self.read, b"\r\n\r\n") {
                break end + 4;
            }
            more(socket, &mut self.read).await?;
        };
        let head = &self.read[..body];
        let status = std::str::from_utf8(head.get(9..12)?).ok()?.parse().ok()?;
        if memmem::find(head, b"chunked").is_some() {
            while !self.read.ends_with(b"0\r\n\r\n") {
                more(socket, &mut self.read).await?;
            }
        } else {
            let end = body + crate::provider::content_length(head);
            while self.read.len() < end {
                more(socket, &mut self.read).await?;
            }
        }
        Some(status)
    }

    /// Makes a call, and reads the beginning of its answer.
    pub(crate) async fn begin(&mut self, target: &Target) -> Option<()> {
        let socket = self.socket.as_mut()?;
        socket.write_all(&target.request).await.ok()?;
        while memmem::find(&self.read, b"data:").is_none() {
            more(socket, &mut self.read).await?;
        }
        Some(())
    }
}

async fn more(socket: &mut TcpStream, read: &mut Vec<u8>) -> Option<()> {
    (socket.read_buf(read).await.ok()? > 0).then_some(())
}

/// Waits until somebody listens.
pub(crate) fn until_open(address: SocketAddr) {
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until a server says that it is ready.
pub(crate) fn until_ready(address: SocketAddr) {
    let ask = || {
        let mut socket = std::net::TcpStream::connect(address)?;
        socket.write_all(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut told = String::new();
        socket.read_to_string(&mut told)?;
        std::io::Result::Ok(told.starts_with("HTTP/1.1 200"))
    };
    while !ask().unwrap_or(false) {
        std::thread::sleep(Duration::from_millis(1));
    }
}
