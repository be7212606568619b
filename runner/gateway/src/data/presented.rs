//! Which key a request presents. It may stand in one of three headers, and two different ones are refused.
//!
//! A client that insists on a key of its own in `Authorization` or `x-api-key` may send anything there that is none of
//! ours, as long as the real one stands in `X-Linkwork-Authorization`.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::refuse::No;

/// The header for clients whose `Authorization` is not free.
pub(super) const OWN: HeaderName = HeaderName::from_static("x-linkwork-authorization");
/// Where Anthropic's clients put a key.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// How every key begins.
const PREFIX: &str = "lwk_";
/// No key is longer.
const LONGEST: usize = 512;

/// What stands for whatever cannot be a key.
const NO_KEY: &str = "";

/// The key that a request presents.
pub(super) fn key(headers: &HeaderMap) -> Result<&str, No> {
    let own = one(headers.get_all(OWN).iter().map(text))?;
    let usual = headers.get_all(AUTHORIZATION).iter().chain(headers.get_all(API_KEY)).map(text);
    match own {
        None => Ok(one(usual)?.unwrap_or(NO_KEY)),
        Some(own) => match one(usual.filter(|text| text.starts_with(PREFIX)))? {
            Some(other) if other != own => Err(two_keys()),
            _ => Ok(own),
        },
    }
}

/// The one key that these are.
fn one<'a>(keys: impl Iterator<Item = &'a str>) -> Result<Option<&'a str>, No> {
    let mut found = None;
    for key in keys {
        match found {
            Some(other) if other != key => return Err(two_keys()),
            _ => found = Some(key),
        }
    }
    Ok(found)
}

/// A value without the word that says what it is.
fn text(value: &HeaderValue) -> &str {
    let text = value.to_str().unwrap_or(NO_KEY).trim();
    let key = match text.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim_start(),
        _ => text,
    };
    if key.len() <= LONGEST { key } else { NO_KEY }
}

fn two_keys() -> No {
    No::invalid(
        "the request presents two different keys; send one, and if a client needs something in Authorization, put the \
         key into X-Linkwork-Authorization",
    )
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::key;

    fn presented(headers: &[(&str, &str)]) -> Result<String, &'static str> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        key(&map).map(str::to_owned).map_err(|no| no.code())
    }

    #[test]
    fn a_key_may_stand_in_any_of_three_headers() {
        for header in [("authorization", "Bearer lwk_a"), ("authorization", "bearer  lwk_a"), ("x-api-key", "lwk_a")] {
            assert_eq!(presented(&[header]), Ok("lwk_a".to_owned()));
        }
        assert_eq!(presented(&[("x-linkwork-authorization", "Bearer lwk_a")]), Ok("lwk_a".to_owned()));
        assert_eq!(presented(&[("x-api-key", "lwk_a"), ("authorization", "Bearer lwk_a")]), Ok("lwk_a".to_owned()));
        assert_eq!(presented(&[]), Ok(String::new()));
        assert_eq!(presented(&[("x-api-key", "l\u{fc}k")]), Ok(String::new()));
        assert_eq!(presented(&[("x-api-key", &"x".repeat(600))]), Ok(String::new()));
    }

    #[test]
    fn two_different_keys_are_refused() {
        let refused: [&[(&str, &str)]; 5] = [
            &[("authorization", "Bearer lwk_a"), ("authorization", "Bearer lwk_b")],
            &[("authorization", "Bearer lwk_a"), ("x-api-key", "lwk_b")],
            &[("authorization", "Bearer replaced"), ("x-api-key", "lwk_b")],
            &[("x-linkwork-authorization", "Bearer lwk_a"), ("x-api-key", "lwk_b")],
            &[("x-linkwork-authorization", "lwk_a"), ("x-linkwork-authorization", "lwk_b")],
        ];
        for headers in refused {
            assert_eq!(presented(headers), Err("invalid"), "{headers:?}");
        }
    }

    #[test]
    fn a_placeholder_is_no_key_beside_the_own_header() {
        for placeholder in
            [("authorization", "Bearer replaced"), ("x-api-key", "sk-or-whatever"), ("authorization", "")]
        {
            assert_eq!(presented(&[placeholder, ("x-linkwork-authorization", "Bearer lwk_a")]), Ok("lwk_a".to_owned()));
        }
    }
}
