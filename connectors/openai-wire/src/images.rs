//! Images that come as base64 become files. None of it stays in an output.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use connector_sdk::{Context, Error, ErrorKind, FileRef, Result};
use serde_json::{Value, json};

use crate::provider::Provider;

const INLINE: &str = "b64_json";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Puts every image that came as base64 into the run's files, and its reference in the base64's place.
pub async fn keep_as_files<P: Provider>(ctx: &Context, answer: &mut Value) -> Result<()> {
    let Some(items) = answer.get_mut("data").and_then(Value::as_array_mut) else { return Ok(()) };
    for (number, item) in (1..).zip(items) {
        let Some(fields) = item.as_object_mut() else { continue };
        // An image that moderation kept back is empty.
        let Some(text) = fields.get(INLINE).and_then(Value::as_str).filter(|text| !text.is_empty()) else { continue };
        let content = decode(text).ok_or_else(|| undecodable::<P>(number))?;
        let (media_type, extension) = sniff(&content);
        let file = ctx.blobs().put(&format!("image-{number}.{extension}"), media_type, content.into()).await?;
        *fields = std::mem::take(fields).into_iter().map(|field| replace(field, &file)).collect();
    }
    Ok(())
}

fn replace((name, value): (String, Value), file: &FileRef) -> (String, Value) {
    if name == INLINE { ("file".to_owned(), json!(file)) } else { (name, value) }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = match text.strip_prefix("data:") {
        Some(url) => url.split_once(',')?.1,
        None => text,
    };
    BASE64.decode(bare.trim()).ok()
}

/// The media type and the extension of an image, by its first bytes.
fn sniff(content: &[u8]) -> (&'static str, &'static str) {
    match content {
        [0xff, 0xd8, 0xff, ..] => ("image/jpeg", "jpg"),
        [0x89, b'P', b'N', b'G', ..] => ("image/png", "png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ("image/webp", "webp"),
        _ => ("application/octet-stream", "bin"),
    }
}

fn undecodable<P: Provider>(number: usize) -> Error {
    Error::new(ErrorKind::MalformedAnswer, format!("image {number} of {}'s answer is not base64", P::NAME))
}
