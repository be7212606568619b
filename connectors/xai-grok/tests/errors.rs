//! What xAI's refusals mean: every body that was seen, old and new.

use connector_sdk::http::Egress;
use connector_sdk::{Context, Retries, Scope};
use connector_xai_grok::connector;
use serde_json::json;

use crate::server::{self, Server};
use crate::world::{World, action_of, verdict};

struct Case {
    status: u16,
    body: &'static str,
    kind: &'static str,
    evidence: &'static str,
    fix: &'static str,
}

const fn case(status: u16, body: &'static str, kind: &'static str, evidence: &'static str, fix: &'static str) -> Case {
    Case { status, body, kind, evidence, fix }
}

const NEW_KEY: &str = "make a new key at https://console.x.ai and put it into the connection's api_key";
const CREDITS: &str = "buy credits or raise the spending limit at https://console.x.ai; waiting does not help";
const SLOWER: &str = "send fewer requests at once, or ask xAI for a higher rate limit at https://console.x.ai";
const ACCESS: &str = "give the key access to this model and endpoint at https://console.x.ai";
const PENALTY: &str = "take presence_penalty out of the input: xAI does not take it with this request";
const LIVE: &str = "use a model that List Models shows, such as grok-4.3";
const BASE: &str = "check the connection's base_url: it ends with /v1, as https://api.x.ai/v1 does";
const SEARCH: &str =
    "take search_parameters out; xAI's web_search and x_search tools replace it, on /responses by Raw Request";
const REMOVED: &str = "xAI has removed this endpoint; Create Chat Completion does what Create Message did";

#[rustfmt::skip]
const CASES: &[Case] = &[
    case(400, r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***yz. You can obtain an API key from https://console.x.ai."}"#, "unauthorized", "Final", NEW_KEY),
    case(400, r#"{"code":"invalid-argument","error":"Incorrect API key provided. You can obtain an API key from https://console.x.ai."}"#, "unauthorized", "Final", NEW_KEY),
    case(401, r#"{"code":"unauthenticated:no-credentials","error":"No credentials presented."}"#, "unauthorized", "Final", NEW_KEY),
    case(401, r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":null}}"#, "unauthorized", "Final", NEW_KEY),
    case(403, r#"{"code":"The caller does not have permission to execute the specified operation","error":"Your newly created team doesn't have any credits or licenses yet. You can purchase those on https://console.x.ai/team/0c2a."}"#, "no_credits", "Final", CREDITS),
    case(403, r#"{"code":"permission-denied","error":"Access to model denied."}"#, "forbidden", "Final", ACCESS),
    case(429, r#"{"code":"resource-exhausted","error":"Your team 0c2a has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}"#, "no_credits", "Final", CREDITS),
    case(429, r#"{"code":"resource-exhausted","error":"Too many requests for team 0c2a and model grok-4.5. Your team's rate limit is - Requests per Minute (actual/limit): 2/2."}"#, "rate_limited", "Refused", SLOWER),
    case(429, r#"{"code":"Some resource has been exhausted","error":"Too many requests"}"#, "rate_limited", "Refused", SLOWER),
    case(429, "", "rate_limited", "Refused", SLOWER),
    case(404, r#"{"code":"not-found","error":"The model grok-5.5 does not exist or your team 0c2a does not have access to it."}"#, "not_found", "Final", LIVE),
    case(404, r#"{"code":"Some requested entity was not found","error":"The model grok-beta does not exist or your team 0c2a does not have access to it. Please ensure you're using the correct API key."}"#, "not_found", "Final", "grok-beta was retired by xAI; use grok-4.3"),
    case(400, r#"{"code":"invalid-argument","error":"Model not found: grok-imagine-image-pro"}"#, "not_found", "Final", "grok-imagine-image-pro was retired by xAI; use grok-imagine-image-2.0"),
    case(404, r#"{"code":"Some requested entity was not found","error":"No handler found on route. Please double check your URL and consult https://api.x.ai/docs for more information."}"#, "not_found", "Final", BASE),
    case(400, r#"{"code":"Client specified an invalid argument","error":"Argument not supported on this model: presencePenalty"}"#, "rejected", "Final", PENALTY),
    case(400, r#"{"code":"invalid-argument","error":"Model grok-4.5 does not support parameter presencePenalty."}"#, "rejected", "Final", PENALTY),
    case(400, r#"{"code":"400","error":"Argument not supported: size"}"#, "rejected", "Final", "take size out of the input: xAI does not take it with this request"),
    case(400, r#"{"code":"invalid-argument","error":"This model's maximum prompt length is 500000 but the request contains 637815 tokens."}"#, "rejected", "Final", "shorten the messages, or use a model with a larger context"),
    case(400, r#"{"code":"invalid-argument","error":"Multi Agent requests are not allowed on chat completions."}"#, "rejected", "Final", "send it to /responses by Raw Request, or use another model"),
    case(400, r#"{"code":"invalid-argument","error":"Your prompt asks about credits."}"#, "rejected", "Final", ""),
    case(410, r#"{"code":"gone","error":"Live search is deprecated. Please switch to the Agent Tools API: https://docs.x.ai/docs/guides/tools/overview"}"#, "gone", "Final", SEARCH),
    case(410, "", "gone", "Final", REMOVED),
    case(415, "", "rejected", "Final", ""),
    case(500, r#"{"code":"Internal error","error":"Internal error"}"#, "unavailable", "Failed", ""),
    case(503, r#"{"code":"The service is currently unavailable","error":"The model is currently at capacity due to high demand"}"#, "unavailable", "Failed", ""),
    case(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "unavailable", "Failed", ""),
    case(200, r#"{"code":"The service is currently unavailable","error":"Timed out waiting for first token"}"#, "unavailable", "Failed", ""),
    case(200, r#"{"code":"resource-exhausted","error":"Too many requests for team 0c2a and model grok-4.5."}"#, "rate_limited", "Refused", SLOWER),
    case(200, r#"{"code":"resource-exhausted","error":"Your team 0c2a has either used all available credits or reached its monthly spending limit."}"#, "no_credits", "Final", CREDITS),
    case(200, r#"{"code":"invalid-argument","error":"Each message must have at least one content element."}"#, "rejected", "Final", ""),
    case(200, r#"{"error":"something new"}"#, "unavailable", "Failed", ""),
];

#[tokio::test]
async fn every_refusal_that_was_seen_is_understood() {
    for case in CASES {
        let world = World::with(vec![server::json(case.status, case.body)]).await;
        let error = world.call("list-models", json!({})).await.unwrap_err();
        let expected = (case.kind.to_owned(), case.evidence.to_owned(), case.fix.to_owned());
        assert_eq!(verdict(&error), expected, "{} {}", case.status, case.body);
        assert_eq!(error.status(), Some(case.status), "{}", case.body);
    }
}

#[tokio::test]
async fn the_message_is_the_providers_sentence() {
    let body = r#"{"code":"invalid-argument","error":"Model grok-4.5 does not support parameter presencePenalty."}"#;
    let world = World::with(vec![server::json(400, body)]).await;
    let error = world.call("list-models", json!({})).await.unwrap_err();
    assert_eq!(
        error.message(),
        "the provider answered 400 Bad Request: Model grok-4.5 does not support parameter presencePenalty."
    );
}

#[tokio::test]
async fn a_text_answer_is_understood_too() {
    let text = "Failed to deserialize the JSON body into the target type: missing field `messages` at line 1 column 2";
    let world = World::with(vec![server::answer(422, "text/plain", text)]).await;
    let error = world.call("list-models", json!({})).await.unwrap_err();
    assert_eq!(error.kind().code(), "rejected");
    assert!(error.message().ends_with(text), "{error}");
}

#[tokio::test]
async fn a_key_of_another_form_is_suspected() {
    let bad = r#"{"code":"invalid-argument","error":"Incorrect API key provided: sk-1234567890. You can obtain an API key from https://console.x.ai."}"#;
    let server = Server::start(vec![server::json(400, bad)]).await;
    let connector = connector();
    let fields = json!({ "api_key": "sk-1234567890", "base_url": server.base_url });
    let connection = connector.connect("grok@1", fields, Egress::Private).unwrap();
    let action = action_of(&connector, "list-models");
    let ctx = Context::new(Scope { retries: Retries::Caller, ..Scope::default() });
    let error = action.call(&ctx, &connection, action.prepare(json!({})).unwrap()).await.unwrap_err();
    let fix = "the connection's api_key does not begin with xai-, as xAI's keys do: is it another provider's?";
    assert_eq!(error.fix(), Some(fix));
    assert!(!format!("{error} {error:?}").contains("sk-1234567890"), "{error:?}");
}

#[tokio::test]
async fn no_credit_is_never_repeated() {
    let body = r#"{"code":"resource-exhausted","error":"Your team 0c2a has either used all available credits or reached its monthly spending limit."}"#;
    let world = World::with(vec![server::json(429, body), server::json(200, r#"{"data":[]}"#)]).await.repeating();
    world.call("list-models", json!({})).await.unwrap_err();
    assert_eq!(world.heard().len(), 1);
}
