//! What is kept of one exchange while it goes on. The recorder is told when the tape is dropped, however the exchange ended.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::answer::media_type;
use super::decode::Decoder;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exchange::{Answered, Broken, BrokenBy, Content, Exchange, Mask, Outcome, Recorder, Sent, kept_headers};
use crate::limits;

/// The headers of an answer that are written down: those that this runtime reads, and those that pages are turned with.
const KEPT: [&str; 9] = [
    "content-type",
    "etag",
    "link",
    "retry-after",
    "cf-ray",
    "request-id",
    "retry-after-ms",
    "x-request-id",
    "x-should-retry",
];

/// One exchange, as far as it has come.
pub(super) struct Tape {
    recorder: Arc<dyn Recorder>,
    ctx: Context,
    request: Option<Sent>,
    head: Option<(StatusCode, HeaderMap)>,
    body: Vec<u8>,
    ending: Ending,
}

enum Ending {
    /// Nobody heard the end.
    Unheard,
    /// It is as it should be.
    Whole,
    /// Something broke it.
    Broken(Broken),
}

impl Tape {
    pub(super) fn new(recorder: Arc<dyn Recorder>, ctx: &Context, request: Sent) -> Self {
        let ending = Ending::Unheard;
        Self { recorder, ctx: ctx.clone(), request: Some(request), head: None, body: Vec::new(), ending }
    }

    pub(super) fn head(&mut self, status: StatusCode, headers: &HeaderMap) {
        self.head = Some((status, headers.clone()));
    }

    pub(super) fn heard(&mut self, chunk: &Result<Option<Bytes>>) {
        match chunk {
            Ok(Some(chunk)) if self.body.len() + chunk.len() <= limits::RECORDED => self.body.extend_from_slice(chunk),
            Ok(Some(_)) => self.ending = Ending::Broken(too_long()),
            Ok(None) if !matches!(self.ending, Ending::Broken(_)) => self.ending = Ending::Whole,
            Ok(None) => {}
            Err(error) => self.broke(error),
        }
    }

    pub(super) fn may_end_anywhere(&mut self) {
        self.ending = Ending::Whole;
    }

    /// Without an answer, or in the middle of one. What is no failure of an exchange is not kept.
    pub(super) fn broke(&mut self, error: &Error) {
        match Broken::of(error) {
            Some(broken) => self.ending = Ending::Broken(broken),
            None => self.request = None,
        }
    }

    fn outcome(&mut self, mask: &Mask<'_>) -> Outcome {
        let broken = match std::mem::replace(&mut self.ending, Ending::Unheard) {
            Ending::Whole => None,
            Ending::Broken(broken) => Some(Broken { message: mask.text(&broken.message), ..broken }),
            Ending::Unheard => Some(Broken::given_up(self.ctx.evidence())),
        };
        match (self.head.take(), broken) {
            (Some((status, headers)), broken) => {
                Outcome::Answered(answered(status, &headers, std::mem::take(&mut self.body), broken, mask))
            }
            (None, broken) => Outcome::Broken(broken.unwrap_or_else(|| Broken::given_up(self.ctx.evidence()))),
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        let ctx = self.ctx.clone();
        let (Some(request), Ok(client)) = (self.request.take(), ctx.client()) else { return };
        let outcome = self.outcome(&Mask::of_answer(client.redactor()));
        self.recorder.record(ctx.step_path(), Exchange { request, outcome });
    }
}

fn answered(
    status: StatusCode,
    headers: &HeaderMap,
    raw: Vec<u8>,
    broken: Option<Broken>,
    mask: &Mask<'_>,
) -> Answered {
    let mut kept = kept_headers(headers, &KEPT, mask);
    if kept.contains_key("retry-after") {
        // A wait that is given as a date counts from it.
        kept.extend(kept_headers(headers, &["date"], mask));
    }
    let (body, broken) = match decoded(headers, &raw) {
        Some(body) if body.len() > limits::RECORDED => (None, Some(too_long())),
        Some(body) => (Some(body), broken),
        // What nobody can decompress is kept as it came, and fails in the same way again.
        None => {
            kept.extend(kept_headers(headers, &["content-encoding"], mask));
            (Some(raw), broken)
        }
    };
    let body = body.and_then(|body| Content::of(media_type(headers).as_deref(), &body, mask));
    Answered { status: status.as_u16(), headers: kept, body, broken }
}

fn decoded(headers: &HeaderMap, raw: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = Decoder::for_answer(headers).ok()?;
    decoder.push(raw).ok()?;
    decoder.finish().ok()
}

fn too_long() -> Broken {
    let message = format!("the answer is over {} MiB, too long for a recording", limits::RECORDED >> 20);
    Broken { by: BrokenBy::Limit, sent: true, message }
}
