//! Tests of the library through its door: texts go in, reports come out.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must fail")]
#![expect(clippy::needless_pass_by_value, reason = "a test writes its JSON where it is used")]

mod agreement;
mod coverage;
mod expectations;
mod files;
mod junit;
mod mocks;
mod panics;
mod recordings;
mod sub_flows;
mod support;
mod time;
