//! Where the output of a flow stands, as the file says it.

use runner_flow::Flow;
use serde_json::{Value, json};

#[test]
fn an_output_that_is_one_value_of_a_step_tells_its_place() {
    let place = |output: Value| {
        let file = json!({ "linkwork": 1, "name": "one", "steps": [{ "id": "a", "set": 1 }], "output": output });
        let flow = Flow::parse(&file.to_string()).unwrap();
        flow.output_path().map(|path| (path.step.to_owned(), path.within))
    };
    let a = |within| Some(("a".to_owned(), within));
    assert_eq!(place(json!("{{ steps.a.output }}")), a(false));
    assert_eq!(place(json!("{{steps['a'].output.choices[0]}}")), a(true));
    for other in [
        json!("{{ steps.a.output.x }} and {{ steps.a.output.y }}"),
        json!(" {{ steps.a.output.x }}"),
        json!("{{ steps.a.status }}"),
        json!("{{ input.x }}"),
        json!(["{{ steps.a.output.x }}"]),
        json!({ "$literal": "{{ steps.a.output.x }}" }),
    ] {
        assert_eq!(place(other.clone()), None, "{other}");
    }
}
