//! Multipart bodies, held whole so that a second attempt sends the same bytes.

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};

/// One part of a form.
#[derive(Clone, Debug)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// For a file, its name and its media type.
    pub file: Option<(String, String)>,
    /// What it holds.
    pub content: Bytes,
}

impl Part {
    /// A field.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), file: None, content: Bytes::from(value.into()) }
    }

    /// A file. Of its name only the last component is sent; the media type follows from the name's extension.
    pub fn file(name: impl Into<String>, file_name: &str, content: Bytes) -> Self {
        let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let media_type = mime_guess::from_path(base).first_or_octet_stream().to_string();
        Self { name: name.into(), file: Some((base.to_owned(), media_type)), content }
    }
}

/// The parts of a form, in order.
#[derive(Clone, Debug, Default)]
pub struct Multipart {
    /// The parts.
    pub parts: Vec<Part>,
}

impl Multipart {
    /// The `Content-Type` and the body.
    pub(super) fn encode(&self) -> Result<(String, Bytes)> {
        let boundary = format!("{}{:032x}", "-".repeat(26), rand::random::<u128>());
        let size: usize = self.parts.iter().map(|part| part.content.len() + part.name.len() + 256).sum();
        let mut body = Vec::with_capacity(size);
        for part in &self.parts {
            body.extend_from_slice(part_head(&boundary, part)?.as_bytes());
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok((format!("multipart/form-data; boundary={boundary}"), Bytes::from(body)))
    }
}

fn part_head(boundary: &str, part: &Part) -> Result<String> {
    let name = quoted(&part.name)?;
    Ok(match &part.file {
        None => format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"),
        Some((file, media_type)) => format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {media_type}\r\n\r\n",
            quoted(file)?
        ),
    })
}

/// A name that cannot break out of its quotes, as browsers write it.
fn quoted(name: &str) -> Result<String> {
    if name.contains('\0') {
        return Err(Error::new(ErrorKind::InvalidInput, "the name of a form field or file holds a NUL character"));
    }
    Ok(name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A"))
}
