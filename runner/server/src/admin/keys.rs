//! Keys of members.

use connector_sdk::Schema;
use http::StatusCode;
use hyper::body::Incoming;
use runner_flow::{Diagnostic, Document, Timestamp};
use runner_gateway::control::{KeyRow, NewKey};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::refuse::No;
use super::{Asked, Said, body};

/// A key that is to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyToMake {
    /// Whose it is to be.
    principal: String,
    /// What people call it.
    #[serde(default)]
    label: String,
    /// The models that it is for; all that its principal may use, if it is left out.
    models: Option<Vec<String>>,
    /// When it ends, such as 2026-01-31T12:00:00Z; never, if it is left out.
    expires: Option<String>,
}

/// A key that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct Made<'a> {
    /// The key, which is told this once.
    key: &'a str,
    /// What is told of it from now on.
    about: &'a KeyRow,
}

pub(super) async fn make(asked: &Asked<'_>, body: Incoming) -> Result<Said, No> {
    asked.query.end()?;
    let document = body::json(&asked.head.headers, body).await?;
    let KeyToMake { principal, label, models, expires } = read(&document)?;
    let expires = expires.map(|text| Timestamp::parse(&text)).transpose();
    let expires = expires.map_err(|why| No::invalid(format!("expires: {why}"), "write it so, or leave it out"))?;
    let new = NewKey { workspace: asked.workspace.to_owned(), principal, label, models, expires };
    let made = asked.gateway.make_key(&asked.actor, new, asked.now).await;
    let made = made.map_err(|error| No::of_control(error, ""))?;
    Ok(Said::of(&Made { key: &made.key, about: &made.row }).status(StatusCode::CREATED))
}

/// Everything that is wrong is told with its place.
fn read(document: &Document) -> Result<KeyToMake, No> {
    let schema = SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<KeyToMake>();
    let violations = Schema::new(schema.to_value()).check(document.value()).into_iter();
    let findings: Vec<Diagnostic> = violations.map(|found| Diagnostic::of_violation(found, document)).collect();
    if !findings.is_empty() {
        return Err(No::findings(&findings, ""));
    }
    KeyToMake::deserialize(document.value())
        .map_err(|error| No::invalid(error.to_string(), "GET /openapi.json tells its form"))
}

pub(super) async fn list(asked: &mut Asked<'_>) -> Result<Said, No> {
    let after = asked.query.text("after");
    asked.query.end()?;
    let keys = asked.gateway.keys(&asked.actor, asked.workspace, after.as_deref(), asked.now).await;
    Ok(Said::of(&keys.map_err(|error| No::of_control(error, ""))?))
}

pub(super) async fn show(asked: &Asked<'_>) -> Result<Said, No> {
    asked.query.end()?;
    let key = asked.gateway.key(&asked.actor, asked.workspace, asked.name, asked.now).await;
    Ok(Said::of(&key.map_err(|error| No::of_control(error, ""))?))
}

pub(super) async fn revoke(asked: &Asked<'_>) -> Result<Said, No> {
    asked.query.end()?;
    let revoked = asked.gateway.revoke_key(&asked.actor, asked.workspace, asked.name, asked.now).await;
    revoked.map_err(|error| No::of_control(error, ""))?;
    Ok(Said::of(&Value::Null).status(StatusCode::NO_CONTENT))
}
