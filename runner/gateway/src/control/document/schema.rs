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
        connection["allOf"] = registry.connectors().iter().map(fields_of).collect();
    }
    schema
}

/// The fields of a connector by name, for editors. What they hold is checked apart: it may be a reference.
fn fields_of(connector: &Connector) -> Value {
    let field = |(name, schema): (&String, &Value)| {
        let known = json!({ "description": schema["description"], "examples": schema["enum"] });
        let known = known.as_object().into_iter().flatten().filter(|(_, said)| !said.is_null());
        (name.clone(), known.map(|(word, said)| (word.clone(), said.clone())).collect::<Value>())
    };
    let properties = connector.connection_schema()["properties"].as_object().into_iter().flatten().map(field);
    let fields =
        json!({ "x-secret": true, "properties": properties.collect::<Value>(), "additionalProperties": false });
    json!({
        "if": { "properties": { "connector": { "const": connector.id() } }, "required": ["connector"] },
        "then": { "properties": { "fields": fields } }
    })
}
