//! The JSON Schema of the server's file: that of its types, with what the connectors know.

use connector_sdk::{Connector, Registry};
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::file::ServerFile;

/// The JSON Schema of the server's file, for editors and for whoever checks one.
pub fn schema(registry: &Registry) -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<ServerFile>().to_value();
    if let Some(connection) = schema.pointer_mut("/$defs/ConnectionEntry") {
        let connectors: Vec<&str> = registry.connectors().iter().map(Connector::id).collect();
        connection["properties"]["connector"]["enum"] = json!(connectors);
        connection["allOf"] = registry.connectors().iter().map(Connector::entry_schema).collect();
    }
    schema
}
