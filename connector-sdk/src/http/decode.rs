//! Bodies, decompressed as they arrive and never beyond their bound.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// The codings that a [`Decoder`] can take off, for the request's `Accept-Encoding`. Not `deflate`: its two meanings
/// cannot be told apart, and its end cannot be told from a cut.
pub(super) const ACCEPTED: &str = "gzip, br";

/// Takes a body as it comes and keeps what it means.
pub(super) enum Decoder {
    Plain(Bounded),
    Gzip(MultiGzDecoder<Bounded>),
    Brotli(Box<DecompressorWriter<Bounded>>),
}

impl Decoder {
    pub(super) fn for_answer(headers: &HeaderMap) -> Result<Self> {
        let sink = Bounded::default();
        match coding(headers).as_deref() {
            None => Ok(Self::Plain(sink)),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip(MultiGzDecoder::new(sink))),
            Some("br") => Ok(Self::Brotli(Box::new(DecompressorWriter::new(sink, 4096)))),
            Some(other) => Err(malformed(&format!("is encoded as {other:?}, which was not asked for"))),
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.sink().arrived += chunk.len() as u64;
        let outcome = match self {
            Self::Plain(sink) => sink.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
            Self::Brotli(decoder) => decoder.write_all(chunk),
        };
        outcome.map_err(|error| as_error(&error))
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        // The answer to a HEAD names a coding and has no body.
        if self.sink().arrived == 0 {
            return Ok(Vec::new());
        }
        let sink = match self {
            Self::Plain(sink) => Ok(sink),
            Self::Gzip(decoder) => decoder.finish(),
            Self::Brotli(mut decoder) => decoder.close().map(|()| std::mem::take(decoder.get_mut())),
        };
        sink.map(|sink| sink.kept).map_err(|error| as_error(&error))
    }

    fn sink(&mut self) -> &mut Bounded {
        match self {
            Self::Plain(sink) => sink,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
        }
    }
}

/// The one content coding of an answer, if any.
pub(super) fn coding(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_ENCODING)?.to_str().ok()?.trim().to_ascii_lowercase();
    (!value.is_empty() && value != "identity").then_some(value)
}

/// Keeps what is written, up to the bound on size and on how much larger than its source it grows.
#[derive(Default)]
pub(super) struct Bounded {
    kept: Vec<u8>,
    arrived: u64,
}

impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let size = self.kept.len() + piece.len();
        if size > limits::BODY {
            return Err(io::Error::other(OverLimit::Size));
        }
        if size as u64 > limits::RATIO_FREE.max(self.arrived * limits::RATIO) {
            return Err(io::Error::other(OverLimit::Ratio));
        }
        self.kept.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
enum OverLimit {
    #[error("is over {} MiB", limits::BODY >> 20)]
    Size,
    #[error("grows over {} times when decompressed", limits::RATIO)]
    Ratio,
}

fn as_error(error: &io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<OverLimit>()) {
        Some(limit) => Error::new(ErrorKind::LimitExceeded, format!("the provider's answer {limit}")),
        None => malformed("cannot be decompressed"),
    }
}

fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::MalformedAnswer, format!("the provider's answer {what}"))
}
