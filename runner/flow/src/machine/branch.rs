//! Branches: the first arm whose condition holds is gone.

use super::Machine;
use super::line::{End, LineId, Parts, Work};
use super::output::Output;
use super::progress::Part;
use crate::failure::Failure;
use crate::steps::{Arm, BranchStep, Step};

impl Machine {
    pub(super) fn begin_branch(&mut self, line: LineId, _: &Step, branch: &BranchStep) -> Option<End> {
        let arm = match self.arm_to_take(line, branch) {
            Ok(Some(arm)) => arm,
            Ok(None) => return Some(End::Gave(Output::default())),
            Err(failure) => return Some(End::Failed(failure)),
        };
        self.set_doing(line, Parts::of(Work::Arm));
        let (scope, prefix) = (self.lines[line].scope, self.lines[line].inner_prefix());
        self.begin_part(line, Part { number: 0, block: arm.steps.clone(), scope, owns_scope: false, prefix });
        None
    }

    fn arm_to_take<'b>(&self, line: LineId, branch: &'b BranchStep) -> Result<Option<&'b Arm>, Failure> {
        let scope = self.lines[line].scope;
        for arm in &branch.arms {
            let taken = match &arm.condition {
                Some(condition) => self.holds(scope, condition, &arm.pointer, "/if")?,
                None => true,
            };
            if taken {
                return Ok(Some(arm));
            }
        }
        Ok(None)
    }
}
