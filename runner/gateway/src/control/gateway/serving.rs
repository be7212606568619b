//! The hot path: who calls, which model, and may it be now. Nothing here waits for a disk.

use std::sync::Arc;
use std::time::Instant;

use runner_flow::Timestamp;

use super::Gateway;
use crate::control::call::{CallEnd, CallId, Wanted};
use crate::control::caller::Caller;
use crate::control::limits::{self, Held};
use crate::control::model::Model;
use crate::control::records::{AuditLine, CallRecord};
use crate::control::refusal::{Refusal, shown};
use crate::control::roles::Permission;
use crate::control::snapshot::Snapshot;

/// A call that was let through. If it is dropped unfinished, it is recorded as given up.
pub struct Call {
    gateway: Gateway,
    id: CallId,
    started: Timestamp,
    since: Instant,
    /// Taken by whoever ends it.
    open: Option<Open>,
}

struct Open {
    caller: Caller,
    model: Arc<Model>,
    wanted: Wanted,
    held: Vec<Held>,
}

impl Gateway {
    /// Who presents a key. Whatever does not open anything now gets the same answer.
    pub fn caller(&self, presented: &str, now: Timestamp) -> Result<Caller, Refusal> {
        let key = self.inner.keys.find(presented, now);
        let key = key.filter(|key| self.snapshot().principal(&key.workspace, &key.principal).is_some());
        let Some(key) = key else {
            let refusal = Refusal::unauthenticated();
            self.refused(None, "key.present", "", &refusal, now);
            return Err(refusal);
        };
        if key.is_used_at(now) {
            self.inner.store.leave(|ledger| ledger.add_use(key.clone()));
        }
        Ok(Caller::of(key))
    }

    /// The model with this name, if the caller may use it now. What is elsewhere, or closed, is as if it were missing.
    pub fn model(
        &self,
        caller: &Caller,
        workspace: Option<&str>,
        name: &str,
        now: Timestamp,
    ) -> Result<Arc<Model>, Refusal> {
        let is_here = workspace.is_none_or(|workspace| workspace == &*caller.workspace);
        let snapshot = self.snapshot();
        let here = snapshot.workspace(&caller.workspace).filter(|_| is_here);
        let model = here.and_then(|here| here.model(name)).filter(|model| snapshot.opens(caller, model));
        model.cloned().ok_or_else(|| self.no_model(caller, name, now))
    }

    /// The one answer to whoever asks for a model that is not there for them. It is noted.
    pub(crate) fn no_model(&self, caller: &Caller, name: &str, now: Timestamp) -> Refusal {
        let refusal = Refusal::no_model(name);
        let object = format!("model/{}", shown(name).escape_debug());
        self.refused(Some(caller), "model.call", &object, &refusal, now);
        refusal
    }

    /// The models that the caller may use now, by name.
    pub fn models(&self, caller: &Caller) -> Vec<Arc<Model>> {
        let snapshot = self.snapshot();
        let all = snapshot.workspace(&caller.workspace).into_iter().flat_map(|here| here.models());
        all.filter(|model| snapshot.opens(caller, model)).cloned().collect()
    }

    /// Lets a call through, unless a limit is reached.
    pub fn begin(&self, caller: &Caller, model: &Arc<Model>, wanted: Wanted, now: Timestamp) -> Result<Call, Refusal> {
        let held = limits::admit(&model.limits, &model.name, &caller.key, &wanted, now).inspect_err(|refusal| {
            self.refused(Some(caller), "model.call", &format!("model/{}", model.name), refusal, now);
        })?;
        let open = Open { caller: caller.clone(), model: model.clone(), wanted, held };
        Ok(Call { gateway: self.clone(), id: CallId::new(now), started: now, since: Instant::now(), open: Some(open) })
    }

    /// Leaves a line of the audit: somebody did not get what they asked for.
    pub fn refused(&self, caller: Option<&Caller>, action: &str, object: &str, refusal: &Refusal, now: Timestamp) {
        let of = |text: fn(&Caller) -> &str| caller.map(text).unwrap_or_default().to_owned();
        let line = AuditLine {
            at: now,
            workspace: of(|caller| &caller.workspace),
            actor: of(|caller| &caller.principal),
            key: of(|caller| &caller.key),
            action: action.to_owned(),
            object: object.to_owned(),
            outcome: refusal.kind.code().to_owned(),
            times: 1,
        };
        self.inner.store.leave(|ledger| ledger.add_refusal(line));
    }
}

impl Snapshot {
    /// Whether a caller may use a model: its key, and its principal at this moment.
    fn opens(&self, caller: &Caller, model: &Model) -> bool {
        let principal = self.principal(&caller.workspace, &caller.principal);
        let may_call = principal.is_some_and(|principal| principal.role.may(Permission::CallModels));
        may_call && caller.entry.may_use(&model.name) && model.is_open_to(&caller.principal)
    }
}

impl Call {
    /// Its id.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// Counts what was used, and leaves a record.
    pub fn finish(mut self, end: CallEnd) {
        self.end(end);
    }

    fn end(&mut self, mut end: CallEnd) {
        end.usage = end.usage.bounded();
        let Some(Open { caller, model, wanted, held }) = self.open.take() else { return };
        let counters = limits::settle(held, &wanted, &end, self.started + end.duration);
        let record = CallRecord { id: self.id, started: self.started, caller, model, wanted, end };
        self.gateway.inner.store.leave(|ledger| ledger.add_call(record, counters));
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            let end = CallEnd {
                // Nobody says how far it went, so the worst is taken for true.
                sent: true,
                bytes_in: open.wanted.body_bytes,
                error_type: Some("aborted".into()),
                duration: self.since.elapsed(),
                ..CallEnd::default()
            };
            self.end(end);
        }
    }
}
