//! What expressions refer to.

use crate::definition::Definition;
use crate::diagnostic::Findings;

pub(super) fn check(_: &Definition, _: &mut Findings<'_>) {}
