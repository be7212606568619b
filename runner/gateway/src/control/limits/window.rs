//! The windows that limits count in: calendar ones, in UTC.

use std::time::Duration;

use jiff::tz::TimeZone;
use runner_flow::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// The milliseconds of a day in UTC, which knows no summer time.
pub(crate) const DAY: u64 = 24 * HOUR;

/// A window of the calendar, in UTC: it begins with the minute, the hour, midnight or the first of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// A minute of the clock.
    Minute,
    /// An hour of the clock.
    Hour,
    /// From midnight to midnight, in UTC.
    Day,
    /// From the first of a month to the first of the next, in UTC.
    Month,
}

impl Window {
    /// The word of the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// When the window around a moment begins and ends.
    pub(crate) fn around(self, now: Timestamp) -> (Timestamp, Timestamp) {
        let millis = now.as_millis();
        let regular = |length: u64| {
            let start = Timestamp::from_millis(millis - millis % length);
            (start, start + Duration::from_millis(length))
        };
        match self {
            Self::Minute => regular(MINUTE),
            Self::Hour => regular(HOUR),
            Self::Day => regular(DAY),
            Self::Month => month(now).unwrap_or_else(|| regular(31 * DAY)),
        }
    }
}

/// None after the year 9999.
fn month(now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let moment = jiff::Timestamp::from_millisecond(i64::try_from(now.as_millis()).ok()?).ok()?;
    let first = TimeZone::UTC.to_datetime(moment).date().first_of_month();
    let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
    let midnight = |date: jiff::civil::Date| {
        let midnight = TimeZone::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).ok()?;
        u64::try_from(midnight.as_millisecond()).ok().map(Timestamp::from_millis)
    };
    Some((midnight(first)?, midnight(next)?))
}
