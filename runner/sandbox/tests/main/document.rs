//! xAI's own OpenAPI document, which the crate `xai-openapi` ships without exporting it.

use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(read);

/// The compiler noted beside this test's own binary which sources it was built from, the crate's among them.
fn read() -> Value {
    let built = std::env::current_exe().unwrap();
    let notes = std::fs::read_dir(built.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
    let ours = notes.filter(|note| note.file_name().is_some_and(|name| is_note(&name.to_string_lossy())));
    let document = ours.filter_map(|note| document_beside(&note)).next();
    serde_json::from_slice(&document.expect("the crate xai-openapi is not where it was built from")).unwrap()
}

fn is_note(name: &str) -> bool {
    name.starts_with("xai_openapi-") && name.ends_with(".d")
}

/// A note of an earlier build may name a place that is gone.
fn document_beside(note: &Path) -> Option<Vec<u8>> {
    let sources = std::fs::read_to_string(note).unwrap();
    let root = sources.lines().find_map(|line| line.strip_suffix("lib.rs:"))?.replace("\\ ", " ");
    std::fs::read(Path::new(&root).parent()?.join("xai_openapi.json")).ok()
}

/// Panics with every violation if a body is not what a component of the document describes.
pub(crate) fn assert_valid(component: &str, body: &Value) {
    let components = &DOCUMENT["components"];
    assert!(components["schemas"][component].is_object(), "the document has no {component}");
    let schema = json!({
        "$ref": format!("#/components/schemas/{component}"),
        "components": components,
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{component}: {errors:#?}\n{body:#}");
}

#[test]
fn the_document_refuses_what_is_wrong() {
    let wrong = json!({ "object": "list" });
    assert!(std::panic::catch_unwind(|| assert_valid("ListModelsResponse", &wrong)).is_err());
}
