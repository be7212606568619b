//! What is told of a call, before anything of it is written down.

use std::sync::Arc;
use std::time::SystemTime;

use super::super::names;
use super::batch::Told;
use crate::control::{CallEnd, CallId, Caller, Model};

/// A call's place in a trace.
pub(in crate::data) struct Link {
    pub(super) trace: u128,
    pub(super) span: u64,
    pub(super) parent: Option<u64>,
}

/// What is told of a call. Nothing of it is written down before it is sent, apart from the call.
pub(in crate::data) struct Span {
    pub(super) link: Link,
    pub(super) operation: &'static str,
    pub(super) model: Arc<Model>,
    principal: Arc<str>,
    key: Arc<str>,
    call: CallId,
    stream: bool,
    pub(super) ended: SystemTime,
    pub(super) end: CallEnd,
}

impl Span {
    /// A call that begins.
    pub(in crate::data) fn new(
        link: Link,
        caller: &Caller,
        model: &Arc<Model>,
        operation: &'static str,
        call: CallId,
        stream: bool,
    ) -> Box<Self> {
        Box::new(Self {
            link,
            operation,
            model: Arc::clone(model),
            principal: Arc::clone(&caller.principal),
            key: Arc::clone(&caller.key),
            call,
            stream,
            ended: SystemTime::UNIX_EPOCH,
            end: CallEnd::default(),
        })
    }

    /// The same, over. What was said in it is left behind.
    pub(in crate::data) fn over(mut self: Box<Self>, end: &CallEnd) -> Box<Self> {
        self.ended = SystemTime::now();
        self.end = CallEnd {
            status: end.status,
            error_type: end.error_type.clone(),
            usage: end.usage.bounded(),
            first_byte: end.first_byte,
            duration: end.duration,
            overhead: end.overhead,
            ..CallEnd::default()
        };
        self
    }

    /// What is told of it, by name. What is not known is not told.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'static str, Told<'_>)> {
        let Self { model, end, .. } = self;
        let usage = &end.usage;
        let (host, port) = model.connection.address().unzip();
        let first_chunk = end.first_byte.filter(|_| self.stream);
        let all = [
            (names::OPERATION, Some(Told::Text(self.operation))),
            (names::PROVIDER, Some(Told::Text(names::provider(model.connector)))),
            (names::MODEL, Some(Told::Text(&model.name))),
            (names::PROVIDER_MODEL, Some(Told::Text(&model.provider_model))),
            (names::STREAM, Some(Told::Flag(self.stream))),
            (names::FIRST_CHUNK, first_chunk.map(|length| Told::Part(length.as_secs_f64()))),
            (names::INPUT, usage.all_input().map(Told::Whole)),
            (names::CACHED, usage.cached.or(usage.cached_apart).map(Told::Whole)),
            (names::OUTPUT, usage.all_output().map(Told::Whole)),
            (names::REASONING, usage.reasoning.map(Told::Whole)),
            (names::STATUS, end.status.map(|status| Told::Whole(status.into()))),
            (names::ERROR, end.error_type.as_deref().map(Told::Text)),
            (names::ADDRESS, host.map(Told::Text)),
            (names::PORT, port.map(|port| Told::Whole(port.into()))),
            (names::WORKSPACE, Some(Told::Text(&model.workspace))),
            (names::PRINCIPAL, Some(Told::Text(&self.principal))),
            (names::KEY, Some(Told::Text(&self.key))),
            (names::CALL, Some(Told::Shown(self.call))),
            (names::OVERHEAD, Some(Told::Part(end.overhead.as_secs_f64()))),
        ];
        all.into_iter().filter_map(|(name, told)| Some((name, told?)))
    }
}
