//! What the theory says of the optimum (C8), found again by minimising and by counting, not by evaluating the closed forms.

use super::evidence::{Evidence, by_regime, of_objective, whole_percent};
use super::scaling::{DECODE, Depth, MEMORY, PREFILL, Scaling, WIDTHS};
use super::{Check, Figure, Finding};
use crate::theory::NoOptimum;
use crate::units::{significant, with_minus};
use crate::workload::Objective;

/// The paper's exponent of d in ρ* where memory binds, as printed.
const PAPER_RHO_SLOPE: f64 = -1.19;
/// What rounding to two decimals may hide.
const ROUNDING: f64 = 0.005;
/// The paper's exponent of d in l*, as printed.
const PAPER_DEPTH_SLOPE: f64 = -2.0;
/// What rounding to a whole exponent may hide.
const WHOLE: f64 = 0.5;
/// A gain of less is what the solver leaves over, nats.
const NO_GAIN: f64 = 1e-9;
/// Most members: the theory's optimum is one shape, but a frontier has many.
const MOST_PERCENT: f64 = 50.0;

/// C8.
pub(super) fn closed_forms(evidence: &Evidence) -> Finding {
    let scaling = Scaling { law: &evidence.fp16().law.coefficients, costs: &evidence.theory };
    let rho_slope = scaling.rho_exponent();
    let at_one_shape = [PREFILL, MEMORY, DECODE].map(|allowance| scaling.depth_exponent_at_one_shape(allowance));
    let sparsest = evidence.sparsest();
    let of = |objective| sparsest.iter().filter(move |figure| figure.objective == Some(objective));
    let most = |objective| of(objective).all(|figure| figure.value > MOST_PERCENT);
    let shown: Vec<Figure> = [Objective::Prefill, Objective::Decode].into_iter().flat_map(of).cloned().collect();
    let share = |objective| format!("{} %", by_regime(&of_objective(sparsest, objective), whole_percent));
    let depths = [PREFILL, DECODE, MEMORY].map(|allowance| scaling.depth(allowance));
    Finding {
        id: "C8",
        paper: "latency-bound ρ* = ρ_min; memory-bound ρ* ∝ d^−1.19; l* ∝ d^−2 at a fixed budget",
        setting: "the theory's costs (Eq. 29, 39, 42) at 50 ms of prefill, 5 ms per token or 1 GB, minimised numerically at \
                  widths 768, 1536 and 3072; then the frontiers of the operator model",
        measured: format!(
            "memory-bound {}; l* along the optima: {}; members with ρ_min: {} % (prefill / decode)",
            in_words(&rho_slope),
            along(&depths),
            by_regime(&shown, whole_percent)
        ),
        remark: Some("The exponents of l* are those at widths 768 / 1536 / 3072.".to_owned()),
        checks: vec![
            sparsity_is_free(&scaling),
            memory_bound_sparsity(&rho_slope),
            depth_at_one_shape(&at_one_shape),
            depth_along_the_optima(&depths),
            Check::should_hold(
                "in the operator model most members of the decode frontiers have the smallest ρ",
                most(Objective::Decode),
                share(Objective::Decode),
            )
            .measured_here()
            .with(shown),
            Check::known_to_fail(
                "in the operator model most members of the prefill frontiers have the smallest ρ",
                most(Objective::Prefill),
                share(Objective::Prefill),
            )
            .measured_here()
            .because(
                of(Objective::Prefill).zip(of(Objective::Decode)).all(|(prefill, decode)| prefill.value < decode.value),
                "the theory's prefill reads no weights, so experts cost it nothing; a real one reads those that the prompt touches",
            ),
        ],
    }
}

fn sparsity_is_free(scaling: &Scaling<'_>) -> Check {
    let gains = [PREFILL, DECODE].map(|allowance| scaling.least_gain_of_sparsity(allowance));
    let nats = |gain: &Result<f64, NoOptimum>| match gain {
        Ok(gain) => format!("{} nats", significant(*gain, 2)),
        Err(reason) => format!("nothing ({reason})"),
    };
    let [prefill, decode] = gains.each_ref().map(nats);
    let least = |gain: &Result<f64, NoOptimum>| *gain.as_ref().unwrap_or(&f64::NAN);
    Check::should_hold(
        "under one prefill or one decode budget the lowest loss falls as ρ does, from 1 down to ρ_min",
        gains.iter().all(|gain| least(gain) > NO_GAIN),
        format!("halving ρ gains {prefill} or more (prefill), {decode} or more (decode)"),
    )
    .with([
        Figure::new("least gain of half the ρ at a prefill budget, nats", least(&gains[0])),
        Figure::new("least gain of half the ρ at a decode budget, nats", least(&gains[1])),
    ])
}

fn memory_bound_sparsity(slope: &Result<f64, NoOptimum>) -> Check {
    let value = *slope.as_ref().unwrap_or(&f64::NAN);
    let is_the_papers = (value - PAPER_RHO_SLOPE).abs() < ROUNDING;
    Check::should_hold("under a memory budget the best ρ falls as d^−1.19", is_the_papers, in_words(slope))
        .because(
            value.is_finite(),
            "the exponent is (β₁ − β₂)/α_ρ of the law, and this law has others than the published one",
        )
        .with([Figure::new("exponent of d in the memory-bound ρ*", value)])
}

/// What the paper's formula l* = C/(ξ·d²) says of itself.
fn depth_at_one_shape(exponents: &[Result<f64, NoOptimum>; 3]) -> Check {
    const EXACT: f64 = 1e-6;
    const NEARLY: f64 = 0.1;
    let [prefill, memory, decode] = exponents.each_ref().map(|exponent| *exponent.as_ref().unwrap_or(&f64::NAN));
    let is_within = |exponent: f64, tolerance| (exponent - PAPER_DEPTH_SLOPE).abs() < tolerance;
    Check::should_hold(
        "at one r and gqa a budget buys layers as d^−2 (prefill, memory; decode nearly, because its context grows as d)",
        is_within(prefill, EXACT) && is_within(memory, EXACT) && is_within(decode, NEARLY),
        format!("d^{}, d^{}; d^{}", digits(prefill), digits(memory), digits(decode)),
    )
    .with([
        Figure::new("exponent of d in l at a prefill budget and one shape", prefill),
        Figure::new("exponent of d in l at a memory budget and one shape", memory),
        Figure::new("exponent of d in l at a decode budget and one shape", decode),
    ])
}

fn depth_along_the_optima(depths: &[Depth; 3]) -> Check {
    let names = [
        "exponent of d in l* at a prefill budget",
        "exponent of d in l* at a decode budget",
        "exponent of d in l* at a memory budget",
    ];
    let exponents = || depths.iter().flat_map(|depth| depth.exponents);
    let figures = names.into_iter().zip(depths).flat_map(|(name, depth)| depth.exponents.map(|e| Figure::new(name, e)));
    Check::known_to_fail(
        "with the best r and gqa of every width l* ∝ d^−2, whichever budget binds",
        exponents().all(|exponent| (exponent - PAPER_DEPTH_SLOPE).abs() < WHOLE),
        along(depths),
    )
    .because(
        depths.iter().all(|depth| depth.layers_shrink) && exponents().all(|exponent| exponent > PAPER_DEPTH_SLOPE),
        "what multiplies d² in a layer's cost is no constant: a wider model's best r is smaller and its best gqa larger, \
         and what they save buys layers, all that the width takes in a narrow model and part of it in a wide one",
    )
    .with(figures)
}

/// `prefill d^0.27 / d^0.09 / d^−0.53, decode …, memory …`.
fn along(depths: &[Depth; 3]) -> String {
    let of = |(name, depth): (&str, &Depth)| format!("{name} {}", powers(&depth.exponents));
    ["prefill", "decode", "memory"].into_iter().zip(depths).map(of).collect::<Vec<_>>().join(", ")
}

/// `d^0.27 / d^0.09 / d^−0.53`.
pub(super) fn powers(exponents: &[f64; WIDTHS.len()]) -> String {
    let power =
        |exponent: f64| if exponent.is_nan() { "no form".to_owned() } else { format!("d^{}", decimals(exponent)) };
    exponents.map(power).join(" / ")
}

/// Two decimals: of exponents near 0 more than that is noise to a reader.
fn decimals(value: f64) -> String {
    with_minus(value, |size| format!("{size:.2}"))
}

/// Three digits of an exponent that the paper states.
fn digits(value: f64) -> String {
    with_minus(value, |size| significant(size, 3))
}

/// `ρ* ∝ d^−1.19`.
fn in_words(exponent: &Result<f64, NoOptimum>) -> String {
    match exponent {
        Ok(exponent) => format!("ρ* ∝ d^{}", digits(*exponent)),
        Err(reason) => format!("ρ* is none ({reason})"),
    }
}
