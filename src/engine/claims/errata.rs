//! Where the paper contradicts itself, each shown by numbers where numbers can show it.
//!
//! The product follows the corrected forms; who compares it with the paper must be able to see that it is the paper that
//! errs, and by how much.

use serde::Serialize;

use super::evidence::Evidence;
use super::scaling::{Depth, PREFILL, Scaling};
use super::theorems::powers;
use crate::architecture::Architecture;
use crate::budget::Limit;
use crate::precision::Precision;
use crate::reference::QWEN2_5_0_5B;
use crate::roofline::{Attention, CausalMask, ForwardPass, operators};
use crate::theory::{CostModel, Point, PrintedD3, Simplified};
use crate::units::{bytes, count, ratio, significant};
use crate::workload::{Objective, Workload};

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Erratum {
    /// Counted from 1.
    pub number: u8,
    /// Where it stands in the paper.
    pub place: &'static str,
    /// What the paper says.
    pub printed: &'static str,
    /// What is right.
    pub corrected: &'static str,
    /// What shows it.
    pub evidence: String,
    /// Whether the numbers do show it; `None` where there are none.
    pub confirmed: Option<bool>,
}

/// All of them.
pub fn errata(evidence: &Evidence) -> Vec<Erratum> {
    let scaling = Scaling { law: &evidence.fp16().law.coefficients, costs: &evidence.theory };
    vec![
        decode_and_memory(),
        which_budget_binds(),
        width_and_depth(
            |width| evidence.theory.cost(Limit::Prefill, &Point { width, ..EXAMPLE }).recip(),
            &scaling.depth(PREFILL),
        ),
        gqa(|shape| Point::of(shape).gqa, |shape| evidence.fp16().estimator.memory(shape).kv_cache_bytes),
        dominance(evidence),
        prefill_sparsity(evidence),
        memory(evidence),
        attention_and_ffn(),
    ]
}

/// The example of erratum 1: gqa 4, r 8/3, d 2048, 16 bit, a mean context of 4096 tokens; one layer.
const EXAMPLE: Point = Point { layers: 1.0, width: 2048.0, ffn_ratio: 8.0 / 3.0, gqa: 4.0, rho: 1.0 };
/// `M̄_d` over the memory budget in that example.
const EXAMPLE_ETA: f64 = 1.0 / 3.0;

/// Costs with unit rates, so that a decode budget is in bytes (`M̄_d`) and a prefill budget in FLOPs per token (`F̄_p`).
const fn in_units(prompt_tokens: u32) -> Simplified {
    Simplified {
        flops_per_s: 1.0,
        bytes_per_s: 1.0,
        weight_bytes: 2.0,
        kv_bytes: 2.0,
        workload: Workload { cached_tokens: 0, batch: 1, prompt_tokens, generated_tokens: 1 },
        power: None,
    }
}

fn decode_and_memory() -> Erratum {
    // S̄ = 4095 + (1 + 1)/2.
    let theory = in_units(4095);
    let decode_over_memory = |rho: f64| {
        let point = Point { rho, ..EXAMPLE };
        theory.cost(Limit::Tpot, &point) / theory.cost(Limit::Memory, &point)
    };
    let delta = 2.0 * theory.mean_context() * theory.kv_bytes / (EXAMPLE.gqa * EXAMPLE.width * theory.weight_bytes);
    let d3 = PrintedD3::at(&EXAMPLE, EXAMPLE_ETA, delta);
    // By the costs, not by the formula: how much longer decode takes than allowed where memory is full.
    let excess = |rho: f64| decode_over_memory(rho) / EXAMPLE_ETA - 1.0;
    Erratum {
        number: 1,
        place: "Eq. 109–117, 123, Theorem 5.3b (D3)",
        printed: "δ is divided by ξ_all twice, which makes ξ_all the root of a quadratic",
        corrected: "both constraints are linear: ρ* = 3·η·r/(α_attn·(1−η) + 3r + δ)",
        evidence: format!(
            "gqa 4, r 8/3, d 2048, 2 bytes, mean context 4096, η 1/3: both budgets bind at ρ {}; the printed ρ is {}, \
             which fills the memory and breaks the decode budget by {} %",
            significant(d3.rho, 3),
            significant(d3.printed_rho, 3),
            significant(100.0 * excess(d3.printed_rho), 2)
        ),
        confirmed: Some(excess(d3.printed_rho) > 1e-6 && excess(d3.rho).abs() < 1e-9),
    }
}

fn which_budget_binds() -> Erratum {
    let theory = in_units(1024);
    // Layers that the latency budget allows over those that a memory budget of one byte allows.
    let decode_over_memory = |eta: f64| eta * theory.cost(Limit::Memory, &EXAMPLE) / theory.cost(Limit::Tpot, &EXAMPLE);
    let prefill_over_memory = |eta_p: f64| {
        let flops_per_token = theory.cost(Limit::Prefill, &EXAMPLE) / f64::from(theory.workload.prompt_tokens);
        eta_p * theory.cost(Limit::Memory, &EXAMPLE) / flops_per_token
    };
    let (decode, prefill) = (decode_over_memory(0.1), prefill_over_memory(2.0 / theory.weight_bytes));
    Erratum {
        number: 2,
        place: "§5.5.2, step 4",
        printed: "η ≪ 1 means that memory binds; η_p is compared with 2",
        corrected: "η ≪ 1 means that latency binds; η_p has a unit, FLOP/byte, and η_p·b_w is what compares with 2",
        evidence: format!(
            "the same dense shape at η 0.1: latency allows {} of the layers that memory allows; at η_p·b_w 2 they allow \
             equally many ({})",
            significant(decode, 2),
            significant(prefill, 4)
        ),
        confirmed: Some(decode < 1.0 && (prefill - 1.0).abs() < 1e-9),
    }
}

/// `layers` is how many of a layer's shape a budget buys at a width; both ways of changing the width are tried.
fn width_and_depth(layers: impl Fn(f64) -> f64, along_the_optima: &Depth) -> Erratum {
    let at_first = layers(EXAMPLE.width);
    let (by_reducing, by_growing) = (layers(EXAMPLE.width / 2.0) / at_first, layers(EXAMPLE.width * 2.0) / at_first);
    Erratum {
        number: 3,
        place: "§5.5.2",
        printed: "reduce d where l* exceeds its bound",
        corrected: "at a given r and gqa l ∝ d^−2, so d must grow; chosen anew with d, they give layers back, and in a \
                    narrow model may give more",
        evidence: format!(
            "gqa 4, r 8/3, one prefill budget: half of d 2048 makes l {} times as large, twice as much {} times; with the \
             best r and gqa of each width l* ∝ {} at d 768 / 1536 / 3072",
            significant(by_reducing, 3),
            significant(by_growing, 3),
            powers(&along_the_optima.exponents)
        ),
        confirmed: Some(by_reducing > 1.0 && by_growing < 1.0),
    }
}

/// A model with so many KV heads, and 32 query heads.
const fn with_kv_heads(kv_heads: u32) -> Architecture {
    Architecture { width: 2048, heads: 32, head_dim: 64, kv_heads, ..QWEN2_5_0_5B }
}

/// `gqa_of` is the theory's gqa of a model; heads and cache are counted in models that can be built.
fn gqa(gqa_of: impl Fn(&Architecture) -> f64, cache_bytes: impl Fn(&Architecture) -> f64) -> Erratum {
    let [many, few] = [with_kv_heads(8), with_kv_heads(4)];
    let (of_many, of_few) = (gqa_of(&many), gqa_of(&few));
    let cache = cache_bytes(&few) / cache_bytes(&many);
    Erratum {
        number: 4,
        place: "on GQA",
        printed: "larger GQA (more KV heads)",
        corrected: "gqa = n_h/n_kv: larger is fewer KV heads",
        evidence: format!(
            "d 2048, 32 heads: gqa is {} with {} KV heads and {} with {}, whose cache is {} times as large",
            ratio(of_many),
            many.kv_heads,
            ratio(of_few),
            few.kv_heads,
            ratio(cache)
        ),
        confirmed: Some(of_few > of_many && cache < 1.0),
    }
}

/// A candidate stays under Eq. 6 unless another is strictly faster and strictly better.
fn dominance(evidence: &Evidence) -> Erratum {
    let landscape = evidence.fp16();
    let latencies_s = landscape.sweep.latency_s(Objective::Prefill);
    let losses = &landscape.sweep.loss;
    let (mut staying, mut best_faster, mut best_here, mut here_s) = (0_usize, f64::INFINITY, f64::INFINITY, 0.0);
    for &index in landscape.fastest_first(Objective::Prefill) {
        let (latency_s, loss) = (latencies_s[index as usize], losses[index as usize]);
        if latency_s > here_s {
            (best_faster, here_s) = (best_here, latency_s);
        }
        staying += usize::from(loss <= best_faster);
        best_here = best_here.min(loss);
    }
    let by_eq_5 = landscape.frontier_of(Objective::Prefill, |_| true).len();
    Erratum {
        number: 5,
        place: "Eq. 5 and 6",
        printed: "dominance is strict in at least one of the two (Eq. 5), and strict in both (Eq. 6)",
        corrected: "Eq. 5: who is as fast and better dominates",
        evidence: format!("prefill in FP16: {} members by Eq. 5, {} by Eq. 6", count(by_eq_5), count(staying)),
        confirmed: Some(staying > by_eq_5),
    }
}

fn prefill_sparsity(evidence: &Evidence) -> Erratum {
    let shares = evidence.sparsest();
    let [prefill, decode] = [Objective::Prefill, Objective::Decode].map(|objective| shares[objective.index()].value);
    let shown = prefill < 50.0 && prefill < decode;
    let reason = match evidence.experts_do_not_wait() {
        (true, reason) if !shown => format!("; {reason}"),
        _ => String::new(),
    };
    Erratum {
        number: 6,
        place: "Theorem 5.1 and §4.3.4",
        printed: "ρ* = ρ_min in prefill; prefill prefers few experts",
        corrected: "the theory's prefill has no expert weights to read; a real one reads those that the prompt touches, and \
                    few experts come out where it waits for them",
        evidence: format!(
            "FP16: {prefill:.0} % of the prefill frontier and {decode:.0} % of the decode frontier have the smallest ρ{reason}"
        ),
        confirmed: Some(shown),
    }
}

fn memory(evidence: &Evidence) -> Erratum {
    let by_eq_42 = evidence.theory.cost(Limit::Memory, &Point::of(&QWEN2_5_0_5B));
    let memory = evidence.fp16().estimator.memory(&QWEN2_5_0_5B);
    let whole = memory.weights_bytes + memory.kv_cache_bytes;
    Erratum {
        number: 7,
        place: "Eq. 42, §5.5.2",
        printed: "M = l·ξ_all·d²·b_w; the worked example divides by 10",
        corrected: "embedding and KV cache are memory too; nothing explains the 10",
        evidence: format!("Qwen2.5-0.5B in FP16: {} by Eq. 42, {} of weights and cache", bytes(by_eq_42), bytes(whole)),
        confirmed: Some(whole > by_eq_42),
    }
}

fn attention_and_ffn() -> Erratum {
    let qk_flops = |tokens: f64| -> f64 {
        let pass = ForwardPass { batch: 1.0, query_tokens: tokens, cached_tokens: 0.0 };
        let attention = Attention::Materialised(CausalMask::Computed);
        let all = operators(&QWEN2_5_0_5B, &Precision::FP16, attention, &pass);
        all.iter().filter(|operator| operator.name == "qk").map(|operator| operator.flops).sum()
    };
    let growth = qk_flops(2048.0) / qk_flops(1024.0);
    let theory = in_units(1024);
    let ffn_percent = |gqa| {
        let flops = |ffn_ratio| theory.cost(Limit::Prefill, &Point { ffn_ratio, gqa, ..EXAMPLE });
        100.0 * (1.0 - flops(0.0) / flops(4.0))
    };
    let (multi_head, grouped) = (ffn_percent(1.0), ffn_percent(8.0));
    Erratum {
        number: 8,
        place: "on FLOPs",
        printed: "O(S·d²) for QKᵀ; the FFN is 60 to 70 % of the FLOPs at r ≈ 4",
        corrected: "O(S²·d); 75 to 84 % by Eq. 24",
        evidence: format!(
            "twice the prompt makes QKᵀ {} times the FLOPs; at r 4 the FFN is {multi_head:.0} % (gqa 1) to {grouped:.0} % (gqa 8)",
            significant(growth, 2)
        ),
        confirmed: Some(growth > 2.0 && multi_head > 70.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::scaling::WIDTHS;

    #[test]
    fn width_must_not_shrink_only_where_layers_get_dearer_with_it() {
        let depth = Depth { exponents: [-2.0; WIDTHS.len()], layers_shrink: false };
        let confirmed = |power: i32| width_and_depth(|width| width.powi(power), &depth).confirmed;
        assert_eq!([confirmed(-2), confirmed(0), confirmed(1)], [Some(true), Some(false), Some(false)]);
    }

    #[test]
    fn gqa_is_the_papers_only_where_larger_is_more_kv_heads() {
        let as_defined = |shape: &Architecture| f64::from(shape.heads) / f64::from(shape.kv_heads);
        let as_worded = |shape: &Architecture| f64::from(shape.kv_heads);
        let cache = |shape: &Architecture| f64::from(shape.kv_heads * shape.head_dim);
        assert_eq!([gqa(as_defined, cache).confirmed, gqa(as_worded, cache).confirmed], [Some(true), Some(false)]);
        assert_eq!(gqa(as_defined, |_| 1.0).confirmed, Some(false));
    }
}
