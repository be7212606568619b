//! A server on loopback that always answers the same, on a thread of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) struct Loopback {
    origin: String,
}

impl Loopback {
    /// Answers every request with this JSON.
    pub(crate) fn json(body: &str) -> Self {
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        Self::serve(format!("{head}{body}").into_bytes())
    }

    /// Answers with ten gigabytes of zeros, compressed.
    pub(crate) fn gzip_bomb() -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0; 1 << 20];
        for _ in 0..10 << 10 {
            encoder.write_all(&zeros).unwrap();
        }
        let body = encoder.finish().unwrap();
        let mut answer =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
        answer.extend(body);
        Self::serve(answer)
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    fn serve(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                thread::spawn(move || answer_all(stream, &answer));
            }
        });
        Self { origin }
    }
}

/// Until the other side hangs up. Requests have no body here.
fn answer_all(mut stream: TcpStream, answer: &[u8]) {
    stream.set_nodelay(true).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if line.is_empty() && stream.write_all(answer).is_err() {
            return;
        }
    }
}
