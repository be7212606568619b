//! The body of a request: JSON, read within a bound of size and time.

use std::pin::Pin;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap};
use http_body::Body as _;
use hyper::body::Incoming;
use runner_flow::Document;

use super::refuse::No;

/// An object of the file is far smaller.
const LARGEST: usize = 256 << 10;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

/// The JSON of a body. A name that stands twice in an object is refused: nobody could say which one counts.
pub(super) async fn json(headers: &HeaderMap, body: Incoming) -> Result<Document, No> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
        let fix = "send \"content-type: application/json\"";
        return Err(No::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", "only JSON is read here", fix));
    }
    if body.size_hint().lower() > LARGEST as u64 {
        return Err(too_large());
    }
    let read = tokio::time::timeout(PATIENCE, whole(body)).await.map_err(|_| {
        No::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the body did not arrive in time", "send it at once")
    })?;
    let text = String::from_utf8(read?).map_err(|_| No::invalid("the body is not UTF-8", "send JSON in UTF-8"))?;
    Document::parse(&text).map_err(|findings| No::findings(&findings, ""))
}

async fn whole(mut body: Incoming) -> Result<Vec<u8>, No> {
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| No::invalid("the body broke off", "send all of it"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > LARGEST {
            return Err(too_large());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn too_large() -> No {
    let message = format!("the body is over {} KiB", LARGEST >> 10);
    No::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message, "send one object of the file")
}
