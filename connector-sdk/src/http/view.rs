//! A request as people may see it: its credential masked, and ready to be pasted as a curl command.

use serde::Serialize;

/// A request that is about to be sent, without its credential.
#[derive(Clone, Debug, Serialize)]
pub struct RequestView {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers; the credential's value is masked.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: ViewBody,
}

/// A body as people may see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewBody {
    /// There is none.
    None,
    /// Text, whole.
    Text(String),
    /// Bytes that are not text: their number.
    Binary(usize),
    /// A form: name and value, or name and `@file`.
    Form(Vec<(String, String)>),
}

impl RequestView {
    /// The command that sends the same request.
    pub fn to_curl(&self) -> String {
        let mut lines = vec![format!("curl -X {} {}", self.method, quoted(&self.url))];
        lines.extend(self.headers.iter().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
        match &self.body {
            ViewBody::None => {}
            ViewBody::Text(text) => lines.push(format!("--data-raw {}", quoted(text))),
            ViewBody::Binary(size) => lines.push(format!("--data-binary @body.bin  # {size} bytes")),
            ViewBody::Form(parts) => {
                lines.extend(parts.iter().map(|(name, value)| match value.strip_prefix('@') {
                    Some(_) => format!("-F {}", quoted(&format!("{name}={value}"))),
                    None => format!("--form-string {}", quoted(&format!("{name}={value}"))),
                }));
            }
        }
        lines.join(" \\\n  ")
    }
}

/// A word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
