//! Forms with r, gqa or ρ on an end of their range.
//!
//! At a given width the problem is convex. So its optimum in a box is the stationary point of the face that it lies on,
//! and no variable on an end would be better inside. There are at most 27 faces, and all are tried.

use super::layer::LayerCost;
use super::{ClosedForm, ClosedForms, Held, NoClosedForm};
use crate::budget::Limit;
use crate::theory::regime::FormKind;
use crate::theory::{Domain, Point, Regime};

impl ClosedForms {
    /// Smallest and largest r, gqa and ρ at one width.
    pub(super) fn ends(&self, width: f64) -> [[f64; 2]; 3] {
        let Domain { ffn_ratio, gqa: [fewest, most], rho, .. } = self.domain;
        [ffn_ratio, [fewest, most.min(self.most_sharing(width))], rho]
    }

    /// The form with each of r, gqa and ρ free or on an end, and those on an end held there by what they cost.
    pub(super) fn within(
        &self,
        regime: Regime,
        width: f64,
        free: Result<ClosedForm, NoClosedForm>,
    ) -> Result<ClosedForm, NoClosedForm> {
        const ROUNDING: f64 = 1.0 + 1e-12;
        let ends = self.ends(width);
        let inside = |point: &Point| {
            let values = [point.ffn_ratio, point.gqa, point.rho];
            ends.iter().zip(values).all(|([low, high], value)| value * ROUNDING >= *low && value <= high * ROUNDING)
        };
        if free.as_ref().is_ok_and(|form| inside(&form.point)) {
            return free;
        }
        let choices = |[low, high]: [f64; 2]| [None, (low > 0.0).then_some(low), high.is_finite().then_some(high)];
        let [ratios, gqas, mut rhos] = ends.map(choices);
        if regime.form_kind() != Some(FormKind::One(Limit::Memory)) {
            rhos = [None; 3];
        }
        let mut best: Option<ClosedForm> = None;
        for (place, rho) in rhos.into_iter().enumerate().filter(|&(place, rho)| place == 0 || rho.is_some()) {
            for (i, ffn_ratio) in ratios.into_iter().enumerate().filter(|&(i, ratio)| i == 0 || ratio.is_some()) {
                for (j, gqa) in gqas.into_iter().enumerate().filter(|&(j, gqa)| j == 0 || gqa.is_some()) {
                    if place + i + j == 0 {
                        continue;
                    }
                    let Ok(form) = self.solve(regime, width, Held { ffn_ratio, gqa, rho }) else { continue };
                    let better = best.as_ref().is_none_or(|best| form.loss < best.loss);
                    if better && inside(&form.point) && self.pulls_outwards(&form, [i, j, place]) {
                        best = Some(form);
                    }
                }
            }
        }
        best.ok_or_else(|| free.err().unwrap_or(NoClosedForm::Outside { regime, width }))
    }

    /// Whether r, gqa and ρ, as far as they are held (1: on the lower end, 2: on the upper), would lower the loss
    /// outside their range at the price of the limits. Otherwise the form only looks stationary.
    fn pulls_outwards(&self, form: &ClosedForm, places: [usize; 3]) -> bool {
        const ROUNDING: f64 = 1e-9;
        let Point { width, ffn_ratio, gqa, rho, .. } = form.point;
        let [_, sparsity, capacity, kv] = self.summands(&form.point);
        let law = &self.law;
        let mut slopes = [-law.alpha_r * (sparsity + capacity), law.alpha_m * kv, law.alpha_rho * sparsity];
        for known in &form.multipliers {
            let Some(limit) = known.constraint.limit() else { continue };
            let layer = LayerCost::of(&self.costs, limit, width, rho);
            let by_ratio = known.nats * layer.ratio_slope(ffn_ratio, gqa);
            slopes[0] += by_ratio;
            slopes[1] += known.nats * layer.gqa_slope(ffn_ratio, gqa);
            if limit == Limit::Memory {
                slopes[2] -= by_ratio;
            }
        }
        slopes.into_iter().zip(places).all(|(slope, place)| match place {
            1 => slope >= -ROUNDING,
            2 => slope <= ROUNDING,
            _ => true,
        })
    }
}
