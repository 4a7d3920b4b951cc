//! What is predicted of one architecture: every quantity that is a prediction, by its key.
//!
//! The keys, their order and what they mean are those of the table of quantities, so that a new one stands in every document
//! and in their schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use engine::architecture::Architecture;
use engine::quantity::{Known, Part, Quantity, Unit, Value};
use engine::reference::ReferenceModel;
use engine::roofline::Estimator;

/// Null where it is not known, or no finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictionsPart([Value; Quantity::COUNT]);

impl PredictionsPart {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self([Value::Unknown; Quantity::COUNT]);

    /// The quantities that are predicted.
    fn quantities() -> impl Iterator<Item = Quantity> {
        Quantity::of_part(Part::Prediction)
    }

    /// All that is known of an architecture.
    pub fn of(known: &Known<'_>) -> Self {
        Self::quantities().fold(Self::UNKNOWN, |part, quantity| part.with(quantity, quantity.of(known)))
    }

    /// Times, memory, energy and parameters of a shape; losses are a law's.
    pub fn priced(estimator: &Estimator, shape: &Architecture) -> Self {
        Self::of(&Known::sized(shape).on(estimator))
    }

    /// Parameters alone.
    pub fn sized(shape: &Architecture) -> Self {
        Self::of(&Known::sized(shape))
    }

    /// With another value.
    #[must_use]
    pub fn with(mut self, quantity: Quantity, value: impl Into<Value>) -> Self {
        self.0[quantity.index()] = value.into();
        self
    }

    /// With a loss, nats per token.
    #[must_use]
    pub fn with_loss(self, loss: f64) -> Self {
        self.with(Quantity::LOSS, Value::Real(loss)).with(Quantity::PERPLEXITY, Value::Real(loss.exp()))
    }

    /// With the parameters of a model as published.
    #[must_use]
    pub fn as_published(self, model: &ReferenceModel) -> Self {
        self.as_large_as(Self::of(&Known::model(model)))
    }

    /// With the parameters of another.
    #[must_use]
    pub fn as_large_as(self, other: Self) -> Self {
        [Quantity::PARAMETERS_TOTAL, Quantity::PARAMETERS_ACTIVE]
            .into_iter()
            .fold(self, |part, quantity| part.with(quantity, other.get(quantity)))
    }

    /// One of them.
    pub const fn get(&self, quantity: Quantity) -> Value {
        self.0[quantity.index()]
    }

    /// One of them, where it is known.
    pub fn number(&self, quantity: Quantity) -> Option<f64> {
        self.get(quantity).number()
    }
}

impl Serialize for PredictionsPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for quantity in Self::quantities() {
            map.serialize_entry(quantity.key(), &self.get(quantity))?;
        }
        map.end()
    }
}

impl JsonSchema for PredictionsPart {
    fn schema_name() -> Cow<'static, str> {
        "PredictionsPart".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let property = |quantity: Quantity| {
            let kind = match quantity.unit() {
                Unit::Count | Unit::Parameters => "integer",
                Unit::Flag => "boolean",
                _ => "number",
            };
            let unit = quantity.unit().in_words().map_or_else(String::new, |unit| format!(", {unit}"));
            let description = format!("{}{unit}; null where it is not known", quantity.name());
            let mut schema = json!({ "description": description, "type": [kind, "null"] });
            if kind == "integer" {
                schema["minimum"] = 0.into();
            }
            (quantity.key().to_owned(), schema)
        };
        let properties: Map<String, Json> = Self::quantities().map(property).collect();
        let required: Vec<&str> = Self::quantities().map(Quantity::key).collect();
        json_schema!({
            "description": "What is predicted of one architecture; null where it is not known, or no finite number.",
            "type": "object",
            "properties": properties,
            "required": required,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::fixtures::paper_landscape;
    use engine::reference::QWEN2_5_0_5B;

    #[test]
    fn every_prediction_stands_under_its_key() {
        let landscape = paper_landscape();
        let known = Known::candidate(&landscape, 4711);
        let json = serde_json::to_value(PredictionsPart::of(&known)).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, Quantity::of_part(Part::Prediction).map(Quantity::key).collect::<Vec<_>>());
        assert_eq!(json["total_s"], landscape.sweep.total_s[4711]);
        assert_eq!(json["parameters_total"], landscape.sweep.parameters_total[4711]);
        assert_eq!(json["energy_j"], Json::Null, "the board states no watts");
    }

    #[test]
    fn of_a_shape_alone_only_its_size_is_known() {
        let sized = PredictionsPart::sized(&QWEN2_5_0_5B);
        let known: Vec<Quantity> =
            PredictionsPart::quantities().filter(|&quantity| sized.get(quantity) != Value::Unknown).collect();
        assert_eq!(known, [Quantity::PARAMETERS_TOTAL, Quantity::PARAMETERS_ACTIVE]);
        let with_loss = PredictionsPart::UNKNOWN.with_loss(3.0).as_large_as(sized);
        assert_eq!(with_loss.number(Quantity::PERPLEXITY), Some(3f64.exp()));
        assert_eq!(with_loss.get(Quantity::PARAMETERS_TOTAL), Value::Whole(QWEN2_5_0_5B.parameters_total()));
    }
}
