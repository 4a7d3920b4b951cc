//! The JSON Schema of every document, from the types that are written.
//!
//! A document is one of many: which, its key `command` says. Objects are closed: a key that is missing or misspelt is a
//! mistake, so that whoever validates a document learns of it, as the tests of this program do.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::body::{
    AllModes, Calibrate, Compare, Coverage, Detect, Export, Fit, Frontier, Laws, Models, Plan, Predict, Profiles, Rank,
    Reproduce, Search, ShowModel, ShowProfile, Spaces, Theory,
};
use crate::document::{Body, Document, SCHEMA_VERSION};

/// The schema that all documents keep.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let documents = [
        of::<Fit<'_>>,
        of::<Compare>,
        of::<Coverage>,
        of::<Predict>,
        of::<AllModes>,
        of::<Frontier>,
        of::<Search>,
        of::<Theory>,
        of::<Plan>,
        of::<Export>,
        of::<Calibrate>,
        of::<Profiles>,
        of::<ShowProfile<'_>>,
        of::<Rank>,
        of::<Detect<'_>>,
        of::<Models>,
        of::<ShowModel>,
        of::<Laws>,
        of::<Spaces>,
        of::<Reproduce<'_>>,
    ]
    .map(|of| of(&mut generator));
    let references: Vec<Value> =
        documents.iter().map(|(name, _)| json!({ "$ref": format!("#/$defs/{name}") })).collect();
    let mut definitions: Map<String, Value> = documents.into_iter().collect();
    definitions.extend(generator.take_definitions(true));
    for definition in definitions.values_mut() {
        close(definition);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Documents of roofscape, schema_version {SCHEMA_VERSION}"),
        "oneOf": references,
        "$defs": definitions,
    })
}

/// The name of a command's document among the definitions: `fit --compare` is `fit_compare`.
pub fn definition_of(command: &str) -> String {
    let words = command.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// One command's document, by the name of its definition.
fn of<B: Body>(generator: &mut SchemaGenerator) -> (String, Value) {
    let mut schema = Document::<B>::json_schema(generator);
    said(&mut schema, "command", &B::COMMAND.into());
    said(&mut schema, "schema_version", &SCHEMA_VERSION.into());
    schema.insert("title".to_owned(), format!("roofscape {}", B::COMMAND).into());
    (definition_of(B::COMMAND), schema.to_value())
}

/// The one value that a key of the head has.
fn said(schema: &mut Schema, key: &str, value: &Value) {
    if let Some(property) = schema.pointer_mut(&format!("/properties/{key}")).and_then(Value::as_object_mut) {
        property.insert("const".to_owned(), value.clone());
    }
}

/// Allows no keys but those named, in all objects within.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let is_closed =
                object.contains_key("properties") && object.get("type").is_some_and(|kind| kind == "object");
            if is_closed && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            object.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
