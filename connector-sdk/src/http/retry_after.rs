//! How long a provider asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

const YEAR: f64 = 365.0 * 86_400.0;

/// The wait, if the headers name one that makes sense. A date counts from the answer's own `Date`.
pub(super) fn read(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return sensible(millis / 1000.0);
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse::<f64>() {
        return sensible(seconds);
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let sent = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    sensible(until.duration_since(sent).unwrap_or_default().as_secs_f64())
}

fn sensible(seconds: f64) -> Option<Duration> {
    (0.0..=YEAR).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::read;

    fn wait(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect();
        read(&map, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(wait(&[("retry-after", "2")]), Some(Duration::from_secs(2)));
        assert_eq!(wait(&[("retry-after", " 0.5 ")]), Some(Duration::from_millis(500)));
        assert_eq!(wait(&[("retry-after", "9"), ("retry-after-ms", "20")]), Some(Duration::from_millis(20)));
        let date = [("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")];
        assert_eq!(wait(&date), Some(Duration::from_secs(3)));
        let past = [("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")];
        assert_eq!(wait(&past), Some(Duration::ZERO));
    }

    #[test]
    fn nonsense_is_ignored() {
        for value in ["NaN", "inf", "-1", "1e300", "31536001", "soon", ""] {
            assert_eq!(wait(&[("retry-after", value)]), None, "{value}");
        }
    }
}
