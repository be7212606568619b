//! An event stream as whole events: they are what can be changed, left out, or followed by something else.
//!
//! Almost always a piece of the answer ends where an event does, and goes on as it is. What does not is held back until
//! the event is whole, so that nothing ever stands within one.

use bytes::{Bytes, BytesMut};
use connector_sdk::limits;
use memchr::{memchr, memrchr_iter};

/// Puts the pieces of a stream together.
#[derive(Default)]
pub(super) struct Whole {
    /// The beginning of an event.
    held: BytesMut,
}

/// An event that is longer than any may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Whole {
    /// Takes a piece, and gives the events that are whole now.
    pub(super) fn push(&mut self, mut piece: Bytes) -> Result<Bytes, TooLong> {
        if self.held.is_empty() {
            let events = piece.split_to(end_of_events(&piece, 0));
            self.held.extend_from_slice(&piece);
            return Ok(events);
        }
        let before = self.held.len();
        self.held.extend_from_slice(&piece);
        // The blank line may have begun in what was held.
        let end = end_of_events(&self.held, before.saturating_sub(3));
        if end == 0 && self.held.len() > limits::SSE_EVENT {
            return Err(TooLong);
        }
        Ok(self.held.split_to(end).freeze())
    }

    /// What is left when the stream is over.
    pub(super) fn rest(&mut self) -> Bytes {
        self.held.split().freeze()
    }
}

/// Just after the last blank line that ends beyond `from`, or 0.
fn end_of_events(bytes: &[u8], from: usize) -> usize {
    let is_blank = |end: usize| bytes[..end].ends_with(b"\n") || bytes[..end].ends_with(b"\n\r");
    memrchr_iter(b'\n', bytes).take_while(|end| *end >= from).find(|end| is_blank(*end)).map_or(0, |end| end + 1)
}

/// The events of a piece that ends where one does, each with its blank line.
pub(super) fn each(events: &Bytes) -> impl Iterator<Item = Bytes> {
    let mut rest = events.clone();
    std::iter::from_fn(move || {
        let mut end = 0;
        loop {
            let line = memchr(b'\n', &rest[end..]).map(|at| end + at)?;
            let is_blank = matches!(&rest[end..line], b"" | b"\r");
            end = line + 1;
            if is_blank {
                return Some(rest.split_to(end));
            }
        }
    })
}

/// The lines of data of an event.
pub(super) fn data(event: &[u8]) -> impl Iterator<Item = &[u8]> {
    event.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"data:"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use connector_sdk::limits;
    use proptest::proptest;

    use super::{TooLong, Whole, data, each};

    const STREAM: &str = "data: 1\n\ndata: 2\ndata: 3\n\n: note\n\nevent: e\r\ndata: 4\r\n\r\ndata: [DONE]\n\n";

    #[test]
    fn a_piece_that_ends_with_an_event_goes_on_as_it_is() {
        let piece = Bytes::from_static(STREAM.as_bytes());
        let events = Whole::default().push(piece.clone()).unwrap();
        assert_eq!(events.as_ptr(), piece.as_ptr(), "nothing is copied");
        assert_eq!(events, piece);
    }

    #[test]
    fn events_are_told_apart() {
        let all: Vec<Bytes> = each(&Bytes::from_static(STREAM.as_bytes())).collect();
        let expected =
            ["data: 1\n\n", "data: 2\ndata: 3\n\n", ": note\n\n", "event: e\r\ndata: 4\r\n\r\n", "data: [DONE]\n\n"];
        assert_eq!(all, expected);
        assert_eq!(data(&all[1]).collect::<Vec<_>>(), [b" 2\n", b" 3\n"]);
    }

    #[test]
    fn an_event_that_never_ends_is_refused() {
        let mut whole = Whole::default();
        let piece = Bytes::from(vec![b'x'; 1 << 20]);
        let refused = (0..=limits::SSE_EVENT >> 20).find_map(|_| whole.push(piece.clone()).err());
        assert_eq!(refused, Some(TooLong));
    }

    proptest! {
        #[test]
        fn pieces_become_whole_events_wherever_they_are_cut(cuts in proptest::collection::vec(0..STREAM.len(), 0..20)) {
            let mut cuts = cuts;
            cuts.push(STREAM.len());
            cuts.sort_unstable();
            let (mut whole, mut all, mut from) = (Whole::default(), Vec::new(), 0);
            for to in cuts {
                let events = whole.push(Bytes::from_static(&STREAM.as_bytes()[from..to])).unwrap();
                let covered: usize = each(&events).map(|event| event.len()).sum();
                assert_eq!(covered, events.len(), "whole events only");
                all.extend_from_slice(&events);
                from = to;
            }
            assert_eq!(all, STREAM.as_bytes());
            assert!(whole.rest().is_empty());
        }
    }
}
