//! Configurations as the tools write them, with the bytes that follow from bits, group and what each group has on top.

use serde_json::{Value, json};

use super::*;
use engine::precision::ComputeFormat;
use engine::reference::QWEN2_5_0_5B;

const UNTIED: Architecture = Architecture { tied: false, ..QWEN2_5_0_5B };
const MIXTURE: Architecture = Architecture { experts: 8, top_k: 2, expert_hidden: 768, ..UNTIED };

fn read(config: &Value, shape: &Architecture) -> OwnFormat {
    Quantised::read(config, shape).into_format().unwrap_or_else(|note| panic!("not priced: {note}"))
}

fn bytes(format: &OwnFormat) -> FileBytes {
    *format.precision.file.unwrap()
}

/// Name, computed in, bytes of the layers, bytes of the head, words.
fn facts(config: &Value) -> (&'static str, ComputeFormat, f64, f64, String) {
    let format = read(config, &UNTIED);
    let FileBytes { query, key_value, output, gate_up, down, head, .. } = bytes(&format);
    assert_eq!([query, key_value, output, gate_up], [down; 4], "{config}");
    (format.precision.name, format.precision.compute, down, head, format.words)
}

fn compressed(weights: &Value, inputs: &Value, ignore: &Value) -> Value {
    json!({"quant_method": "compressed-tensors", "ignore": ignore, "config_groups": {"group_0": {
        "targets": ["Linear"], "weights": weights, "input_activations": inputs}}})
}

#[test]
#[expect(clippy::too_many_lines, reason = "a row for each method")]
fn every_method_says_bits_group_and_head() {
    use ComputeFormat::{Bits16, Fp4, Fp8, Int8};
    let head_left_out = json!(["lm_head"]);
    let int4 = json!({"num_bits": 4, "type": "int", "strategy": "group", "group_size": 128, "symmetric": true});
    let nvfp4 = json!({"num_bits": 4, "type": "float", "strategy": "tensor_group", "group_size": 16});
    let float8 = json!({"num_bits": 8, "type": "float", "strategy": "channel"});
    let int8 = json!({"num_bits": 8, "type": "int", "strategy": "channel"});
    let int4_type =
        |fields: Value| json!({"default": {"_type": "Int4WeightOnlyConfig", "_data": fields, "_version": 1}});
    for (config, (name, compute, layers, head, words)) in [
        (
            json!({"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": true, "version": "gemm"}),
            ("w4a16", Bits16, (4.0 + 20.0 / 128.0) / 8.0, 2.0, "awq, 4 bit, in groups of 128, LM head in 16 bit"),
        ),
        (
            json!({"w_bit": 4, "q_group_size": 64, "zero_point": false}),
            ("w4a16", Bits16, (4.0 + 16.0 / 64.0) / 8.0, 2.0, "awq, 4 bit, in groups of 64, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "gptq", "bits": 4, "group_size": 32, "sym": true, "desc_act": false}),
            ("w4a16", Bits16, 0.5625, 2.0, "gptq, 4 bit, in groups of 32, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "gptq", "bits": 3, "group_size": -1, "lm_head": true}),
            ("w3a16", Bits16, 0.375, 0.375, "gptq, 3 bit, LM head in the same"),
        ),
        (
            json!({"quant_method": "gptq", "bits": 8, "group_size": 128, "lm_head": false}),
            ("w8a16", Bits16, 1.015_625, 2.0, "gptq, 8 bit, in groups of 128, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "auto-round", "bits": 4, "group_size": 128, "sym": true, "data_type": "int",
                "packing_format": "auto_round:auto_gptq", "extra_config": {"lm_head": {"bits": 8}}}),
            (
                "w4a16",
                Bits16,
                0.515_625,
                1.015_625,
                "auto-round, 4 bit, in groups of 128, LM head in 8 bit, in groups of 128",
            ),
        ),
        (
            compressed(&int4, &Value::Null, &head_left_out),
            ("w4a16", Bits16, 0.515_625, 2.0, "compressed-tensors, 4 bit, in groups of 128, LM head in 16 bit"),
        ),
        (
            compressed(&int4, &Value::Null, &json!([])),
            ("w4a16", Bits16, 0.515_625, 0.515_625, "compressed-tensors, 4 bit, in groups of 128, LM head in the same"),
        ),
        (
            compressed(&int8, &json!({"num_bits": 8, "type": "int", "dynamic": true}), &json!(["re:.*lm_head"])),
            ("w8a8", Int8, 1.0, 2.0, "compressed-tensors, 8 bit, inputs in 8 bit, LM head in 16 bit"),
        ),
        (
            compressed(&float8, &json!({"num_bits": 8, "type": "float"}), &head_left_out),
            ("fp8", Fp8, 1.0, 2.0, "compressed-tensors, 8-bit float, inputs in 8-bit float, LM head in 16 bit"),
        ),
        (
            compressed(&nvfp4, &nvfp4, &head_left_out),
            (
                "nvfp4",
                Fp4,
                0.5625,
                2.0,
                "compressed-tensors, 4-bit float, in groups of 16, inputs in 4-bit float, LM head in 16 bit",
            ),
        ),
        (
            compressed(&nvfp4, &Value::Null, &head_left_out),
            ("w4a16", Bits16, 0.5625, 2.0, "compressed-tensors, 4-bit float, in groups of 16, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [128, 128]}),
            (
                "fp8",
                Fp8,
                1.0 + 4.0 / 16_384.0,
                2.0,
                "fp8, 8-bit float, in blocks of 128×128, inputs in 8-bit float, LM head in 16 bit",
            ),
        ),
        (
            json!({"quant_method": "fbgemm_fp8", "modules_to_not_convert": ["lm_head"]}),
            ("fp8", Fp8, 1.0, 2.0, "fbgemm_fp8, 8-bit float, inputs in 8-bit float, LM head in 16 bit"),
        ),
        (
            json!({"quantization": {"quant_algo": "NVFP4", "group_size": 16, "exclude_modules": ["lm_head"]}}),
            (
                "nvfp4",
                Fp4,
                0.5625,
                2.0,
                "NVFP4, 4-bit float, in groups of 16, inputs in 4-bit float, LM head in 16 bit",
            ),
        ),
        (
            json!({"quant_method": "modelopt", "quant_algo": "FP8", "ignore": []}),
            ("fp8", Fp8, 1.0, 1.0, "FP8, 8-bit float, inputs in 8-bit float, LM head in the same"),
        ),
        (
            json!({"quantization": {"quant_algo": "W4A16_AWQ", "group_size": 128, "exclude_modules": ["lm_head"]}}),
            ("w4a16", Bits16, 0.515_625, 2.0, "W4A16_AWQ, 4 bit, in groups of 128, LM head in 16 bit"),
        ),
        (
            json!({"bits": 4, "group_size": 64}),
            ("w4a16", Bits16, 0.5625, 0.5625, "MLX, 4 bit, in groups of 64, LM head and embedding in the same"),
        ),
        (
            json!({"bits": 6, "group_size": 32, "mode": "affine", "lm_head": false}),
            ("w6a16", Bits16, 0.875, 2.0, "MLX, 6 bit, in groups of 32, LM head in 16 bit, embedding in the same"),
        ),
        (
            json!({"bits": 4, "group_size": 32, "mode": "mxfp4"}),
            (
                "w4a16",
                Bits16,
                0.531_25,
                0.531_25,
                "MLX, 4-bit float, in groups of 32, LM head and embedding in the same",
            ),
        ),
        (
            json!({"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "nf4",
                "bnb_4bit_use_double_quant": false, "llm_int8_skip_modules": null}),
            ("w4a16", Bits16, 0.5625, 2.0, "bitsandbytes, 4 bit, in groups of 64, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "bitsandbytes", "_load_in_4bit": true, "bnb_4bit_use_double_quant": true}),
            ("w4a16", Bits16, 0.515_625, 2.0, "bitsandbytes, 4 bit, in groups of 64, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "bitsandbytes", "load_in_8bit": true, "load_in_4bit": false}),
            ("w8a16", Bits16, 1.0, 2.0, "bitsandbytes, 8 bit, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "torchao", "quant_type": "int4_weight_only", "quant_type_kwargs": {"group_size": 64}}),
            ("w4a16", Bits16, 0.5625, 2.0, "torchao, 4 bit, in groups of 64, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "torchao", "quant_type": int4_type(json!({"group_size": 128, "use_hqq": true}))}),
            ("w4a16", Bits16, 0.531_25, 2.0, "torchao, 4 bit, in groups of 128, LM head in 16 bit"),
        ),
        (
            json!({"quant_method": "torchao", "quant_type": "int8_dynamic_activation_int8_weight"}),
            ("w8a8", Int8, 1.0, 2.0, "torchao, 8 bit, inputs in 8 bit, LM head in 16 bit"),
        ),
    ] {
        assert_eq!(facts(&config), (name, compute, layers, head, words.to_owned()), "{config}");
    }
}

#[test]
fn what_is_not_known_well_enough_is_named_and_not_priced() {
    for (config, wanted) in [
        (json!({"quant_method": "aqlm", "bits": 2}), "aqlm, 2 bit"),
        (json!({"quant_method": "exl2", "bits": 4.25}), "exl2, 4.25 bit"),
        (json!({"quant_method": "gptq", "bits": "four", "group_size": -1}), "gptq"),
        (json!({"quant_method": "gptq", "bits": 7}), "gptq, 7 bit"),
        (json!({"quantization": {"quant_algo": "OF_TOMORROW"}}), "OF_TOMORROW"),
        (json!({"quant_method": "torchao", "quant_type": "autoquant"}), "torchao"),
        (
            json!({"quant_method": "compressed-tensors", "config_groups": {"group_0": {"weights": null}}}),
            "compressed-tensors",
        ),
        (json!({"quant_method": "compressed-tensors"}), "compressed-tensors"),
        (json!({"quant_method": "bitsandbytes"}), "bitsandbytes"),
        (json!([1]), "quantised"),
        (json!({"quant_method": "\u{1b}[2J"}), "\\u{1b}[2J"),
    ] {
        let note = Quantised::read(&config, &UNTIED).into_format().unwrap_err();
        assert_eq!(note, format!("its own weights are {wanted}; what is priced is the number format chosen"));
    }
}

/// gpt-oss: its file leaves out attention, routers, embedding and head.
#[test]
fn mxfp4_is_for_routed_experts_alone() {
    let config = json!({"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn",
        "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]});
    let format = read(&config, &MIXTURE);
    let FileBytes { query, key_value, output, gate_up, down, router, embedding, head, .. } = bytes(&format);
    assert_eq!([gate_up, down], [17.0 / 32.0; 2]);
    assert_eq!([query, key_value, output, router, embedding, head], [2.0; 6]);
    assert_eq!((format.precision.name, format.precision.compute), ("mxfp4", ComputeFormat::Bits16));
    // 8 experts of 768 beside projections of 14 heads and twice 2 KV heads of 64.
    let (experts, attention) = (3.0 * 8.0 * 768.0, 2.0 * 14.0 * 64.0 + 2.0 * 2.0 * 64.0);
    let bits = 8.0 * (experts * 17.0 / 32.0 + attention * 2.0) / (experts + attention);
    let bits = significant(bits, 3);
    assert_eq!(
        format.words,
        format!(
            "mxfp4, 4-bit float, in groups of 32, {bits} bits per weight in the layers on average, LM head in 16 bit"
        )
    );
    // A dense model has no such experts.
    assert!(!Quantised::read(&config, &UNTIED).has_precision());
}

/// Layers that are left out, or have bits of their own, take their share of the mean.
#[test]
fn modules_of_their_own_are_priced_as_such() {
    let half: Vec<String> = (0..12).map(|layer| format!("model.layers.{layer}.mlp")).collect();
    let format =
        read(&json!({"quant_method": "awq", "bits": 4, "zero_point": false, "modules_to_not_convert": half}), &UNTIED);
    let FileBytes { query, gate_up, down, .. } = bytes(&format);
    assert_eq!([query, gate_up, down], [0.515_625, f64::midpoint(0.515_625, 2.0), f64::midpoint(0.515_625, 2.0)]);

    let attention = json!({"quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["*self_attn*", "lm_head"]});
    let FileBytes { query, key_value, output, down, .. } = bytes(&read(&attention, &UNTIED));
    assert_eq!([query, key_value, output, down], [2.0, 2.0, 2.0, 0.5625]);

    let layers: serde_json::Map<String, Value> = (0..24)
        .flat_map(|layer| {
            let attention = ["q", "k", "v", "o"]
                .map(|name| (format!("model.layers.{layer}.self_attn.{name}_proj"), json!({"quant_algo": "FP8"})));
            let mlp = ["gate", "up", "down"].map(|name| {
                (format!("model.layers.{layer}.mlp.{name}_proj"), json!({"quant_algo": "NVFP4", "group_size": 16}))
            });
            attention.into_iter().chain(mlp)
        })
        .collect();
    let mixed = json!({"quantization": {"quant_algo": "MIXED_PRECISION", "quantized_layers": layers}});
    let format = read(&mixed, &UNTIED);
    let FileBytes { query, key_value, down, head, .. } = bytes(&format);
    assert_eq!(([query, key_value, down, head], format.precision.name), ([1.0, 1.0, 0.5625, 2.0], "nvfp4"));

    let mlx = json!({"bits": 4, "group_size": 64, "model.embed_tokens": {"bits": 6, "group_size": 64},
        "model.layers.0.mlp.down_proj": {"bits": 8, "group_size": 64}});
    let FileBytes { gate_up, down, embedding, head, .. } = bytes(&read(&mlx, &QWEN2_5_0_5B));
    assert_eq!(gate_up, 0.5625);
    assert!((down - (23.0 * 0.5625 + 1.0625) / 24.0).abs() < 1e-12);
    // Tied: the head is the embedding.
    assert_eq!([embedding, head], [0.8125; 2]);
}

/// A router stays in 16 bit, but for MLX, which often gives it 8.
#[test]
fn routers_are_as_their_method_has_them() {
    let router = |config: &Value| bytes(&read(config, &MIXTURE)).router;
    assert_eq!(router(&json!({"quant_method": "gptq", "bits": 4})), 2.0);
    assert_eq!(router(&json!({"bits": 4, "group_size": 64})), 0.5625);
    assert_eq!(router(&json!({"bits": 4, "group_size": 64, "model.layers.0.mlp.gate": {"bits": 8}})), 1.0625);
}
