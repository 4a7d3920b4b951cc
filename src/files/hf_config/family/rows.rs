//! The table, one row per `model_type`.

use super::special;
use super::{DenseRule, Family, Feed, Mixture, SharedRule, Windows};
use engine::extras::{AttentionBias, Extras, FeedBias, Norm, QkNorm, RouterBias, SharedGate};
use engine::layout::FeedForward;

const HIDDEN: &str = "intermediate_size";
const EXPERTS: &[&str] = &["num_experts", "num_local_experts"];
const ROUTED: &[&str] = &["n_routed_experts", "num_experts", "num_local_experts"];
const TOP_K: &[&str] = &["num_experts_per_tok"];
const SHARED: SharedRule = SharedRule::Times(&["n_shared_experts", "num_shared_experts"]);

/// Llama and what differs from it in nothing.
const fn plain(model_type: &'static str) -> Family {
    Family {
        model_type,
        defaults_of: model_type,
        feed: Feed::Dense(HIDDEN),
        matrices: FeedForward::Gated,
        windows: Windows::None,
        extras: Extras::PLAIN,
        attention_switch: None,
        feed_switch: None,
        special: special::nothing,
    }
}

/// Two matrices, normalisations with offsets, biases everywhere: GPT-2 and what is built like it.
const fn classic(model_type: &'static str) -> Family {
    Family {
        matrices: FeedForward::Plain,
        extras: Extras {
            norm: Norm::ScaleAndOffset,
            attention_bias: AttentionBias::All,
            feed_bias: FeedBias::All,
            ..Extras::PLAIN
        },
        ..plain(model_type)
    }
}

/// Experts of `intermediate_size` each, in all layers.
const MIXTURE: Mixture =
    Mixture { hidden: HIDDEN, experts: EXPERTS, top_k: TOP_K, dense: DenseRule::None, shared: SharedRule::None };

/// Experts of a size of their own.
const FINE: Mixture = Mixture { hidden: "moe_intermediate_size", ..MIXTURE };

/// Experts of a size of their own behind dense first layers, and one that every token uses.
const BEHIND_DENSE: Mixture =
    Mixture { experts: ROUTED, dense: DenseRule::First("first_k_dense_replace"), shared: SHARED, ..FINE };

impl Family {
    const fn mixing(self, mixture: Mixture) -> Self {
        Self { feed: Feed::Mixture(mixture), ..self }
    }

    const fn fed(self, feed: Feed) -> Self {
        Self { feed, ..self }
    }

    const fn windowed(self, windows: Windows) -> Self {
        Self { windows, ..self }
    }

    const fn normed(self, qk_norm: QkNorm) -> Self {
        Self { extras: Extras { qk_norm, ..self.extras }, ..self }
    }

    const fn with_norms(self, layer_norms: u32, norm: Norm) -> Self {
        Self { extras: Extras { layer_norms, norm, ..self.extras }, ..self }
    }

    const fn biased(self, attention_bias: AttentionBias) -> Self {
        Self { extras: Extras { attention_bias, ..self.extras }, ..self }
    }

    const fn feed_biased(self, feed_bias: FeedBias) -> Self {
        Self { extras: Extras { feed_bias, ..self.extras }, ..self }
    }

    const fn switched(self, attention: AttentionBias, feed_switch: Option<&'static str>) -> Self {
        Self { attention_switch: Some(("attention_bias", attention)), feed_switch, ..self }
    }

    const fn switched_by(self, key: &'static str, attention: AttentionBias) -> Self {
        Self { attention_switch: Some((key, attention)), ..self }
    }

    const fn also(self, special: super::special::Special) -> Self {
        Self { special, ..self }
    }

    const fn two_matrices(self) -> Self {
        Self { matrices: FeedForward::Plain, ..self }
    }

    const fn filled_in_as(self, defaults_of: &'static str) -> Self {
        Self { defaults_of, ..self }
    }
}

const ALL: AttentionBias = AttentionBias::All;
const QKV: AttentionBias = AttentionBias::Qkv;
const MLP: Option<&str> = Some("mlp_bias");

/// Qwen2-MoE has a gate for the expert that every token uses.
const QWEN2_MOE: Family = Family {
    extras: Extras { attention_bias: QKV, shared_gate: SharedGate::PerToken, ..Extras::PLAIN },
    ..plain("qwen2_moe")
};

const fn qwen2(model_type: &'static str) -> Family {
    plain(model_type).biased(QKV).windowed(Windows::Late)
}

const fn qwen3(model_type: &'static str) -> Family {
    plain(model_type).normed(QkNorm::PerHead).switched(ALL, None).windowed(Windows::Late)
}

const fn qwen3_moe(model_type: &'static str) -> Family {
    qwen3(model_type).mixing(Mixture { dense: DenseRule::Steps, ..FINE }).windowed(Windows::IfUsed)
}

const fn gemma(model_type: &'static str) -> Family {
    plain(model_type).switched(ALL, None)
}

const fn glm(model_type: &'static str, layer_norms: u32) -> Family {
    plain(model_type).biased(QKV).switched(QKV, None).with_norms(layer_norms, Norm::Scale)
}

pub(in super::super) const FAMILIES: &[Family] = &[
    // Llama and its kin.
    plain("llama").switched(ALL, MLP),
    plain("mistral").windowed(Windows::All),
    plain("ministral").windowed(Windows::All),
    plain("ministral3").windowed(Windows::All),
    plain("smollm3").switched(ALL, MLP).windowed(Windows::WithoutPositions),
    plain("granite").switched(ALL, MLP),
    plain("granite_docling_text").switched(ALL, MLP),
    plain("granite_swa").switched(ALL, MLP).windowed(Windows::AllButFirstOf(4)).also(special::sinks),
    plain("exaone").switched(ALL, MLP),
    plain("exaone4").normed(QkNorm::PerHead).windowed(Windows::AllButEvery(4)),
    plain("cwm").switched(AttentionBias::None, MLP).windowed(Windows::AllButFirstOf(4)),
    plain("emu3_text_model").switched(ALL, MLP),
    plain("iquestcoder").switched(ALL, MLP),
    plain("internlm3").switched(ALL, MLP),
    plain("seed_oss").biased(QKV).switched(QKV, MLP).also(special::seed_oss),
    plain("helium").switched(QKV, MLP),
    plain("hyperclovax").switched(ALL, MLP).also(special::post_norms),
    plain("hunyuan_v1_dense").normed(QkNorm::PerHead).switched(ALL, None),
    plain("hunyuan_vl_text").normed(QkNorm::PerHead).switched(ALL, None),
    plain("ernie4_5").switched_by("use_bias", ALL).also(special::one_switch),
    plain("paddleocr_vl_text").switched_by("use_bias", ALL).also(special::one_switch),
    plain("olmo").with_norms(2, Norm::Plain).switched(ALL, None),
    plain("olmo2").normed(QkNorm::AllHeads).switched(ALL, None),
    plain("olmo3").normed(QkNorm::AllHeads).switched(ALL, None).windowed(Windows::AllButEvery(4)),
    plain("bitnet").switched(ALL, None).also(special::bitnet),
    plain("phi3").windowed(Windows::All),
    plain("phi3_v").windowed(Windows::All).filled_in_as("phi3"),
    plain("phi4mm").windowed(Windows::All).filled_in_as("phi4_multimodal"),
    plain("phi4_multimodal").windowed(Windows::All),
    plain("cohere").with_norms(1, Norm::Scale).switched(ALL, None).also(special::qk_norm_of_all_heads),
    plain("cohere2").with_norms(1, Norm::Scale).switched(ALL, None).windowed(Windows::AllButEvery(4)),
    plain("stablelm").with_norms(2, Norm::ScaleAndOffset).switched_by("use_qkv_bias", QKV).also(special::stablelm),
    plain("mllama_text_model").also(special::mllama),
    // Code of their own, known by their files.
    plain("baichuan"),
    plain("internlm2").switched_by("bias", ALL),
    plain("internlm").switched_by("bias", ALL).biased(ALL),
    plain("minicpm").switched(ALL, MLP),
    plain("mobilellm"),
    plain("orion").with_norms(2, Norm::ScaleAndOffset),
    plain("qwen").biased(QKV).also(special::qwen),
    plain("mimo").biased(QKV).filled_in_as("").also(special::next_tokens),
    // Qwen.
    qwen2("qwen2"),
    qwen2("qwen2_vl_text"),
    qwen2("qwen2_5_vl_text"),
    qwen2("qwen2_5_omni_text"),
    qwen3("qwen3"),
    qwen3("qwen3_vl_text"),
    qwen3_moe("qwen3_moe"),
    qwen3_moe("qwen3_vl_moe_text"),
    qwen3_moe("qwen3_omni_moe_text"),
    QWEN2_MOE
        .mixing(Mixture {
            dense: DenseRule::Steps,
            shared: SharedRule::Size("shared_expert_intermediate_size"),
            ..FINE
        })
        .switched_by("qkv_bias", QKV)
        .windowed(Windows::EarlyAlternating),
    // Gemma.
    gemma("gemma"),
    gemma("gemma2").with_norms(4, Norm::Scale).windowed(Windows::AllButEvery(2)),
    gemma("vaultgemma").windowed(Windows::AllButEvery(2)),
    gemma("gemma3_text").with_norms(4, Norm::Scale).normed(QkNorm::PerHead).windowed(Windows::AllButEvery(6)),
    gemma("gemma3n_text")
        .with_norms(4, Norm::Scale)
        .normed(QkNorm::PerHead)
        .windowed(Windows::AllButEvery(5))
        .also(special::gemma3n),
    gemma("gemma4_text")
        .with_norms(4, Norm::Scale)
        .normed(QkNorm::PerHead)
        .windowed(Windows::AllButEveryAndLast(6))
        .also(special::gemma4),
    gemma("gemma4_unified_text")
        .with_norms(4, Norm::Scale)
        .normed(QkNorm::PerHead)
        .windowed(Windows::AllButEveryAndLast(6))
        .also(special::gemma4),
    // GLM.
    glm("glm", 2),
    glm("glm4", 4),
    glm("glm4v_text", 4),
    plain("glm_ocr_text").with_norms(4, Norm::Scale),
    glm("glm4_moe", 2).mixing(BEHIND_DENSE).also(special::qk_norm_if_used),
    glm("glm4v_moe_text", 2).mixing(BEHIND_DENSE),
    // Two matrices.
    plain("arcee").two_matrices().switched(ALL, MLP),
    plain("apertus").two_matrices().normed(QkNorm::PerHead).switched(ALL, None).also(special::apertus),
    plain("apertus1p5_text").two_matrices().normed(QkNorm::PerHead).switched(ALL, None).also(special::apertus),
    plain("nanochat").two_matrices().with_norms(2, Norm::Plain).switched(ALL, None),
    plain("nemotron").two_matrices().with_norms(2, Norm::ScaleAndOffset).switched(ALL, MLP),
    classic("jais2").switched(ALL, MLP),
    classic("starcoder2").switched_by("use_bias", ALL).windowed(Windows::All).also(special::one_switch),
    classic("phi").with_norms(1, Norm::ScaleAndOffset).also(special::phi),
    classic("persimmon").normed(QkNorm::PerHeadWithOffset).also(special::persimmon),
    classic("gpt_neox").switched(ALL, None),
    classic("gpt_neox_japanese")
        .fed(Feed::Own)
        .biased(AttentionBias::None)
        .feed_biased(FeedBias::None)
        .also(special::one_bias_at_the_end),
    classic("gptj")
        .fed(Feed::FourWidths("n_inner"))
        .with_norms(1, Norm::ScaleAndOffset)
        .biased(AttentionBias::None)
        .also(special::gptj),
    classic("codegen")
        .fed(Feed::FourWidths("n_inner"))
        .with_norms(1, Norm::ScaleAndOffset)
        .biased(AttentionBias::None)
        .also(special::gptj),
    classic("gpt2").fed(Feed::FourWidths("n_inner")).also(special::learned_positions),
    classic("gpt-sw3").fed(Feed::FourWidths("n_inner")).also(special::learned_positions),
    classic("gpt_bigcode").fed(Feed::FourWidths("n_inner")).also(special::gpt_bigcode),
    classic("gpt_neo").fed(Feed::FourWidths("intermediate_size")).biased(AttentionBias::Output).also(special::gpt_neo),
    classic("opt").fed(Feed::Dense("ffn_dim")).switched_by("enable_bias", ALL).also(special::opt),
    classic("xglm").fed(Feed::Dense("ffn_dim")),
    classic("biogpt").also(special::shifted_positions),
    classic("bloom").fed(Feed::Own).also(special::bloom),
    classic("falcon")
        .fed(Feed::FourWidths("ffn_hidden_size"))
        .biased(AttentionBias::None)
        .feed_biased(FeedBias::None)
        .also(special::falcon),
    classic("mpt")
        .fed(Feed::Own)
        .biased(AttentionBias::None)
        .feed_biased(FeedBias::None)
        .with_norms(2, Norm::Scale)
        .also(special::mpt),
    // Mixtures of experts.
    plain("mixtral").mixing(MIXTURE).windowed(Windows::All),
    plain("olmoe").mixing(MIXTURE).normed(QkNorm::AllHeads).switched(ALL, None),
    plain("flex_olmo").mixing(MIXTURE).normed(QkNorm::AllHeads).switched(ALL, None),
    plain("granitemoe").mixing(MIXTURE).switched(ALL, None),
    plain("granitemoe_swa")
        .mixing(Mixture { shared: SharedRule::Size("shared_intermediate_size"), ..MIXTURE })
        .switched(ALL, None)
        .windowed(Windows::AllButFirstOf(4))
        .also(special::sinks),
    plain("granitemoeshared")
        .mixing(Mixture { shared: SharedRule::Size("shared_intermediate_size"), ..MIXTURE })
        .switched(ALL, None),
    plain("granitemoehybrid").switched(ALL, None).also(special::granite_hybrid),
    plain("phimoe")
        .mixing(MIXTURE)
        .with_norms(2, Norm::ScaleAndOffset)
        .switched(ALL, None)
        .windowed(Windows::All)
        .also(special::head_bias),
    Family {
        extras: Extras {
            attention_bias: ALL,
            feed_bias: FeedBias::All,
            router_bias: RouterBias::PerExpert,
            ..Extras::PLAIN
        },
        ..plain("gpt_oss").mixing(MIXTURE).switched(ALL, None).windowed(Windows::AllButEvery(2)).also(special::sinks)
    },
    plain("llama4_text").fed(Feed::Own).switched(ALL, None).also(special::llama4),
    plain("minimax_m2").mixing(MIXTURE).normed(QkNorm::AllHeads),
    plain("hunyuan_v1_moe").normed(QkNorm::PerHead).switched(ALL, None).also(special::hunyuan_moe),
    plain("aria_text")
        .mixing(Mixture {
            experts: &["moe_num_experts"],
            top_k: &["moe_topk"],
            shared: SharedRule::Times(&["moe_num_shared_experts"]),
            ..MIXTURE
        })
        .switched(ALL, None)
        .also(special::no_feed_bias),
    plain("dots1").mixing(BEHIND_DENSE).normed(QkNorm::PerHead).switched(ALL, None).windowed(Windows::LateAlways),
    plain("deepseek").mixing(BEHIND_DENSE).switched(ALL, None),
    plain("hy_v3")
        .mixing(Mixture { dense: DenseRule::Always(1), ..BEHIND_DENSE })
        .normed(QkNorm::PerHead)
        .switched(ALL, None)
        .also(special::no_feed_bias),
    plain("solar_open").mixing(Mixture { dense: DenseRule::None, ..BEHIND_DENSE }).switched(QKV, None),
    plain("sarvam_moe").mixing(BEHIND_DENSE).switched(QKV, None).also(special::qk_norm_if_used),
    plain("exaone_moe").mixing(BEHIND_DENSE).normed(QkNorm::PerHead).windowed(Windows::AllButEvery(4)),
    plain("mellum").mixing(FINE).normed(QkNorm::PerHead).switched(ALL, None),
    plain("kolibri1")
        .mixing(Mixture { shared: SharedRule::Size("shared_expert_intermediate_size"), ..FINE })
        .normed(QkNorm::PerHead)
        .with_norms(4, Norm::Scale)
        .windowed(Windows::AllButEvery(5)),
    plain("ernie4_5_moe").fed(Feed::Own).also(special::ernie_moe),
];
