//! Numbers of GGUF files: types of tensors and of whole files.
//!
//! From `ggml_type` in ggml/include/ggml.h and `llama_ftype` in include/llama.h of
//! <https://github.com/ggml-org/llama.cpp>, read on 2026-11-29.

use engine::precision::{Precision, Storage};

/// How a tensor of this type is stored; `None` for a type that is not known here.
pub(super) fn storage(kind: u32) -> Option<Storage> {
    Some(match kind {
        0 | 26 => Storage::FP32,
        1 => Storage::FP16,
        2 => Storage::Q4_0,
        3 => Storage::Q4_1,
        6 => Storage::Q5_0,
        7 => Storage::Q5_1,
        8 => Storage::Q8_0,
        10 => Storage::Q2_K,
        11 => Storage::Q3_K,
        12 => Storage::Q4_K,
        13 => Storage::Q5_K,
        14 => Storage::Q6_K,
        16 => Storage::IQ2_XXS,
        17 => Storage::IQ2_XS,
        18 => Storage::IQ3_XXS,
        19 => Storage::IQ1_S,
        20 => Storage::IQ4_NL,
        21 => Storage::IQ3_S,
        22 => Storage::IQ2_S,
        23 => Storage::IQ4_XS,
        24 => Storage::INT8,
        // Tables of whole numbers, such as which expert a token goes to.
        29 => Storage::IQ1_M,
        30 => Storage::BF16,
        34 => Storage::TQ1_0,
        35 => Storage::TQ2_0,
        39 => Storage::MXFP4,
        40 => Storage::NVFP4,
        _ => return None,
    })
}

/// The format of a file of this type; `None` for a type that is not known here.
pub(super) fn format(file_type: u64) -> Option<Precision> {
    let only_in_files = |name, storage| Some(Precision::of_gguf_file(name, storage));
    let name = match file_type {
        0 => return only_in_files("fp32", Storage::FP32),
        1 => "fp16",
        2 => "q4_0",
        3 => "q4_1",
        7 => "q8_0",
        8 => "q5_0",
        9 => "q5_1",
        10 => "q2_k",
        11 => "q3_k_s",
        12 => "q3_k_m",
        13 => "q3_k_l",
        14 => "q4_k_s",
        15 => "q4_k_m",
        16 => "q5_k_s",
        17 => "q5_k_m",
        18 => "q6_k",
        19 => return only_in_files("iq2_xxs", Storage::IQ2_XXS),
        20 => return only_in_files("iq2_xs", Storage::IQ2_XS),
        21 => return only_in_files("q2_k_s", Storage::Q2_K),
        22 => "iq3_xs",
        23 => "iq3_xxs",
        24 => return only_in_files("iq1_s", Storage::IQ1_S),
        25 => "iq4_nl",
        26 => "iq3_s",
        27 => "iq3_m",
        28 => return only_in_files("iq2_s", Storage::IQ2_S),
        29 => return only_in_files("iq2_m", Storage::IQ2_S),
        30 => "iq4_xs",
        31 => return only_in_files("iq1_m", Storage::IQ1_M),
        32 => "bf16",
        36 => return only_in_files("tq1_0", Storage::TQ1_0),
        37 => return only_in_files("tq2_0", Storage::TQ2_0),
        38 => "mxfp4",
        _ => return None,
    };
    Precision::named(name)
}
