//! Steps that wait: for a time, until a moment, or for a signal.

use std::fmt::Display;

use connector_sdk::{Error, ErrorKind, Origin};
use serde_json::Value;

use super::Machine;
use super::evaluate::unfit;
use super::line::{Doing, End, LineId};
use super::op::Op;
use super::output::Output;
use crate::duration::parse_duration;
use crate::expression::Template;
use crate::failure::Failure;
use crate::steps::{Awaited, Step, WaitStep};
use crate::time::Timestamp;

impl Machine {
    pub(super) fn begin_wait(&mut self, line: LineId, step: &Step, wait: &WaitStep) -> Option<End> {
        let until = match &wait.0 {
            Awaited::For(duration) => self
                .text(line, duration, step, "/wait")
                .and_then(|text| parse_duration(&text).map_err(|error| unreadable(&error)))
                .map(|duration| self.now + duration),
            Awaited::Until(moment) => self
                .text(line, moment, step, "/wait/until")
                .and_then(|text| Timestamp::parse(&text).map_err(|error| unreadable(&error))),
            Awaited::Signal(name) => return self.listen(line, name),
        };
        match until {
            Ok(until) if until <= self.now => Some(End::Gave(Output::default())),
            Ok(until) => self.sleep(line, until),
            Err(failure) => Some(self.refused(line, step, "/wait", failure)),
        }
    }

    fn sleep(&mut self, line: LineId, wanted: Timestamp) -> Option<End> {
        let step = self.lines[line].step.as_mut()?;
        let until = step.deadline.map_or(wanted, |deadline| wanted.min(deadline));
        step.doing = Doing::Sleeping { until, to_the_end: until == wanted };
        self.awaited.insert(step.key.clone(), line);
        self.ops.push(Op::Sleep { key: step.key.clone(), until, reason: None });
        None
    }

    fn listen(&mut self, line: LineId, name: &str) -> Option<End> {
        if let Some(signal) = self.signals.take(name) {
            return Some(End::Gave(Output::new(signal.data)));
        }
        let step = self.lines[line].step.as_mut()?;
        step.doing = Doing::Listening;
        self.signals.listen(name, line);
        self.awaited.insert(step.key.clone(), line);
        self.ops.push(Op::Wait { key: step.key.clone(), signal: name.to_owned(), until: step.deadline });
        None
    }

    fn text(&self, line: LineId, template: &Template, step: &Step, key: &str) -> Result<String, Failure> {
        match self.value(self.lines[line].scope, template, step.pointer(), key)? {
            Value::String(text) => Ok(text),
            other => Err(unfit("a wait takes text", &other)),
        }
    }
}

fn unreadable(error: &dyn Display) -> Failure {
    Failure::lasting(&Error::new(ErrorKind::InvalidInput, error.to_string()).with_origin(Origin::Expression))
}
