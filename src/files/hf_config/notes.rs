//! What a file says besides the shape and predictions do not follow: windows of attention, quantised weights.

use serde_json::{Map, Value};

use super::family::Family;
use super::keys::Keys;
use engine::reference::SLIDING_WINDOW;
use engine::text::shown;

/// `file` are the keys of the whole file, `keys` those of its text model.
pub(super) fn of(family: &Family, file: &Keys<'_>, keys: &Keys<'_>) -> Vec<String> {
    let windowed = is_windowed(family, keys).then(|| SLIDING_WINDOW.to_owned());
    let quantised = file.value("quantization_config").or_else(|| keys.value("quantization_config"));
    windowed.into_iter().chain(quantised.map(of_quantisation)).collect()
}

/// Whether some layer sees less than the longest context. Gemma's do whatever the file says.
fn is_windowed(family: &Family, keys: &Keys<'_>) -> bool {
    if matches!(family.model_type, "gemma2" | "gemma3_text") {
        return true;
    }
    if let Some(Value::Array(layers)) = keys.value("layer_types") {
        return layers.iter().any(|layer| layer == "sliding_attention");
    }
    let in_use = keys.value("use_sliding_window") != Some(&Value::Bool(false));
    let longest = keys.value("max_position_embeddings").and_then(Value::as_f64).unwrap_or(f64::INFINITY);
    in_use && keys.value("sliding_window").and_then(Value::as_f64).is_some_and(|window| window < longest)
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
