//! Parallels: named branches side by side.

use serde_json::Value;

use super::Machine;
use super::line::{End, LineId, Parts, Work};
use super::output::Output;
use super::progress::Part;
use crate::steps::{ParallelStep, Step, WaitFor};

/// The branches of a parallel, while they are under way.
#[derive(Debug)]
pub(super) struct Branches {
    wait_for: WaitFor,
    names: Vec<String>,
    /// What each has given.
    outputs: Vec<Option<Output>>,
    open: usize,
    /// The bytes of the outputs.
    pub(super) held: usize,
}

impl Machine {
    pub(super) fn begin_parallel(&mut self, line: LineId, _: &Step, parallel: &ParallelStep) -> Option<End> {
        let count = parallel.branches.len();
        let names = parallel.branches.iter().map(|(name, _)| name.clone()).collect();
        let branches =
            Branches { wait_for: parallel.wait_for, names, outputs: vec![None; count], open: count, held: 0 };
        self.set_doing(line, Parts::of(Work::Branches(branches)));
        let (scope, prefix) = (self.lines[line].scope, self.lines[line].inner_prefix());
        for (number, (_, block)) in parallel.branches.iter().enumerate() {
            let prefix = prefix.clone();
            self.begin_part(line, Part { number, block: block.clone(), scope, owns_scope: false, prefix });
        }
        None
    }

    pub(super) fn branch_ended(&mut self, of: LineId, number: usize, end: End) -> Option<End> {
        let Work::Branches(branches) = &mut self.lines[of].parts_mut()?.work else { return None };
        branches.open -= 1;
        match (end, branches.wait_for) {
            (End::Gave(output), WaitFor::All) => {
                self.ledger.hold(output.bytes);
                branches.held += output.bytes;
                branches.outputs[number] = Some(output);
                (branches.open == 0).then(|| End::Gave(branches.give()))
            }
            (End::Gave(output), WaitFor::First) => Some(End::Gave(branches.first(number, output))),
            (End::Failed(failure), WaitFor::First) if branches.open > 0 && !failure.is_final() => None,
            (end, _) => Some(end),
        }
    }
}

impl Branches {
    fn give(&mut self) -> Output {
        let names = std::mem::take(&mut self.names).into_iter();
        let outputs = std::mem::take(&mut self.outputs).into_iter().map(Option::unwrap_or_default);
        Output::object(names.zip(outputs))
    }

    fn first(&mut self, number: usize, output: Output) -> Output {
        let name = std::mem::take(&mut self.names[number]);
        let entries = [("branch".to_owned(), Output::new(Value::String(name))), ("output".to_owned(), output)];
        Output::object(entries.into_iter())
    }
}
