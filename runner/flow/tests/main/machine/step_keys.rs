//! The keys of steps: what they say of the way to a step, and which step of a flow they lead to.

use runner_flow::StepKey;
use serde_json::json;

use super::driver::{Driver, flow_in, key};

/// A key, its ids, and the keys of what its step stands in.
const KEYS: [(&str, &[&str], &[&str]); 6] = [
    ("ask", &["ask"], &[]),
    ("each[3].ask", &["each", "ask"], &["each"]),
    ("each~2[0].ask", &["each", "ask"], &["each"]),
    ("group~12.ask", &["group", "ask"], &["group"]),
    ("a[1].b~2[2].c", &["a", "b", "c"], &["a", "a[1].b"]),
    ("a~2.b[0].c~3.d", &["a", "b", "c", "d"], &["a", "a~2.b", "a~2.b[0].c"]),
];

#[test]
fn a_key_tells_the_way_to_its_step() {
    for (path, ids, ancestors) in KEYS {
        let key = StepKey::new(path);
        assert_eq!(key.as_str(), path);
        assert_eq!(key.ids().collect::<Vec<_>>(), ids, "{path}");
        assert_eq!(key.ancestors().collect::<Vec<_>>(), ancestors, "{path}");
        assert_eq!((key.own(), key.id()), (ids[0], ids[ids.len() - 1]), "{path}");
    }
}

#[test]
fn a_key_tells_the_outermost_turn() {
    let of = |path: &str| StepKey::new(path).outermost_turn().map(|(around, turn)| (around.to_owned(), turn));
    assert_eq!(of("ask"), None);
    assert_eq!(of("group~2.ask"), None);
    assert_eq!(of("each~2[3].b[1].ask"), Some(("each".to_owned(), 3)));
    assert_eq!(of("a~2.each[0].ask"), Some(("a~2.each".to_owned(), 0)));
}

/// What a Machine asks for stands where its key leads to.
#[test]
fn the_key_of_an_operation_leads_to_its_step() {
    let ask = json!({ "id": "ask", "action": "model/ask" });
    let sub = json!({ "steps": [{ "id": "inner", "for_each": [1], "steps": [ask] }] });
    let outer = json!({ "id": "outer", "repeat": { "times": 2 }, "steps": [{ "id": "run", "flow": "sub" }] });
    let flow = flow_in(json!({ "steps": [outer] }), &[("sub", sub)]);
    let driver = Driver::begin(&flow, Default::default()).echo();
    let keys: Vec<&str> = driver.ops.iter().map(key).collect();
    assert_eq!(keys, ["outer[0].run.inner[0].ask", "outer[1].run.inner[0].ask"]);
    for path in keys {
        assert_eq!(flow.step_at(&StepKey::new(path)).unwrap().id(), "ask", "{path}");
    }
    assert!(flow.step_at(&StepKey::new("outer[0].run")).unwrap().action().is_none());
    for path in ["ask", "outer[0].run.ask.ask.x", "outer.nobody", ""] {
        assert!(flow.step_at(&StepKey::new(path)).is_none(), "{path}");
    }
    let outer = flow.step("outer").unwrap();
    assert!(outer.holds("run") && !outer.holds("outer") && !outer.holds("inner"));
}
