//! Sums of calls, by day: written with the calls, and kept longer than they are.

use std::collections::BTreeMap;

use runner_flow::Timestamp;
use rusqlite::{Connection, Row, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::CallRecord;
use super::told;
use crate::bounds;
use crate::control::limits::DAY;

/// What many calls used together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sums {
    /// How many calls there were.
    pub calls: u64,
    /// Of those, how many went wrong.
    pub errors: u64,
    /// How many were served, or may have been, and did not tell what they used. They are not in the sums below.
    pub unknown: u64,
    /// Tokens that were sent.
    pub input: u64,
    /// Tokens that were answered.
    pub output: u64,
    /// All tokens together.
    pub total: u64,
    /// What it cost; nothing if no call had a price. In billionths here, and in whole ones of the currency in JSON.
    #[serde(serialize_with = "told::cost")]
    #[schemars(with = "Option<f64>")]
    pub cost: Option<u64>,
}

impl Sums {
    fn add(&mut self, call: &CallRecord) {
        let (end, usage) = (&call.end, &call.end.usage);
        self.calls += 1;
        self.errors += u64::from(end.error_type.is_some());
        self.unknown += u64::from(end.was_served() && usage.all().is_none());
        self.input += usage.all_input().unwrap_or(0);
        self.output += usage.all_output().unwrap_or(0);
        self.total += usage.all().unwrap_or(0);
        if let Some(cost) = call.cost() {
            self.cost = Some(self.cost.unwrap_or(0).saturating_add(cost));
        }
    }
}

/// A sum that grows beyond what can be added up stays there: 2^53.
const WRITE: &str = "
    INSERT INTO usage (workspace, day, model, key, calls, errors, unknown, input, output, total, cost)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, errors = errors + excluded.errors,
        unknown = unknown + excluded.unknown,
        input = min(input + excluded.input, 9007199254740992),
        output = min(output + excluded.output, 9007199254740992),
        total = min(total + excluded.total, 9007199254740992),
        cost = CASE WHEN excluded.cost IS NULL THEN cost
            ELSE min(coalesce(cost, 0) + excluded.cost, 9007199254740992) END";

/// Adds calls to the sums of their days.
pub(crate) fn write(db: &Connection, calls: &[CallRecord]) -> rusqlite::Result<()> {
    let mut sums: BTreeMap<(&str, u64, &str, &str), Sums> = BTreeMap::new();
    for call in calls {
        let day = call.started.as_millis() / DAY;
        sums.entry((&call.caller.workspace, day, &call.model.name, &call.caller.key)).or_default().add(call);
    }
    let mut statement = db.prepare_cached(WRITE)?;
    for ((workspace, day, model, key), sums) in sums {
        let Sums { calls, errors, unknown, input, output, total, cost } = sums;
        statement.execute(params![workspace, day, model, key, calls, errors, unknown, input, output, total, cost])?;
    }
    Ok(())
}

/// What usage is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageBy {
    /// Each model.
    Model,
    /// Each key.
    Key,
    /// Each day, in UTC.
    Day,
}

/// Which usage is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// Where.
    pub workspace: String,
    /// Only of this principal's keys.
    pub principal: Option<String>,
    /// From the day of this moment on.
    pub since: Timestamp,
    /// Until the day of this moment, which counts too.
    pub until: Timestamp,
    /// What it is told by.
    pub by: UsageBy,
}

/// What was used of one model, by one key or on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UsageRow {
    /// The model, the id of the key, or the day as `2026-01-31`.
    pub of: String,
    /// What was used.
    pub sums: Sums,
}

/// What was used, the most first; days in their order.
pub(crate) fn list(db: &Connection, query: &UsageQuery) -> rusqlite::Result<Vec<UsageRow>> {
    let (by, order) = match query.by {
        UsageBy::Model => ("model", "sum(total) DESC, 1"),
        UsageBy::Key => ("key", "sum(total) DESC, 1"),
        UsageBy::Day => ("date(day * 86400, 'unixepoch')", "1"),
    };
    let mut statement = db.prepare(&format!(
        "SELECT {by}, sum(calls), sum(errors), sum(unknown), sum(input), sum(output), sum(total), sum(cost) FROM usage
         WHERE workspace = ?1 AND day BETWEEN ?2 AND ?3
             AND (?4 IS NULL OR key IN (SELECT id FROM key WHERE workspace = ?1 AND principal = ?4))
         GROUP BY 1 ORDER BY {order} LIMIT ?5"
    ))?;
    let (since, until) = (query.since.as_millis() / DAY, query.until.as_millis() / DAY);
    statement.query_map(params![query.workspace, since, until, query.principal, bounds::LISTED], read)?.collect()
}

/// Forgets the sums of days before a moment.
pub(crate) fn prune(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM usage WHERE day < ?1", [before.as_millis() / DAY])
}

fn read(row: &Row<'_>) -> rusqlite::Result<UsageRow> {
    let sums = Sums {
        calls: row.get(1)?,
        errors: row.get(2)?,
        unknown: row.get(3)?,
        input: row.get(4)?,
        output: row.get(5)?,
        total: row.get(6)?,
        cost: row.get(7)?,
    };
    Ok(UsageRow { of: row.get(0)?, sums })
}
