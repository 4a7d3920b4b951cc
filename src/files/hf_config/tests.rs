//! Published models, by the keys that their files have; and what is wrong with others.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use engine::extras::{AttentionBias, FeedBias, QkNorm};
use engine::layout::{DenseLayers, FullLayers};
use engine::reference::QWEN2_5_0_5B;

fn parse(config: &Value) -> Result<HfConfig> {
    HfConfig::parse("m/config.json", &config.to_string(), Purpose::Price)
}

/// Public models, with the counts that transformers 5.24 gives on the meta device (`tests/transformers/counts.py`), and
/// how their layers differ.
#[test]
fn published_models_have_the_counts_of_transformers() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("tests/published.json")).unwrap();
    assert!(rows.len() >= 49);
    for row in rows {
        let name = row["model"].as_str().unwrap();
        let config = parse(&row["config"]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(config.layout()).unwrap(), row["layout"], "{name}");
        let model = config.into_model(name.to_owned(), "m".to_owned()).unwrap();
        assert_eq!(Some(model.parameters_total()), row["parameters"].as_u64(), "{name}");
        // What is printed as a shape is that shape.
        assert!(model.architecture.as_typed().starts_with("layers="), "{name}");
    }
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
            json!({"intermediate_size": [1, 2], "mlp_only_layers": [0]}),
            "'intermediate_size': the layers differ in it, but a prediction sees one size for all of them\n  expected: one \
             number, or a list of equal ones"
                .to_owned(),
        ),
        (
            qwen2(),
            json!({"layer_types": ["full_attention"]}),
            "'layer_types': it names 1 layers, and num_hidden_layers is 24\n  expected: one word per layer".to_owned(),
        ),
    ] {
        let error = parse(&with(&base, &changes)).unwrap_err().to_string();
        let line = if message.contains("the key is missing") { "" } else { ":1" };
        assert_eq!(error, format!("m/config.json{line}, {message}"), "{changes}");
    }
}

fn refusal(config: &Value) -> String {
    parse(config).unwrap_err().to_string()
}

/// What a refusal says to try, as the command line takes it.
fn way_on(refusal: &str) -> &str {
    refusal.split("--arch ").nth(1).unwrap_or_else(|| panic!("{refusal}")).trim()
}

#[test]
fn families_that_are_not_known_are_refused_by_kind_with_a_way_on() {
    for (changes, kind) in [
        (json!({"model_type": "deepseek_v3", "kv_lora_rank": 512, "qk_rope_head_dim": 64}), "latent attention"),
        (json!({"model_type": "new_mla", "kv_lora_rank": 512}), "latent attention"),
        (json!({"model_type": "nemotron_h"}), "a state of fixed size"),
        (json!({"model_type": "qwen3_next"}), "a state of fixed size"),
        (json!({"model_type": "minimax_m3"}), "sparse attention"),
        (json!({"model_type": "nemotron-nas"}), "differ from each other one by one"),
        (json!({"model_type": "mimo_v2_flash"}), "further matrices"),
        (json!({"model_type": "t5"}), "no decoder"),
        (json!({"model_type": "qwen2", "layer_types": vec!["linear_attention"; 24]}), "a state of fixed size"),
        (json!({"model_type": "opt", "ffn_dim": 8, "word_embed_proj_dim": 512}), "another width"),
    ] {
        let refusal = refusal(&with(&qwen2(), &changes));
        assert!(refusal.contains(kind), "{refusal}");
        assert!(way_on(&refusal).starts_with("layers=24,width=896,heads=14,"), "{refusal}");
    }
    // Where a file has no sizes, a shape that can be typed as it is.
    let bare = refusal(&json!({"model_type": "mamba2"}));
    assert!(way_on(&bare).starts_with("layers=32,width=4096,"), "{bare}");
    let unnamed = refusal(&with(&qwen2(), &json!({ "model_type": null })));
    assert!(unnamed.contains("'model_type': there is no model_type, so the keys' meaning is not known"), "{unnamed}");
    let of_runs = HfConfig::parse("m", r#"{"model_type": "mamba"}"#, Purpose::Runs).unwrap_err().to_string();
    assert!(of_runs.ends_with("try: put its runs into a table, see datasets/README.md"), "{of_runs}");
}

/// DeepSeek-V3: keys and values of a stand-in take about as much room as its compressed vectors of 512 + 64.
#[test]
fn the_stand_in_of_latent_attention_has_a_cache_of_its_size() {
    let config = json!({"model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432,
        "moe_intermediate_size": 2048, "num_hidden_layers": 61, "num_attention_heads": 128, "num_key_value_heads": 128,
        "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
        "kv_lora_rank": 512, "qk_rope_head_dim": 64, "v_head_dim": 128, "vocab_size": 129_280});
    assert_eq!(
        way_on(&refusal(&config)),
        "layers=61,width=7168,heads=128,head_dim=128,kv_heads=2,intermediate=2048,experts=256,top_k=8,shared=2048,\
         dense_layers=3,dense_hidden=18432,vocab=129280,tied=false"
    );
}

/// The file of a robot's policy names what it is built of.
#[test]
fn a_robots_policy_says_which_backbone_to_give() {
    let smolvla = json!({"type": "smolvla", "input_features": {}, "vlm_model_name": "HuggingFaceTB/SmolVLM2-500M-Video-Instruct"});
    let said = refusal(&smolvla);
    assert!(said.contains("this is a robot's policy, 'smolvla' of LeRobot"), "{said}");
    assert!(said.contains("with the config.json of HuggingFaceTB/SmolVLM2-500M-Video-Instruct"), "{said}");
    let pi0 = refusal(&json!({"type": "pi0", "input_features": {}}));
    assert!(pi0.contains("with the config.json of google/paligemma-3b-pt-224"), "{pi0}");
    let act = refusal(&json!({"type": "act", "input_features": {}}));
    assert!(act.contains("'act' of LeRobot"), "{act}");
}

/// Qwen3-VL-2B: its `text_config` by itself is the same model.
#[test]
fn hw_qwen3vl_hint() {
    let text = json!({"model_type": "qwen3_vl_text", "hidden_size": 2048, "intermediate_size": 6144, "head_dim": 128,
        "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8, "vocab_size": 151_936,
        "tie_word_embeddings": true});
    let whole = json!({"model_type": "qwen3_vl", "text_config": text, "vision_config": {"hidden_size": 1024}});
    let alone = parse(&text).unwrap();
    assert!(alone.notes.is_empty(), "{:?}", alone.notes);
    let part = parse(&whole).unwrap();
    assert_eq!(part.notes, ["the text part of a model of type qwen3_vl; what it sees or hears with is not priced"]);
    assert_eq!(part.architecture(), alone.architecture());
    let model = part.into_model("m".into(), "m".into()).unwrap();
    assert_eq!(model.parameters_total(), 1_720_574_976);
    let shape = model.architecture;
    assert_eq!((shape.layers, shape.width, shape.heads, shape.head_dim, shape.kv_heads), (28, 2048, 16, 128, 8));
}

/// The text part of a `PaliGemma`, as such files write it: no `head_dim`.
#[test]
fn hw_gemma_text_headdim() {
    let config = json!({"model_type": "gemma", "hidden_size": 2048, "intermediate_size": 16384, "num_attention_heads": 8,
        "num_hidden_layers": 18, "num_key_value_heads": 1, "vocab_size": 257_152});
    let model = parse(&config).unwrap().into_model("m".into(), "m".into()).unwrap();
    assert_eq!((model.architecture.head_dim, model.parameters_total()), (256, 2_508_531_712));
}

/// As transformers does: what a file leaves out is its class's, and null is "derive it".
#[test]
fn what_is_left_out_is_the_familys_and_said_where_it_matters() {
    let bare = parse(&json!({"model_type": "gemma2"})).unwrap();
    assert_eq!(
        bare.notes,
        [
            "not in the file, so as transformers fills it in: hidden_size 2304, num_hidden_layers 26, num_attention_heads 8, \
          vocab_size 256000"
        ]
    );
    // Mistral has 8 KV heads and a window of 4096 where a file says nothing of them.
    let mistral = |changes: Value| parse(&with(&with(&qwen2(), &json!({"model_type": "mistral"})), &changes)).unwrap();
    let mut without = with(&qwen2(), &json!({"model_type": "mistral", "num_attention_heads": 16}));
    without.as_object_mut().unwrap().remove("num_key_value_heads");
    let left_out = parse(&without).unwrap().architecture().unwrap();
    assert_eq!((left_out.kv_heads, left_out.layout.window.map(|window| window.tokens)), (8, Some(4096)));
    let null = mistral(json!({"num_key_value_heads": null, "sliding_window": null})).architecture().unwrap();
    assert_eq!((null.kv_heads, null.layout.window), (14, None));
}

#[test]
fn windows_are_read_as_the_family_has_them() {
    let window = |config: Value| parse(&config).unwrap().layout().window.map(|window| (window.tokens, window.full));
    let long = json!({"max_position_embeddings": 100_000, "num_hidden_layers": 12, "sliding_window": 512});
    let of = |model_type: &str, changes: Value| {
        let base = with(&with(&qwen2(), &long), &json!({"model_type": model_type}));
        window(with(&base, &changes))
    };
    let all = Some((512, FullLayers::Exactly(0)));
    assert_eq!(of("llama", json!({})), None);
    assert_eq!(of("mistral", json!({})), all);
    assert_eq!(of("mistral", json!({"max_position_embeddings": 512})), None);
    assert_eq!(of("phi3", json!({"sliding_window": null})), None);
    assert_eq!(of("gemma2", json!({})), Some((512, FullLayers::Every(2))));
    assert_eq!(of("gemma3_text", json!({})), Some((512, FullLayers::Every(6))));
    assert_eq!(of("gemma3_text", json!({"sliding_window_pattern": 3})), Some((512, FullLayers::Every(3))));
    assert_eq!(of("gemma3_text", json!({"_sliding_window_pattern": 4})), Some((512, FullLayers::Every(4))));
    assert_eq!(of("cohere2", json!({})), Some((512, FullLayers::Every(4))));
    assert_eq!(of("exaone4", json!({"sliding_window_pattern": "LLG"})), Some((512, FullLayers::Every(3))));
    assert_eq!(of("exaone4", json!({"sliding_window": null})), None);
    assert_eq!(of("olmo3", json!({})), Some((512, FullLayers::Every(4))));
    assert_eq!(of("qwen2", json!({})), None);
    let late = json!({"use_sliding_window": true, "max_window_layers": 5});
    assert_eq!(of("qwen2", late.clone()), Some((512, FullLayers::Exactly(5))));
    assert_eq!(of("qwen3", late), Some((512, FullLayers::Exactly(5))));
    assert_eq!(of("smollm3", json!({"use_sliding_window": true})), Some((512, FullLayers::Exactly(9))));
    // A list says more than the family, also of layers beyond the last.
    let mut kinds = vec!["sliding_attention"; 14];
    kinds[3] = "full_attention";
    assert_eq!(of("gemma3_text", json!({ "layer_types": kinds })), Some((512, FullLayers::Exactly(1))));
}

#[test]
fn layers_of_a_mixture_may_be_dense() {
    let layout = |changes: Value| parse(&with(&qwen3_moe(), &changes)).unwrap().layout().dense;
    let dense = |layers| Some(DenseLayers { layers, hidden: 6144 });
    assert_eq!(layout(json!({"decoder_sparse_step": 2})), dense(24));
    assert_eq!(layout(json!({"mlp_only_layers": [0, 1, 99]})), dense(2));
    assert_eq!(layout(json!({"decoder_sparse_step": 1})), None);
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
        parse(&with(&qwen2(), &changes)).unwrap().shape.tied
    };
    let left_out = |model_type: &str| {
        let mut config = with(&qwen2(), &json!({"model_type": model_type, "head_dim": 64}));
        config.as_object_mut().unwrap().remove("tie_word_embeddings");
        parse(&config).unwrap().shape.tied
    };
    for model_type in ["llama", "mistral", "qwen2", "qwen3", "phi3"] {
        assert!(!left_out(model_type) && tied(model_type, json!(true)), "{model_type}");
    }
    for model_type in ["gemma", "gemma2", "gemma3_text", "smollm3", "cohere"] {
        assert!(left_out(model_type) && !tied(model_type, json!(false)), "{model_type}");
    }
    // A file of several parts may say it of the whole.
    let whole = |outer: Value| {
        let mut text = with(&qwen2(), &json!({"model_type": "qwen3_vl_text", "head_dim": 64}));
        text.as_object_mut().unwrap().remove("tie_word_embeddings");
        let config = json!({"model_type": "qwen3_vl", "tie_word_embeddings": outer, "text_config": text});
        parse(&config).unwrap().shape.tied
    };
    assert!(whole(json!(true)) && !whole(json!(false)) && !whole(Value::Null));
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
    let model = |changes: Value| {
        let config = parse(&with(&llama(), &changes)).unwrap();
        config.into_model("m".to_owned(), "m.json".to_owned()).unwrap()
    };
    assert!(model(json!({})).notes.is_empty());
    let quantised =
        |method: &str| model(json!({"quantization_config": {"quant_method": method, "bits": 4, "group_size": 128}}));
    assert_eq!(quantised("gptq").format.unwrap().words, "gptq, 4 bit, in groups of 128, LM head in 16 bit");
    assert_eq!(
        quantised("aqlm").notes,
        ["its own weights are aqlm, 4 bit, in groups of 128; what is priced is the number format chosen"]
    );
}

#[test]
fn text_models_within_are_named_as_such() {
    let nested = |inner: Value| {
        let text = serde_json::to_string_pretty(&json!({"model_type": "gemma3", "text_config": inner})).unwrap();
        HfConfig::parse("m/config.json", &text, Purpose::Price).unwrap_err().to_string()
    };
    assert_eq!(
        nested(json!({"hidden_size": 0})),
        "m/config.json:4, 'text_config.hidden_size': '0' is out of range\n  expected: a whole number from 1 to 131,072"
    );
    let other = nested(json!({"model_type": "mamba"}));
    assert!(other.contains("'text_config.model_type': models of type 'mamba' are not read here"), "{other}");
}

/// As Python does, which wrote the file.
#[test]
fn of_a_key_that_stands_twice_the_last_counts() {
    let text = qwen2().to_string().replacen('{', "{\"hidden_size\": \"wide\",", 1);
    assert_eq!(HfConfig::parse("x", &text, Purpose::Price).unwrap().shape.width, 896);
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
        // A model may have no such expert.
        prop_assume!(!(key == "shared_expert_intermediate_size" && value == 0));
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
        let error = HfConfig::parse("m/config.json", &text, Purpose::Price).unwrap_err().to_string();
        prop_assert!(error.starts_with("m/config.json"), "{}", error);
    }
}
