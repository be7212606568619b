//! A streamed answer: told piece by piece while it arrives, and given back whole or not at all.

use connector_sdk::http::{Answer, EventStream, HeaderMap, Method, Reply, SseEvent};
use connector_sdk::{ConnectionExt as _, Context, Error, ErrorKind, Evidence, Part, Result, json};
use serde_json::{Map, Value};

use crate::provider::Provider;
use crate::{answer, error};

/// How many choices, tool calls or blocks one answer may have.
pub const MOST_PARTS: usize = 1024;

/// Puts a streamed answer together.
pub trait Assembly: Send {
    /// Takes the next piece, and says what of it is worth telling: which choice, and what.
    fn take(&mut self, piece: Map<String, Value>) -> Result<Vec<(u64, Part)>, Flaw>;

    /// Whether a piece said that it was the last.
    fn is_over(&self) -> bool {
        false
    }

    /// The whole answer, or `None` if something is missing. `done` says that the provider closed the stream with `[DONE]`.
    fn finish(self, done: bool) -> Result<Option<Value>, Flaw>;
}

/// Sends a body that asks for a stream where its `stream` is true, and gives back the whole answer either way.
pub async fn exchange<P: Provider>(
    ctx: &Context,
    connection: &P,
    target: &str,
    body: Map<String, Value>,
    assembly: impl Assembly,
) -> Result<Value> {
    let streams = asks_for_stream(&body);
    let request = connection.request(ctx, Method::POST, target)?.json(&Value::Object(body));
    if !streams {
        return answer::body(connection, &request.send().await?);
    }
    match request.stream().await? {
        Reply::Events(events) => follow(ctx, connection, events, assembly).await,
        Reply::Whole(answer) => answer::body(connection, &answer),
    }
}

/// Whether a body asks for a stream.
pub fn asks_for_stream(body: &Map<String, Value>) -> bool {
    body.get("stream") == Some(&Value::Bool(true))
}

/// What was told cannot be taken back: an answer that breaks after its first piece is not asked for again.
async fn follow<P: Provider>(
    ctx: &Context,
    connection: &P,
    events: EventStream,
    assembly: impl Assembly,
) -> Result<Value> {
    let mut told = false;
    let request_id = events.request_id().map(str::to_owned);
    collect(ctx, connection, events, assembly, &mut told).await.map_err(|error| {
        let error = error.with_request_id(request_id);
        if told { error.with_evidence(Evidence::Final) } else { error }
    })
}

async fn collect<P: Provider>(
    ctx: &Context,
    connection: &P,
    mut events: EventStream,
    mut assembly: impl Assembly,
    told: &mut bool,
) -> Result<Value> {
    let mut done = false;
    while !done && !assembly.is_over() {
        let Some(event) = events.next().await? else { break };
        match event.data.trim() {
            "" => {}
            "[DONE]" => done = true,
            _ => {
                let parts = assembly.take(read(ctx, connection, event)?).map_err(Flaw::explain::<P>)?;
                *told |= !parts.is_empty();
                parts.into_iter().for_each(|(choice, part)| ctx.delta(choice, part));
            }
        }
    }
    assembly.finish(done).map_err(Flaw::explain::<P>)?.ok_or_else(cut_off::<P>)
}

/// The object in an event, unless it is a failure in mid-stream.
fn read<P: Provider>(ctx: &Context, connection: &P, event: SseEvent) -> Result<Map<String, Value>> {
    let is_error = event.event == "error";
    let piece = match json::parse(event.data.as_bytes()) {
        Ok(piece) => piece,
        Err(_) if is_error => Value::from(event.data),
        Err(violation) => {
            return Err(malformed(format!("holds an event whose data {violation}")).explain::<P>());
        }
    };
    let is_error = is_error || piece.get("type").is_some_and(|kind| kind == "error");
    if let Some(failure) = error::reported_by(&piece).or_else(|| is_error.then_some(&piece)) {
        let body = failure.to_string().into();
        let answer = Answer { status: 200, headers: HeaderMap::new(), body, at: ctx.now() };
        return Err(error::reported(connection, &answer));
    }
    match piece {
        Value::Object(piece) => Ok(piece),
        _ => Err(malformed("holds an event that is not an object").explain::<P>()),
    }
}

/// Adds text to what a field holds already.
pub fn append_text(fields: &mut Map<String, Value>, name: &str, piece: &str) {
    match fields.get_mut(name) {
        Some(Value::String(text)) => text.push_str(piece),
        _ => drop(fields.insert(name.to_owned(), piece.into())),
    }
}

/// Why a stream cannot be what it should be.
#[derive(Debug)]
pub struct Flaw {
    kind: ErrorKind,
    what: String,
}

impl Flaw {
    fn explain<P: Provider>(self) -> Error {
        Error::new(self.kind, format!("{}'s stream {}", P::NAME, self.what))
    }
}

/// A stream that is not of its form.
pub fn malformed(what: impl Into<String>) -> Flaw {
    Flaw { kind: ErrorKind::MalformedAnswer, what: what.into() }
}

/// A stream that has more of something than is kept.
pub fn too_many(what: &str) -> Flaw {
    Flaw { kind: ErrorKind::LimitExceeded, what: format!("holds over {MOST_PARTS} {what}") }
}

fn cut_off<P: Provider>() -> Error {
    Error::new(ErrorKind::Network, format!("{}'s stream ended before the answer was complete", P::NAME))
        .with_evidence(Evidence::Unanswered)
        .with_fix("run it again; the part that arrived is not an answer")
}
