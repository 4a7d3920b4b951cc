//! Well-known models: a table of shapes that ships, each row with its source.
//!
//! The shapes are facts, and parameter counts follow from them. The column of published counts is for the tests, which
//! compare the two.

use serde::Deserialize;

use engine::architecture::Architecture;
use engine::error::{Error, Result, did_you_mean};
use engine::layout::Layout;
use engine::layout::typed::{Key, Typed};
use engine::reference::{Certainty, ReferenceModel};
use engine::text::shown;

use crate::hf_config::extras_of;
use crate::resolve::Library;

const SOURCE: &str = "built-in models.csv";

/// A line of the table.
#[derive(Debug, Deserialize)]
struct Row {
    name: String,
    family: String,
    layers: u32,
    width: u32,
    heads: u32,
    kv_heads: u32,
    head_dim: u32,
    intermediate: u32,
    experts: u32,
    top_k: u32,
    shared: u32,
    vocab: u32,
    tied: bool,
    layout: String,
    switches: String,
    #[cfg(test)]
    published_parameters: Option<u64>,
    shape: Shape,
    source: String,
    note: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Known,
    Assumed,
}

impl Row {
    fn model(self) -> Result<ReferenceModel> {
        let mut architecture = Architecture {
            layers: self.layers,
            width: self.width,
            heads: self.heads,
            head_dim: self.head_dim,
            kv_heads: self.kv_heads,
            expert_hidden: self.intermediate,
            experts: self.experts,
            top_k: self.top_k,
            shared_hidden: self.shared,
            vocab: self.vocab,
            tied: self.tied,
            layout: Layout::UNIFORM,
        };
        architecture.layout = layout(&self.layout, &architecture)?;
        architecture.validate().map_err(|invalid| Error::new(invalid.to_string()).at_column(self.name.clone()))?;
        let extras = extras_of(&self.family, &self.switches, &architecture)
            .ok_or_else(|| Error::new(format!("'{}' is no family", self.family)).at_column(self.name.clone()))?;
        Ok(ReferenceModel {
            architecture,
            extras,
            certainty: match self.shape {
                Shape::Known => Certainty::Known,
                Shape::Assumed => Certainty::Assumed,
            },
            notes: Some(self.note).filter(|note| !note.is_empty()).into_iter().collect(),
            name: self.name,
            family: self.family,
            source: self.source,
            format: None,
        })
    }
}

/// `window=1024 full_every=6`: how layers differ, as the command line has it, with spaces in place of commas.
fn layout(text: &str, shape: &Architecture) -> Result<Layout> {
    let mut typed = Typed::default();
    for part in text.split_whitespace() {
        let key = part.split_once('=').and_then(|(key, value)| Some((Key::named(key)?, value)));
        let (key, value) = key.ok_or_else(|| Error::new(format!("'{}' is no part of a layout", shown(part))))?;
        typed.add(key, value);
    }
    typed.layout(shape)
}

fn rows(table: &str) -> impl Iterator<Item = Result<Row>> {
    let table = csv::Reader::from_reader(table.as_bytes()).into_deserialize::<Row>();
    table.map(|row| {
        row.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            Error::new(error.to_string()).in_source(SOURCE).at_line(line)
        })
    })
}

impl Library {
    /// All known models, families together.
    pub fn known_models(&self) -> Result<Vec<ReferenceModel>> {
        rows(self.built_in.models_csv).map(|row| row?.model().map_err(|error| error.in_source(SOURCE))).collect()
    }

    /// The known model of that name, in capitals or not.
    pub fn known_model(&self, typed: &str) -> Result<ReferenceModel> {
        let models = self.known_models()?;
        if let Some(model) = models.iter().find(|model| model.name.eq_ignore_ascii_case(typed)) {
            return Ok(model.clone());
        }
        let error = Error::new(format!("there is no model '{}'", shown(typed)))
            .expected("a name of `roofscape models`, or the path of a config.json");
        Err(match did_you_mean(typed, models.iter().map(|model| model.name.as_str())) {
            Some(near) => error.hint(near),
            None => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use engine::reference::{BASELINE, QWEN2_5_0_5B};

    fn named(typed: &str) -> Result<ReferenceModel> {
        fixtures::library().known_model(typed)
    }

    /// Sums over the modules of the transformers classes, term by term, without the engine's own functions.
    fn by_hand(row: &Row) -> u64 {
        let [width, heads, kv_heads, head_dim, hidden, experts] =
            [row.width, row.heads, row.kv_heads, row.head_dim, row.intermediate, row.experts].map(u64::from);
        let (query, key) = (heads * head_dim, kv_heads * head_dim);
        let (linear, gated) = (|from: u64, to: u64| from * to, |hidden: u64| 3 * width * hidden);
        let attention = linear(width, query) + linear(width, key) + linear(width, key) + linear(query, width);
        let shared = gated(u64::from(row.shared));
        let routed = linear(width, experts) + experts * gated(hidden) + shared;
        let feed = if experts == 1 { gated(hidden) } else { routed };
        let family = match row.family.as_str() {
            "qwen2" | "glm4_moe" => query + key + key + width + width,
            "qwen2_moe" => query + key + key + width + width + linear(width, 1),
            "qwen3" | "qwen3_moe" => head_dim + head_dim + width + width,
            "olmoe" => query + key + width + width,
            "gemma2" => 4 * width,
            "gemma3_text" => head_dim + head_dim + 4 * width,
            "gpt_oss" => {
                let biases = query + key + key + width + experts * (2 * hidden + width) + experts;
                biases + heads + width + width
            }
            _ => width + width,
        };
        // The first layer of GLM-4.5-Air is dense.
        let dense = if row.family == "glm4_moe" { gated(10_944) } else { feed };
        let embedding = linear(u64::from(row.vocab), width);
        (u64::from(row.layers) - 1) * feed
            + dense
            + u64::from(row.layers) * (attention + family)
            + embedding
            + width
            + if row.tied { 0 } else { embedding }
    }

    #[test]
    fn counts_equal_the_published_ones_exactly() {
        let mut published = 0;
        for row in rows(fixtures::built_in().models_csv) {
            let row = row.unwrap();
            let (name, wanted, sum) = (row.name.clone(), row.published_parameters, by_hand(&row));
            let model = row.model().unwrap();
            assert_eq!(model.parameters_total(), sum, "{name}");
            if let Some(wanted) = wanted {
                assert_eq!(sum, wanted, "{name}");
                published += 1;
            }
        }
        assert_eq!(published, 36);
    }

    /// Totals as the models' own pages print them, to their last digit.
    #[test]
    fn unpublished_counts_round_to_what_is_said_of_them() {
        for (name, millions) in
            [("MobileLLM-125M", 124.6), ("MobileLLM-350M", 345.4), ("MobileLLM-600M", 603.2), ("Gemma-3-4B", 3880.1)]
        {
            let parameters = named(name).unwrap().parameters_total() as f64 / 1e6;
            assert!((parameters - millions).abs() < 0.05, "{name}: {parameters}");
        }
    }

    #[test]
    fn a_token_uses_its_experts_and_the_shared_one() {
        for (name, active) in [
            // 13B, 3.3B, 1.3B and 2.7B in the words of their authors.
            ("Mixtral-8x7B", 12_879_925_248),
            ("Qwen3-30B-A3B", 3_353_032_704),
            ("OLMoE-1B-7B", 1_282_017_280),
            ("Qwen1.5-MoE-A2.7B", 2_689_173_504),
        ] {
            assert_eq!(named(name).unwrap().parameters_active(), active, "{name}");
        }
    }

    #[test]
    fn the_table_is_sound() {
        let models = fixtures::library().known_models().unwrap();
        assert_eq!(models.len(), 49);
        let mut names: Vec<String> = models.iter().map(|model| model.name.to_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), models.len());
        assert!(models.iter().all(|model| model.source.starts_with("https://")));
        assert_eq!(named(BASELINE).unwrap().architecture, QWEN2_5_0_5B);
        let assumed = models.iter().filter(|model| model.certainty == Certainty::Assumed);
        assert!(assumed.clone().all(|model| model.notes.iter().any(|note| note.contains("taken to be"))));
        assert_eq!(assumed.count(), 7);
    }

    /// Every sixth of the 34 layers of Gemma 3 4B sees everything.
    #[test]
    fn models_of_the_table_have_their_windows() {
        let windowed = |name: &str| {
            let shape = named(name).unwrap().architecture;
            let with = shape.attention_blocks().find_map(|block| Some((block.layers, block.window?)));
            with.map(|(layers, window)| (layers, shape.layers, window))
        };
        assert_eq!(windowed("Gemma-3-4B"), Some((29, 34, 1024)));
        assert_eq!(windowed("Gemma-3-1B"), Some((22, 26, 512)));
        assert_eq!(windowed("Gemma-2-2B"), Some((13, 26, 4096)));
        assert_eq!(windowed("gpt-oss-20b"), Some((12, 24, 128)));
        assert_eq!(windowed("Qwen3-4B"), None);
    }

    #[test]
    fn names_are_found_in_any_case_and_near_misses_named() {
        assert_eq!(named("qwen3-0.6b").unwrap().name, "Qwen3-0.6B");
        assert_eq!(
            named("Qwen3-0.6").unwrap_err().to_string(),
            "there is no model 'Qwen3-0.6'\n  expected: a name of `roofscape models`, or the path of a config.json\n  \
             try: Qwen3-0.6B"
        );
    }
}
