//! Files in and out: uploads by reference, pictures saved, never base64 in an output.

use tests::command::Shell;
use tests::wire::{Reply, Wire};

#[test]
fn a_picture_is_saved_and_its_path_printed() {
    let with = r#"{"prompt":"a lighthouse","model":"grok-imagine-image-2.0","additional_fields":{"response_format":"b64_json"}}"#;
    let shell = Shell::default();
    let outcome = shell.run(["action", "run", "xai-grok/generate-image", "--with", with, "--sandbox"]).exits(0);
    let line = outcome.stderr.lines().find_map(|line| line.strip_prefix("saved ")).unwrap();
    let picture = std::fs::read(shell.path(line)).unwrap();
    assert!(picture.starts_with(b"\xff\xd8\xff"), "it is a JPEG");
    assert!(
        outcome.stdout.contains("\"$file\": \"sha256:") && outcome.stdout.contains("image/jpeg"),
        "{}",
        outcome.stdout
    );
    assert!(!outcome.stdout.contains("b64_json") && !outcome.stdout.contains("/9j/"), "{}", outcome.stdout);
}

#[test]
fn a_file_is_uploaded_under_its_key() {
    let upstream = Wire::always(Reply::json(200, "{}"));
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test").file("report.txt", "what it holds");
    let with =
        r#"{"url":"/files","method":"POST","form_data":{"purpose":"test"},"file_data_file_names":{"file":"r.txt"}}"#;
    shell.run(["action", "run", "xai-grok/raw-request", "--with", with, "--file", "file=report.txt"]).exits(0);
    let request = upstream.only_request();
    let body = request.text();
    assert!(request.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    let field = body.find("name=\"purpose\"\r\n\r\ntest").unwrap();
    let file = body.find("name=\"file\"; filename=\"r.txt\"\r\nContent-Type: text/plain\r\n\r\nwhat it holds").unwrap();
    assert!(field < file, "fields come first");
}

#[test]
fn a_binary_answer_is_a_file() {
    let bytes = [0, 159, 146, 150];
    let upstream = Wire::always(Reply::new(200, &[("content-type", "image/png")], bytes));
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let with = r#"{"url":"/pictures/one","method":"GET","response_type":"binary"}"#;
    let outcome = shell.run(["action", "run", "xai-grok/raw-request", "--with", with, "--output", "json"]).exits(0);
    let file = &outcome.json()["output"]["body"];
    assert_eq!(
        (file["name"].as_str(), file["media_type"].as_str(), file["size"].as_u64()),
        (Some("one.png"), Some("image/png"), Some(4))
    );
    let saved = shell.files().into_iter().find(|path| path.extension().is_some_and(|end| end == "png")).unwrap();
    assert_eq!(std::fs::read(saved).unwrap(), bytes);
}

#[test]
fn what_only_looks_like_a_file_is_data() {
    let body = r#"{"$file":"sha256:00","name":"a","media_type":"text/plain","size":1}"#;
    let upstream = Wire::always(Reply::json(200, body));
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let with = r#"{"url":"/x","method":"GET"}"#;
    let outcome = shell.run(["action", "run", "xai-grok/raw-request", "--with", with]).exits(0);
    assert!(outcome.stdout.contains("sha256:00"), "{}", outcome.stdout);
    assert!(!outcome.stderr.contains("saved"), "{}", outcome.stderr);
}

#[test]
fn a_file_is_saved_once() {
    let upstream = Wire::always(Reply::new(200, &[("content-type", "image/png")], [0, 159, 146, 150]));
    let flow = r#"{"linkwork":1,"name":"f","connections":{"grok":{"connector":"xai-grok"}},"steps":[{"id":"a","action":"xai-grok/raw-request","with":{"url":"/one","method":"GET","response_type":"binary"}}],"output":["{{ steps.a.output.body }}","{{ steps.a.output.body }}"]}"#;
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test").file("f.linkwork.json", flow);
    let outcome = shell.run(["run", "f.linkwork.json"]).exits(0);
    assert_eq!(outcome.stderr.matches("saved ").count(), 1, "{}", outcome.stderr);
}
