//! What happened: calls, sums of them, and the audit.

use std::time::Duration;

use runner_flow::Timestamp;
use runner_gateway::control::{AuditLine, CallId, CallQuery, CallRow, Content, NotACall, UsageBy, UsageQuery};
use schemars::JsonSchema;
use serde::Serialize;

use super::refuse::No;
use super::{Asked, Said};

/// Rows of an answer, unless it is asked for more.
const ROWS: u64 = 100;
/// The days that usage is told of, unless it is asked for others.
const MONTH: Duration = Duration::from_hours(24 * 30);

/// A call, and what was said in it.
#[derive(Serialize, JsonSchema)]
pub(super) struct WholeCall {
    /// The call.
    call: CallRow,
    /// The request's body, if the model keeps it.
    request: Option<String>,
    /// The answer's body, if the model keeps it.
    answer: Option<String>,
}

/// A line of the audit, and its number.
#[derive(Serialize, JsonSchema)]
pub(super) struct Line {
    /// Its number, to go on from with `before`.
    number: u64,
    /// What it says.
    line: AuditLine,
}

pub(super) async fn calls(asked: &mut Asked<'_>) -> Result<Said, No> {
    let query = &mut asked.query;
    let not_a_call = |why: NotACall| No::invalid(why.to_string(), "write the id of an earlier answer");
    let query = CallQuery {
        workspace: asked.workspace.to_owned(),
        principal: query.text("principal"),
        key: query.text("key"),
        model: query.text("model"),
        failed: query.flag("failed")?,
        since: query.moment("since")?,
        before: query.text("before").map(|id| id.parse().map_err(not_a_call)).transpose()?,
        after: query.number("after")?,
        limit: limit(query.number("limit")?),
    };
    asked.query.end()?;
    let calls = asked.gateway.calls(&asked.actor, query, asked.now).await;
    Ok(Said::of(&calls.map_err(|error| No::of_control(error, ""))?))
}

/// An id that cannot be one is as one that is missing.
pub(super) async fn call(asked: &Asked<'_>) -> Result<Said, No> {
    asked.query.end()?;
    let missing = |_| No::missing("call", asked.name, "list the calls to see their ids");
    let id: CallId = asked.name.parse().map_err(missing)?;
    let found = asked.gateway.call(&asked.actor, asked.workspace, id, asked.now).await;
    let (call, content) = found.map_err(|error| No::of_control(error, ""))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = content.map(|Content { request, answer }| (text(&request), text(&answer)));
    let (request, answer) = said.unzip();
    Ok(Said::of(&WholeCall { call, request, answer }))
}

pub(super) async fn usage(asked: &mut Asked<'_>) -> Result<Said, No> {
    let query = &mut asked.query;
    let by = match query.text("by").as_deref() {
        None | Some("model") => UsageBy::Model,
        Some("key") => UsageBy::Key,
        Some("day") => UsageBy::Day,
        Some(_) => return Err(No::invalid("by must be model, key or day", "write one of them")),
    };
    let month = u64::try_from(MONTH.as_millis()).unwrap_or(u64::MAX);
    let month_ago = Timestamp::from_millis(asked.now.as_millis().saturating_sub(month));
    let query = UsageQuery {
        workspace: asked.workspace.to_owned(),
        principal: query.text("principal"),
        since: query.moment("since")?.unwrap_or(month_ago),
        until: query.moment("until")?.unwrap_or(asked.now),
        by,
    };
    asked.query.end()?;
    let usage = asked.gateway.usage(&asked.actor, query, asked.now).await;
    Ok(Said::of(&usage.map_err(|error| No::of_control(error, ""))?))
}

pub(super) async fn audit(asked: &mut Asked<'_>) -> Result<Said, No> {
    let (before, limit) = (asked.query.number("before")?, limit(asked.query.number("limit")?));
    asked.query.end()?;
    let lines = asked.gateway.audit(&asked.actor, asked.workspace, before, limit, asked.now).await;
    let lines = lines.map_err(|error| No::of_control(error, ""))?;
    Ok(Said::of(&lines.into_iter().map(|(number, line)| Line { number, line }).collect::<Vec<_>>()))
}

fn limit(asked: Option<u64>) -> u32 {
    u32::try_from(asked.unwrap_or(ROWS)).unwrap_or(u32::MAX)
}
