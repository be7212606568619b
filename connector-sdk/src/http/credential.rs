//! How a request shows who sends it. The credential goes on last, in place of whatever stands under its name.

use ::http::header::AUTHORIZATION;
use ::http::{HeaderMap, HeaderName, HeaderValue};

use super::header_value;
use crate::connection::{Auth, Connection};
use crate::error::{Error, ErrorKind, Result};

/// Adds a connection's credential, and what goes with it.
pub(crate) fn identify<C: Connection>(connection: &C, headers: &mut HeaderMap) -> Result<()> {
    match connection.auth() {
        Auth::None => {}
        Auth::Bearer(secret) => drop(headers.insert(AUTHORIZATION, secret.bearer()?)),
        Auth::Basic { user, password } => drop(headers.insert(AUTHORIZATION, password.basic(user)?)),
        Auth::Header { name, value } => drop(headers.insert(header_name(name)?, value.header()?)),
    }
    for (name, value) in connection.headers() {
        headers.insert(header_name(name)?, sound_value(value)?);
    }
    Ok(())
}

/// The name of a header that a connection names.
pub(super) fn header_name(name: &str) -> Result<HeaderName> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::new(ErrorKind::InvalidConnection, format!("{name:?} cannot be the name of a header")))
}

/// The value of a header that somebody wrote.
pub(super) fn sound_value(value: &str) -> Result<HeaderValue> {
    let message = "a header's value holds a character that no header can carry";
    header_value(value).ok_or_else(|| Error::new(ErrorKind::InvalidInput, message))
}
