//! Server-sent events, parsed in one pass over the bytes and within their bounds.

use std::collections::VecDeque;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Evidence, Result};
use crate::http::answer::request_id;
use crate::http::incoming::Incoming;
use crate::limits;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// The `event:` line, empty if there was none.
    pub event: String,
    /// The `data:` lines, joined by line feeds.
    pub data: String,
}

/// The events of an answer, as they arrive.
pub struct EventStream {
    incoming: Incoming,
    request_id: Option<String>,
    parser: SseParser,
    ready: VecDeque<SseEvent>,
    received: u64,
    idle: Duration,
}

impl EventStream {
    pub(super) fn new(incoming: Incoming, idle: Duration) -> Self {
        let request_id = request_id(&incoming.headers);
        Self {
            incoming: incoming.into_stream(),
            request_id,
            parser: SseParser::default(),
            ready: VecDeque::new(),
            received: 0,
            idle,
        }
    }

    /// The provider's own id of the request, for errors in mid-stream.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The next event. `None` at the end of the stream, which alone does not mean that the answer is whole.
    pub async fn next(&mut self) -> Result<Option<SseEvent>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let Some(chunk) = self.incoming.chunk(self.idle).await? else { return Ok(None) };
            self.received += chunk.len() as u64;
            if self.received > limits::SSE_STREAM {
                return Err(over("the provider's event stream", limits::SSE_STREAM));
            }
            self.parser.push(&chunk, &mut self.ready)?;
        }
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream").field("received", &self.received).finish_non_exhaustive()
    }
}

/// The error of an answer that stopped in the middle.
pub(super) fn silent(wait: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the provider sent nothing for {} s in the middle of its answer", wait.as_secs_f32()),
    )
    .with_evidence(Evidence::Unanswered)
}

fn over(what: &str, limit: u64) -> Error {
    Error::new(ErrorKind::LimitExceeded, format!("{what} is over {} MiB", limit >> 20))
}

/// Cuts bytes into events, however they are cut into chunks.
#[derive(Debug, Default)]
pub struct SseParser {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    after_return: bool,
    begun: bool,
}

impl SseParser {
    /// Takes the next bytes and adds the events that they complete to `ready`.
    pub fn push(&mut self, mut bytes: &[u8], ready: &mut VecDeque<SseEvent>) -> Result<()> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + piece.len() > limits::SSE_LINE {
                return Err(over("a line of the provider's event stream", limits::SSE_LINE as u64));
            }
            self.line.extend_from_slice(piece);
            let Some(end) = end else { return Ok(()) };
            self.after_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            self.end_of_line(ready)?;
        }
        Ok(())
    }

    fn end_of_line(&mut self, ready: &mut VecDeque<SseEvent>) -> Result<()> {
        let line = std::mem::take(&mut self.line);
        let mut text = String::from_utf8_lossy(&line);
        if !std::mem::replace(&mut self.begun, true) {
            text = text.strip_prefix('\u{feff}').map_or(text.clone(), |rest| rest.to_owned().into());
        }
        if text.is_empty() {
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.has_data) {
                ready.push_back(event);
            }
            return Ok(());
        }
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        self.field(field, value.strip_prefix(' ').unwrap_or(value))
    }

    fn field(&mut self, field: &str, value: &str) -> Result<()> {
        match field {
            "event" => value.clone_into(&mut self.event.event),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // Comments, ids and reconnection times mean nothing here.
            _ => {}
        }
        if self.event.data.len() > limits::SSE_EVENT {
            return Err(over("an event of the provider's stream", limits::SSE_EVENT as u64));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::{SseEvent, SseParser};
    use crate::limits;

    fn parse(text: &str, size: usize) -> Vec<SseEvent> {
        let mut parser = SseParser::default();
        let mut ready = VecDeque::new();
        for chunk in text.as_bytes().chunks(size) {
            parser.push(chunk, &mut ready).unwrap();
        }
        ready.into()
    }

    #[test]
    fn events_do_not_depend_on_how_they_are_cut() {
        let text = "\u{feff}: hello\r\nevent: one\r\ndata: a\r\ndata:b\r\n\r\ndata: é\n\nid: 7\n\nevent: empty\n\ndata\n\ndata: lost";
        let expected = [("one", "a\nb"), ("", "é"), ("", "")];
        for size in 1..text.len() {
            let found = parse(text, size);
            let found: Vec<_> = found.iter().map(|event| (event.event.as_str(), event.data.as_str())).collect();
            assert_eq!(found, expected, "in chunks of {size}");
        }
    }

    #[test]
    fn a_line_and_an_event_are_bounded() {
        let mut parser = SseParser::default();
        let mut ready = VecDeque::new();
        let piece = vec![b'x'; limits::SSE_LINE];
        parser.push(&piece, &mut ready).unwrap();
        let error = parser.push(b"x", &mut ready).unwrap_err();
        assert_eq!(error.message(), "a line of the provider's event stream is over 1 MiB");

        let mut parser = SseParser::default();
        let line = format!("data: {}\n", "x".repeat(limits::SSE_LINE - 6));
        let outcome = (0..5).try_for_each(|_| parser.push(line.as_bytes(), &mut ready));
        assert_eq!(outcome.unwrap_err().message(), "an event of the provider's stream is over 4 MiB");
    }
}
