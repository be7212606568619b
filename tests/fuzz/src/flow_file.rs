//! Any text is a flow, or is refused with positions that lie in it; formatting keeps what it means.
#![no_main]

use connector_sdk::Registry;
use libfuzzer_sys::fuzz_target;
use runner_flow::{Flow, NoFolder};

fuzz_target!(|text: &str| {
    let (flow, found) = Flow::validate(text, &NoFolder, &Registry::new([]));
    assert!(flow.is_some() || !found.is_empty(), "refused without a word");
    for finding in &found {
        assert!(finding.line >= 1 && finding.column >= 1);
        assert!(text.get(finding.span.clone()).is_some(), "{finding:?} points out of the text");
    }
    if let Ok(formatted) = runner_flow::format(text) {
        assert_eq!(runner_flow::format(&formatted).as_deref(), Ok(formatted.as_str()), "formatted twice");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        assert_eq!(value(text), value(&formatted), "formatting changed what it means");
    }
});
