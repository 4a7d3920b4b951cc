//! Names of number formats, as engines and tables write them, and those they have here.
//!
//! Only names that say how a weight is stored and in which format it is multiplied are known; `4-bit (type not stated)`
//! is not. A measurement in an unknown format is kept, and it says that the format is not modelled.

use super::measurement::Named;
use engine::precision::{Precision, Storage};

/// The format of the linear layers' weights.
pub(super) fn weights(written: &str) -> Named {
    let name = weights_name(&written.to_lowercase()).and_then(Precision::named);
    Named { written: written.to_owned(), name: name.map(|precision| precision.name.to_owned()) }
}

fn weights_name(lower: &str) -> Option<&str> {
    // A mix of one's own may have the name of a type and other bits.
    if lower.contains("not stated") || lower.contains("bpw") {
        return None;
    }
    let first = lower.split([' ', '(', ',']).next().unwrap_or_default();
    // int8 activations on 4-bit weights are another product.
    let eight_bit_activations = lower.contains("int8") && first == "int4";
    match first {
        "f16" | "float16" | "half" | "w16a16" => Some("fp16"),
        "bfloat16" => Some("bf16"),
        "int4" if eight_bit_activations => None,
        // MLC's q4f16_ft has one scale per column; its q4f16_1, in groups of 32, takes more.
        "int4" | "awq" | "gptq" | "q4f16_ft" => Some("w4a16"),
        "4-bit" if lower.contains("weight-only") => Some("w4a16"),
        _ => Some(first),
    }
}

/// The weights' format, where a model is called after it: `Qwen3-4B-AWQ`, `Llama-3.2-3B-Instruct-q4f16_ft`,
/// `qwen3:4b-q4_K_M`, `Qwen2.5-0.5B-Instruct-Q8_0.gguf`.
pub(super) fn of_model(name: &str) -> Option<Named> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
    let base = base.strip_suffix(".gguf").unwrap_or(&base);
    let words = base.split(['-', ':', '.']).filter(|word| !word.is_empty());
    let known = |word: &str| {
        let word = if word.starts_with("q4f16_ft") { "q4f16_ft" } else { word };
        // GPTQ stores 8 bit too, and then says so.
        let speaks = word != "gptq" || !base.contains("int8");
        let is_format = ["awq", "gptq", "w4a16", "w8a8", "fp8", "nvfp4", "q4f16_ft", "fp16", "f16", "bf16"]
            .contains(&word)
            || word.starts_with('q') && word.contains('_')
            || word.starts_with("iq") && word.contains('_')
            || word.starts_with("mxfp");
        weights_name(word).filter(|_| speaks && is_format).and_then(Precision::named)
    };
    let named = words.rev().find_map(known)?;
    Some(Named::known(format!("{} (by the model's name)", named.name), named.name))
}

/// The LM head's format, where the weights' name speaks of it.
pub(super) fn head(weights: &Named) -> Option<Named> {
    weights.written.to_lowercase().contains("incl. lm_head").then(|| weights.clone())
}

/// A format of the LM head or the KV cache; `None` where it is not said.
pub(super) fn stored(written: &str) -> Option<Named> {
    let lower = written.trim().to_lowercase();
    let first = lower.split([' ', '(', ',']).next().unwrap_or_default();
    let name = match first {
        "" | "not" => return None,
        "f16" | "float16" => Some("fp16"),
        "bfloat16" => Some("bf16"),
        _ => Storage::named(first).map(|storage| storage.name),
    };
    Some(Named { written: written.to_owned(), name: name.map(str::to_owned) })
}

/// What llama.cpp calls a file's type: `Q4_K - Medium`, `mostly Q4_0`, `all F32`, `IQ4_XS - 4.25 bpw`.
pub(super) fn of_llama_cpp(file_type: &str) -> Named {
    let plain = file_type.trim().trim_start_matches("(guessed)").trim();
    let plain = plain.strip_prefix("mostly ").or_else(|| plain.strip_prefix("all ")).unwrap_or(plain);
    let plain = plain.trim_end_matches("(guessed)").trim();
    let (kind, size) = plain.split_once(" - ").unwrap_or((plain, ""));
    let suffix = match (kind, size.trim()) {
        // There is one Q2_K besides the small one, and it is called the medium one.
        ("Q2_K", "Medium") => "",
        (_, "Small") => "_s",
        (_, "Medium") => "_m",
        (_, "Large") => "_l",
        _ => "",
    };
    let kind = match kind {
        "IQ3_S mix" => "IQ3_M",
        kind => kind,
    };
    let Named { name, .. } = weights(&format!("{kind}{suffix}"));
    Named { written: file_type.to_owned(), name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_for_what_they_say() {
        for (written, name) in [
            ("FP16", Some("fp16")),
            ("W16A16", Some("fp16")),
            ("BF16", Some("bf16")),
            ("INT4 AWQ g128 (W4A16)", Some("w4a16")),
            ("INT4 GPTQ", Some("w4a16")),
            ("INT4 (q4f16_ft default)", Some("w4a16")),
            ("INT4 g128 weight, fp16 act (4w)", Some("w4a16")),
            ("INT4 g128 weight, int8 dyn act (8da4w)", None),
            ("4-bit weight-only", Some("w4a16")),
            ("4-bit (type not stated)", None),
            ("Q4 (Ollama default, type not stated)", None),
            ("W4A16 g128", Some("w4a16")),
            ("W8A8", Some("w8a8")),
            ("Q8_0", Some("q8_0")),
            ("q4f16_1", None),
            ("Q1_0", None),
            ("Q3_K_S", Some("q3_k_s")),
            ("Q3_K_S 2.70bpw (byteshape)", None),
            ("NVFP4 incl. lm_head", Some("nvfp4")),
            ("", None),
        ] {
            assert_eq!(weights(written).name.as_deref(), name, "{written}");
        }
        assert_eq!(head(&weights("NVFP4 incl. lm_head")).unwrap().name.as_deref(), Some("nvfp4"));
        assert_eq!(head(&weights("NVFP4")), None);
    }

    #[test]
    fn a_head_or_a_cache_may_be_unsaid() {
        for (written, name) in
            [("f16 (default, not stated)", Some("fp16")), ("q8_0", Some("q8_0")), ("q5_1", Some("q5_1")), ("f32", None)]
        {
            assert_eq!(stored(written).unwrap().name.as_deref(), name, "{written}");
        }
        assert_eq!((stored("not stated"), stored(" ")), (None, None));
    }

    #[test]
    fn file_types_of_llama_cpp() {
        for (written, name) in [
            ("Q8_0", Some("q8_0")),
            ("mostly Q4_0", Some("q4_0")),
            ("F16", Some("fp16")),
            ("all F32", None),
            ("(guessed) BF16", Some("bf16")),
            ("Q8_0 (guessed)", Some("q8_0")),
            ("Q4_K - Medium", Some("q4_k_m")),
            ("Q4_K - Small", Some("q4_k_s")),
            ("Q5_K - Medium", Some("q5_k_m")),
            ("Q5_K - Small", Some("q5_k_s")),
            ("Q6_K", Some("q6_k")),
            ("Q3_K - Large", Some("q3_k_l")),
            ("Q3_K - Medium", Some("q3_k_m")),
            ("Q3_K - Small", Some("q3_k_s")),
            ("Q2_K - Medium", Some("q2_k")),
            ("Q2_K - Small", None),
            ("Q4_1", Some("q4_1")),
            ("Q5_0", Some("q5_0")),
            ("Q5_1", Some("q5_1")),
            ("IQ4_XS - 4.25 bpw", Some("iq4_xs")),
            ("IQ4_NL - 4.5 bpw", Some("iq4_nl")),
            ("IQ3_S - 3.4375 bpw", Some("iq3_s")),
            ("IQ3_S mix - 3.66 bpw", Some("iq3_m")),
            ("IQ3_XS - 3.3 bpw", Some("iq3_xs")),
            ("IQ3_XXS - 3.0625 bpw", Some("iq3_xxs")),
            ("IQ2_XXS - 2.0625 bpw", None),
            ("MXFP4 MoE", Some("mxfp4")),
        ] {
            assert_eq!(of_llama_cpp(written).name.as_deref(), name, "{written}");
        }
    }

    #[test]
    fn every_format_of_a_head_or_a_cache_is_known_by_its_name() {
        for known in Storage::OF_HEADS.into_iter().chain(Storage::OF_KV_CACHES) {
            assert_eq!(stored(known.name).unwrap().name.as_deref(), Some(known.name));
        }
    }
}
