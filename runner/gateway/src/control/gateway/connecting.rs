//! A connection of the file, ready for calls, also for those who only visit.

use connector_sdk::{BoundConnection, Connector};

use super::{Gateway, loading};
use crate::control::document;
use crate::control::error::ControlError;
use crate::control::refusal::Refusal;

impl Gateway {
    /// A connection and its connector. Who asks is not judged here. It blocks while what it refers to is read.
    pub fn connect(&self, workspace: &str, name: &str) -> Result<(Connector, BoundConnection), ControlError> {
        let snapshot = self.snapshot();
        if let Some((connector, connection)) = snapshot.connection(workspace, name) {
            return Ok((connector.clone(), connection.clone()));
        }
        let text = loading::read(&self.inner.file)
            .map_err(|message| ControlError::unavailable(message, "see that the server's file can be read"))?;
        let (document, file) = document::read(&text, &self.inner.registry).map_err(ControlError::Invalid)?;
        let entry = file.workspaces.get(workspace).and_then(|one| one.connections.get(name));
        let entry = entry.ok_or_else(|| Refusal::missing("connection", name, "list them to see their names"))?;
        let bound = self.builder(None).connection(workspace, name, entry, snapshot.masters.as_ref());
        let bound = bound.map_err(|found| ControlError::Invalid(document::place(found, &document).collect()))?;
        Ok(bound.into_parts())
    }
}
