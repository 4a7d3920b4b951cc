//! How values are written that have a form of their own in JSON: texts, numbers, maps by name. Types that are written
//! field by field derive their schema.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::budget::{Budgets, Limit};
use crate::claims::Verdict;
use crate::features::Axis;
use crate::law::form::Variable;
use crate::law::{Coefficients, Interval, Terms};
use crate::roofline::Attention;
use crate::theory::{Constraint, Coordinate, Regime};
use crate::what_if::Factor;

/// The schema of a type is that of what it is written as.
macro_rules! written_as {
    ($($type:ty => $written:ty),* $(,)?) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                <$written>::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$written>::json_schema(generator)
            }
        }
    )*};
}

written_as! {
    Attention => String,
    Axis => String,
    Constraint => String,
    Coordinate => String,
    Regime => String,
    Variable => String,
    Verdict => String,
    Factor => f64,
    // Ends that are no numbers are null.
    Interval => [Option<f64>; 2],
    Coefficients => BTreeMap<String, Option<f64>>,
    Terms => BTreeMap<String, Option<f64>>,
}

/// Every limit by its key; null where nothing limits.
impl JsonSchema for Budgets {
    fn schema_name() -> Cow<'static, str> {
        "Budgets".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let keys: Vec<String> = Limit::ALL.map(Limit::key).to_vec();
        let properties: serde_json::Map<String, serde_json::Value> =
            keys.iter().map(|key| (key.clone(), Option::<f64>::json_schema(generator).to_value())).collect();
        schemars::json_schema!({
            "description": "What is allowed; null where nothing limits.",
            "type": "object",
            "properties": properties,
            "required": keys,
        })
    }
}
