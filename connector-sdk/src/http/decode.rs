//! Bodies, decompressed as they arrive and never beyond their bound.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// The codings that a [`Decoder`] can take off, for the request's `Accept-Encoding`.
pub(super) const ACCEPTED: &str = "gzip, deflate, br";

/// Takes a body as it comes and keeps what it means.
pub(super) enum Decoder {
    Plain(Bounded),
    Gzip(MultiGzDecoder<Bounded>),
    Deflate(ZlibDecoder<Bounded>),
    Brotli(Box<DecompressorWriter<Bounded>>),
}

impl Decoder {
    pub(super) fn for_answer(headers: &HeaderMap) -> Result<Self> {
        let sink = Bounded::default();
        match coding(headers).as_deref() {
            None => Ok(Self::Plain(sink)),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip(MultiGzDecoder::new(sink))),
            Some("deflate") => Ok(Self::Deflate(ZlibDecoder::new(sink))),
            Some("br") => Ok(Self::Brotli(Box::new(DecompressorWriter::new(sink, 4096)))),
            Some(other) => Err(malformed(&format!("is encoded as {other:?}, which was not asked for"))),
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<()> {
        let arrived = chunk.len() as u64;
        let outcome = match self {
            Self::Plain(sink) => sink.after(arrived).write_all(chunk),
            Self::Gzip(decoder) => {
                decoder.get_mut().after(arrived);
                decoder.write_all(chunk)
            }
            Self::Deflate(decoder) => {
                decoder.get_mut().after(arrived);
                decoder.write_all(chunk)
            }
            Self::Brotli(decoder) => {
                decoder.get_mut().after(arrived);
                decoder.write_all(chunk)
            }
        };
        outcome.map_err(|error| as_error(&error))
    }

    pub(super) fn finish(self) -> Result<Vec<u8>> {
        let sink = match self {
            Self::Plain(sink) => Ok(sink),
            Self::Gzip(decoder) => decoder.finish(),
            Self::Deflate(decoder) => decoder.finish(),
            Self::Brotli(mut decoder) => decoder.close().map(|()| std::mem::take(decoder.get_mut())),
        };
        sink.map(|sink| sink.kept).map_err(|error| as_error(&error))
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

impl Bounded {
    fn after(&mut self, arrived: u64) -> &mut Self {
        self.arrived += arrived;
        self
    }
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
