//! The trace that a call belongs to, as W3C's `traceparent` tells it.

use http::{HeaderMap, HeaderName, HeaderValue};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Whoever is asked for something is to tell of it too.
const SAMPLED: u8 = 1;
/// The trace's id was made by chance.
const RANDOM: u8 = 2;

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) trace: u128,
    pub(super) span: u64,
    flags: u8,
}

impl Context {
    /// Whose place a request comes from. What is not exactly as it has to be is as if it were missing.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let mut told = headers.get_all(TRACEPARENT).iter();
        match (told.next(), told.next()) {
            (Some(only), None) => Self::parse(only.to_str().ok()?),
            _ => None,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut next = |length| parts.next().filter(|part| is_hex(part, length));
        let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
        if version != "00" || parts.next().is_some() {
            return None;
        }
        let trace = u128::from_str_radix(trace, 16).ok().filter(|id| *id != 0)?;
        let span = u64::from_str_radix(span, 16).ok().filter(|id| *id != 0)?;
        Some(Self { trace, span, flags: u8::from_str_radix(flags, 16).ok()? & (SAMPLED | RANDOM) })
    }

    /// The first place in a trace that begins here. So many of them, from 0 to 1, are told.
    pub(super) fn begin(sample: f64) -> Self {
        let trace = rand::random::<u128>().max(1);
        // A part of the id that is as fine as a double can be, from 0 to just below 1.
        let part = (trace as u64 >> 11) as f64 / (1_u64 << 53) as f64;
        Self { trace, span: new_span(), flags: RANDOM | u8::from(part < sample) }
    }

    /// A place below this one.
    pub(super) fn child(&self) -> Self {
        Self { span: new_span(), ..*self }
    }

    pub(super) fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Tells whoever gets these headers. What others say of the trace goes on only if it is about this one.
    pub(super) fn write(&self, headers: &mut HeaderMap, goes_on: bool) {
        let Self { trace, span, flags } = self;
        if let Ok(value) = HeaderValue::try_from(format!("00-{trace:032x}-{span:016x}-{flags:02x}")) {
            headers.insert(TRACEPARENT, value);
        }
        if !goes_on {
            headers.remove(TRACESTATE);
        }
    }
}

fn new_span() -> u64 {
    rand::random::<u64>().max(1)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{Context, TRACEPARENT, TRACESTATE};

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn read(values: &[&str]) -> Option<Context> {
        let values = values.iter().map(|value| (TRACEPARENT, HeaderValue::from_str(value).unwrap()));
        Context::read(&values.collect::<HeaderMap>())
    }

    #[test]
    fn a_trace_is_read_and_told_on() {
        let parent = read(&[GOOD]).unwrap();
        assert_eq!((parent.trace, parent.span), (0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7));
        let child = parent.child();
        assert!(parent.is_sampled() && child.is_sampled() && child.span != parent.span);
        let mut headers = HeaderMap::from_iter([(TRACESTATE, HeaderValue::from_static("a=b"))]);
        child.write(&mut headers, true);
        assert_eq!((Context::read(&headers), headers.contains_key(TRACESTATE)), (Some(child), true));
        child.write(&mut headers, false);
        assert!(!headers.contains_key(TRACESTATE));
        assert!(!read(&[&GOOD.replace("-01", "-02")]).unwrap().is_sampled());
    }

    #[test]
    fn what_is_not_exactly_right_is_as_if_it_were_missing() {
        for bad in [
            "",
            "00-1-2-01",
            &GOOD.to_uppercase(),
            &GOOD.replacen("00", "01", 1),
            &GOOD.replacen("00", "ff", 1),
            &GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &format!("{GOOD}-"),
            &format!("{GOOD}-more"),
            &format!(" {GOOD}"),
            &GOOD.replace("4bf9", "+bf9"),
            &GOOD.replace('-', "_"),
        ] {
            assert_eq!(read(&[bad]), None, "{bad:?}");
        }
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[GOOD, GOOD]), None);
    }

    #[test]
    fn so_many_of_the_traces_that_begin_here_are_told() {
        let told = |sample| (0..1_000).filter(|_| Context::begin(sample).is_sampled()).count();
        assert_eq!((told(0.0), told(1.0)), (0, 1_000));
        assert!((300..700).contains(&told(0.5)), "about a half");
    }
}
