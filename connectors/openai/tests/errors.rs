//! What OpenAI's refusals mean: the bodies that the API answers with.

use serde_json::json;

use crate::server;
use crate::world::{World, verdict};

struct Case {
    status: u16,
    code: Option<&'static str>,
    param: Option<&'static str>,
    words: &'static str,
    expected: (&'static str, &'static str, &'static str),
}

const fn case(
    status: u16,
    code: Option<&'static str>,
    param: Option<&'static str>,
    words: &'static str,
    expected: (&'static str, &'static str, &'static str),
) -> Case {
    Case { status, code, param, words, expected }
}

const NEW_KEY: &str = "make a new key at https://platform.openai.com/api-keys and put it into the connection's api_key";
const ASK: &str = "give the key Write on Model capabilities at https://platform.openai.com/api-keys; a read-only key cannot ask models";
const LIST: &str =
    "give the key Read on Models at https://platform.openai.com/api-keys; a read-only key cannot ask models";
const ACCOUNT: &str = "correct the connection's organization and project, or leave them out";
const CREDITS: &str = "buy credits or raise the limit at https://platform.openai.com/settings/organization/billing; waiting does not help";
const SLOWER: &str =
    "send fewer requests at once; the limits stand at https://platform.openai.com/settings/organization/limits";
const LIVE: &str = "use a model that List Models shows, such as gpt-4.1-mini";
const ACCESS: &str = "give the key's project access to this model at https://platform.openai.com/settings";
const VERIFY: &str = "verify the organization at https://platform.openai.com/settings/organization/general";

#[rustfmt::skip]
const CASES: &[Case] = &[
    case(401, Some("invalid_api_key"), None, "Incorrect API key provided: sk-proj-********cdef. You can find your API key at https://platform.openai.com/account/api-keys.", ("unauthorized", "Final", NEW_KEY)),
    case(401, None, None, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.", ("unauthorized", "Final", NEW_KEY)),
    case(401, Some("mismatched_organization"), None, "OpenAI-Organization header should match organization for API key", ("unauthorized", "Final", ACCOUNT)),
    case(401, Some("invalid_organization"), None, "No such organization: org-nope.", ("unauthorized", "Final", ACCOUNT)),
    case(401, None, None, "You have insufficient permissions for this operation. Missing scopes: model.request. Check that you have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a restricted API key, that it has the necessary scopes.", ("forbidden", "Final", ASK)),
    case(403, None, None, "You have insufficient permissions for this operation. Missing scopes: api.responses.write. Check that you have the correct role.", ("forbidden", "Final", ASK)),
    case(403, None, None, "You have insufficient permissions for this operation. Missing scopes: api.model.read. Check that you have the correct role.", ("forbidden", "Final", LIST)),
    case(403, None, None, "Your organization must be verified to use the model `gpt-image-2`.", ("forbidden", "Final", VERIFY)),
    case(403, Some("unsupported_country_region_territory"), None, "Country, region, or territory not supported", ("forbidden", "Final", "OpenAI does not serve the country that this machine is in")),
    case(403, None, None, "Project `proj_x` does not have access.", ("forbidden", "Final", ACCESS)),
    case(403, Some("model_not_found"), None, "Project `proj_x` does not have access to model `gpt-5.5`", ("not_found", "Final", LIVE)),
    case(429, Some("insufficient_quota"), None, "You exceeded your current quota, please check your plan and billing details.", ("no_credits", "Final", CREDITS)),
    case(429, Some("billing_not_active"), None, "Your account is not active, please check your billing details on our website.", ("no_credits", "Final", CREDITS)),
    case(400, Some("billing_hard_limit_reached"), None, "Billing hard limit has been reached", ("no_credits", "Final", CREDITS)),
    case(429, Some("rate_limit_exceeded"), None, "Rate limit reached for gpt-5.5 in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.", ("rate_limited", "Refused", SLOWER)),
    case(429, Some("rate_limit_exceeded"), None, "Request too large for gpt-5.5 in organization org-x on tokens per min (TPM): Limit 30000, Requested 40000.", ("rejected", "Final", "shorten the request: it alone has more tokens than a minute may have")),
    case(404, Some("model_not_found"), None, "The model `gpt-9` does not exist or you do not have access to it.", ("not_found", "Final", LIVE)),
    case(404, Some("model_not_found"), None, "The model `dall-e-3` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations", ("not_found", "Final", "dall-e-3 was retired by OpenAI; use gpt-image-2")),
    case(400, Some("model_not_found"), Some("model"), "The requested model 'gpt-9' does not exist.", ("not_found", "Final", LIVE)),
    case(404, None, None, "Invalid URL (POST /v1/chat/completion)", ("not_found", "Final", "check the path, and the connection's base_url: it ends with /v1")),
    case(404, None, Some("model"), "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?", ("rejected", "Final", "use a model for chat, or send it to /completions by Raw Request")),
    case(404, None, Some("model"), "This model is only supported in v1/responses and not in v1/chat/completions.", ("rejected", "Final", "use Create Response, or another model")),
    case(400, Some("context_length_exceeded"), Some("messages"), "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens.", ("rejected", "Final", "shorten the messages, or use a model with a larger context")),
    case(400, Some("unsupported_parameter"), Some("max_tokens"), "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", ("rejected", "Final", "use max_completion_tokens in place of max_tokens")),
    case(400, Some("unsupported_value"), Some("temperature"), "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.", ("rejected", "Final", "leave temperature at its default: this model takes no other value")),
    case(400, Some("unknown_parameter"), None, "Unknown parameter: 'foo'.", ("rejected", "Final", "take foo out of the input: OpenAI does not take it with this request")),
    case(400, None, None, "Unrecognized request argument supplied: foo", ("rejected", "Final", "take foo out of the input: OpenAI does not take it with this request")),
    case(400, Some("moderation_blocked"), None, "Your request was rejected by the safety system.", ("rejected", "Final", "word it otherwise: OpenAI's moderation refuses it as it is")),
    case(400, Some("invalid_value"), Some("messages[0].role"), "Invalid value: 'usr'.", ("rejected", "Final", "")),
    case(500, None, None, "The server had an error while processing your request. Sorry about that!", ("unavailable", "Failed", "")),
    case(503, None, None, "The engine is currently overloaded, please try again later.", ("unavailable", "Failed", "")),
    case(200, Some("rate_limit_exceeded"), None, "Rate limit reached.", ("rate_limited", "Refused", SLOWER)),
    case(200, Some("insufficient_quota"), None, "You exceeded your current quota.", ("no_credits", "Final", CREDITS)),
    case(200, Some("invalid_value"), None, "Invalid value.", ("rejected", "Final", "")),
];

#[tokio::test]
async fn every_refusal_is_understood() {
    for case in CASES {
        let kind = if case.status >= 500 { "server_error" } else { "invalid_request_error" };
        let error = json!({ "message": case.words, "type": kind, "param": case.param, "code": case.code });
        let world = World::with(vec![server::json(case.status, &json!({ "error": error }).to_string())]).await;
        let error = world.call("list-models", json!({})).await.unwrap_err();
        let (kind, evidence, fix) = verdict(&error);
        assert_eq!((kind.as_str(), evidence.as_str(), fix.as_str()), case.expected, "{} {}", case.status, case.words);
        assert_eq!(error.status(), Some(case.status), "{}", case.words);
        assert!(error.message().ends_with(case.words), "the provider's words are kept: {error}");
    }
}

#[tokio::test]
async fn no_credit_is_never_repeated() {
    let body = r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#;
    let world = World::with(vec![server::json(429, body), server::json(200, r#"{"data":[]}"#)]).await.repeating();
    world.call("list-models", json!({})).await.unwrap_err();
    assert_eq!(world.heard().len(), 1);
}
