//! Conditions that cannot be: those that always hold or never do, and statuses that no step has.

use crate::definition::Definition;
use crate::diagnostic::Findings;
use crate::steps::Step;

pub(super) fn check(_: &Definition, _: &[&Step], _: &mut Findings<'_>) {}
