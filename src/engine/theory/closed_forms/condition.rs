//! What has to hold for a closed form to be the optimum, and for its shape to be one that can be built.

use serde::{Serialize, Serializer};

use super::{ClosedForm, ClosedForms, Held};
use crate::budget::Limit;
use crate::theory::regime::phrase;
use crate::theory::{CostModel, Regime};
use crate::units::significant;

/// How a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", schemars(rename = "ConditionVerdict"))]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not: the form is not the optimum of the paper's problem.
    Fails,
    /// The form is the optimum, but what is built must be rounded.
    NeedsRounding,
}

/// One condition, with the numbers it was judged by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Condition {
    /// As a formula: `α_ρ > α_r`.
    pub what: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// What is judged.
    pub value: f64,
    /// Where it has to lie; an end that is none is infinite, `null` in files.
    #[serde(serialize_with = "ends")]
    #[cfg_attr(feature = "schema", schemars(with = "[Option<f64>; 2]"))]
    pub needed: [f64; 2],
    /// In words, with what follows.
    pub sentence: String,
}

fn ends<S: Serializer>(needed: &[f64; 2], serializer: S) -> Result<S::Ok, S::Error> {
    needed.map(|end| end.is_finite().then_some(end)).serialize(serializer)
}

const ROUNDING: f64 = 1e-9;

/// A condition that holds within the ends, ends included but for rounding.
fn within(what: &'static str, value: f64, needed: [f64; 2], [holds, fails]: [String; 2]) -> Condition {
    let [low, high] = needed;
    let inside = value >= low - ROUNDING * low.abs() && value <= high + ROUNDING * high.abs();
    let (verdict, sentence) = if inside { (Verdict::Holds, holds) } else { (Verdict::Fails, fails) };
    Condition { what, verdict, value, needed, sentence }
}

pub(super) fn of(theory: &ClosedForms, form: &ClosedForm, held: Held) -> Vec<Condition> {
    let mut conditions = Vec::new();
    let regime = form.regime;
    if regime == Regime::of([Limit::Memory]) {
        conditions.push(sparsity_pays(theory));
    }
    if regime.has(Limit::Memory) && regime.limits().count() == 2 {
        conditions.extend(both_can_bind(theory, form));
        conditions.extend(both_bind(form));
    }
    conditions.push(rho(theory, form));
    conditions.extend(kv_heads(theory, form));
    conditions.extend(depth(theory, form, held));
    conditions.push(ratio(theory, form));
    let decodes = theory.costs.workload.generated_tokens > 0;
    if decodes && [Limit::Tpot, Limit::Total, Limit::Energy].into_iter().any(|limit| regime.has(limit)) {
        let batch = f64::from(theory.costs.workload.batch);
        let holds = "decode is derived for a batch of 1, which this is".to_owned();
        let fails =
            format!("decode is derived for a batch of 1, and this is one of {batch}: its context is not counted");
        conditions.push(within("B = 1", batch, [1.0, 1.0], [holds, fails]));
    }
    conditions.extend(other_limits(theory, form));
    conditions
}

fn sparsity_pays(theory: &ClosedForms) -> Condition {
    let law = &theory.law;
    // Without an interior ρ* the form has been asked for with ρ on an end, where this is why.
    let holds = format!("α_ρ = {} exceeds α_r = {}, so ρ* is inside", text(law.alpha_rho), text(law.alpha_r));
    let fails =
        format!("α_ρ = {} does not exceed α_r = {}: a larger ρ always pays", text(law.alpha_rho), text(law.alpha_r));
    within("α_ρ > α_r", law.alpha_rho, [law.alpha_r * (1.0 + 2.0 * ROUNDING), f64::INFINITY], [holds, fails])
}

fn both_can_bind(theory: &ClosedForms, form: &ClosedForm) -> Option<Condition> {
    let slack = "memory is full before the latency is used up, even without sparsity";
    if form.regime.has(Limit::Prefill) {
        let value = theory.eta_p();
        let holds = format!("η_p·b_w = {} is below 2, as it has to be for ρ* < 1", text(value));
        let fails = format!("η_p·b_w = {} is not below 2: {slack}", text(value));
        return Some(within("η_p·b_w < 2", value, [0.0, 2.0], [holds, fails]));
    }
    let decode = form.regime.has(Limit::Tpot).then(|| theory.eta())?;
    let active = crate::theory::simplified::xi_dec(&form.point);
    let most = 1.0 + theory.delta(&form.point) / active;
    let holds =
        format!("η = {} is below 1 + δ/(α_attn + 3r) = {}, as it has to be for ρ* < 1", text(decode), text(most));
    let fails = format!("η = {} is not below 1 + δ/(α_attn + 3r) = {}: {slack}", text(decode), text(most));
    Some(within("η < 1 + δ/(α_attn + 3r)", decode, [0.0, most], [holds, fails]))
}

fn both_bind(form: &ClosedForm) -> impl Iterator<Item = Condition> {
    form.multipliers.iter().filter_map(|known| {
        let limit = known.constraint.limit()?;
        let holds = format!("more {} would help", phrase(limit));
        let fails = format!("less {} would help: at this width it does not bind", phrase(limit));
        Some(within("multiplier ≥ 0", known.nats, [0.0, f64::INFINITY], [holds, fails]))
    })
}

fn rho(theory: &ClosedForms, form: &ClosedForm) -> Condition {
    let (value, needed) = (form.point.rho, theory.domain.rho);
    let holds = format!("ρ* = {} can be had", text(value));
    let fails = if value > needed[1] {
        format!(
            "ρ* = {} exceeds {}: the best has no experts to spare and ρ at its upper end",
            text(value),
            text(needed[1])
        )
    } else {
        format!("ρ* = {} is below {}: the best has as many experts as there may be", text(value), text(needed[0]))
    };
    within("ρ_min ≤ ρ* ≤ 1", value, needed, [holds, fails])
}

fn kv_heads(theory: &ClosedForms, form: &ClosedForm) -> [Condition; 2] {
    let (gqa, heads) = (form.point.gqa, form.point.width / theory.domain.head_dim);
    let at_least = [
        format!("gqa* = {}: {} query heads share a KV head", text(gqa), text(gqa)),
        format!("gqa* = {} is below 1: more KV heads than query heads would pay", text(gqa)),
    ];
    let at_most = [
        format!("gqa* = {} leaves a KV head to {} query heads", text(gqa), text(heads)),
        format!("gqa* = {} exceeds the {} query heads: less than one KV head would pay", text(gqa), text(heads)),
    ];
    [within("gqa* ≥ 1", gqa, [1.0, f64::INFINITY], at_least), within("gqa* ≤ d/d_h", gqa, [0.0, heads], at_most)]
}

fn depth(theory: &ClosedForms, form: &ClosedForm, held: Held) -> Vec<Condition> {
    let layers = form.point.layers;
    let one = [
        format!("l* = {} is a layer or more", text(layers)),
        format!("l* = {} is less than one layer: the limit is too tight for this width", text(layers)),
    ];
    let mut conditions = vec![within("l* ≥ 1", layers, [1.0, f64::INFINITY], one)];
    let [low, high] = theory.domain.layers;
    if low > 1.0 || high.is_finite() {
        let mut outside = format!("l* = {} is outside the space's {low:.0} to {high:.0} layers", text(layers));
        if !(low..=high).contains(&layers) {
            outside.extend(theory.depth_power(form, held).map(|power| width_advice(layers, high, power)));
        }
        let space = [format!("l* = {} is a depth of the space", text(layers)), outside];
        conditions.push(within("l* in the space", layers, [low, high], space));
    }
    let distance = (layers - layers.round()).abs();
    let (verdict, sentence) = if distance <= ROUNDING * layers {
        (Verdict::Holds, format!("l* = {layers:.0} is whole"))
    } else {
        (Verdict::NeedsRounding, format!("l* = {} is {} from a whole number of layers", text(layers), text(distance)))
    };
    conditions.push(Condition { what: "l* whole", verdict, value: distance, needed: [0.0, 0.0], sentence });
    conditions
}

/// What the width does for a depth that the space lacks.
///
/// The paper's §5.5.2 says to reduce d where l* is too large. At given r and gqa that is wrong, as l* falls about as d^−2;
/// but both follow the width, and for narrow models so far that l* grows with it.
fn width_advice(layers: f64, most: f64, power: f64) -> String {
    const HARDLY: f64 = 0.05;
    if power.abs() < HARDLY {
        return "; it hardly changes with the width here".to_owned();
    }
    let width = if (layers > most) == (power < 0.0) { "more" } else { "less" };
    let power = significant(power, 2).replace('-', "−");
    format!("; it goes as d^{power} here, so {width} width brings it nearer")
}

fn ratio(theory: &ClosedForms, form: &ClosedForm) -> Condition {
    let (value, [low, high]) = (form.point.ffn_ratio, theory.domain.ffn_ratio);
    let holds = format!("r* = {} can be had", text(value));
    let fails = format!("r* = {} is outside the space's {} to {}", text(value), text(low), text(high));
    within("r* in the space", value, [low, high], [holds, fails])
}

fn other_limits(theory: &ClosedForms, form: &ClosedForm) -> impl Iterator<Item = Condition> {
    let others = theory.budgets.active().filter(|&(limit, _)| !form.regime.has(limit));
    others.map(|(limit, most)| {
        let value = theory.costs.cost(limit, &form.point);
        let holds = format!("{} {} of {} is kept", phrase(limit), limit.text(value), limit.text(most));
        let fails = format!("{} {} exceeds {}: it binds as well", phrase(limit), limit.text(value), limit.text(most));
        within("other limits kept", value, [0.0, most], [holds, fails])
    })
}

fn text(value: f64) -> String {
    significant(value, 3)
}
