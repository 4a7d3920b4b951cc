//! Search spaces as TOML: per axis a value, a list, or a range.
//!
//! ```toml
//! layers = { from = 4, to = 32, step = 4 }
//! width = [768, 1024]
//! head_dim = 64
//! kv_heads = [1, 2, "heads"]
//! ffn_ratio = [0.5, "8/3"]
//! experts = ["1/1", "8/2"]
//! vocab = 151936
//! tied = true
//! ```
//!
//! Combinations that cannot be built are skipped. A *value* that can never be built is an error here, because it is a
//! slip. A space may be larger than any sweep: then it is searched instead of enumerated.

mod form;

use serde::Deserialize;

use super::toml_source::{KeyPath, TomlSource};
use engine::architecture::Architecture;
use engine::error::{Error, Result};
use engine::layout::{FullLayers, Window};
use engine::space::{KvHeads, Space};
use engine::text::shown;
use engine::units::count;
use engine::workload::MAX_TOKENS;

const LIMITS: Architecture = Architecture::LIMITS;
/// Most values on one axis.
const MAX_VALUES: usize = 20_000;
/// Most pairs of experts and active ones.
const MAX_MIXTURES: usize = 1_000_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpaceFile {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    #[expect(dead_code, reason = "notes are for readers of the file")]
    notes: Vec<String>,
    layers: Axis,
    width: Axis,
    head_dim: Axis,
    kv_heads: Axis,
    ffn_ratio: Axis,
    experts: Mixtures,
    vocab: i64,
    tied: bool,
    /// Positions that a layer with a window sees.
    window: Option<Value>,
    /// Every so many layers one without a window.
    full_every: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a value, a list of values, or a range { from = …, to = …, step = … }")]
enum Axis {
    // First: serde would take a list of three numbers for the three fields of a range.
    List(Vec<Value>),
    Range(Range),
    One(Value),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected \"experts/active\", a list of these, or { experts = …, top_k = … }")]
enum Mixtures {
    Pairs(Axis),
    All(Product),
}

/// Every number of experts with every number of active ones that it allows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    experts: Axis,
    top_k: Axis,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: f64,
    to: f64,
    step: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Value {
    Integer(i64),
    Float(f64),
    Text(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(&shown(value)),
        }
    }
}

/// Reads a space; `source` is the path or embedded name for messages.
pub fn parse(source: &str, text: &str) -> Result<Space> {
    let toml = TomlSource::new(source, text);
    form::check(&toml, text)?;
    let file: SpaceFile = toml.read()?;
    let read = Reader { toml };
    let space = Space {
        layers: read.axis("layers", &file.layers, size(LIMITS.layers))?,
        widths: read.axis("width", &file.width, size(LIMITS.width))?,
        head_dims: read.axis("head_dim", &file.head_dim, size(LIMITS.head_dim))?,
        kv_heads: read.axis("kv_heads", &file.kv_heads, kv_heads)?,
        ffn_ratios: read.axis("ffn_ratio", &file.ffn_ratio, ratio)?,
        experts: read.mixtures("experts", &file.experts)?,
        vocab: read.one("vocab", &Value::Integer(file.vocab), &size(LIMITS.vocab))?,
        tied: file.tied,
        window: read.window(file.window.as_ref(), file.full_every.as_ref())?,
        origin: None,
        name: file.name,
        description: file.description,
    };
    if space.is_empty() {
        return Err(toml
            .error(&KeyPath::ROOT, "no combination of this space can be built")
            .expected("widths that head_dim divides, kv_heads that divide the heads, whole numbers for r·width/K"));
    }
    Ok(space)
}

struct Reader<'a> {
    toml: TomlSource<'a>,
}

/// What a value must be, in words; returned by a rule that refuses one.
type Expected = String;

impl Reader<'_> {
    /// The values of an axis in the order given, each once.
    fn axis<T: PartialEq>(
        &self,
        key: &str,
        axis: &Axis,
        rule: impl Fn(&Value) -> Result<T, Expected>,
    ) -> Result<Vec<T>> {
        let values = match axis {
            Axis::One(value) => vec![value.clone()],
            Axis::List(values) => values.clone(),
            Axis::Range(range) => self.range(key, range)?,
        };
        if values.is_empty() {
            return Err(self.refuse(key, "the axis has no values", "at least one"));
        }
        let mut axis = Vec::with_capacity(values.len());
        for value in &values {
            let value = self.one(key, value, &rule)?;
            if !axis.contains(&value) {
                axis.push(value);
            }
        }
        Ok(axis)
    }

    /// Experts and active ones, few experts first.
    fn mixtures(&self, key: &str, mixtures: &Mixtures) -> Result<Vec<(u32, u32)>> {
        let Product { experts: of, top_k } = match mixtures {
            Mixtures::Pairs(axis) => return self.axis(key, axis, experts),
            Mixtures::All(product) => product,
        };
        let of = self.axis(key, of, size(LIMITS.experts))?;
        let active = match top_k {
            Axis::One(Value::Text(text)) if text == "any" => None,
            some => Some(self.axis(key, some, |value| {
                size(LIMITS.top_k)(value).map_err(|expected| format!("{expected}, or \"any\""))
            })?),
        };
        let mut pairs = Vec::new();
        for experts in of {
            match &active {
                None => pairs.extend((1..=experts).map(|top_k| (experts, top_k))),
                Some(active) => pairs.extend(active.iter().filter(|&&k| k <= experts).map(|&k| (experts, k))),
            }
            if pairs.len() > MAX_MIXTURES {
                return Err(self.refuse(key, "too many pairs of experts and active ones", "at most 1,000,000"));
            }
        }
        if pairs.is_empty() {
            return Err(self.refuse(key, "every top_k exceeds every number of experts", "active at most experts"));
        }
        Ok(pairs)
    }

    fn one<T>(&self, key: &str, value: &Value, rule: &impl Fn(&Value) -> Result<T, Expected>) -> Result<T> {
        rule(value).map_err(|expected| self.refuse(key, &format!("'{value}' is not allowed here"), &expected))
    }

    /// The layers' sliding window: all have it unless `full_every` says which have none.
    fn window(&self, tokens: Option<&Value>, full_every: Option<&Value>) -> Result<Option<Window>> {
        let Some(tokens) = tokens else {
            return match full_every {
                Some(_) => Err(self.refuse(
                    "full_every",
                    "it says which layers have no window, and there is no window",
                    "'window', in tokens, beside it",
                )),
                None => Ok(None),
            };
        };
        let tokens = self.one("window", tokens, &size(MAX_TOKENS))?;
        let every = full_every.map(|every| self.one("full_every", every, &size(LIMITS.layers))).transpose()?;
        Ok(Some(Window { tokens, full: FullLayers::Every(every.unwrap_or(0)) }))
    }

    fn range(&self, key: &str, range: &Range) -> Result<Vec<Value>> {
        let Range { from, to, step } = *range;
        let sound = from.is_finite() && to.is_finite() && step.is_finite() && step > 0.0 && to >= from;
        if !sound {
            let what = format!("a range from {from} to {to} in steps of {step} has no values");
            return Err(self.refuse(key, &what, "from ≤ to and a step above 0"));
        }
        let steps = ((to - from) / step + 1e-9).floor();
        if steps >= MAX_VALUES as f64 {
            return Err(self.refuse(key, "the range has too many values", "at most 20,000"));
        }
        let value = |i: usize| {
            let value = from + i as f64 * step;
            if value.fract() == 0.0 { Value::Integer(value as i64) } else { Value::Float(value) }
        };
        Ok((0..=steps as usize).map(value).collect())
    }

    fn refuse(&self, key: &str, what: &str, expected: &str) -> Error {
        self.toml.error(&KeyPath::ROOT.key(key), what).expected(expected)
    }
}

fn size(most: u32) -> impl Fn(&Value) -> Result<u32, Expected> {
    move |value| match value {
        Value::Integer(size) if (1..=i64::from(most)).contains(size) => Ok(*size as u32),
        _ => Err(format!("a whole number from 1 to {}", count(most as usize))),
    }
}

fn kv_heads(value: &Value) -> Result<KvHeads, Expected> {
    match value {
        Value::Text(text) if text == "heads" => Ok(KvHeads::SameAsHeads),
        other => {
            size(LIMITS.kv_heads)(other).map(KvHeads::Count).map_err(|expected| format!("{expected}, or \"heads\""))
        }
    }
}

fn ratio(value: &Value) -> Result<f64, Expected> {
    const EXPECTED: &str = "a ratio above 0 and at most 1000, or a fraction such as \"8/3\"";
    let ratio = match value {
        Value::Integer(ratio) => *ratio as f64,
        Value::Float(ratio) => *ratio,
        Value::Text(text) => {
            let (numerator, denominator) = text.split_once('/').ok_or(EXPECTED)?;
            let number = |text: &str| text.trim().parse::<f64>().map_err(|_| EXPECTED);
            number(numerator)? / number(denominator)?
        }
    };
    if ratio > 0.0 && ratio <= Architecture::LARGEST_FFN_RATIO { Ok(ratio) } else { Err(EXPECTED.into()) }
}

fn experts(value: &Value) -> Result<(u32, u32), Expected> {
    const EXPECTED: &str = "\"experts/active\" such as \"8/2\", active at most experts; \"1/1\" is dense";
    let Value::Text(text) = value else { return Err(EXPECTED.into()) };
    let (experts, top_k) = text.split_once('/').ok_or(EXPECTED)?;
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| EXPECTED);
    let (experts, top_k) = (number(experts)?, number(top_k)?);
    if experts > LIMITS.experts {
        return Err(format!("at most {} experts", count(LIMITS.experts as usize)));
    }
    if top_k >= 1 && top_k <= experts { Ok((experts, top_k)) } else { Err(EXPECTED.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAPER: &str = include_str!("../../datasets/paper-space.toml");

    #[test]
    fn the_shipped_space_is_the_papers() {
        let space = parse("paper", PAPER).unwrap();
        assert_eq!(space.candidates().len(), 10_560);
        assert_eq!(space.candidates(), engine::fixtures::paper_space().candidates());
    }

    #[test]
    fn a_list_of_three_numbers_is_no_range() {
        let text = PAPER.replace("layers = { from = 4, to = 32, step = 4 }", "layers = [8, 16, 32]");
        assert_eq!(parse("my.toml", &text).unwrap().layers, [8, 16, 32]);
    }

    #[test]
    fn the_large_space_is_one_that_no_sweep_holds() {
        let space = parse("large", include_str!("../../datasets/large-space.toml")).unwrap();
        assert_eq!((space.layers.len(), space.widths.len(), space.ffn_ratios.len()), (63, 61, 125));
        assert_eq!(space.experts.len(), 256 * 257 / 2, "any number of active experts");
        assert!(space.len() > 1_000_000_000 && !space.can_be_enumerated(), "{}", space.len());
    }

    #[test]
    fn experts_are_pairs_or_all_that_two_axes_allow() {
        let pairs = |text: &str| {
            parse("my.toml", &PAPER.replace("[\"1/1\", \"8/1\", \"8/2\", \"16/1\", \"16/2\"]", text))
                .map(|space| space.experts)
        };
        assert_eq!(pairs("{ experts = [1, 3], top_k = \"any\" }").unwrap(), [(1, 1), (3, 1), (3, 2), (3, 3)]);
        let range = "{ experts = { from = 2, to = 6, step = 4 }, top_k = [1, 4] }";
        assert_eq!(pairs(range).unwrap(), [(2, 1), (6, 1), (6, 4)]);
        let message = |text: &str| pairs(text).unwrap_err().to_string();
        assert!(message("{ experts = 2, top_k = 3 }").contains("every top_k exceeds every number of experts"));
        assert!(message("{ experts = 2, top_k = \"all\" }").contains("from 1 to 4,096, or \"any\""));
        assert!(message("{ experts = 2 }").contains("'experts.top_k': 'top_k' is missing"));
        let many = "{ experts = { from = 1, to = 4096, step = 1 }, top_k = \"any\" }";
        assert!(message(many).contains("at most 1,000,000"));
    }

    #[test]
    fn the_documented_example_is_read() {
        let readme = include_str!("../../datasets/README.md");
        let (_, section) = readme.split_once("## Search spaces").unwrap();
        let (section, _) = section.split_once("## Laws").unwrap();
        let example: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("    ")).collect();
        let space = parse("README.md", &example.join("\n")).unwrap();
        assert_eq!((space.layers.as_slice(), space.experts.len()), ([8, 12, 16, 20, 24].as_slice(), 2));
    }

    #[test]
    fn errors_name_file_line_key_and_what_is_allowed() {
        let message = |from: &str, to: &str| {
            assert!(PAPER.contains(from), "{from}");
            parse("my.toml", &PAPER.replace(from, to)).unwrap_err().to_string()
        };
        assert_eq!(
            message("\"8/2\"", "\"8/9\""),
            "my.toml:18, 'experts': '8/9' is not allowed here\n  expected: \"experts/active\" such as \"8/2\", active at most experts; \"1/1\" is dense"
        );
        assert_eq!(
            message("step = 4", "step = 0"),
            "my.toml:10, 'layers': a range from 4 to 32 in steps of 0 has no values\n  expected: from ≤ to and a step above 0"
        );
        assert!(
            message("ffn_ratio = [0.5, 1,", "ffn_ratio = [-0.5, 1,").contains("'ffn_ratio': '-0.5' is not allowed")
        );
        assert!(message("head_dim = 64", "head_dim = 4001").contains("no combination of this space can be built"));
        assert!(message("tied = true", "tied = true\nvocabulary = 3").contains("vocab"));
        assert!(message("layers = { from = 4, to = 32, step = 4 }", "layers = []").contains("no values"));
        assert_eq!(
            message("to = 32, step = 4", "to = 40"),
            "my.toml:10, 'layers.step': 'step' is missing\n  expected: a range { from = …, to = …, step = … }"
        );
        assert!(message("step = 4", "step = 4, by = 2").contains("'layers.by': 'by' is not known here"));
        assert!(message("step = 4", "step = \"4\"").contains("'layers.step': a string is not allowed here"));
        let vocab = PAPER.lines().find(|line| line.starts_with("vocab")).unwrap();
        assert!(
            message(vocab, "vocab = \"big\"")
                .contains("'vocab': a string is not allowed here\n  expected: a whole number")
        );
        let deep = "layers = { from = 1, to = 4096, step = 1 }";
        let many = PAPER.replace("layers = { from = 4, to = 32, step = 4 }", deep);
        let many = many.replace("head_dim = 64", "head_dim = [32, 64]");
        let huge = parse("my.toml", &many).unwrap();
        assert!(huge.len() > Space::MAX_CANDIDATES as u64 && !huge.can_be_enumerated());
        assert_eq!(
            message("layers = { from = 4, to = 32, step = 4 }", "layers = 5000"),
            "my.toml:10, 'layers': '5000' is not allowed here\n  expected: a whole number from 1 to 4,096"
        );
    }

    proptest! {
        #[test]
        fn mutations_of_a_good_file_load_whole_or_fail(at in 0usize..1100, with in "[ -~\n]{0,6}", cut in 0usize..12) {
            let mut text = PAPER.to_owned();
            let at = at.min(text.len());
            let end = (at + cut).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, &with);
            }
            if let Ok(space) = parse("mutated", &text) {
                prop_assert!(!space.is_empty());
            }
        }
    }
}
