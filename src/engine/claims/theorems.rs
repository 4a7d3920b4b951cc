//! What the theory says of the optimum (C8), found again by minimising and by counting, not by evaluating the closed forms.

use super::evidence::{Evidence, by_regime, of_objective, whole_percent};
use super::{Check, Figure, Finding};
use crate::engine::budget::Limit;
use crate::engine::law::Coefficients;
use crate::engine::theory::{CostModel, Point, Simplified};
use crate::engine::workload::Objective;
use crate::units::significant;

/// The paper's exponent of d in ρ* where memory binds, as printed.
const PAPER_RHO_SLOPE: f64 = -1.19;
/// What rounding to two decimals may hide.
const ROUNDING: f64 = 0.005;
/// Slopes are taken from this width to twice as much: the middle of Table 5.
const WIDTH: f64 = 1024.0;
/// Most members: the theory's optimum is one shape, but a frontier has many.
const MOST_PERCENT: f64 = 50.0;
/// A dense shape in the middle of the paper's space.
const MIDDLE: Point = Point { layers: 16.0, width: WIDTH, ffn_ratio: 2.0, gqa: 4.0, rho: 1.0 };

/// C8.
pub(super) fn closed_forms(evidence: &Evidence) -> Finding {
    let law = &evidence.fp16().law.coefficients;
    let rho_slope = slope(|width| memory_bound_rho(law, width));
    let layers_slope = |limit| slope(|width| layers_bought(&evidence.theory, limit, width));
    let [prefill, memory, tpot] = [Limit::Prefill, Limit::Memory, Limit::Tpot].map(layers_slope);
    let sparsest = sparsest(evidence);
    let of = |objective| sparsest.iter().filter(move |figure| figure.objective == Some(objective));
    let most = |objective| of(objective).all(|figure| figure.value > MOST_PERCENT);
    let shown: Vec<Figure> = [Objective::Prefill, Objective::Decode].into_iter().flat_map(of).cloned().collect();
    let share = |objective| format!("{} %", by_regime(&of_objective(&sparsest, objective), whole_percent));
    Finding {
        id: "C8",
        paper: "latency-bound ρ* = ρ_min; memory-bound ρ* ∝ d^−1.19; l* ∝ d^−2 at a fixed budget",
        setting: "the theory's costs (Eq. 29, 39, 42), minimised numerically; then the frontiers of the operator model",
        measured: format!(
            "memory-bound ρ* ∝ d^{}; l* ∝ d^{} (prefill, memory), d^{} (decode); members with ρ_min: {} % (prefill / decode)",
            signed(rho_slope),
            signed(prefill),
            signed(tpot),
            by_regime(&shown, whole_percent)
        ),
        remark: Some("In decode the KV cache grows as d, not d², so l* falls a little less steeply.".to_owned()),
        checks: vec![
            Check::should_hold(
                "on the theory's costs sparsity is free in latency and lowers the loss",
                sparsity_is_free(law, &evidence.theory),
                "4 to 32 layers, widths 768 to 3072, ρ 1/16 to 1",
            ),
            Check::should_hold(
                "at equal memory the best ρ falls as d^−1.19",
                (rho_slope - PAPER_RHO_SLOPE).abs() < ROUNDING,
                format!("d^{}", signed(rho_slope)),
            )
            .because(
                (rho_slope - PAPER_RHO_SLOPE).abs() >= ROUNDING,
                "the exponent is (β₁ − β₂)/α_ρ of the law, and this law has others than the published one",
            )
            .with([Figure::new("exponent of d in the memory-bound ρ*", rho_slope)]),
            Check::should_hold(
                "at given r and gqa a prefill or a memory budget buys layers as d^−2",
                [prefill, memory].into_iter().all(|slope| (slope + 2.0).abs() < 1e-9),
                format!("d^{} and d^{}", signed(prefill), signed(memory)),
            )
            .with([
                Figure::new("exponent of d in l* at a prefill budget", prefill),
                Figure::new("exponent of d in l* at a memory budget", memory),
                Figure::new("exponent of d in l* at a decode budget", tpot),
            ]),
            Check::should_hold(
                "in the operator model most members of the decode frontiers have the smallest ρ",
                most(Objective::Decode),
                share(Objective::Decode),
            )
            .with(shown),
            Check::known_to_fail(
                "in the operator model most members of the prefill frontiers have the smallest ρ",
                most(Objective::Prefill),
                share(Objective::Prefill),
            )
            .because(
                of(Objective::Prefill).zip(of(Objective::Decode)).all(|(prefill, decode)| prefill.value < decode.value),
                "the theory's prefill reads no weights, so experts cost it nothing; a real one reads those that the prompt touches",
            ),
        ],
    }
}

/// Share of the members of each frontier that have the smallest activation rate of the space.
pub(super) fn sparsest(evidence: &Evidence) -> Vec<Figure> {
    let sweep = &evidence.fp16().sweep;
    let rate = |index| sweep.architecture(index).activation_rate();
    let least = (0..sweep.len()).map(rate).fold(f64::INFINITY, f64::min);
    let share = |front: super::evidence::Front<'_>| {
        front.figure("members with the smallest ρ, %", front.percent(|shape| shape.activation_rate() <= least))
    };
    evidence.fronts().map(share).collect()
}

/// Whether, at every width and depth of the paper's, more sparsity costs no latency and lowers the loss.
fn sparsity_is_free(law: &Coefficients, theory: &Simplified) -> bool {
    let rates: Vec<f64> = (0..=16).map(|step| 0.0625_f64.powf(1.0 - f64::from(step) / 16.0)).collect();
    let corners = [4.0, 32.0].into_iter().flat_map(|layers| [768.0, 3072.0].map(|width| (layers, width)));
    corners.into_iter().all(|(layers, width)| {
        rates.windows(2).all(|pair| {
            let [sparser, denser] = [pair[0], pair[1]].map(|rho| Point { layers, width, rho, ..MIDDLE });
            let free = [Limit::Prefill, Limit::Tpot]
                .into_iter()
                .all(|limit| theory.cost(limit, &sparser) == theory.cost(limit, &denser));
            free && law.loss(&sparser.features()) < law.loss(&denser.features())
        })
    })
}

/// The ρ of the lowest loss at given depth, width, gqa and memory. Stored weights go with r/ρ, so at equal memory r goes
/// with ρ; the loss is convex in ln ρ. It is sought far beyond (0, 1], because an exponent is wanted and not a shape.
fn memory_bound_rho(law: &Coefficients, width: f64) -> f64 {
    let loss = |log_rho: f64| {
        let rho = log_rho.exp();
        law.loss(&Point { width, rho, ffn_ratio: MIDDLE.ffn_ratio * rho, ..MIDDLE }.features())
    };
    let (mut low, mut high) = (-12.0, 6.0);
    for _ in 0..100 {
        let third: f64 = (high - low) / 3.0;
        if loss(low + third) < loss(high - third) { high -= third } else { low += third }
    }
    f64::midpoint(low, high).exp()
}

/// How many layers of [`MIDDLE`]'s shape at this width a unit of budget buys.
fn layers_bought(theory: &Simplified, limit: Limit, width: f64) -> f64 {
    theory.cost(limit, &Point { layers: 1.0, width, ..MIDDLE }).recip()
}

/// Exponent of a power law in the width.
fn slope(of: impl Fn(f64) -> f64) -> f64 {
    (of(2.0 * WIDTH) / of(WIDTH)).log2()
}

/// With the minus sign that people write.
fn signed(value: f64) -> String {
    format!("{}{}", if value < 0.0 { "−" } else { "" }, significant(value.abs(), 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::law::tests::{TABLE_6, table_6};

    /// The paper's closed form of the memory-bound ρ*.
    #[test]
    fn the_minimum_is_the_closed_form() {
        let law = TABLE_6;
        for width in [768.0, 1536.0, 3072.0] {
            let ratio = law.alpha_r * law.kappa_d / ((law.alpha_rho - law.alpha_r) * law.kappa_rho);
            let closed = (ratio * f64::powf(width, law.beta_1 - law.beta_2)).powf(law.alpha_rho.recip());
            let found = memory_bound_rho(&table_6(), width);
            assert!((found / closed - 1.0).abs() < 1e-6, "{width}: {found} {closed}");
        }
        let exponent = slope(|width| memory_bound_rho(&table_6(), width));
        assert!((exponent - (-0.33 - 0.97) / 1.09).abs() < 1e-6, "{exponent}");
    }

    #[test]
    fn memory_is_equal_where_the_minimum_is_sought() {
        let theory = Simplified {
            flops_per_s: 1.0,
            bytes_per_s: 1.0,
            weight_bytes: 2.0,
            kv_bytes: 2.0,
            workload: crate::engine::workload::Workload::default(),
            power: None,
        };
        let bytes = |rho: f64| theory.cost(Limit::Memory, &Point { rho, ffn_ratio: MIDDLE.ffn_ratio * rho, ..MIDDLE });
        assert!((bytes(0.1) / bytes(0.9) - 1.0).abs() < 1e-12);
        assert!(sparsity_is_free(&table_6(), &theory));
        let indifferent = crate::engine::law::forms::Eq2 { kappa_rho: 0.0, ..TABLE_6 };
        assert!(!sparsity_is_free(&indifferent.into(), &theory), "without the term nothing is gained");
    }
}
