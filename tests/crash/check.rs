//! What must hold after any number of kills, each as a list of what breaks it.

use std::collections::{HashMap, HashSet};

use runner_engine::{RunHistory, RunStatus, Status};
use serde_json::{Value, json};

use crate::era::{Told, expected};
use crate::evidence::Evidence;
use crate::provider::Request;

/// A promise of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// An acknowledged run is never lost.
    RunsAreKept,
    /// A completed step never runs again.
    StepsRunOnce,
    /// A write is never repeated in silence.
    WritesRunOnce,
    /// What the runtime tells is what happened.
    WordsAreTrue,
}

/// That a promise is broken, and by what.
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) how: String,
}

/// Every promise that is broken.
pub(crate) fn broken(told: &Told, evidence: &Evidence<'_>) -> Vec<Broken> {
    let check = Check { told, evidence };
    let mut broken = Vec::new();
    let mut note = |promise, how: Vec<String>| broken.extend(how.into_iter().map(|how| Broken { promise, how }));
    note(Promise::RunsAreKept, check.lost_runs());
    note(Promise::RunsAreKept, check.endless_runs());
    note(Promise::StepsRunOnce, check.repeated_after_use());
    note(Promise::StepsRunOnce, check.repeated_after_acknowledgement());
    note(Promise::StepsRunOnce, check.repeated_without_a_kill());
    note(Promise::StepsRunOnce, check.acknowledged_twice());
    note(Promise::WritesRunOnce, check.repeated_writes());
    note(Promise::WritesRunOnce, check.unexplained_writes());
    note(Promise::WordsAreTrue, check.wrong_ends());
    note(Promise::WordsAreTrue, check.taken_back());
    note(Promise::WordsAreTrue, check.changed_requests());
    note(Promise::WordsAreTrue, check.requests_of_nobody());
    note(Promise::WordsAreTrue, check.invented_answers());
    note(Promise::WordsAreTrue, told.complaints.clone());
    broken
}

struct Check<'e> {
    told: &'e Told,
    evidence: &'e Evidence<'e>,
}

impl Check<'_> {
    fn lost_runs(&self) -> Vec<String> {
        let known = self.known_runs();
        let lost = self.told.runs.keys().filter(|run| !known.contains(run.as_str()));
        lost.map(|run| format!("{run} was acknowledged and is lost")).collect()
    }

    fn endless_runs(&self) -> Vec<String> {
        let endless = self.evidence.histories.iter().filter(|history| history.result.is_none());
        endless.map(|history| format!("{} of {} has not ended", history.info.run, history.info.flow)).collect()
    }

    /// What a later request was made from was over.
    fn repeated_after_use(&self) -> Vec<String> {
        let Evidence { requests, by_token, .. } = self.evidence;
        let mut used_at = HashMap::new();
        for (at, request) in requests.iter().enumerate() {
            for used in request.after.iter().filter_map(|token| by_token.get(token.as_str())) {
                used_at.entry(used.key.as_str()).or_insert(at);
            }
        }
        let repeated = |(at, request): (usize, &&Request)| {
            let used_at = used_at.get(request.key.as_str()).filter(|used| **used < at)?;
            let user = requests[*used_at];
            Some(format!("{request} came after its step was over, which {user} shows"))
        };
        requests.iter().enumerate().filter_map(repeated).collect()
    }

    /// What was acknowledged as over was over.
    fn repeated_after_acknowledgement(&self) -> Vec<String> {
        let steps = self.told.steps.iter().map(|told| (Evidence::key(&told.run, &told.key), told.generation));
        let steps: HashMap<_, _> = steps.collect();
        let runs: HashMap<_, _> = self.told.ends.iter().map(|end| (end.run.as_str(), end.generation)).collect();
        let is_late = |request: &&&Request| {
            let is_later = |over: &u32| request.generation > *over;
            steps.get(&request.key).is_some_and(is_later) || runs.get(request.run.as_str()).is_some_and(is_later)
        };
        let late = self.evidence.requests.iter().filter(is_late);
        late.map(|request| format!("{request} came after its end was acknowledged")).collect()
    }

    /// One process repeats only what was refused.
    fn repeated_without_a_kill(&self) -> Vec<String> {
        let mut sent = HashSet::new();
        let carried_out = self.evidence.requests.iter().filter(|request| !request.refused);
        let again = carried_out.filter(|request| !sent.insert((request.key.as_str(), request.generation)));
        again.map(|request| format!("{request} came again from the process that had an answer")).collect()
    }

    fn acknowledged_twice(&self) -> Vec<String> {
        let mut known = HashSet::new();
        let steps = self.told.steps.iter().map(|told| format!("{} {}", told.run, told.key));
        let all = steps.chain(self.told.ends.iter().map(|end| end.run.clone()));
        let again = all.filter(|what| !known.insert(what.clone()));
        again.map(|what| format!("the end of {what} was acknowledged twice")).collect()
    }

    /// A write that was not refused comes once.
    fn repeated_writes(&self) -> Vec<String> {
        let repeated = |all: Vec<&Request>| {
            let first = all.iter().find(|request| !request.refused)?;
            let last = all.last()?;
            (first.token != last.token).then(|| format!("{first} was carried out, and {last} came"))
        };
        self.evidence.of_each_step().filter(|all| all[0].is_write()).filter_map(repeated).collect()
    }

    /// The run knows every write that was carried out: as done, or as in doubt.
    fn unexplained_writes(&self) -> Vec<String> {
        let known = self.evidence.calls().filter(|call| {
            let in_doubt = Status::OutcomeUnknown;
            call.status == Status::Succeeded || call.status == in_doubt || call.code == in_doubt.code()
        });
        let known: HashSet<_> = known.map(|call| call.key).collect();
        let writes = self.evidence.requests.iter().filter(|request| request.is_write() && !request.refused);
        let unknown = writes.filter(|request| !known.contains(&request.key));
        unknown.map(|request| format!("the run does not know of {request}")).collect()
    }

    /// Every run ends as its flow must, or with a write in doubt.
    fn wrong_ends(&self) -> Vec<String> {
        let expected = expected();
        let wrong = |history: &RunHistory| {
            let RunHistory { info, result, .. } = history;
            let result = result.as_ref()?;
            let found = json!({ "status": result.status, "output": shortened(&result.output) });
            let fits = expected.get(&info.flow) == Some(&found) || self.is_in_doubt(history);
            (!fits).then(|| format!("{} of {} came to {found}, {:?}", info.run, info.flow, result.error))
        };
        self.evidence.histories.iter().filter_map(wrong).collect()
    }

    /// Whether a run ended with a write in doubt, and may: the process that sent it was killed, and nobody had been told
    /// that the write was over.
    fn is_in_doubt(&self, history: &RunHistory) -> bool {
        let run = history.info.run.as_str();
        let Some(step) = history.result.iter().find_map(|result| result.error.as_ref()?.step.as_deref()) else {
            return false;
        };
        let ended = self.told.ends.iter().find(|end| end.run == run).map_or(u32::MAX, |end| end.generation);
        let began = self.told.runs.get(run).copied().unwrap_or_default();
        let sent = self.evidence.of_step(&Evidence::key(run, step));
        let mut told = self.told.steps.iter().filter(|told| told.run == run && told.key == step);
        history.info.status == RunStatus::Over(Status::OutcomeUnknown)
            && began < ended
            && sent.iter().all(|request| request.is_write() && request.generation < ended)
            && told.all(|told| told.status == Status::OutcomeUnknown.code())
    }

    /// What was acknowledged is what the journal has.
    fn taken_back(&self) -> Vec<String> {
        let mut kept = HashSet::new();
        for RunHistory { info, steps, result, .. } in self.evidence.histories {
            kept.extend(result.iter().map(|result| format!("{} {}", info.run, result.status.code())));
            kept.extend(steps.iter().map(|step| format!("{} {} {}", info.run, step.key, step.status.code())));
        }
        let steps = self.told.steps.iter().map(|told| format!("{} {} {}", told.run, told.key, told.status));
        let all = steps.chain(self.told.ends.iter().map(|end| format!("{} {}", end.run, end.status)));
        let missing = all.filter(|what| !kept.contains(what));
        missing.map(|what| format!("{what} was acknowledged, and the journal says something else")).collect()
    }

    /// Under one key comes one request, whichever process sends it.
    fn changed_requests(&self) -> Vec<String> {
        let changed = |all: Vec<&Request>| {
            let other = all.iter().find(|other| other.content != all[0].content)?;
            Some(format!("{:?} and {:?} have one key", all[0].content, other.content))
        };
        self.evidence.of_each_step().filter_map(changed).collect()
    }

    /// A run that nobody was told of is there whole, or has done nothing.
    fn requests_of_nobody(&self) -> Vec<String> {
        let known = self.known_runs();
        let of_nobody = self.evidence.requests.iter().filter(|request| !known.contains(request.run.as_str()));
        of_nobody.map(|request| format!("the journal does not know the run of {request}")).collect()
    }

    /// What a step gave is what the provider answered to it.
    fn invented_answers(&self) -> Vec<String> {
        let invented = self.evidence.calls().filter_map(|call| {
            let token = call.output["body"]["token"].as_str()?;
            let answered = self.evidence.by_token.get(token).is_some_and(|request| request.key == call.key);
            (!answered).then(|| format!("{token} was not answered to the step that has it"))
        });
        invented.collect()
    }

    fn known_runs(&self) -> HashSet<&str> {
        self.evidence.histories.iter().map(|history| history.info.run.as_str()).collect()
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
