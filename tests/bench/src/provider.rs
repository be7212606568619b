//! A provider that answers at once, and costs as little as one can.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Events of a stream, the last one included.
pub(crate) const EVENTS: usize = 52;

/// Starts it, on a thread of its own.
pub(crate) fn start() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.set_nonblocking(true).expect("a socket can be asked not to block");
    let address = listener.local_addr().expect("a bound socket has an address");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a listening socket");
            while let Ok((socket, _)) = listener.accept().await {
                drop(socket.set_nodelay(true));
                tokio::spawn(serve(socket));
            }
        });
    });
    address
}

/// The answer of a chat.
fn whole() -> Vec<u8> {
    let body = format!(
        "{{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":\"{}\"}},\
         \"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":12,\"completion_tokens\":90,\"total_tokens\":102}}}}",
        "word ".repeat(150)
    );
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: 0b1e\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

/// The head and the events of a stream.
fn stream() -> Vec<Vec<u8>> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let event = |number: usize| {
        chunk(&format!(
            "data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1770774058,\"model\":\"grok-4.3\",\"choices\":[{{\"index\":0,\
             \"delta\":{{\"content\":\" word{number}\"}}}}],\"system_fingerprint\":\"fp_2a885414fb\"}}\n\n"
        ))
    };
    let usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":50,\"total_tokens\":62}}\n\n";
    let mut pieces = vec![head.as_bytes().to_vec()];
    pieces.extend((0..EVENTS - 2).map(event));
    pieces.push(chunk(usage));
    let mut end = chunk("data: [DONE]\n\n");
    end.extend_from_slice(b"0\r\n\r\n");
    pieces.push(end);
    pieces
}

async fn serve(mut socket: TcpStream) -> Option<()> {
    let (whole, stream) = (whole(), stream());
    let mut read = Vec::with_capacity(8 << 10);
    loop {
        let body = loop {
            if let Some(end) = memmem::find(&read, b"\r\n\r\n") {
                break end + 4;
            }
            fill(&mut socket, &mut read).await?;
        };
        let length = content_length(&read[..body]);
        while read.len() < body + length {
            fill(&mut socket, &mut read).await?;
        }
        let asked = &read[body..body + length];
        if memmem::find(asked, b"\"slow\"").is_some() {
            // A live stream that says nothing for now.
            socket.write_all(&[&*stream[0], &*stream[1]].concat()).await.ok()?;
            tokio::time::sleep(Duration::from_secs(3_600)).await;
        } else if memmem::find(asked, b"\"stream\":true").is_some() {
            for piece in &stream {
                socket.write_all(piece).await.ok()?;
            }
        } else {
            socket.write_all(&whole).await.ok()?;
        }
        read.drain(..body + length);
    }
}

async fn fill(socket: &mut TcpStream, read: &mut Vec<u8>) -> Option<()> {
    (socket.read_buf(read).await.ok()? > 0).then_some(())
}

/// What a head says of the length of its body.
pub(crate) fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
    length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}
