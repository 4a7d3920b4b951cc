//! What each method's keys say.

mod compressed;
mod modelopt;
mod torchao;

use serde_json::Value;

use super::scheme::{Group, Kind, Object, Scheme, group, is_on, whole};
use super::{EMBEDDING, HEAD, Modules, Plan};
use engine::precision::Precision;
use engine::text::shown;

/// Bits of a scale, and of what MLX and tinygemm store beside it.
const SCALE_BITS: u32 = 16;
/// Bits of a scale of blocks of FP4.
const BLOCK_SCALE_BITS: u32 = 8;

/// Who quantised a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Method {
    known: Known,
    name: String,
}

/// Methods that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Awq,
    Gptq,
    CompressedTensors,
    Fp8,
    ModelOpt,
    Mlx,
    BitsAndBytes,
    TorchAo,
    Mxfp4,
    /// Anything else: named, not priced.
    No,
}

impl Method {
    /// The method of a file that says so. MLX says nothing: it writes bits and a group alone.
    pub(super) fn of(keys: &Object) -> Self {
        let text = |key: &str| keys.get(key).and_then(Value::as_str);
        let (method, algorithm) = (text("quant_method").or_else(|| text("quant_type")), text("quant_algo"));
        let known = match method.map(|method| method.to_ascii_lowercase().replace('_', "-")).as_deref() {
            Some("awq" | "awq-marlin") => Known::Awq,
            Some("gptq" | "gptq-marlin" | "gptqmodel" | "auto-round" | "intel/auto-round") => Known::Gptq,
            Some("compressed-tensors") => Known::CompressedTensors,
            Some("fp8" | "fbgemm-fp8") => Known::Fp8,
            Some("modelopt" | "modelopt-fp4" | "modelopt-fp8" | "modelopt-mixed") => Known::ModelOpt,
            Some("bitsandbytes") => Known::BitsAndBytes,
            Some("torchao") => Known::TorchAo,
            Some("mxfp4") => Known::Mxfp4,
            None if algorithm.is_some() => Known::ModelOpt,
            None if is_on(keys, "load_in_4bit") || is_on(keys, "load_in_8bit") => Known::BitsAndBytes,
            None if keys.contains_key("w_bit") => Known::Awq,
            None if whole(keys, "bits").is_some() && keys.contains_key("group_size") => Known::Mlx,
            _ => Known::No,
        };
        let name = match (known, algorithm.or(method)) {
            (Known::Mlx, _) => "MLX".to_owned(),
            (Known::BitsAndBytes, _) => "bitsandbytes".to_owned(),
            (Known::Awq, None) => "awq".to_owned(),
            (_, named) => named.map_or_else(|| "quantised".to_owned(), shown),
        };
        Self { known, name }
    }

    /// As the file names it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What it says of each matrix; `None` where the method, or what it says, is not read.
    pub(super) fn plan(&self, keys: &Object) -> Option<Plan> {
        match self.known {
            Known::Awq => awq(keys),
            Known::Gptq => gptq(keys),
            Known::CompressedTensors => compressed::plan(keys),
            Known::Fp8 => Some(fp8(keys)),
            Known::ModelOpt => modelopt::plan(keys),
            Known::Mlx => mlx(keys),
            Known::BitsAndBytes => bits_and_bytes(keys),
            Known::TorchAo => torchao::plan(keys),
            Known::Mxfp4 => Some(mxfp4(keys)),
            Known::No => None,
        }
    }
}

/// Modules that lists under any of these keys leave out.
fn left_out(keys: &Object, lists: &[&str]) -> Modules<()> {
    let mut modules = Modules::default();
    for name in lists.iter().filter_map(|list| keys.get(*list)?.as_array()).flatten().filter_map(Value::as_str) {
        modules.add(name, ());
    }
    modules
}

/// Whole numbers that a scheme can have as bits.
fn bits(keys: &Object, key: &str) -> Option<u32> {
    whole(keys, key).filter(|bits| (1..=16).contains(bits))
}

/// Integers in groups, with a zero point of as many bits where they are not symmetric.
fn integers(bits: u32, keys: &Object, group_key: &str, is_symmetric: Symmetry) -> Option<Scheme> {
    let zero_bits = match is_symmetric {
        Symmetry::Symmetric => 0,
        Symmetry::ZeroPoints => bits,
    };
    // 16 bit is what somebody writes for "not quantised".
    (bits < 16).then(|| Scheme::of(bits, Kind::Integer, group(keys, group_key, SCALE_BITS + zero_bits)))
}

/// Whether the middle of a group is its zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symmetry {
    Symmetric,
    ZeroPoints,
}

impl Symmetry {
    fn of(is_symmetric: Option<&Value>, otherwise: Self) -> Self {
        match is_symmetric {
            Some(Value::Bool(true)) => Self::Symmetric,
            Some(Value::Bool(false)) => Self::ZeroPoints,
            _ => otherwise,
        }
    }
}

/// `AutoAWQ` quantises the layers of the decoder and nothing else; llm-awq calls its keys otherwise.
fn awq(keys: &Object) -> Option<Plan> {
    let bits = bits(keys, "bits").or_else(|| bits(keys, "w_bit")).or_else(|| without(keys, &["bits", "w_bit"], 4))?;
    let group_key = if keys.contains_key("q_group_size") { "q_group_size" } else { "group_size" };
    let symmetry = match keys.get("zero_point") {
        Some(Value::Bool(false)) => Symmetry::Symmetric,
        _ => Symmetry::ZeroPoints,
    };
    let layers = integers(bits, &with_default(keys, group_key, 128), group_key, symmetry);
    Some(Plan { layers, left_out: left_out(keys, &["modules_to_not_convert"]), ..Plan::default() })
}

/// Also what `AutoRound` writes in its own name. `lm_head` is a switch, and single modules may have bits of their own.
fn gptq(keys: &Object) -> Option<Plan> {
    let bits = bits(keys, "bits").or_else(|| without(keys, &["bits"], 4))?;
    if keys.get("data_type").and_then(Value::as_str).is_some_and(|kind| kind != "int") {
        return None;
    }
    let symmetry = Symmetry::of(keys.get("sym"), Symmetry::Symmetric);
    let keys_with_group = with_default(keys, "group_size", 128);
    let layers = integers(bits, &keys_with_group, "group_size", symmetry);
    let mut plan = Plan { layers, left_out: left_out(keys, &["modules_to_not_convert"]), ..Plan::default() };
    if is_on(keys, "lm_head") || is_on(keys, "quant_lm_head") {
        plan.head = layers;
    }
    let own = |of: &Object| {
        let mut all = keys_with_group.clone();
        all.extend(of.clone());
        let bits = whole(&all, "bits").unwrap_or(bits);
        integers(bits, &all, "group_size", Symmetry::of(all.get("sym"), symmetry))
    };
    for (name, of) in objects(keys, "extra_config") {
        plan.own.add(name, own(of));
    }
    // Regular expressions; one that begins with `-:` leaves modules out.
    for (expression, of) in objects(keys, "dynamic") {
        match expression.strip_prefix("-:") {
            Some(expression) => plan.left_out.add_expression(expression, ()),
            None => plan.own.add_expression(expression.strip_prefix("+:").unwrap_or(expression), own(of)),
        }
    }
    Some(plan)
}

/// The head is left out whether a list says so or not, as transformers does.
fn fp8(keys: &Object) -> Plan {
    let sides = keys.get("weight_block_size").and_then(Value::as_array);
    let side = |at: usize| sides?.get(at)?.as_u64().and_then(|side| u32::try_from(side).ok()).filter(|side| *side > 0);
    let group = match (side(0), side(1)) {
        (Some(rows), Some(columns)) => Group::Block { rows, columns },
        _ => Group::Channel,
    };
    let layers = Some(Scheme::of(8, Kind::Float, group).with_inputs_alike());
    Plan { layers, left_out: left_out(keys, &["modules_to_not_convert", "ignored_layers"]), ..Plan::default() }
}

/// MLX quantises every matrix, embedding and head included, unless a module has an entry of its own. Each group has a
/// scale and a bias of 16 bit; the modes that are called as formats have those formats' scales.
fn mlx(keys: &Object) -> Option<Plan> {
    let all = mlx_scheme(keys)?;
    let layers = Some(all);
    let mut plan = Plan { layers, head: layers, embedding: layers, router: layers, ..Plan::default() };
    for (name, said) in keys {
        match said {
            Value::Bool(false) => plan.left_out.add(name, ()),
            Value::Object(of) => {
                let mut whole = keys.clone();
                whole.extend(of.clone());
                plan.own.add(name, Some(mlx_scheme(&whole)?));
            }
            // The file's own keys, and modules that are quantised as all are.
            Value::Bool(true) | Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => (),
        }
    }
    Some(plan)
}

fn mlx_scheme(keys: &Object) -> Option<Scheme> {
    let bits = bits(keys, "bits")?;
    let mode = keys.get("mode").and_then(Value::as_str).unwrap_or("affine");
    Some(match mode {
        "affine" => Scheme::of(bits, Kind::Integer, group(keys, "group_size", 2 * SCALE_BITS)),
        "mxfp4" | "nvfp4" | "mxfp8" => Scheme::of(bits, Kind::Float, group(keys, "group_size", BLOCK_SCALE_BITS)),
        _ => return None,
    })
}

/// 4 bit: one maximum per 64 weights in 32 bit, or in 8 bit with another one per 256 of them. 8 bit: one per channel.
fn bits_and_bytes(keys: &Object) -> Option<Plan> {
    let is = |key: &str| is_on(keys, key) || is_on(keys, &format!("_{key}"));
    let layers = if is("load_in_4bit") {
        // 8 + 32/256 bit, of which the eighth of a bit per group is left out.
        let more_bits = if is_on(keys, "bnb_4bit_use_double_quant") { 8 } else { 32 };
        Scheme::of(4, Kind::Integer, Group::Of { weights: 64, more_bits })
    } else if is("load_in_8bit") {
        Scheme::of(8, Kind::Integer, Group::Channel)
    } else {
        return None;
    };
    Some(Plan { layers: Some(layers), left_out: left_out(keys, &["llm_int8_skip_modules"]), ..Plan::default() })
}

/// Routed experts, and nothing else.
fn mxfp4(keys: &Object) -> Plan {
    let scheme = Scheme::of(4, Kind::Float, Group::Of { weights: 32, more_bits: BLOCK_SCALE_BITS });
    let mut own = Modules::default();
    own.add("mlp.experts", Some(scheme));
    let left_out = left_out(keys, &["modules_to_not_convert"]);
    Plan { own, left_out, precision: Some(Precision::of_mxfp4_experts()), ..Plan::default() }
}

/// The default where a file has none of these keys.
fn without(keys: &Object, names: &[&str], default: u32) -> Option<u32> {
    names.iter().all(|name| !keys.contains_key(*name)).then_some(default)
}

/// The same keys with one more, where it is missing.
fn with_default(keys: &Object, key: &str, default: u32) -> Object {
    let mut keys = keys.clone();
    if !keys.contains_key(key) {
        keys.insert(key.to_owned(), default.into());
    }
    keys
}

/// The objects in an object.
fn objects<'a>(keys: &'a Object, key: &str) -> impl Iterator<Item = (&'a String, &'a Object)> + use<'a> {
    let inside = keys.get(key).and_then(Value::as_object);
    inside.into_iter().flatten().filter_map(|(name, of)| Some((name, of.as_object()?)))
}
