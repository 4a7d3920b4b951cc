//! Published models, by the keys that their files have; and what is wrong with others.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use engine::extras::{AttentionBias, FeedBias, QkNorm};
use engine::reference::{QWEN2_5_0_5B, SLIDING_WINDOW};

const OTHERWISE: &str = "something else";

fn parse(config: &Value) -> Result<HfConfig> {
    HfConfig::parse("m/config.json", &config.to_string(), OTHERWISE)
}

fn features(config: &Value) -> [f64; 5] {
    let shape = parse(config).unwrap().features();
    [shape.layers, shape.width, shape.ffn_ratio, shape.kv_dim, shape.activation_rate]
}

/// `base` with some keys changed or, by null, as if left out.
fn with(base: &Value, changes: &Value) -> Value {
    let mut config = base.clone();
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

fn qwen2() -> Value {
    json!({"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "hidden_size": 896, "intermediate_size": 4864,
           "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151_936,
           "tie_word_embeddings": true, "torch_dtype": "bfloat16", "rope_theta": 1e6, "rms_norm_eps": 1e-06})
}

fn qwen3_moe() -> Value {
    json!({"model_type": "qwen3_moe", "hidden_size": 2048, "intermediate_size": 6144, "moe_intermediate_size": 768,
           "num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128,
           "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1, "mlp_only_layers": [],
           "vocab_size": 151_936, "tie_word_embeddings": false})
}

#[test]
fn dense_models_are_read() {
    assert_eq!(parse(&qwen2()).unwrap().architecture(), Some(QWEN2_5_0_5B));
    for (config, wanted) in [
        // Llama-3.2-1B
        (
            json!({"model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
                   "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 128_256}),
            [16.0, 2048.0, 4.0, 512.0, 1.0],
        ),
        // Qwen3-0.6B, as 5.x writes it
        (
            json!({"model_type": "qwen3", "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28,
                   "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "dtype": "bfloat16",
                   "rope_parameters": {"rope_theta": 1e6, "rope_type": "default"}}),
            [28.0, 1024.0, 3.0, 1024.0, 1.0],
        ),
        // Gemma 3 1B
        (
            json!({"model_type": "gemma3_text", "hidden_size": 1152, "intermediate_size": 6912, "num_hidden_layers": 26,
                   "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256, "sliding_window": 512}),
            [26.0, 1152.0, 6.0, 256.0, 1.0],
        ),
        // Phi-3-mini, whose file has no number of KV heads in some versions
        (
            json!({"model_type": "phi3", "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32,
                   "num_attention_heads": 32, "num_key_value_heads": null}),
            [32.0, 3072.0, 8192.0 / 3072.0, 3072.0, 1.0],
        ),
    ] {
        assert_eq!(features(&config), wanted, "{config}");
    }
}

#[test]
fn mixtures_are_read_in_both_spellings() {
    assert_eq!(features(&qwen3_moe()), [48.0, 2048.0, 3.0, 512.0, 0.0625]);
    let both = with(&qwen3_moe(), &json!({"num_local_experts": 128}));
    let new = with(&both, &json!({"num_experts": null}));
    for config in [both, new] {
        assert_eq!(features(&config), features(&qwen3_moe()));
    }
    let shape = parse(&qwen3_moe()).unwrap().architecture().unwrap();
    assert_eq!((shape.expert_hidden, shape.experts, shape.top_k, shape.tied), (768, 128, 8, false));
    // Mixtral-8x7B
    let mixtral = json!({"model_type": "mixtral", "hidden_size": 4096, "intermediate_size": 14336,
                         "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": null,
                         "num_local_experts": 8, "num_experts_per_tok": 2});
    assert_eq!(features(&mixtral), [32.0, 4096.0, 7.0, 1024.0, 0.25]);
    // OLMoE-1B-7B
    let olmoe = json!({"model_type": "olmoe", "hidden_size": 2048, "intermediate_size": 1024, "num_hidden_layers": 16,
                       "num_attention_heads": 16, "num_key_value_heads": 16, "num_experts": 64,
                       "num_experts_per_tok": 8, "clip_qkv": null});
    assert_eq!(features(&olmoe), [16.0, 2048.0, 4.0, 2048.0, 0.125]);
}

/// Qwen1.5-MoE-A2.7B: four of sixty experts of 1408 and a shared one of 5632, as much as four of them. A token uses
/// as much as 8 of 64 equal experts.
#[test]
fn a_shared_expert_counts_by_its_weights() {
    let config = json!({"model_type": "qwen2_moe", "hidden_size": 2048, "intermediate_size": 5632,
                        "moe_intermediate_size": 1408, "shared_expert_intermediate_size": 5632,
                        "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16,
                        "num_experts": 60, "num_experts_per_tok": 4, "vocab_size": 151_936});
    assert_eq!(features(&config), [24.0, 2048.0, 5.5, 2048.0, 0.125]);
    let shape = parse(&config).unwrap().architecture().unwrap();
    assert_eq!((shape.experts, shape.top_k, shape.expert_hidden, shape.shared_hidden), (60, 4, 1408, 5632));
    assert_eq!(features(&config), {
        let seen = shape.features();
        [seen.layers, seen.width, seen.ffn_ratio, seen.kv_dim, seen.activation_rate]
    });
}

#[test]
fn what_is_wrong_is_named_by_file_and_key() {
    let sizes = "expected: a whole number from 1 to";
    let mixed = "some layers are dense and others have experts, but a law sees one shape for all layers";
    for (base, changes, message) in [
        (qwen2(), json!({"hidden_size": null}), format!("'hidden_size': the key is missing\n  {sizes} 131,072")),
        (qwen2(), json!({"hidden_size": "NaN"}), format!("'hidden_size': '\"NaN\"' is not a whole number\n  {sizes} 131,072")),
        (qwen2(), json!({"num_hidden_layers": 0}), format!("'num_hidden_layers': '0' is out of range\n  {sizes} 4,096")),
        (qwen2(), json!({"intermediate_size": 2.5}), format!("'intermediate_size': '2.5' is not a whole number\n  {sizes} 1,048,576")),
        (
            qwen2(),
            json!({"num_key_value_heads": 4}),
            "'num_key_value_heads': 14 heads cannot share 4 KV heads: heads must be a multiple of kv_heads".to_owned(),
        ),
        (
            qwen2(),
            json!({"hidden_size": 900}),
            "'head_dim': the key is missing, and hidden_size 900 is no multiple of 14 heads\n  expected: the size of one \
             attention head"
                .to_owned(),
        ),
        (
            qwen2(),
            json!({"model_type": "qwen3"}),
            "'head_dim': the key is missing, and qwen3 has heads that are no share of the width\n  expected: the size of \
             one attention head"
                .to_owned(),
        ),
        (
            qwen2(),
            json!({"tie_word_embeddings": "yes"}),
            "'tie_word_embeddings': '\"yes\"' is neither true nor false\n  expected: true or false".to_owned(),
        ),
        (
            qwen3_moe(),
            json!({"num_local_experts": 64}),
            "'num_experts': '128' contradicts '64' in 'num_local_experts'".to_owned(),
        ),
        (
            qwen3_moe(),
            json!({"num_experts": null}),
            format!("'num_experts': the key is missing, and so is 'num_local_experts'\n  {sizes} 4,096"),
        ),
        (
            qwen3_moe(),
            json!({"num_experts_per_tok": 129}),
            "'num_experts_per_tok': top_k 129 exceeds experts 128: a token cannot use more experts than there are".to_owned(),
        ),
        (
            qwen3_moe(),
            json!({"decoder_sparse_step": 2}),
            format!("'decoder_sparse_step': {mixed}\n  expected: 1, experts in every layer"),
        ),
        (
            qwen3_moe(),
            json!({"mlp_only_layers": [0]}),
            format!("'mlp_only_layers': {mixed}\n  expected: [], experts in every layer"),
        ),
    ] {
        let error = parse(&with(&base, &changes)).unwrap_err().to_string();
        let line = if message.contains("the key is missing") { "" } else { ":1" };
        assert_eq!(error, format!("m/config.json{line}, {message}"), "{changes}");
    }
}

#[test]
fn families_that_are_not_known_are_refused() {
    let families = "expected: one of llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3_text, phi3, mixtral, olmoe, \
                    qwen2_moe, qwen3_moe";
    let refusal = |changes: Value| parse(&with(&qwen2(), &changes)).unwrap_err().to_string();
    assert_eq!(
        refusal(json!({"model_type": "llama4"})),
        format!(
            "m/config.json:1, 'model_type': models of type 'llama4' are not read here\n  {families}\n  \
             try: something else"
        )
    );
    let nested = refusal(json!({"model_type": "llava", "text_config": {"model_type": "llama"}}));
    assert!(nested.contains("try: the config.json of the text model alone"), "{nested}");
    let unnamed = refusal(json!({ "model_type": null }));
    assert!(unnamed.contains("'model_type': there is no model_type, so the keys' meaning is not known"), "{unnamed}");
}

fn llama() -> Value {
    with(&qwen2(), &json!({"model_type": "llama"}))
}

fn qwen2_moe() -> Value {
    let own = json!({"model_type": "qwen2_moe", "head_dim": null, "shared_expert_intermediate_size": 5632});
    with(&qwen3_moe(), &own)
}

#[test]
fn a_file_switches_the_biases_of_its_family() {
    let extras = |config: Value| parse(&config).unwrap().extras;
    let on = json!({"attention_bias": true, "mlp_bias": true, "qkv_bias": false});
    assert_eq!(extras(llama()), Extras::PLAIN);
    assert_eq!(
        extras(with(&llama(), &on)),
        Extras { attention_bias: AttentionBias::All, feed_bias: FeedBias::All, ..Extras::PLAIN }
    );
    // Qwen2 has its biases whatever the file says.
    assert_eq!(extras(with(&qwen2(), &on)), Extras { attention_bias: AttentionBias::Qkv, ..Extras::PLAIN });
    assert_eq!(
        extras(with(&qwen3_moe(), &on)),
        Extras { attention_bias: AttentionBias::All, qk_norm: QkNorm::PerHead, ..Extras::PLAIN }
    );
    assert_eq!(extras(qwen2_moe()).attention_bias, AttentionBias::Qkv);
    assert_eq!(extras(with(&qwen2_moe(), &on)).attention_bias, AttentionBias::None);
}

#[test]
fn heads_are_tied_where_the_class_ties_them() {
    let tied = |model_type: &str, stated: Value| {
        let changes = json!({"model_type": model_type, "tie_word_embeddings": stated, "head_dim": 64});
        parse(&with(&qwen2(), &changes)).unwrap().tie_word_embeddings
    };
    for model_type in ["llama", "mistral", "qwen2", "qwen3", "phi3"] {
        assert!(!tied(model_type, Value::Null) && tied(model_type, json!(true)), "{model_type}");
    }
    for model_type in ["gemma", "gemma2", "gemma3_text"] {
        assert!(tied(model_type, Value::Null) && !tied(model_type, json!(false)), "{model_type}");
    }
}

#[test]
fn layers_must_be_alike_and_may_all_be_dense() {
    let shape = |changes: Value| parse(&with(&qwen2_moe(), &changes)).unwrap().architecture().unwrap();
    for changes in [json!({"decoder_sparse_step": 49}), json!({"mlp_only_layers": (0..48).collect::<Vec<u32>>()})] {
        let dense = shape(changes);
        assert_eq!((dense.experts, dense.top_k, dense.shared_hidden, dense.expert_hidden), (1, 1, 0, 6144));
    }
    // Layers that the model does not have.
    assert_eq!(shape(json!({"mlp_only_layers": [48, 99]})).experts, 128);
    let error = parse(&with(&qwen2_moe(), &json!({"mlp_only_layers": "none"}))).unwrap_err().to_string();
    assert!(error.contains("'mlp_only_layers': '\"none\"' is no list of layers"), "{error}");
}

#[test]
fn what_predictions_do_not_follow_is_noted() {
    let notes = |changes: Value| parse(&with(&llama(), &changes)).unwrap().notes;
    let windowed = [SLIDING_WINDOW.to_owned()];
    assert!(notes(json!({})).is_empty());
    assert!(notes(json!({"sliding_window": 4096, "use_sliding_window": false})).is_empty());
    assert!(notes(json!({"sliding_window": 4096, "max_position_embeddings": 4096})).is_empty());
    assert!(notes(json!({"layer_types": ["full_attention"], "sliding_window": 512})).is_empty());
    assert_eq!(notes(json!({"sliding_window": 4096, "max_position_embeddings": 32768})), windowed);
    assert_eq!(notes(json!({"layer_types": ["full_attention", "sliding_attention"]})), windowed);
    assert_eq!(
        notes(json!({"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 128}})),
        ["its own weights are gptq, 4 bit, in groups of 128; what is priced is the number format chosen"]
    );
}

#[test]
fn text_models_within_are_named_as_such() {
    let nested = |inner: Value| {
        let text = serde_json::to_string_pretty(&json!({"model_type": "gemma3", "text_config": inner})).unwrap();
        HfConfig::parse("m/config.json", &text, OTHERWISE).unwrap_err().to_string()
    };
    assert_eq!(
        nested(json!({"hidden_size": 0})),
        "m/config.json:4, 'text_config.hidden_size': '0' is out of range\n  expected: a whole number from 1 to 131,072"
    );
    let llama = nested(json!({"model_type": "llama4"}));
    assert!(llama.contains("'text_config.model_type': models of type 'llama4' are not read here"), "{llama}");
}

/// As Python does, which wrote the file.
#[test]
fn of_a_key_that_stands_twice_the_last_counts() {
    let text = qwen2().to_string().replacen('{', "{\"hidden_size\": \"wide\",", 1);
    assert_eq!(HfConfig::parse("x", &text, OTHERWISE).unwrap().hidden_size, 896);
}

const SIZES: [&str; 11] = [
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
    "num_experts",
    "num_experts_per_tok",
    "moe_intermediate_size",
    "shared_expert_intermediate_size",
    "decoder_sparse_step",
];

/// Nothing that any size can be.
fn absurd() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_filter("negative", |n| *n < 0).prop_map(Value::from),
        (10_000_001_u64..).prop_map(Value::from),
        (0.01..0.99_f64, 0_u32..1000).prop_map(|(part, whole)| Value::from(f64::from(whole) + part)),
        any::<bool>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("NaN")),
        Just(json!([64])),
        Just(json!({"value": 64})),
        Just(json!(0)),
        Just(json!(1e300)),
    ]
}

proptest! {
    #[test]
    fn an_absurd_size_is_named_by_its_key(key in prop::sample::select(SIZES.to_vec()), value in absurd()) {
        let error = parse(&with(&qwen2_moe(), &json!({ key: value }))).unwrap_err().to_string();
        prop_assert!(error.starts_with(&format!("m/config.json:1, '{key}': ")), "{}", error);
    }

    #[test]
    fn whatever_the_sizes_nothing_overflows(
        sizes in prop::collection::vec(prop_oneof![0_u64..300, any::<u64>()], SIZES.len()),
    ) {
        let changes: serde_json::Map<String, Value> =
            SIZES.into_iter().zip(sizes).map(|(key, size)| (key.to_owned(), size.into())).collect();
        if let Ok(config) = parse(&with(&qwen2_moe(), &changes.into())) {
            let model = config.into_model("m".into(), "m".into()).unwrap();
            prop_assert!(model.parameters_active() <= model.parameters_total());
        }
    }

    #[test]
    fn arbitrary_text_is_an_error_that_names_the_file(text in "\\PC{0,60}") {
        let error = HfConfig::parse("m/config.json", &text, OTHERWISE).unwrap_err().to_string();
        prop_assert!(error.starts_with("m/config.json"), "{}", error);
    }
}
