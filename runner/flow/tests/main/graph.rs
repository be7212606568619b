//! Drawings of flows: every step, every way, and no text that the drawing's language could take for its own.

use runner_flow::{Flow, GraphFormat, graph};
use serde_json::json;

use crate::support::Beside;

fn whole() -> Flow {
    Flow::parse_in(include_str!("../whole-language.json"), &Beside).unwrap()
}

#[test]
fn a_flow_in_mermaid() {
    insta::assert_snapshot!(graph(&whole(), GraphFormat::Mermaid));
}

#[test]
fn a_flow_in_dot() {
    insta::assert_snapshot!(graph(&whole(), GraphFormat::Dot));
}

#[test]
fn labels_are_never_code() {
    let evil = "\"]; end\n%%{init}%% <b>&lt;|`$#; é🎉 \\";
    let text = json!({ "linkwork": 1, "name": "evil", "steps": [
        { "id": "a", "for_each": [evil], "steps": [{ "id": "b", "set": 1 }] },
    ]});
    let flow = Flow::parse(&text.to_string()).unwrap();
    let mermaid = graph(&flow, GraphFormat::Mermaid);
    let dot = graph(&flow, GraphFormat::Dot);
    assert!(mermaid.contains("é🎉") && dot.contains("é🎉"), "{mermaid}{dot}");
    for line in mermaid.lines() {
        let quotes = line.matches('"').count();
        assert!(quotes == 0 || quotes == 2, "{line}");
        let inside = line.split('"').nth(1).unwrap_or_default().replace("<br/>", "");
        assert!(!inside.contains(['<', '>', '[', ']', '{', '}', '|', '`', '$', '%', '&', '\\']), "{line}");
    }
    for line in dot.lines().filter(|line| line.contains("label=")) {
        let plain = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(plain.matches('"').count(), 2, "{line}");
    }
}
