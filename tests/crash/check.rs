//! What must hold after any number of kills, each as a list of what breaks it.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use runner_engine::{RunHistory, RunStatus, Status};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::era::{Told, expected};
use crate::provider::Request;

/// All that is known once everything is over.
pub(crate) struct Evidence<'e> {
    told: &'e Told,
    /// In the order of the processes that sent them.
    requests: Vec<&'e Request>,
    by_key: HashMap<&'e str, Vec<usize>>,
    by_token: HashMap<&'e str, &'e Request>,
    histories: &'e [RunHistory],
}

/// The key under which the provider knows a step of a run.
fn idempotency_key(run: &str, step: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{run}\0{step}\0http/raw-request")))
}

/// A request that may not come twice.
fn is_write(request: &Request) -> bool {
    request.method == "POST"
}

impl<'e> Evidence<'e> {
    pub(crate) fn new(told: &'e Told, requests: &'e [Request], histories: &'e [RunHistory]) -> Self {
        let mut requests: Vec<_> = requests.iter().collect();
        // What a killed process had sent may be read after the next one's first request.
        requests.sort_by_key(|request| request.generation);
        let mut by_key = HashMap::<_, Vec<_>>::new();
        for (at, request) in requests.iter().enumerate() {
            by_key.entry(request.key.as_str()).or_default().push(at);
        }
        let by_token = requests.iter().map(|request| (request.token.as_str(), *request)).collect();
        Self { told, requests, by_key, by_token, histories }
    }

    /// Everything that is broken.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut broken = self.told.complaints.clone();
        broken.extend(self.lost_runs());
        broken.extend(self.wrong_ends());
        broken.extend(self.repeated_after_use());
        broken.extend(self.repeated_after_acknowledgement());
        broken.extend(self.acknowledged_twice());
        broken.extend(self.repeated_writes());
        broken.extend(self.changed_requests());
        broken.extend(self.unexplained_writes());
        broken.extend(self.invented_answers());
        broken
    }

    fn lost_runs(&self) -> impl Iterator<Item = String> {
        let known: HashSet<_> = self.histories.iter().map(|history| history.info.run.as_str()).collect();
        let lost = self.told.runs.keys().filter(move |run| !known.contains(run.as_str()));
        lost.map(|run| format!("{run} was acknowledged and is lost"))
    }

    /// Every run ends as its flow must, or with a write in doubt.
    fn wrong_ends(&self) -> impl Iterator<Item = String> {
        let expected = expected();
        self.histories.iter().filter_map(move |history| {
            let Some(result) = &history.result else { return Some(format!("{} has not ended", history.info.run)) };
            let found = json!({ "status": result.status, "output": shortened(&result.output) });
            let fits = expected.get(&history.info.flow) == Some(&found) || self.is_in_doubt(history);
            let RunHistory { info, .. } = history;
            (!fits).then(|| format!("{} of {} came to {found}, {:?}", info.run, info.flow, result.error))
        })
    }

    /// Whether a run ended with a write in doubt, and may: a process was killed since it began, and nobody had been told
    /// that the write was over.
    fn is_in_doubt(&self, history: &RunHistory) -> bool {
        let run = history.info.run.as_str();
        let Some(step) = history.result.iter().find_map(|result| result.error.as_ref()?.step.as_deref()) else {
            return false;
        };
        let generation = |requests: &[usize]| requests.iter().all(|at| is_write(self.requests[*at]));
        let only_writes = self.by_key.get(idempotency_key(run, step).as_str()).is_none_or(|all| generation(all));
        let mut ends = self.told.ends.iter().filter(|(ended, ..)| ended == run);
        let was_left = ends.all(|(.., end)| self.told.runs.get(run).is_none_or(|(_, begin)| begin < end));
        let mut steps = self.told.steps.iter().filter(|told| told.run == run && told.key == step);
        let status = history.info.status;
        status == RunStatus::Over(Status::OutcomeUnknown)
            && only_writes
            && was_left
            && steps.all(|told| told.status == Status::OutcomeUnknown.code())
    }

    /// What a later request was made from was over.
    fn repeated_after_use(&self) -> impl Iterator<Item = String> {
        let mut used_at = HashMap::new();
        for (at, request) in self.requests.iter().enumerate() {
            for used in request.after.iter().filter_map(|token| self.by_token.get(token.as_str())) {
                used_at.entry(used.key.as_str()).or_insert(at);
            }
        }
        self.requests.iter().enumerate().filter_map(move |(at, request)| {
            let used_at = used_at.get(request.key.as_str()).filter(|used| **used < at)?;
            let user = self.requests[*used_at];
            Some(format!("{request:?} came after its step was over, which {user:?} shows"))
        })
    }

    /// What was acknowledged as over was over.
    fn repeated_after_acknowledgement(&self) -> impl Iterator<Item = String> {
        let steps = self.told.steps.iter().map(|told| (idempotency_key(&told.run, &told.key), told.generation));
        let steps: HashMap<_, _> = steps.collect();
        let runs: HashMap<_, _> = self.told.ends.iter().map(|(run, _, end)| (run.as_str(), *end)).collect();
        self.requests.iter().filter_map(move |request| {
            let is_later = |over: &u32| request.generation > *over;
            let step_is_over = steps.get(&request.key).is_some_and(is_later);
            let run_is_over = runs.get(request.run.as_str()).is_some_and(is_later);
            (step_is_over || run_is_over).then(|| format!("{request:?} came after its end was acknowledged"))
        })
    }

    fn acknowledged_twice(&self) -> impl Iterator<Item = String> {
        let mut known = HashSet::new();
        let steps = self.told.steps.iter().map(|told| format!("{} {}", told.run, told.key));
        let runs = self.told.ends.iter().map(|(run, ..)| run.clone());
        steps.chain(runs).filter_map(move |what| {
            let message = format!("the end of {what} was acknowledged twice");
            (!known.insert(what)).then_some(message)
        })
    }

    /// A write that was not refused comes once.
    fn repeated_writes(&self) -> impl Iterator<Item = String> {
        self.by_key.values().filter_map(|all| {
            let writes = all.iter().map(|at| self.requests[*at]).filter(|request| is_write(request));
            let first = writes.clone().find(|request| !request.refused)?;
            let last = writes.last()?;
            (first.token != last.token).then(|| format!("{first:?} was carried out, and {last:?} came"))
        })
    }

    /// Under one key comes one request, whichever process sends it.
    fn changed_requests(&self) -> impl Iterator<Item = String> {
        self.by_key.values().flat_map(|all| {
            let first = self.requests[all[0]];
            let others = all.iter().map(|at| self.requests[*at]).filter(|other| other.content != first.content);
            others.map(move |other| format!("{first:?} and {other:?} have one key"))
        })
    }

    /// The run knows every write that was carried out: as done, or as in doubt.
    fn unexplained_writes(&self) -> impl Iterator<Item = String> {
        let known = self.steps().filter(|(_, status, code, _)| {
            matches!(status, Status::Succeeded | Status::OutcomeUnknown) || *code == Status::OutcomeUnknown.code()
        });
        let known: HashSet<_> = known.map(|(key, ..)| key).collect();
        let writes = self.requests.iter().filter(|request| is_write(request) && !request.refused);
        let unknown = writes.filter(move |request| !known.contains(&request.key));
        unknown.map(|request| format!("the run does not know of {request:?}"))
    }

    /// What a step gave is what the provider answered to it.
    fn invented_answers(&self) -> impl Iterator<Item = String> {
        self.steps().filter_map(|(key, .., output)| {
            let token = output["body"]["token"].as_str()?;
            let answered = self.by_token.get(token).is_some_and(|request| request.key == key);
            (!answered).then(|| format!("{token} was not answered to the step that has it"))
        })
    }

    /// The calls that histories tell of: key, status, code of the error, and output of the call itself.
    fn steps(&self) -> impl Iterator<Item = (String, Status, &str, &Value)> {
        let steps = self.histories.iter().flat_map(|history| history.steps.iter().map(move |step| (history, step)));
        steps.filter(|(_, step)| step.kind == "action").map(|(history, step)| {
            let code = step.error.as_ref().map_or("", |error| &*error.code);
            let output = if step.status == Status::Succeeded { &*step.output } else { &Value::Null };
            (idempotency_key(&history.info.run, step.key.as_str()), step.status, code, output)
        })
    }

    /// How many requests of a method came, and how many of them again although they had not been refused.
    pub(crate) fn count(&self, method: &str) -> (u64, u64) {
        let carried_out = |all: &&Vec<usize>| all.iter().filter(|at| !self.requests[**at].refused).count() as u64;
        let of_method = self.by_key.values().filter(|all| self.requests[all[0]].method == method);
        let (mut came, mut again) = (0, 0);
        for all in of_method {
            came += all.len() as u64;
            again += carried_out(&all).saturating_sub(1);
        }
        (came, again)
    }

    /// How many runs ended with a write in doubt.
    pub(crate) fn in_doubt(&self) -> u64 {
        let unknown = RunStatus::Over(Status::OutcomeUnknown);
        self.histories.iter().filter(|history| history.info.status == unknown).count() as u64
    }
}

/// A value whose long texts are of one letter, of which the first few stand for all.
fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > 1_000 && text.chars().all(|letter| letter == 'x') => "xxxxxxxx".into(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shortened(value))).collect(),
        other => other.clone(),
    }
}
