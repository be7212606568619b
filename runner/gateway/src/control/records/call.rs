//! The record of a call.

use std::sync::Arc;
use std::time::Duration;

use runner_flow::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Statement, params};
use schemars::JsonSchema;
use serde::Serialize;

use super::told;
use crate::bounds;
use crate::control::call::{CallEnd, CallId, Wanted};
use crate::control::caller::Caller;
use crate::control::model::Model;
use crate::control::usage::Usage;

/// A call that is over, before it is written.
#[derive(Debug)]
pub(crate) struct CallRecord {
    pub(crate) id: CallId,
    pub(crate) started: Timestamp,
    pub(crate) caller: Caller,
    pub(crate) model: Arc<Model>,
    pub(crate) wanted: Wanted,
    pub(crate) end: CallEnd,
}

impl CallRecord {
    /// What it cost, in billionths.
    pub(crate) fn cost(&self) -> Option<u64> {
        self.model.prices.as_ref()?.cost(&self.end.usage)
    }
}

/// A call as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CallRow {
    /// Its number. Those of calls that end later are higher.
    pub number: u64,
    /// Its id.
    #[schemars(with = "String")]
    pub id: CallId,
    /// When it came in, in milliseconds since 1970.
    #[schemars(with = "u64")]
    pub started: Timestamp,
    /// Where.
    pub workspace: String,
    /// Whose key it was.
    pub principal: String,
    /// The id of that key.
    pub key: String,
    /// The connection that it went by.
    pub connection: String,
    /// The model, as members call it.
    pub model: String,
    /// The model, as the provider calls it.
    pub provider_model: String,
    /// What it did, in the words of the `gen_ai` conventions.
    pub operation: String,
    /// Whether the answer came in pieces.
    pub stream: bool,
    /// The provider's status.
    pub status: Option<u16>,
    /// What went wrong, in one word.
    pub error_type: Option<String>,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// What was used, as far as it was told.
    pub usage: Usage,
    /// What it cost, where that is known: in billionths here, and in whole ones of the currency in JSON.
    #[serde(serialize_with = "told::cost")]
    #[schemars(with = "Option<f64>")]
    pub cost: Option<u64>,
    /// Until the first byte of the answer, in microseconds.
    #[serde(rename = "first_byte_us", serialize_with = "told::micros_if_any")]
    #[schemars(with = "Option<u64>")]
    pub first_byte: Option<Duration>,
    /// In all, in microseconds.
    #[serde(rename = "duration_us", serialize_with = "told::micros")]
    #[schemars(with = "u64")]
    pub duration: Duration,
    /// Of that, the gateway's own.
    #[serde(rename = "overhead_us", serialize_with = "told::micros")]
    #[schemars(with = "u64")]
    pub overhead: Duration,
    /// How the provider calls it.
    pub upstream_request_id: Option<String>,
}

const COLUMNS: &str = "id, started, workspace, principal, key, connection, model, provider_model, operation, stream, \
    status, error_type, bytes_in, bytes_out, input, output, cached, cached_apart, reasoning, total, cost, first_byte, \
    duration, overhead, upstream_request_id";

/// Writes records.
pub(crate) fn write(db: &Connection, calls: &[CallRecord]) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(&format!(
        "INSERT INTO call ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
         ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)"
    ))?;
    for call in calls {
        write_one(&mut statement, call)?;
        if let Some(content) = &call.end.content {
            let kept = |body: &[u8]| body[..body.len().min(bounds::CONTENT)].to_vec();
            db.prepare_cached("INSERT INTO call_content (id, request, answer) VALUES (?1, ?2, ?3)")?
                .execute(params![call.id.to_bytes(), kept(&content.request), kept(&content.answer)])?;
        }
    }
    Ok(())
}

fn write_one(statement: &mut Statement<'_>, call: &CallRecord) -> rusqlite::Result<usize> {
    let (model, end, usage) = (&call.model, &call.end, &call.end.usage);
    statement.execute(params![
        call.id.to_bytes(),
        call.started.as_millis(),
        &*call.caller.workspace,
        &*call.caller.principal,
        &*call.caller.key,
        &*model.connection_name,
        &*model.name,
        &*model.provider_model,
        call.wanted.operation,
        call.wanted.stream,
        end.status,
        end.error_type.as_deref().map(shortened),
        end.bytes_in,
        end.bytes_out,
        usage.input,
        usage.output,
        usage.cached,
        usage.cached_apart,
        usage.reasoning,
        usage.total,
        call.cost(),
        end.first_byte.map(micros),
        micros(end.duration),
        micros(end.overhead),
        end.upstream_request_id.as_deref().map(shortened),
    ])
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX >> 1)
}

fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(bounds::RECORDED)).unwrap_or(text)
}

/// Which calls are asked for, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Where.
    pub workspace: String,
    /// Only of this principal.
    pub principal: Option<String>,
    /// Only by this key.
    pub key: Option<String>,
    /// Only of this model.
    pub model: Option<String>,
    /// Only those that went wrong.
    pub failed: bool,
    /// Only those that came in at this moment or later.
    pub since: Option<Timestamp>,
    /// Only those before this one, to go on with a list.
    pub before: Option<CallId>,
    /// Only those with a higher number, in the order of their ends, to see what is new.
    pub after: Option<u64>,
    /// How many at most; [`bounds::LISTED`] in any case.
    pub limit: u32,
}

/// The calls that fit.
pub(crate) fn list(db: &Connection, query: &CallQuery) -> rusqlite::Result<Vec<CallRow>> {
    let order = if query.after.is_some() { "number ASC" } else { "id DESC" };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, number FROM call
         WHERE id >= ?1 AND id < ?2 AND workspace = ?3 AND (?4 IS NULL OR principal = ?4) AND (?5 IS NULL OR key = ?5)
             AND (?6 IS NULL OR model = ?6) AND (NOT ?7 OR error_type IS NOT NULL)
             AND (?9 IS NULL OR number > ?9)
         ORDER BY {order} LIMIT ?8"
    ))?;
    let first = query.since.map_or(CallId::FIRST, CallId::first_of);
    let last = query.before.unwrap_or(CallId::LAST);
    let rows = statement.query_map(
        params![
            first.to_bytes(),
            last.to_bytes(),
            query.workspace,
            query.principal,
            query.key,
            query.model,
            query.failed,
            query.limit.clamp(1, bounds::LISTED),
            query.after
        ],
        read,
    )?;
    rows.collect()
}

/// The call with this id, if it was in this workspace, and what was said in it, if that was kept.
pub(crate) fn find(db: &Connection, workspace: &str, id: CallId) -> rusqlite::Result<Option<CallRow>> {
    let sql = format!("SELECT {COLUMNS}, number FROM call WHERE id = ?1 AND workspace = ?2");
    db.query_row(&sql, params![id.to_bytes(), workspace], read).optional()
}

/// What was said in a call: the request, and the answer.
pub(crate) fn content(db: &Connection, id: CallId) -> rusqlite::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let sql = "SELECT request, answer FROM call_content WHERE id = ?1";
    db.query_row(sql, [id.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Forgets some calls before a moment, and tells how many.
pub(crate) fn prune(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    let first = CallId::first_of(before).to_bytes();
    let some = "SELECT id FROM call WHERE id < ?1 ORDER BY id LIMIT ?2";
    db.execute(&format!("DELETE FROM call_content WHERE id IN ({some})"), params![first, bounds::PRUNED])?;
    db.execute(&format!("DELETE FROM call WHERE id IN ({some})"), params![first, bounds::PRUNED])
}

fn read(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    let micros = |column| row.get(column).map(Duration::from_micros);
    Ok(CallRow {
        number: row.get(25)?,
        id: CallId::from_bytes(row.get(0)?),
        started: Timestamp::from_millis(row.get(1)?),
        workspace: row.get(2)?,
        principal: row.get(3)?,
        key: row.get(4)?,
        connection: row.get(5)?,
        model: row.get(6)?,
        provider_model: row.get(7)?,
        operation: row.get(8)?,
        stream: row.get(9)?,
        status: row.get(10)?,
        error_type: row.get(11)?,
        bytes_in: row.get(12)?,
        bytes_out: row.get(13)?,
        usage: Usage {
            input: row.get(14)?,
            output: row.get(15)?,
            cached: row.get(16)?,
            cached_apart: row.get(17)?,
            reasoning: row.get(18)?,
            total: row.get(19)?,
        },
        cost: row.get(20)?,
        first_byte: row.get::<_, Option<u64>>(21)?.map(Duration::from_micros),
        duration: micros(22)?,
        overhead: micros(23)?,
        upstream_request_id: row.get(24)?,
    })
}
