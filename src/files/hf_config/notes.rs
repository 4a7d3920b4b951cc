//! What a reader of predictions must know of a file: parts that are not priced, sizes that it does not have, quantised
//! weights.

use serde_json::{Map, Value};

use super::keys::Keys;
use engine::text::shown;

/// Sizes that a file should have itself. Without them it describes its family's default.
const SIZES: [&str; 4] = ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size"];

/// `file` are the keys of the whole file, `keys` those of its text model.
pub(super) fn of(part_of: Option<&str>, file: &Keys<'_>, keys: &Keys<'_>) -> Vec<String> {
    let part = part_of.map(|whole| {
        format!("the text part of a model of type {}; what it sees or hears with is not priced", shown(whole))
    });
    let missing: Vec<String> = SIZES
        .iter()
        .filter(|key| keys.is_filled_in(key))
        .filter_map(|key| Some(format!("{key} {}", keys.value(key)?)))
        .collect();
    let filled = (!missing.is_empty())
        .then(|| format!("not in the file, so as transformers fills it in: {}", missing.join(", ")));
    let quantised = file.value("quantization_config").or_else(|| keys.value("quantization_config"));
    part.into_iter().chain(filled).chain(quantised.map(of_quantisation)).collect()
}

/// `its own weights are awq, 4 bit, in groups of 128; …`, from a `quantization_config` or a `hf_quant_config.json`.
pub fn of_quantisation(value: &Value) -> String {
    let empty = Map::new();
    let outer = value.as_object().unwrap_or(&empty);
    let keys = outer.get("quantization").and_then(Value::as_object).unwrap_or(outer);
    let text = |key: &str| keys.get(key).and_then(Value::as_str).map(shown);
    let number = |key: &str| keys.get(key).and_then(Value::as_u64);
    let is_set = |key: &str| keys.get(key) == Some(&Value::Bool(true));
    let method = text("quant_algo").or_else(|| text("quant_method")).unwrap_or_else(|| "quantised".to_owned());
    let bits = match number("bits") {
        None if is_set("load_in_4bit") => Some(4),
        None if is_set("load_in_8bit") => Some(8),
        bits => bits,
    };
    let bits = bits.map_or_else(String::new, |bits| format!(", {bits} bit"));
    let group = number("group_size").map_or_else(String::new, |size| format!(", in groups of {size}"));
    format!("its own weights are {method}{bits}{group}; what is priced is the number format chosen")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn formats_are_named_as_their_files_name_them() {
        const PRICED: &str = "what is priced is the number format chosen";
        for (config, wanted) in [
            (json!({"quant_method": "awq", "bits": 4, "group_size": 128}), "awq, 4 bit, in groups of 128"),
            (json!({"quant_method": "fp8"}), "fp8"),
            (json!({"quant_method": "bitsandbytes", "load_in_4bit": true}), "bitsandbytes, 4 bit"),
            (json!({"quantization": {"quant_algo": "NVFP4", "group_size": 16}}), "NVFP4, in groups of 16"),
            (json!({"quant_method": "gptq", "bits": "four", "group_size": -1}), "gptq"),
            (json!([1]), "quantised"),
            (json!({"quant_method": "\u{1b}[2J"}), "\\u{1b}[2J"),
        ] {
            assert_eq!(of_quantisation(&config), format!("its own weights are {wanted}; {PRICED}"));
        }
    }
}
