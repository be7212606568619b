//! Numbers that JavaScript would round.

use connector_sdk::{ErrorKind, Evidence};
use serde_json::json;
use tests::wire::Reply;

use super::{answered, sent};

#[tokio::test]
async fn big_integers_are_exact() {
    let big = 12_345_678_901_234_567_890_u64;
    let output =
        answered(Reply::json(200, r#"{"id":12345678901234567890,"least":-9223372036854775808}"#)).await.unwrap();
    assert_eq!(output["body"], json!({ "id": big, "least": i64::MIN }));

    let input = json!({ "url": "/x", "method": "POST", "data": { "id": big }, "query_params": { "id": big } });
    let request = sent(input).await;
    assert_eq!(request.target(), "/v1/x?id=12345678901234567890");
    assert_eq!(request.text(), r#"{"id":12345678901234567890}"#);
}

#[tokio::test]
async fn an_inexact_number_is_an_error_that_names_its_pointer() {
    let body = r#"{"items":[{"a/b":18446744073709551616}]}"#;
    let error = answered(Reply::json(200, body)).await.unwrap_err();
    assert_eq!((error.kind(), error.evidence()), (ErrorKind::MalformedAnswer, Evidence::Final));
    assert_eq!(
        error.message(),
        "the provider's answer /items/0/a~1b: 18446744073709551616 cannot be held exactly; send it as text, in quotes, to keep its digits"
    );
    assert_eq!(error.response().unwrap()["body"], body, "the digits are not lost");
}
