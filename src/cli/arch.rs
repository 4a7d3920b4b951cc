//! `--arch layers=24,width=896,…`: one shape by the names that tables of runs and config.json files use.

use super::args::ShapeArgs;
use engine::architecture::{Architecture, InvalidShape};
use engine::error::{Error, Result, did_you_mean};
use engine::layout::Layout;
use engine::layout::typed::{Key as LayoutKey, Typed};
use engine::reference::{QWEN2_5_0_5B, ReferenceModel};
use engine::text::shown;
use engine::units;
use files::resolve::Library;
use files::runs::Field;

/// By how much a written ratio may differ from the one that follows from the hidden size.
const RATIO_TOLERANCE: f64 = 0.01;

/// What a key gives: a field that runs have too, or one that only a whole model has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Shape(Field),
    Shared,
    Vocab,
    Tied,
    /// How layers differ.
    Layout(LayoutKey),
}

const SHAPE_FIELDS: [Field; 9] = [
    Field::Layers,
    Field::Width,
    Field::Heads,
    Field::HeadDim,
    Field::KvHeads,
    Field::FfnRatio,
    Field::ExpertHidden,
    Field::Intermediate,
    Field::Experts,
];
const SHARED: [&str; 2] = ["shared", "shared_expert_intermediate_size"];
const VOCAB: [&str; 2] = ["vocab", "vocab_size"];
const TIED: [&str; 2] = ["tied", "tie_word_embeddings"];

impl Key {
    fn named(name: &str) -> Option<Self> {
        let is = |known: &&str| known.eq_ignore_ascii_case(name);
        if SHARED.iter().any(is) {
            return Some(Self::Shared);
        }
        if VOCAB.iter().any(is) {
            return Some(Self::Vocab);
        }
        if TIED.iter().any(is) {
            return Some(Self::Tied);
        }
        if let Some(key) = LayoutKey::named(name) {
            return Some(Self::Layout(key));
        }
        Field::named(name).filter(|field| SHAPE_FIELDS.contains(field) || *field == Field::TopK).map(Self::Shape)
    }

    /// Every name, for "did you mean".
    fn all_names() -> impl Iterator<Item = &'static str> {
        let shape = SHAPE_FIELDS.into_iter().chain([Field::TopK]).flat_map(|field| field.names().iter().copied());
        shape.chain(SHARED).chain(VOCAB).chain(TIED).chain(LayoutKey::ALL.map(LayoutKey::name))
    }
}

struct Entry<'a> {
    key: Key,
    name: &'a str,
    value: &'a str,
}

/// What is asked about: a shape, and the model that has it if one was named.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) shape: Architecture,
    pub(super) model: Option<ReferenceModel>,
}

impl From<ReferenceModel> for Asked {
    fn from(model: ReferenceModel) -> Self {
        Self { shape: model.architecture, model: Some(model) }
    }
}

/// A shape that was typed, or that of a model.
pub(super) fn asked(args: &ShapeArgs, library: &Library) -> Result<Asked> {
    match (&args.arch, &args.model) {
        (_, Some(model)) => library.model(model).map(Asked::from),
        (Some(shape), None) => parse(shape, library),
        (None, None) => Err(Error::new("neither --arch nor --model is given").hint("--arch or --model")),
    }
}

/// Reads a shape, or takes that of a known model.
fn parse(text: &str, library: &Library) -> Result<Asked> {
    read(text, library).map_err(|error| error.in_source("--arch"))
}

fn read(text: &str, library: &Library) -> Result<Asked> {
    if text.trim_start().starts_with('{') {
        return written(text);
    }
    if !text.contains('=') {
        return known(text.trim(), library).map(Asked::from);
    }
    let shape = Shape(entries(text)?).architecture()?;
    shape.validate().map_err(|invalid| Error::new(invalid.to_string()).at_column(key_of(invalid)))?;
    Ok(Asked { shape, model: None })
}

/// `{"layers": 24, …}`, an architecture as documents have it.
fn written(text: &str) -> Result<Asked> {
    let expected = "the 'architecture' of a document of this program, or KEY=VALUE,…";
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)
        .map_err(|error| Error::new(format!("this is no architecture in JSON: {error}")).expected(expected))?;
    let mut typed: Vec<String> = Vec::new();
    let mut layout = Layout::UNIFORM;
    for (key, value) in object {
        if key == "layout" {
            layout = serde_json::from_value(value)
                .map_err(|error| Error::new(error.to_string()).at_column("layout").expected(expected))?;
            continue;
        }
        typed.push(match value {
            serde_json::Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        });
    }
    // The ratio follows from the sizes.
    typed.retain(|part| !part.starts_with("ffn_ratio="));
    let typed = typed.join(",");
    let shape = Architecture { layout, ..Shape(entries(&typed)?).architecture()? };
    shape.validate().map_err(|invalid| Error::new(invalid.to_string()).at_column(key_of(invalid)))?;
    Ok(Asked { shape, model: None })
}

fn key_of(invalid: InvalidShape) -> &'static str {
    match invalid {
        InvalidShape::SharedAlone | InvalidShape::TooLarge { field: "shared_hidden", .. } => "shared",
        InvalidShape::Zero("expert_hidden") | InvalidShape::TooLarge { field: "expert_hidden", .. } => "intermediate",
        InvalidShape::Zero(field) | InvalidShape::TooLarge { field, .. } => field,
        InvalidShape::KvHeads { .. } => "kv_heads",
        InvalidShape::TopK { .. } => "top_k",
    }
}

fn known(name: &str, library: &Library) -> Result<ReferenceModel> {
    let mut models = library.known_models()?;
    if let Some(place) = models.iter().position(|model| model.name.eq_ignore_ascii_case(name)) {
        return Ok(models.swap_remove(place));
    }
    let error = Error::new(format!("'{}' is neither KEY=VALUE,… nor a known model", shown(name)))
        .expected("such as layers=24,width=896,heads=14,kv_heads=2,intermediate=4864, or a name of `roofscape models`");
    Err(match did_you_mean(name, models.iter().map(|model| model.name.as_str())) {
        Some(near) => error.hint(format!("--arch {near}")),
        None => error,
    })
}

fn entries(text: &str) -> Result<Vec<Entry<'_>>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once('=') else {
            return Err(Error::new(format!("'{}' has no value", shown(part))).expected("KEY=VALUE,KEY=VALUE,…"));
        };
        let (name, value) = (name.trim(), value.trim());
        let key = Key::named(name).ok_or_else(|| unknown(name))?;
        if let Some(other) = entries.iter().find(|entry| entry.key == key) {
            let what = if other.name == name {
                format!("'{name}' stands twice")
            } else {
                format!("'{}' and '{name}' mean the same", other.name)
            };
            return Err(Error::new(what).hint("remove one of them"));
        }
        entries.push(Entry { key, name, value });
    }
    Ok(entries)
}

fn unknown(name: &str) -> Error {
    let error = Error::new(format!("'{}' is no key of a shape", shown(name))).expected(
        "layers, width, heads, head_dim, kv_heads, intermediate or ffn_ratio, experts, top_k, shared, vocab, tied; how layers \
         differ: window with full_every or full_layers, dense_layers with dense_hidden, feed_forward=plain (docs/models.md)",
    );
    match did_you_mean(name, Key::all_names()) {
        Some(near) => error.hint(format!("'{near}'")),
        None => error,
    }
}

struct Shape<'a>(Vec<Entry<'a>>);

impl Shape<'_> {
    fn architecture(&self) -> Result<Architecture> {
        let layers = self.required(Field::Layers)?;
        let width = self.required(Field::Width)?;
        let (heads, head_dim) = self.heads(width)?;
        let experts = self.size(Key::Shape(Field::Experts))?.unwrap_or(1);
        let top_k = match self.size(Key::Shape(Field::TopK))? {
            Some(top_k) => top_k,
            None if experts == 1 => 1,
            None => {
                return Err(Error::new(format!("{experts} experts, but no 'top_k' says how many a token uses"))
                    .hint("top_k=1 or top_k=2"));
            }
        };
        let shape = Architecture {
            layers,
            width,
            heads,
            head_dim,
            kv_heads: self.size(Key::Shape(Field::KvHeads))?.unwrap_or(heads),
            expert_hidden: self.expert_hidden(width, top_k)?,
            experts,
            top_k,
            shared_hidden: self.size(Key::Shared)?.unwrap_or(0),
            vocab: self.size(Key::Vocab)?.unwrap_or(QWEN2_5_0_5B.vocab),
            tied: self.tied()?,
            layout: Layout::UNIFORM,
        };
        Ok(Architecture { layout: self.layout(&shape)?, ..shape })
    }

    fn layout(&self, shape: &Architecture) -> Result<Layout> {
        let mut typed = Typed::default();
        for entry in &self.0 {
            if let Key::Layout(key) = entry.key {
                typed.add(key, entry.value);
            }
        }
        typed.layout(shape)
    }

    fn given(&self, key: Key) -> Option<&Entry<'_>> {
        self.0.iter().find(|entry| entry.key == key)
    }

    fn size(&self, key: Key) -> Result<Option<u32>> {
        let Some(entry) = self.given(key) else { return Ok(None) };
        let largest = match key {
            Key::Shape(field) => field.largest(),
            Key::Shared => Architecture::LIMITS.shared_hidden,
            Key::Vocab | Key::Tied | Key::Layout(_) => Architecture::LIMITS.vocab,
        };
        match entry.value.parse() {
            Ok(size) if (1..=largest).contains(&size) => Ok(Some(size)),
            _ => Err(refuse(entry, &format!("a whole number from 1 to {}", units::count(largest as usize)))),
        }
    }

    fn required(&self, field: Field) -> Result<u32> {
        self.size(Key::Shape(field))?
            .ok_or_else(|| Error::new(format!("'{}' is missing", field.name())).hint(format!("{}=…", field.name())))
    }

    fn heads(&self, width: u32) -> Result<(u32, u32)> {
        let share = |by: u32, name: &str| {
            if width.is_multiple_of(by) {
                return Ok(width / by);
            }
            Err(Error::new(format!("the width {width} is no multiple of {by}"))
                .at_column(name)
                .hint("both heads=… and head_dim=…, where their product is not the width"))
        };
        match (self.size(Key::Shape(Field::Heads))?, self.size(Key::Shape(Field::HeadDim))?) {
            (Some(heads), Some(head_dim)) => Ok((heads, head_dim)),
            (Some(heads), None) => Ok((heads, share(heads, "heads")?)),
            (None, Some(head_dim)) => Ok((share(head_dim, "head_dim")?, head_dim)),
            (None, None) => Err(Error::new("neither 'heads' nor 'head_dim' is given").hint("heads=… or head_dim=64")),
        }
    }

    /// From the hidden size where it is given, because it is exact. Otherwise from the ratio.
    fn expert_hidden(&self, width: u32, top_k: u32) -> Result<u32> {
        let exact = match self.size(Key::Shape(Field::ExpertHidden))? {
            Some(hidden) => Some(hidden),
            None => self.size(Key::Shape(Field::Intermediate))?,
        };
        let Some(entry) = self.given(Key::Shape(Field::FfnRatio)) else {
            return exact.ok_or_else(|| {
                Error::new("no feed-forward size is given").hint("intermediate=…, of one expert, or ffn_ratio=…")
            });
        };
        let ratio =
            ratio(entry.value).ok_or_else(|| refuse(entry, "a ratio above 0 and at most 1000, such as 4 or 8/3"))?;
        let shared = self.size(Key::Shared)?.map_or(0.0, f64::from);
        let hidden = (ratio * f64::from(width) - shared) / f64::from(top_k);
        let nearest = hidden.round().clamp(1.0, f64::from(u32::MAX));
        match exact {
            Some(exact) if (hidden / f64::from(exact) - 1.0).abs() <= RATIO_TOLERANCE => Ok(exact),
            Some(exact) => {
                Err(Error::new(format!("an FFN ratio of {} contradicts a hidden size of {exact}", entry.value))
                    .at_column(entry.name)
                    .expected("top_k · intermediate / width, if both are given")
                    .hint("remove one of them"))
            }
            None if (hidden - nearest).abs() <= 1e-6 * nearest => Ok(nearest as u32),
            None => Err(Error::new(format!("a ratio of {} makes an expert {hidden} wide", shown(entry.value)))
                .at_column(entry.name)
                .expected("a ratio for which ratio · width / top_k is a whole number")
                .hint(format!("intermediate={nearest}"))),
        }
    }

    fn tied(&self) -> Result<bool> {
        let Some(entry) = self.given(Key::Tied) else { return Ok(QWEN2_5_0_5B.tied) };
        match entry.value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            _ => Err(refuse(entry, "true or false")),
        }
    }
}

fn refuse(entry: &Entry<'_>, expected: &str) -> Error {
    Error::new(format!("'{}' is not allowed here", shown(entry.value))).at_column(entry.name).expected(expected)
}

fn ratio(text: &str) -> Option<f64> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let ratio = match text.split_once('/') {
        Some((numerator, denominator)) => number(numerator)? / number(denominator)?,
        None => number(text)?,
    };
    (ratio > 0.0 && ratio <= Architecture::LARGEST_FFN_RATIO).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in;

    fn parsed(text: &str) -> Result<Asked> {
        parse(text, &built_in::library())
    }

    #[test]
    fn names_of_config_json_give_the_same_shape() {
        let ours = "layers=24,width=896,heads=14,kv_heads=2,intermediate=4864,vocab=151936,tied=true";
        let theirs = "num_hidden_layers=24, hidden_size=896, num_attention_heads=14, num_key_value_heads=2, \
                      intermediate_size=4864, vocab_size=151936, tie_word_embeddings=true";
        for text in [ours, theirs, "layers=24,width=896,head_dim=64,kv_heads=2,intermediate=4864", "QWEN2.5-0.5b"] {
            assert_eq!(parsed(text).unwrap().shape, QWEN2_5_0_5B, "{text}");
        }
    }

    #[test]
    fn the_ratio_counts_all_activated_experts() {
        let shape = parsed("layers=8,width=768,head_dim=64,ffn_ratio=8/3,experts=8,top_k=2").unwrap().shape;
        assert_eq!((shape.expert_hidden, shape.heads, shape.kv_heads), (1024, 12, 12));
        let both = parsed("layers=8,width=768,heads=12,ffn_ratio=2.67,intermediate=2048").unwrap().shape;
        assert_eq!(both.expert_hidden, 2048);
        let shared =
            parsed("layers=24,width=2048,heads=16,ffn_ratio=5.5,experts=60,top_k=4,shared=5632").unwrap().shape;
        assert_eq!((shared.expert_hidden, shared.shared_hidden, shared.ffn_ratio()), (1408, 5632, 5.5));
    }

    /// gpt-oss-20b by hand: half its layers see 128 tokens. A shape that is printed can be typed.
    #[test]
    fn layers_that_differ_can_be_typed() {
        let text = "layers=24,width=2880,heads=64,head_dim=64,kv_heads=8,intermediate=2880,experts=32,top_k=4,window=128,\
                    full_every=2,vocab=201088,tied=false";
        let shape = parsed(text).unwrap().shape;
        let known = built_in::library().known_model("gpt-oss-20b").unwrap().architecture;
        assert_eq!(shape, known);
        assert_eq!(shape.as_typed(), text);
        for model in built_in::library().known_models().unwrap() {
            let shape = model.architecture;
            assert_eq!(parsed(&shape.as_typed()).unwrap().shape, shape, "{}", model.name);
            let json = serde_json::to_string(&report::ArchitecturePart::from(&shape)).unwrap();
            assert_eq!(parsed(&json).unwrap().shape, shape, "{json}");
        }
    }

    /// What the refusal of a config.json says to try is understood here.
    #[test]
    fn the_way_on_from_a_refusal_is_a_shape() {
        use files::hf_config::{HfConfig, Purpose};
        let sizes = r#""hidden_size": 2048, "num_hidden_layers": 27, "num_attention_heads": 16, "vocab_size": 102400,
            "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_routed_experts": 64, "n_shared_experts": 2,
            "num_experts_per_tok": 6, "first_k_dense_replace": 1, "kv_lora_rank": 512, "v_head_dim": 128"#;
        for config in [
            format!("{{\"model_type\": \"deepseek_v2\", {sizes}}}"),
            format!("{{\"model_type\": \"kimi_vl\", \"text_config\": {{\"model_type\": \"deepseek_v3\", {sizes}}}}}"),
            r#"{"model_type": "nemotron_h", "hidden_size": 8}"#.to_owned(),
            r#"{"model_type": "rwkv"}"#.to_owned(),
            r#"{"model_type": "never_heard_of", "n_embd": 64, "n_layer": 2, "n_head": 4, "vocab_size": 9}"#.to_owned(),
        ] {
            let refusal = HfConfig::parse("m", &config, Purpose::Price).unwrap_err().to_string();
            let way_on = refusal.split("--arch ").nth(1).unwrap();
            parsed(way_on.trim()).unwrap_or_else(|error| panic!("{way_on}: {error}"));
        }
    }

    #[test]
    fn each_mistake_is_one_clear_error() {
        for (text, wanted) in [
            ("layrs=24", "--arch: 'layrs' is no key of a shape"),
            ("layrs=24", "try: 'layers'"),
            ("layers", "is neither KEY=VALUE,… nor a known model"),
            ("qwen3-0.6", "try: --arch Qwen3-0.6B"),
            ("layers=2,width=8,heads=2,intermediate=8,shared=8", "'shared': a shared expert stands beside routed ones"),
            ("layers=24,24", "'24' has no value"),
            ("layers=2,width=8,heads=2,intermediate=8,full_every=2", "'full_every' says nothing without 'window'"),
            ("layers=2,width=8,heads=2,intermediate=8,window=0", "'window': '0' is not allowed here"),
            ("layers=2,width=8,heads=2,intermediate=8,windw=9", "try: 'window'"),
            ("{\"layers\": 2", "this is no architecture in JSON"),
            ("{\"layers\": 2, \"layout\": {\"windows\": 3}}", "'layout': unknown field"),
            ("layers=24", "'width' is missing"),
            ("layers=0,width=8", "'layers': '0' is not allowed here"),
            ("layers=2.5,width=8", "expected: a whole number from 1 to 4,096"),
            ("layers=99999999", "'layers': '99999999' is not allowed here\n  expected: a whole number from 1 to 4,096"),
            ("layers=2,width=131072,head_dim=1,intermediate=8", "'heads': heads is 131,072, it can be at most 4,096"),
            (
                "layers=2,width=131072,head_dim=64,ffn_ratio=900",
                "'intermediate': expert_hidden is 117,964,800, it can be at most 1,048,576",
            ),
            ("layers=2,n_layer=2", "'layers' and 'n_layer' mean the same"),
            ("layers=2,width=8", "neither 'heads' nor 'head_dim' is given"),
            ("layers=2,width=8,heads=3", "'heads': the width 8 is no multiple of 3"),
            ("layers=2,width=8,heads=2", "no feed-forward size is given"),
            ("layers=2,width=8,heads=2,ffn_ratio=1.3", "try: intermediate=10"),
            ("layers=2,width=8,heads=2,ffn_ratio=x", "expected: a ratio above 0"),
            ("layers=2,width=8,heads=2,ffn_ratio=2,intermediate=8", "contradicts a hidden size of 8"),
            ("layers=2,width=8,heads=2,intermediate=8,kv_heads=4", "'kv_heads': 2 heads cannot share 4 KV heads"),
            ("layers=2,width=8,heads=2,intermediate=8,experts=4", "no 'top_k'"),
            ("layers=2,width=8,heads=2,intermediate=8,top_k=2", "'top_k': top_k 2 exceeds experts 1"),
            ("layers=2,width=8,heads=2,intermediate=8,tied=maybe", "expected: true or false"),
            ("layers=2,width=8,heads=2,intermediate=8,loss=3", "'loss' is no key of a shape"),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
