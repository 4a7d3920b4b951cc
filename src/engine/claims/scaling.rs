//! How the optima of the paper's theory follow ρ and the width (C8), measured on solutions and not read off formulas.
//!
//! What the paper says of ρ* is tested by [`minimise`], which knows no closed form. What it says of l* is a statement
//! about its closed forms. These are solved again at every width, because in `l* = F̄_p/(ξ_F·d²)` the best r and gqa
//! are part of `ξ_F`.

use crate::budget::{Budgets, Limit};
use crate::law::Coefficients;
use crate::theory::closed_forms::power;
use crate::theory::{ClosedForms, Domain, Ends, NoOptimum, Point, Problem, Regime, Simplified, minimise};

/// The ends and the middle of Table 5.
pub(super) const WIDTHS: [f64; 3] = [768.0, 1536.0, 3072.0];
/// The sparsest of Table 5.
const RHO_MIN: f64 = 1.0 / 16.0;
/// Activation rates from the sparsest to dense.
const RATES: [f64; 5] = [RHO_MIN, 0.125, 0.25, 0.5, 1.0];
/// What is held where the paper holds r and gqa: a dense layer in the middle of the paper's space.
const MIDDLE: Point = Point { layers: 16.0, width: 1024.0, ffn_ratio: 2.0, gqa: 4.0, rho: 1.0 };
/// A local power is taken between the width divided by this and times this.
const STEP: f64 = 1.001;

/// What one resource is limited to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    limit: Limit,
    most: f64,
}

/// P1, with shapes that people build on AGX Orin, as those below.
pub(super) const PREFILL: Allowance = Allowance { limit: Limit::Prefill, most: 0.05 };
/// D1.
pub(super) const DECODE: Allowance = Allowance { limit: Limit::Tpot, most: 0.005 };
/// D2 = P2.
pub(super) const MEMORY: Allowance = Allowance { limit: Limit::Memory, most: 1e9 };

/// A law on the theory's costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scaling<'a> {
    pub(super) law: &'a Coefficients,
    pub(super) costs: &'a Simplified,
}

/// The optimal shapes along the width where one limit binds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Depth {
    /// d ln l*/d ln d at each of [`WIDTHS`].
    pub(super) exponents: [f64; WIDTHS.len()],
    /// Whether r* falls and gqa* grows from each of them to the next.
    pub(super) layers_shrink: bool,
}

impl Scaling<'_> {
    fn optimum(&self, allowance: Allowance, domain: Domain) -> Result<(Point, f64), NoOptimum> {
        let budgets = Budgets::NONE.with(allowance.limit, allowance.most);
        let optimum = minimise(&Problem { law: self.law, costs: self.costs, budgets, domain })?;
        Ok((optimum.point, optimum.loss))
    }

    /// By how much the lowest loss falls, nats, from each of [`RATES`] to the next sparser one: the least of it over
    /// [`WIDTHS`]. Depth, r and gqa are chosen anew each time.
    pub(super) fn least_gain_of_sparsity(&self, allowance: Allowance) -> Result<f64, NoOptimum> {
        let mut least = f64::INFINITY;
        for width in WIDTHS {
            let mut sparser = None;
            for rate in RATES {
                let domain = Domain { width: [width; 2], rho: [rate; 2], ..Domain::unbounded(RHO_MIN) };
                let (_, loss) = self.optimum(allowance, domain)?;
                least = sparser.map_or(least, |sparser: f64| least.min(loss - sparser));
                sparser = Some(loss);
            }
        }
        Ok(least)
    }

    /// The best ρ at one width under [`MEMORY`]. It is sought beyond (0, 1], because an exponent is wanted and not a shape.
    fn memory_bound_rho(&self, width: f64) -> Result<f64, NoOptimum> {
        let domain = Domain { width: [width; 2], rho: [0.0, f64::INFINITY], ..Domain::unbounded(RHO_MIN) };
        Ok(self.optimum(MEMORY, domain)?.0.rho)
    }

    /// Its exponent over [`WIDTHS`].
    pub(super) fn rho_exponent(&self) -> Result<f64, NoOptimum> {
        exponent(|width| self.memory_bound_rho(width))
    }

    /// The exponent of the depth that an allowance buys over [`WIDTHS`], r, gqa and ρ held.
    pub(super) fn depth_exponent_at_one_shape(&self, allowance: Allowance) -> Result<f64, NoOptimum> {
        let Point { ffn_ratio, gqa, rho, .. } = MIDDLE;
        exponent(|width| {
            let domain = Domain {
                width: [width; 2],
                ffn_ratio: [ffn_ratio; 2],
                gqa: [gqa; 2],
                rho: [rho; 2],
                ..Domain::unbounded(RHO_MIN)
            };
            Ok(self.optimum(allowance, domain)?.0.layers)
        })
    }

    /// l* along the closed forms, r* and gqa* solved for again at every width; NaN where a law has none.
    pub(super) fn depth(&self, allowance: Allowance) -> Depth {
        let regime = Regime::of([allowance.limit]);
        let budgets = Budgets::NONE.with(allowance.limit, allowance.most);
        let forms = ClosedForms::new(self.law, *self.costs, budgets, Domain::unbounded(RHO_MIN));
        let along = |widths: &[f64]| -> Vec<Point> {
            let curve = forms.as_ref().map(|forms| forms.curve(regime, widths, Ends::Reported)).unwrap_or_default();
            curve.into_iter().flatten().map(|form| form.point).collect()
        };
        let local = |width: f64| {
            let near = along(&[width / STEP, width * STEP]);
            power(&near.iter().map(|point| (point.width, point.layers)).collect::<Vec<_>>())
        };
        let points = along(&WIDTHS);
        let shrinks = |pair: &[Point]| pair[1].ffn_ratio < pair[0].ffn_ratio && pair[1].gqa > pair[0].gqa;
        Depth {
            exponents: WIDTHS.map(local),
            layers_shrink: points.len() == WIDTHS.len() && points.windows(2).all(shrinks),
        }
    }
}

/// The power of the width that a quantity follows over [`WIDTHS`].
fn exponent(of: impl Fn(f64) -> Result<f64, NoOptimum>) -> Result<f64, NoOptimum> {
    let pairs: Result<Vec<(f64, f64)>, NoOptimum> = WIDTHS.iter().map(|&width| Ok((width, of(width)?))).collect();
    Ok(power(&pairs?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{TABLE_6, agx_orin, table_6};
    use crate::law::forms::Eq2;
    use crate::precision::Precision;
    use crate::roofline::Estimator;
    use crate::workload::Workload;

    fn orin() -> Simplified {
        Simplified::of(&agx_orin(), &Estimator::new(&agx_orin(), Precision::FP16, Workload::default()).unwrap())
    }

    /// The paper's closed form of the memory-bound ρ*.
    #[test]
    fn the_minimum_is_the_closed_form() {
        let (law, costs) = (table_6(), orin());
        let scaling = Scaling { law: &law, costs: &costs };
        let ratio = TABLE_6.alpha_r * TABLE_6.kappa_d / ((TABLE_6.alpha_rho - TABLE_6.alpha_r) * TABLE_6.kappa_rho);
        for width in WIDTHS {
            let closed = (ratio * f64::powf(width, TABLE_6.beta_1 - TABLE_6.beta_2)).powf(TABLE_6.alpha_rho.recip());
            let found = scaling.memory_bound_rho(width).unwrap();
            assert!((found / closed - 1.0).abs() < 1e-6, "{width}: {found} {closed}");
        }
        let exponent = scaling.rho_exponent().unwrap();
        assert!((exponent - (-0.33 - 0.97) / 1.09).abs() < 1e-6, "{exponent}");
    }

    /// As every shape but the depth is minimised over, so its exponent is the one of the numeric optima.
    #[test]
    fn the_exponents_of_depth_are_those_of_the_numeric_optima() {
        let (law, costs) = (table_6(), orin());
        let scaling = Scaling { law: &law, costs: &costs };
        for allowance in [PREFILL, DECODE, MEMORY] {
            let layers = |width: f64| {
                let rho = if allowance.limit == Limit::Memory { [0.0, 1.0] } else { [RHO_MIN, 1.0] };
                let domain = Domain { width: [width; 2], rho, ..Domain::unbounded(RHO_MIN) };
                scaling.optimum(allowance, domain).unwrap().0.layers
            };
            for (width, found) in WIDTHS.into_iter().zip(scaling.depth(allowance).exponents) {
                let expected = (layers(width * 1.01) / layers(width / 1.01)).ln() / (2.0 * f64::ln(1.01));
                assert!((found - expected).abs() < 1e-3, "{allowance:?} {width}: {found} {expected}");
                assert!((-1.0..0.5).contains(&found), "{allowance:?} {width}: {found} is nowhere near −2");
            }
            assert!(scaling.depth(allowance).layers_shrink);
        }
    }

    /// `8.5·d²·b_w` of weights and `2·S̄·d·b_kv/4` of context in a layer: d^−2 but for the context.
    #[test]
    fn at_one_shape_a_budget_buys_layers_by_what_a_layer_costs() {
        let (law, costs) = (table_6(), orin());
        let scaling = Scaling { law: &law, costs: &costs };
        for allowance in [PREFILL, MEMORY] {
            assert!((scaling.depth_exponent_at_one_shape(allowance).unwrap() + 2.0).abs() < 1e-6, "{allowance:?}");
        }
        let layer = |width: f64| (width, (17.0 * width * width + 1032.5 * width).recip());
        let found = scaling.depth_exponent_at_one_shape(DECODE).unwrap();
        assert!((found - power(&WIDTHS.map(layer))).abs() < 1e-6, "{found}");
    }

    #[test]
    fn without_its_term_sparsity_gains_nothing() {
        let costs = orin();
        let indifferent = Eq2 { kappa_rho: 0.0, ..TABLE_6 }.into();
        for allowance in [PREFILL, DECODE] {
            let gain = |law| Scaling { law, costs: &costs }.least_gain_of_sparsity(allowance).unwrap();
            let (published, without) = (gain(&table_6()), gain(&indifferent));
            assert!(published > 1e-3 && without.abs() < 1e-9, "{allowance:?}: {published} {without}");
        }
    }
}
