//! A test file and its flow, held against each other and ready to run.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use connector_sdk::exchange::Recorded;
use connector_sdk::{Registry, Violation, nearest, pointer_to};
use futures_util::FutureExt;
use runner_flow::{Diagnostic, Flow, StepKey};

use crate::clock_driver;
use crate::coverage::Trace;
use crate::file::{Case, TestFile, in_order};
use crate::judge::{judge, panicked};
use crate::report::{CaseReport, Report};
use crate::stage::Stage;
use crate::step_name::means;

/// A test file and its flow.
#[derive(Debug)]
pub struct Suite {
    file: TestFile,
    flow: Arc<Flow>,
    recorded: Option<Arc<Recorded>>,
}

impl Suite {
    /// Holds a test file against its flow: every step that it names must be there.
    pub fn new(file: TestFile, flow: Arc<Flow>, recorded: Option<Recorded>) -> Result<Self, Vec<Diagnostic>> {
        let steps = Steps::of(&flow);
        let found: Vec<Diagnostic> =
            file.cases().iter().flat_map(|case| steps.unknown_in(case)).map(|found| found.told(&file)).collect();
        match found.is_empty() {
            true => Ok(Self { file, flow, recorded: recorded.map(Arc::new) }),
            false => Err(in_order(found)),
        }
    }

    /// The names of its cases, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.file.cases().iter().map(|case| case.name.as_str())
    }

    /// Runs its cases, or those whose names are wanted.
    pub async fn run(&self, registry: &Registry, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Report {
        let mut trace = Trace::default();
        let mut cases = Vec::new();
        for case in self.file.cases().iter().filter(|case| wanted(&case.name)) {
            // What a panic leaves half done is not looked at: a trace only grows.
            let report = AssertUnwindSafe(self.run_case(case, registry, &mut trace)).catch_unwind().await;
            cases.push(report.unwrap_or_else(|_| panicked(case, self.file.document())));
        }
        Report { flow: self.flow.name().to_owned(), cases, coverage: trace.coverage(&self.flow) }
    }

    async fn run_case(&self, case: &Case, registry: &Registry, trace: &mut Trace) -> CaseReport {
        let stage = Stage::new(registry, &case.mocks, self.recorded.as_ref());
        let ran = clock_driver::run(&self.flow, case, stage).await;
        trace.add(&self.flow, &ran.steps);
        judge(case, &ran, self.file.document())
    }
}

/// The steps of a flow and of those that it runs, as tests may name them.
struct Steps {
    all: BTreeSet<String>,
    /// Those that call an action.
    acting: BTreeSet<String>,
}

/// A step that is named and not there.
struct Unknown {
    violation: Violation,
    fix: Option<String>,
}

impl Steps {
    fn of(flow: &Flow) -> Self {
        let inner = flow.sub_flows();
        let flows = || std::iter::once(flow).chain(inner.values().map(|inner| &***inner));
        let all = flows().flat_map(Flow::all_steps);
        let acting = all.clone().filter(|step| step.action().is_some());
        Self {
            acting: acting.map(|step| step.id().to_owned()).collect(),
            all: all.map(|step| step.id().to_owned()).collect(),
        }
    }

    fn unknown_in(&self, case: &Case) -> Vec<Unknown> {
        let mocked = case.mocks.iter().filter_map(|mock| {
            let pointer = pointer_to(&format!("{}/mock", case.pointer), &mock.step);
            self.unknown(&mock.step, &self.acting, "step with an action", pointer)
        });
        let expected = case.expect.iter().flat_map(|expectation| {
            let pointer = pointer_to(&format!("{}/expect", case.pointer), &expectation.key);
            let steps = expectation.steps().into_iter();
            steps.filter_map(move |(at, step)| self.unknown(step, &self.all, "step", format!("{pointer}{at}")))
        });
        mocked.chain(expected).collect()
    }

    fn unknown(&self, name: &str, known: &BTreeSet<String>, what: &str, pointer: String) -> Option<Unknown> {
        if known.iter().any(|id| means(id, name)) {
            return None;
        }
        let message = format!("the flow has no {what} {name:?}");
        let fix = nearest(StepKey::new(name).id(), known.iter().map(String::as_str))
            .map(|near| format!("did you mean {near:?}?"));
        let ids: Vec<&str> = known.iter().map(String::as_str).collect();
        let fix = fix.or_else(|| (!ids.is_empty()).then(|| format!("known are {}", ids.join(", "))));
        Some(Unknown { violation: Violation::new(pointer, "unknown_key", message), fix })
    }
}

impl Unknown {
    fn told(self, file: &TestFile) -> Diagnostic {
        Diagnostic { fix: self.fix, ..Diagnostic::of_violation(self.violation, file.document()) }
    }
}
