//! What comes after what: steps that nothing comes to, and `break` where there is no loop.

use crate::codes::Code;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Place};
use crate::steps::{Block, Part, Step, StepKind};

pub(super) fn check(flow: &Definition, findings: &mut Findings<'_>) {
    for (_, block) in flow.parts() {
        check_block(block, false, findings);
    }
}

fn check_block(block: &Block, in_loop: bool, findings: &mut Findings<'_>) {
    for step in block.iter() {
        if matches!(step.kind(), StepKind::Break) && !in_loop {
            let fix = Some("to end the flow, write { \"stop\": … }".to_owned());
            findings.error(Code::BREAK_OUTSIDE_LOOP, place(&step.pointer_of("break")), "there is no loop to end", fix);
        }
        for (part, inner) in step.parts() {
            check_block(inner, in_loop || (part == Part::Body && step.is_loop()), findings);
        }
    }
    if let Some((last, next)) = block.windows(2).find_map(|pair| ends_here(&pair[0]).then_some((&pair[0], &pair[1]))) {
        let message = format!("nothing comes to this step: {:?} before it always ends here", last.id());
        let fix = Some(format!("give {:?} an \"if\", or take this step away", last.id()));
        findings.warning(Code::UNREACHABLE, place(next.pointer()), message, fix);
    }
}

fn place(pointer: &str) -> Place<'_> {
    Place::Value(pointer)
}

/// Whether nothing after this step is ever done.
fn ends_here(step: &Step) -> bool {
    let ends = match step.kind() {
        StepKind::Stop(_) | StepKind::Break => true,
        StepKind::Fail(_) => step.on_error.is_none(),
        _ => false,
    };
    ends && step.condition.is_none()
}
