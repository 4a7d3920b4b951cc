//! How a file's weights are quantised, as a number format to price them in.
//!
//! The tools agree on little. Each writes its own keys, and what it leaves in 16 bit (the LM head, mostly) is said in one
//! of several ways, or not at all. What is not known here stays a note: nobody's format is guessed.

use serde_json::{Map, Value};

use engine::precision::{FileBytes, Precision, Storage};
use engine::reference::OwnFormat;
use engine::text::shown;

/// What a file says of its weights.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantised {
    /// A number format, or one with other bytes.
    As(OwnFormat),
    /// Something that is not priced here; the note about it.
    Unknown(String),
}

/// From a `quantization_config`, a `hf_quant_config.json`, or the `quantization` of MLX.
pub fn read(value: &Value) -> Quantised {
    let empty = Map::new();
    let outer = value.as_object().unwrap_or(&empty);
    let keys = Keys { object: outer.get("quantization").and_then(Value::as_object).unwrap_or(outer) };
    let words = keys.in_words();
    match keys.format() {
        Some(Found { precision, head }) => {
            let head = if head.is_quantised() { head.name.to_uppercase() } else { "16 bit".to_owned() };
            Quantised::As(OwnFormat { precision, words: format!("{words}, LM head in {head}") })
        }
        None => Quantised::Unknown(format!("its own weights are {words}; what is priced is the number format chosen")),
    }
}

/// A format, with its head.
struct Found {
    precision: Precision,
    head: Storage,
}

impl Found {
    fn named(name: &str, head: Storage) -> Option<Self> {
        let precision = Precision::named(name)?;
        Some(Self { precision: Precision { head, ..precision }, head })
    }

    /// The same where every weight of a layer takes so many bytes.
    fn of_bytes(self, bytes: f64) -> Self {
        let file = FileBytes { head: self.head.bytes, ..FileBytes::of_layers(bytes) };
        Self { precision: self.precision.as_in_file(self.head, file), ..self }
    }
}

#[derive(Clone, Copy)]
struct Keys<'a> {
    object: &'a Map<String, Value>,
}

impl Keys<'_> {
    fn text(self, key: &str) -> Option<String> {
        self.object.get(key).and_then(Value::as_str).map(str::to_lowercase)
    }

    fn number(self, key: &str) -> Option<u64> {
        self.object.get(key).and_then(Value::as_u64)
    }

    fn is_set(self, key: &str) -> bool {
        self.object.get(key) == Some(&Value::Bool(true))
    }

    /// The weights of the first group of compressed-tensors, and whether activations are quantised too.
    fn group(self) -> Option<(Self, bool)> {
        let groups = self.object.get("config_groups")?.as_object()?;
        let first = groups.values().next()?.as_object()?;
        let weights = first.get("weights")?.as_object()?;
        let has_activations = first.get("input_activations").is_some_and(Value::is_object);
        Some((Keys { object: weights }, has_activations))
    }

    fn method(self) -> Option<String> {
        self.text("quant_algo").or_else(|| self.text("quant_method"))
    }

    fn bits(self) -> Option<u64> {
        match self.number("bits").or_else(|| self.number("w_bit")).or_else(|| self.number("nbits")) {
            None if self.is_set("load_in_4bit") => Some(4),
            None if self.is_set("load_in_8bit") => Some(8),
            None => self.group().and_then(|(weights, _)| weights.number("num_bits")),
            bits => bits,
        }
    }

    fn group_size(self) -> Option<u64> {
        let own = self.number("group_size").or_else(|| self.number("q_group_size"));
        own.or_else(|| self.group().and_then(|(weights, _)| weights.number("group_size"))).filter(|size| *size > 0)
    }

    /// `awq, 4 bit, in groups of 128`.
    fn in_words(self) -> String {
        let method = ["quant_algo", "quant_method"].iter().find_map(|key| self.object.get(*key)?.as_str());
        let is_mlx = method.is_none() && self.number("bits").is_some() && self.group_size().is_some();
        let method = method.map_or_else(|| if is_mlx { "MLX".to_owned() } else { "quantised".to_owned() }, shown);
        let bits = self.bits().map_or_else(String::new, |bits| format!(", {bits} bit"));
        let group = self.group_size().map_or_else(String::new, |size| format!(", in groups of {size}"));
        format!("{method}{bits}{group}")
    }

    /// In what the head is stored: 16 bit where the file leaves it out of what it quantises.
    fn head(self, quantised: Storage) -> Storage {
        let lists = ["ignore", "exclude_modules", "modules_to_not_convert", "ignored_layers"];
        let mut left_out = lists.iter().filter_map(|key| self.object.get(*key)?.as_array()).flatten();
        let names_the_head = |name: &Value| name.as_str().is_some_and(|name| name.contains("lm_head"));
        if left_out.any(names_the_head) { Storage::FP16 } else { quantised }
    }

    fn format(self) -> Option<Found> {
        let Some(method) = self.method() else { return self.of_mlx() };
        match method.as_str() {
            "awq" | "gptq" | "gptq_marlin" | "awq_marlin" | "auto-round" | "auto_round" | "hqq" | "autoawq"
            | "intel/auto-round" => {
                let head = if self.is_set("lm_head") { self.whole_numbers()? } else { Storage::FP16 };
                self.weights_only(self.bits()?, head)
            }
            "compressed-tensors" | "compressed_tensors" => self.of_groups(),
            "fp8" | "fbgemm_fp8" | "float8" => Found::named("fp8", Storage::FP16),
            "nvfp4" | "modelopt_fp4" => Found::named("nvfp4", self.head(Storage::NVFP4)),
            "w8a8_sq" | "int8_sq" | "w8a8_sq_per_channel" => Found::named("w8a8", self.head(Storage::INT8)),
            "w4a16_awq" | "int4_awq" | "w4a16" => self.weights_only(4, self.head(Storage::INT4)),
            "bitsandbytes" => self.of_bits_and_bytes(),
            "torchao" => self.of_torchao(),
            "mxfp4" => Self::of_mxfp4(),
            _ => None,
        }
    }

    /// INT4 or INT8 for a head that is quantised as the layers are.
    fn whole_numbers(self) -> Option<Storage> {
        match self.bits()? {
            4 => Some(Storage::INT4),
            8 => Some(Storage::INT8),
            _ => None,
        }
    }

    /// Whole numbers in groups, each with a 16-bit scale and a zero point of as many bits.
    fn weights_only(self, bits: u64, head: Storage) -> Option<Found> {
        let name = match bits {
            2..=4 => "w4a16",
            8 => "w8a16",
            _ => return None,
        };
        let found = Found::named(name, head)?;
        match (bits, self.group_size()) {
            // The formats' own: groups of 128, or a scale for each channel.
            (4, None | Some(128)) | (8, _) => Some(found),
            (bits, size) => {
                let bytes = bits as f64 / 8.0;
                let scale = size.map_or(0.0, |size| (2.0 + bytes) / size as f64);
                Some(found.of_bytes(bytes + scale))
            }
        }
    }

    fn of_groups(self) -> Option<Found> {
        let (weights, has_activations) = self.group()?;
        let is_float = weights.text("type").as_deref() == Some("float");
        match (weights.number("num_bits")?, is_float, has_activations) {
            (4, false, _) => self.weights_only(4, self.head(Storage::INT4)),
            (4, true, _) => Found::named("nvfp4", self.head(Storage::NVFP4)),
            (8, false, true) => Found::named("w8a8", self.head(Storage::INT8)),
            (8, true, true) => Found::named("fp8", self.head(Storage::FP8)),
            (8, _, false) => Found::named("w8a16", self.head(Storage::INT8)),
            _ => None,
        }
    }

    /// NF4 and FP4 have a 32-bit scale for 64 weights, or with double quantisation 0.127 bit for each. The head is left
    /// alone.
    fn of_bits_and_bytes(self) -> Option<Found> {
        match self.bits()? {
            4 => {
                let scale = if self.is_set("bnb_4bit_use_double_quant") { 0.127 / 8.0 } else { 4.0 / 64.0 };
                Some(Found::named("w4a16", Storage::FP16)?.of_bytes(0.5 + scale))
            }
            8 => Found::named("w8a16", Storage::FP16),
            _ => None,
        }
    }

    fn of_torchao(self) -> Option<Found> {
        let written = self.object.get("quant_type")?.to_string().to_lowercase().replace('_', "");
        let has = |words: &str| written.contains(words);
        let name = if has("int4weightonly") {
            "w4a16"
        } else if has("int8dynamicactivationint8") {
            "w8a8"
        } else if has("int8weightonly") || has("float8weightonly") {
            "w8a16"
        } else if has("float8dynamicactivationfloat8") {
            "fp8"
        } else {
            return None;
        };
        Found::named(name, Storage::FP16)
    }

    /// gpt-oss: the experts alone.
    fn of_mxfp4() -> Option<Found> {
        let found = Found::named("mxfp4", Storage::FP16)?;
        let (gate_up, down) = (Storage::MXFP4.bytes, Storage::MXFP4.bytes);
        let file = FileBytes { gate_up, down, ..FileBytes::of_layers(Storage::FP16.bytes) };
        Some(Found { precision: found.precision.as_in_file(found.head, file), ..found })
    }

    /// MLX quantises embedding and head like all others: a 16-bit scale and bias for each group.
    fn of_mlx(self) -> Option<Found> {
        let (bits, size) = (self.number("bits")?, self.group_size()?);
        let (name, head) = match bits {
            2..=5 => ("w4a16", Storage::INT4),
            6 | 8 => ("w8a16", Storage::INT8),
            _ => return None,
        };
        let bytes = bits as f64 / 8.0 + 4.0 / size as f64;
        let found = Found::named(name, head)?;
        let file = FileBytes { embedding: bytes, head: bytes, ..FileBytes::of_layers(bytes) };
        Some(Found { precision: found.precision.as_in_file(head, file), head })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn format(config: &Value) -> (String, String, f64) {
        let Quantised::As(own) = read(config) else { panic!("{config} is a known format") };
        let bytes = own.precision.file.map_or(own.precision.weights.bytes, |file| file.gate_up);
        (own.precision.name.to_owned(), own.words, bytes)
    }

    #[test]
    fn each_tool_s_keys_give_format_group_and_head() {
        let group = |bits: u32, kind: &str, activations: bool| {
            let input = if activations { json!({"num_bits": bits, "type": kind}) } else { Value::Null };
            json!({"quant_method": "compressed-tensors", "ignore": ["lm_head"], "config_groups": {"group_0": {
                "targets": ["Linear"], "input_activations": input,
                "weights": {"num_bits": bits, "type": kind, "group_size": if bits == 4 { 128 } else { 0 }}}}})
        };
        for (config, name, words, bytes) in [
            (
                json!({"quant_method": "awq", "bits": 4, "group_size": 128}),
                "w4a16",
                "awq, 4 bit, in groups of 128, LM head in 16 bit",
                0.516,
            ),
            (
                json!({"quant_method": "gptq", "bits": 4, "group_size": 32}),
                "w4a16",
                "gptq, 4 bit, in groups of 32, LM head in 16 bit",
                0.578_125,
            ),
            (
                json!({"quant_method": "gptq", "bits": 8, "group_size": -1}),
                "w8a16",
                "gptq, 8 bit, LM head in 16 bit",
                1.0,
            ),
            (
                json!({"quant_method": "gptq", "bits": 4, "group_size": 128, "lm_head": true}),
                "w4a16",
                "gptq, 4 bit, in groups of 128, LM head in INT4",
                0.516,
            ),
            (group(4, "int", false), "w4a16", "compressed-tensors, 4 bit, in groups of 128, LM head in 16 bit", 0.516),
            (group(8, "int", true), "w8a8", "compressed-tensors, 8 bit, LM head in 16 bit", 1.0),
            (group(8, "float", true), "fp8", "compressed-tensors, 8 bit, LM head in 16 bit", 1.0),
            (group(8, "int", false), "w8a16", "compressed-tensors, 8 bit, LM head in 16 bit", 1.0),
            (json!({"quant_method": "fp8", "weight_block_size": [128, 128]}), "fp8", "fp8, LM head in 16 bit", 1.0),
            (
                json!({"quantization": {"quant_algo": "NVFP4", "group_size": 16, "exclude_modules": ["lm_head"]}}),
                "nvfp4",
                "NVFP4, in groups of 16, LM head in 16 bit",
                0.5625,
            ),
            (
                json!({"quantization": {"quant_algo": "FP8", "exclude_modules": ["lm_head"]}}),
                "fp8",
                "FP8, LM head in 16 bit",
                1.0,
            ),
            (
                json!({"quant_method": "bitsandbytes", "load_in_4bit": true}),
                "w4a16",
                "bitsandbytes, 4 bit, LM head in 16 bit",
                0.5625,
            ),
            (
                json!({"quant_method": "bitsandbytes", "load_in_8bit": true}),
                "w8a16",
                "bitsandbytes, 8 bit, LM head in 16 bit",
                1.0,
            ),
            (
                json!({"quant_method": "torchao", "quant_type": {"default": {"_type": "Int4WeightOnlyConfig"}}}),
                "w4a16",
                "torchao, LM head in 16 bit",
                0.516,
            ),
            (
                json!({"quant_method": "torchao", "quant_type": "int8_weight_only"}),
                "w8a16",
                "torchao, LM head in 16 bit",
                1.0,
            ),
            (json!({"quant_method": "mxfp4"}), "mxfp4", "mxfp4, LM head in 16 bit", 17.0 / 32.0),
            (json!({"bits": 4, "group_size": 64}), "w4a16", "MLX, 4 bit, in groups of 64, LM head in INT4", 0.5625),
        ] {
            assert_eq!(format(&config), (name.to_owned(), words.to_owned(), bytes), "{config}");
        }
    }

    /// Experts in 4 bit, all else in 16.
    #[test]
    fn what_is_left_alone_keeps_its_bytes() {
        let Quantised::As(own) = read(&json!({"quant_method": "mxfp4"})) else { panic!("known") };
        let file = own.precision.file.unwrap();
        assert_eq!((file.query, file.down, file.head, file.embedding), (2.0, 17.0 / 32.0, 2.0, 2.0));
        let Quantised::As(mlx) = read(&json!({"bits": 8, "group_size": 64})) else { panic!("known") };
        let file = mlx.precision.file.unwrap();
        assert_eq!((file.query, file.head, file.embedding), (1.0625, 1.0625, 1.0625));
    }

    #[test]
    fn what_is_not_known_is_named() {
        for (config, wanted) in [
            (json!({"quant_method": "aqlm", "bits": 2}), "aqlm, 2 bit"),
            (json!({"quant_method": "gptq", "bits": "four"}), "gptq"),
            (json!([1]), "quantised"),
            (json!({"quant_method": "\u{1b}[2J"}), "\\u{1b}[2J"),
        ] {
            let note = format!("its own weights are {wanted}; what is priced is the number format chosen");
            assert_eq!(read(&config), Quantised::Unknown(note));
        }
    }
}
