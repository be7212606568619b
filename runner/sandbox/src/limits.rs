//! The bounds that several endpoints share, and the refusals for what lies outside.

use crate::refusal::Refusal;

const MOST_TOOLS: usize = 128;
const MOST_STOPS: usize = 4;

pub(crate) fn temperature(value: Option<f64>) -> Result<(), Refusal> {
    demand(value.is_none_or(|value| (0.0..=2.0).contains(&value)), "temperature must be between 0 and 2.")
}

pub(crate) fn top_p(value: Option<f64>) -> Result<(), Refusal> {
    demand(value.is_none_or(|value| value > 0.0 && value <= 1.0), "top_p must be above 0 and at most 1.")
}

pub(crate) fn penalty(name: &str, value: Option<f64>) -> Result<(), Refusal> {
    demand(value.is_none_or(|value| (-2.0..=2.0).contains(&value)), &format!("{name} must be between -2 and 2."))
}

pub(crate) fn top_logprobs(value: Option<i64>) -> Result<(), Refusal> {
    demand(value.is_none_or(|value| (0..=8).contains(&value)), "top_logprobs must be between 0 and 8.")
}

/// xAI names no upper bound for the number of choices; the sandbox makes no more than images have.
pub(crate) fn choices(value: Option<i64>) -> Result<usize, Refusal> {
    let n = value.unwrap_or(1);
    demand((1..=10).contains(&n), "n must be between 1 and 10.")?;
    Ok(n as usize)
}

/// A bound on tokens, as a number that can be counted to.
pub(crate) fn most_tokens(name: &str, value: Option<i64>) -> Result<Option<usize>, Refusal> {
    demand(value.is_none_or(|value| value >= 1), &format!("{name} must be at least 1."))?;
    Ok(value.and_then(|value| usize::try_from(value).ok()))
}

pub(crate) fn stops(stops: &[String]) -> Result<(), Refusal> {
    demand(stops.len() <= MOST_STOPS, &format!("At most {MOST_STOPS} stop sequences are allowed."))
}

pub(crate) fn tools(count: usize) -> Result<(), Refusal> {
    demand(count <= MOST_TOOLS, &format!("At most {MOST_TOOLS} tools are allowed, but the request has {count}."))
}

/// Refuses an argument that xAI knows and does not support, if the request has it.
pub(crate) fn absent<T>(argument: &str, value: Option<&T>) -> Result<(), Refusal> {
    match value {
        Some(_) => Err(Refusal::unsupported_argument(argument)),
        None => Ok(()),
    }
}

fn demand(holds: bool, otherwise: &str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::invalid(format!("Invalid request content: {otherwise}"))) }
}
