//! A connection to the provider, and what surrounds a call. Which connector it is of, the `subject` of the test says.

use std::sync::{Arc, Mutex};

use connector_sdk::http::Egress;
use connector_sdk::{
    BlobStore as _, BoundConnection, Connector, Context, ErasedAction, Error, Event, EventSink, FileRef, MemoryBlobs,
    Result, Retries, Scope,
};
use serde_json::{Value, json};

use crate::server::{Heard, Server};
use crate::subject::{ID, KEY, connector};

/// The deltas and the retries that an action told of.
#[derive(Default)]
struct Recorder {
    events: Mutex<Vec<Value>>,
}

impl EventSink for Recorder {
    fn emit(&self, event: Event) {
        self.events.lock().unwrap().push(json!(event));
    }

    fn wants_requests(&self) -> bool {
        true
    }
}

pub(crate) struct World {
    connector: Connector,
    connection: BoundConnection,
    server: Server,
    recorder: Arc<Recorder>,
    blobs: Arc<MemoryBlobs>,
    retries: Retries,
}

impl World {
    /// A provider with these answers, and nobody who repeats.
    pub(crate) async fn with(answers: Vec<String>) -> Self {
        let server = Server::start(answers).await;
        let connector = connector();
        let fields = json!({ "api_key": KEY, "base_url": server.base_url });
        let connection = connector.connect("main@1", fields, Egress::Private).unwrap();
        let (recorder, blobs) = (Arc::default(), Arc::default());
        Self { connector, connection, server, recorder, blobs, retries: Retries::Caller }
    }

    /// The same, with the SDK's own repetition.
    pub(crate) fn repeating(mut self) -> Self {
        self.retries = Retries::Here;
        self
    }

    pub(crate) fn context(&self) -> Context {
        Context::new(Scope {
            retries: self.retries,
            events: Arc::<Recorder>::clone(&self.recorder),
            blobs: Arc::<MemoryBlobs>::clone(&self.blobs),
            ..Scope::default()
        })
    }

    pub(crate) async fn call(&self, action: &str, input: Value) -> Result<Value> {
        let prepared = action_of(&self.connector, action).prepare(input)?;
        action_of(&self.connector, action).call(&self.context(), &self.connection, prepared).await
    }

    pub(crate) async fn verify(&self) -> Result<String> {
        self.connector.verify(&self.context(), &self.connection).await
    }

    pub(crate) async fn options(&self) -> Result<Value> {
        let choices = self.connector.options()[0].list(&self.context(), &self.connection).await?;
        Ok(json!(choices))
    }

    pub(crate) async fn file(&self, file: &Value) -> Vec<u8> {
        let file: FileRef = serde_json::from_value(file.clone()).unwrap();
        self.blobs.get(&file).await.unwrap().to_vec()
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.server.heard()
    }

    /// The body of the only request.
    pub(crate) fn body(&self) -> String {
        let [heard] = <[Heard; 1]>::try_from(self.heard()).unwrap();
        heard.body
    }

    /// All that was told, as text.
    pub(crate) fn log(&self) -> String {
        json!(*self.recorder.events.lock().unwrap()).to_string()
    }

    /// The deltas, as `[choice, part]`.
    pub(crate) fn deltas(&self) -> Value {
        let events = self.recorder.events.lock().unwrap();
        let deltas = events.iter().filter(|event| event["type"] == "delta");
        deltas.map(|delta| json!([delta["choice"], delta["part"]])).collect()
    }
}

/// An action of the connector.
pub(crate) fn action_of<'a>(connector: &'a Connector, name: &str) -> &'a ErasedAction {
    connector.actions().iter().find(|action| action.id() == format!("{ID}/{name}")).unwrap()
}

/// What an action finds wrong with an input, as `pointer: message`.
pub(crate) fn refusals(action: &str, input: Value) -> Vec<String> {
    let error = action_of(&connector(), action).prepare(input).unwrap_err();
    error.violations().iter().map(ToString::to_string).collect()
}

/// What an action doubts about an input.
pub(crate) fn warnings(action: &str, input: Value) -> Vec<String> {
    let prepared = action_of(&connector(), action).prepare(input).unwrap();
    prepared.warnings().iter().map(ToString::to_string).collect()
}

/// The kind, the evidence and the fix of an error.
pub(crate) fn verdict(error: &Error) -> (String, String, String) {
    (error.kind().code().to_owned(), format!("{:?}", error.evidence()), error.fix().unwrap_or_default().to_owned())
}
