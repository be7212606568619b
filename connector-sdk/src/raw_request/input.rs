//! What a Raw Request takes.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::pairs::{Pairs, Scalar};
use crate::blob::FileRef;
use crate::effect::Effect;
use crate::http::Method;

/// The inputs of a Raw Request. The connection is the fifteenth.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawInput {
    /// Input the path only; the base URL is already included.
    #[schemars(title = "URL")]
    pub(super) url: String,
    /// The HTTP method to use.
    #[schemars(title = "Method")]
    pub(super) method: RawMethod,
    /// The HTTP body payload to send to the URL.
    #[schemars(title = "Data")]
    pub(super) data: Option<Value>,
    /// The Form Data to be sent as a multipart form upload.
    #[schemars(title = "Form Data")]
    pub(super) form_data: Option<Pairs<Scalar>>,
    /// File Data to be sent as a multipart form upload.
    #[schemars(title = "File Data")]
    pub(super) file_data: Option<Pairs<FileRef>>,
    /// File names to apply to the file data inputs. Keys must match the file data keys above.
    #[schemars(title = "File Data File Names")]
    pub(super) file_data_file_names: Option<Pairs<String>>,
    /// A list of query parameters to send with the request. This is the portion at the end of the URL similar to ?key1=value1&key2=value2.
    #[schemars(title = "Query Parameter")]
    pub(super) query_params: Option<Pairs<Value>>,
    /// A list of headers to send with the request.
    #[schemars(title = "Header")]
    pub(super) headers: Option<Pairs<Scalar>>,
    /// The type of data you expect in the response. You can request json, text, or binary data.
    #[schemars(title = "Response Type", extend("default" = "json"))]
    pub(super) response_type: Option<ResponseType>,
    /// The maximum time that a client will await a response to its request
    #[schemars(title = "Timeout", range(max = 86_400_000))]
    pub(super) timeout_ms: Option<u64>,
    /// The delay in milliseconds between retries. This is used when 'Use Exponential Backoff' is disabled.
    #[schemars(title = "Retry Delay (ms)", range(max = 86_400_000), extend("default" = 0))]
    pub(super) retry_delay_ms: Option<u64>,
    /// If true, retries on all erroneous responses regardless of type. This is helpful when retrying after HTTP 429 or other 3xx or 4xx errors. Otherwise, only retries on HTTP 5xx and network errors.
    #[schemars(title = "Retry On All Errors", extend("default" = false))]
    pub(super) retry_on_all_errors: Option<bool>,
    /// The maximum number of retries to attempt. Specify 0 for no retries.
    #[schemars(title = "Max Retry Count", range(max = 100), extend("default" = 0))]
    pub(super) max_retry_count: Option<u32>,
    /// Specifies whether to use a pre-defined exponential backoff strategy for retries. When enabled, 'Retry Delay (ms)' is ignored.
    #[schemars(title = "Use Exponential Backoff", extend("default" = false))]
    pub(super) use_exponential_backoff: Option<bool>,
}

/// The methods that a Raw Request knows.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub(super) enum RawMethod {
    Delete,
    Get,
    Head,
    Link,
    Options,
    Patch,
    Post,
    Purge,
    Put,
    Unlink,
}

impl RawMethod {
    pub(super) fn to_http(self) -> Option<Method> {
        let name = match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Link => "LINK",
            Self::Options => "OPTIONS",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Purge => "PURGE",
            Self::Put => "PUT",
            Self::Unlink => "UNLINK",
        };
        name.parse().ok()
    }

    pub(super) fn effect(self) -> Effect {
        match self {
            Self::Get | Self::Head | Self::Options => Effect::Read,
            Self::Put | Self::Delete => Effect::Idempotent,
            Self::Link | Self::Patch | Self::Post | Self::Purge | Self::Unlink => Effect::Write,
        }
    }
}

/// How the answer's body is handed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum ResponseType {
    #[default]
    Json,
    Text,
    Binary,
}
