//! `GET /v1/api-key`: what is known of the key itself.

use axum::{Extension, Json};
use serde_json::{Value, json};

use crate::auth::Key;
use crate::record::last_four;
use crate::refusal::TEAM;

pub(crate) async fn show(Extension(Key(key)): Extension<Key>) -> Json<Value> {
    Json(json!({
        "redacted_api_key": format!("xai-...{}", last_four(&key)),
        "user_id": "59fbe5f2-040b-46d5-8325-868bb8f23eb2",
        "name": "Sandbox key",
        "create_time": "2024-01-01T12:55:18.139305Z",
        "modify_time": "2024-08-28T17:20:12.343321Z",
        "modified_by": "3d38b4dc-4eb7-4785-ae26-c3fa8997ffc7",
        "team_id": TEAM,
        "acls": ["api-key:model:*", "api-key:endpoint:*"],
        "api_key_id": "ae1e1841-4326-4b36-a8a9-8a1a7237db11",
        "team_blocked": false,
        "api_key_blocked": key == "xai-sandbox-blocked",
        "api_key_disabled": false,
    }))
}
