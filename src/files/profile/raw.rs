//! A profile as its file spells it, before any rule has been applied.
//!
//! What a figure must have is optional here. So the rule that needs it reports its absence, with the reason, and not
//! the deserialiser.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::identity::Identity;

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProfile {
    pub(super) name: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) notes: Vec<String>,
    pub(super) compute_capability: Option<String>,
    pub(super) default_mode: Option<String>,
    #[serde(default)]
    pub(super) sources: BTreeMap<String, RawSource>,
    pub(super) memory: RawMemory,
    #[serde(default)]
    pub(super) modes: Vec<RawMode>,
    pub(super) efficiency: Option<RawEfficiency>,
    pub(super) identity: Option<Identity>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    pub(super) title: String,
    pub(super) url: String,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMemory {
    pub(super) capacity: RawFigure,
    pub(super) usable: Option<RawFigure>,
    pub(super) reserved: Option<RawFigure>,
    pub(super) bus: Option<RawFigure>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMode {
    pub(super) name: String,
    #[serde(default)]
    pub(super) notes: Vec<String>,
    pub(super) watts: Option<RawFigure>,
    pub(super) sms: Option<RawFigure>,
    pub(super) gpu_clock: Option<RawFigure>,
    pub(super) emc_clock: Option<RawFigure>,
    pub(super) cpu_clock: Option<RawFigure>,
    pub(super) bandwidth: RawFigure,
    pub(super) fp16: RawFigure,
    pub(super) int8: Option<RawFigure>,
    pub(super) fp8: Option<RawFigure>,
    pub(super) fp4: Option<RawFigure>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEfficiency {
    pub(super) compute: Option<RawFigure>,
    pub(super) bandwidth: Option<RawFigure>,
    pub(super) overhead: Option<RawFigure>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a figure: { value = …, unit = \"…\", kind = \"…\", source = \"…\", date = \"…\" }"
)]
pub(super) struct RawFigure {
    pub(super) value: Option<f64>,
    pub(super) unit: Option<String>,
    pub(super) sparsity: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) source: Option<String>,
    pub(super) date: Option<RawDate>,
    pub(super) note: Option<String>,
}

/// What a date must look like.
pub(super) const DATE: &str = "a date such as \"2026-11-22\": when the source was published or read";

/// A date, in quotes or not: TOML has dates of its own, and people use both.
#[derive(Debug)]
pub(super) struct RawDate(pub(super) String);

impl<'de> Deserialize<'de> for RawDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = RawDate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(DATE)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawDate, E> {
                Ok(RawDate(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawDate, A::Error> {
                let date = toml::value::Datetime::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawDate(date.to_string()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
