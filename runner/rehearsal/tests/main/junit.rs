//! JUnit XML, as build servers read it.

use runner_rehearsal::junit;
use serde_json::json;

use crate::support::{ask, flow, report};

#[tokio::test]
async fn failures_are_told_and_everything_is_escaped() {
    let cases = json!([
        { "name": "good <one>", "mock": { "ask": { "output": "x", "took": "1500ms" } } },
        { "name": "bad & \"quoted\"", "mock": { "ask": { "output": "<b>\u{1}" } }, "expect": { "output": "it's", "duration": "5s" } }
    ]);
    let report = report(&flow(json!([ask("ask")])), cases).await;
    insta::assert_snapshot!(junit(&[("flows/support.test.json", &report)]), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="linkwork" tests="2" failures="1" errors="0">
      <testsuite name="flows/support.test.json" tests="2" failures="1" errors="0" skipped="0">
        <testcase name="good &lt;one&gt;" classname="flows/support.test.json" file="flows/support.test.json" line="1" time="1.500"/>
        <testcase name="bad &amp; &quot;quoted&quot;" classname="flows/support.test.json" file="flows/support.test.json" line="1" time="0.000">
          <failure message="output: expected &quot;it&apos;s&quot;, found &quot;&lt;b&gt;\u0001&quot;">flows/support.test.json:1:196: output: expected &quot;it&apos;s&quot;, found &quot;&lt;b&gt;\u0001&quot;&#10;flows/support.test.json:1:214: duration: expected exactly 5s, found 0s</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}
