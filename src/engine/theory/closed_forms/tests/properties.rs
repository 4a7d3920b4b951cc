//! Over random laws and limits: limits met, derivatives 0, no width beside the best better.
use proptest::prelude::*;

use super::*;

pub(super) fn laws() -> impl Strategy<Value = Eq2> {
    let exponents = (0.2..3.5f64, 0.3..2.0f64, -0.6..0.6f64, 0.5..1.5f64, 0.03..0.8f64, 0.02..0.6f64);
    let factors = (1.0..30.0f64, 0.005..0.2f64, 50.0..2000.0f64, 0.05..2.0f64);
    (exponents, factors).prop_map(|((alpha_l, alpha_rho, beta_1, beta_2, alpha_r, alpha_m), factors)| {
        let (kappa_l, kappa_rho, kappa_d, kappa_m) = factors;
        Eq2 { kappa_l, alpha_l, kappa_rho, alpha_rho, beta_1, kappa_d, beta_2, alpha_r, kappa_m, alpha_m, l_inf: 2.0 }
    })
}

pub(super) fn budgets() -> impl Strategy<Value = Budgets> {
    let ln = |low: f64, high: f64| (low.ln()..high.ln()).prop_map(f64::exp);
    (ln(1e-2, 1.0), ln(1e-3, 0.1), ln(0.02, 3.0), ln(0.1, 100.0), ln(5e8, 5e10)).prop_map(
        |(prefill, tpot, total, energy, memory)| {
            Budgets::NONE
                .with(Limit::Prefill, prefill)
                .with(Limit::Tpot, tpot)
                .with(Limit::Total, total)
                .with(Limit::Energy, energy)
                .with(Limit::Memory, memory)
        },
    )
}

const LATENCIES: [Limit; 4] = [Limit::Prefill, Limit::Tpot, Limit::Total, Limit::Energy];

/// The loss with the limits put in, by the costs' own account: where both bind, ρ follows from them.
fn reduced(theory: &ClosedForms, regime: Regime, point: Point) -> f64 {
    let one_layer = Point { layers: 1.0, ..point };
    let most = |limit| theory.budgets.get(limit).unwrap();
    let costs = &theory.costs;
    let first = regime.limits().next().unwrap();
    let layers = most(first) / costs.cost(first, &one_layer);
    let rho = match regime.form_kind() {
        Some(FormKind::WithMemory(_)) => {
            let stored = most(Limit::Memory) / (layers * point.width.powi(2) * costs.weight_bytes);
            3.0 * point.ffn_ratio / (stored - 2.0 - 2.0 / point.gqa)
        }
        _ => point.rho,
    };
    theory.loss.loss(&Point { layers, rho, ..point }.features())
}

/// Derivative of the reduced loss in the logarithm of one variable (its place among [`Point`]'s), to fourth order.
fn derivative(theory: &ClosedForms, form: &ClosedForm, variable: usize) -> f64 {
    const STEP: f64 = 1e-3;
    let at = |steps: f64| {
        let mut logarithms = form.point.logarithms();
        logarithms[variable] += steps * STEP;
        reduced(theory, form.regime, Point::from_logarithms(logarithms))
    };
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * STEP)
}

/// The largest derivative of one term: what a vanishing sum is small against.
pub(super) fn scale(theory: &ClosedForms, form: &ClosedForm) -> f64 {
    let Eq2 { alpha_l, alpha_rho, alpha_r, alpha_m, .. } = theory.law;
    let [depth, sparsity, capacity, kv] = theory.summands(&form.point);
    let largest = (alpha_l * depth).max(alpha_rho * sparsity).max(alpha_r * capacity).max(alpha_m * kv);
    // Roundoff of the loss itself over the step.
    largest.max(1e-4)
}

const WIDTH: usize = 1;
const RATIO: usize = 2;
const GQA: usize = 3;
const RHO: usize = 4;

fn assert_stationary(theory: &ClosedForms, form: &ClosedForm) -> Result<(), TestCaseError> {
    for limit in form.regime.limits() {
        let cost = theory.costs.cost(limit, &form.point);
        prop_assert!((cost / theory.budgets.get(limit).unwrap() - 1.0).abs() < 1e-9, "{limit:?} {cost} {form:?}");
    }
    let small = 1e-7 * scale(theory, form);
    let mut free = vec![RATIO, GQA];
    if form.regime == Regime::of([Limit::Memory]) {
        free.push(RHO);
    }
    for variable in free {
        let slope = derivative(theory, form, variable);
        prop_assert!(slope.abs() < small, "variable {variable}: {slope} against {small} in {form:?}");
    }
    let slope = derivative(theory, form, WIDTH);
    prop_assert!((slope - form.width_slope).abs() < small, "width: {slope} {form:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn one_limit_is_met_and_the_loss_stationary(law in laws(), budgets in budgets(), ln_width in 5.5..9.0f64) {
        let theory = ClosedForms::new(&law.into(), orin(), budgets, Domain::unbounded(1.0 / 64.0)).unwrap();
        for limit in LATENCIES.into_iter().chain([Limit::Memory]) {
            let form = theory.at(Regime::of([limit]), ln_width.exp(), Ends::Reported);
            match form {
                Ok(form) => assert_stationary(&theory, &form)?,
                Err(error) => {
                    let expected = NoClosedForm::RhoAtOne { alpha_rho: law.alpha_rho, alpha_r: law.alpha_r };
                    prop_assert!(limit == Limit::Memory && law.alpha_rho <= law.alpha_r && error == expected, "{error}");
                }
            }
        }
    }

    #[test]
    fn two_limits_are_met_and_the_loss_stationary(
        law in laws(), latencies in budgets(), ln_width in 5.5..9.0f64, near_rho in 0.01..0.8f64,
    ) {
        for limit in LATENCIES {
            // So much memory that both bind with about this ρ: far from it, finite differences have no digits left.
            let near = Point { layers: 1.0, width: ln_width.exp(), ffn_ratio: 1.0, gqa: 2.0, rho: near_rho };
            let per_latency = orin().memory_bytes(&near) / orin().cost(limit, &near);
            let budgets = latencies.with(Limit::Memory, per_latency * latencies.get(limit).unwrap());
            let theory = ClosedForms::new(&law.into(), orin(), budgets, Domain::unbounded(1.0 / 64.0)).unwrap();
            let form = theory.at(Regime::of([limit, Limit::Memory]), ln_width.exp(), Ends::Reported).unwrap();
            // Where hardly any of the memory is the experts', ρ is the small rest of large numbers.
            if crate::theory::simplified::xi_all(&form.point) > 30.0 * form.point.ffn_ratio / form.point.rho {
                continue;
            }
            assert_stationary(&theory, &form)?;
            // The price of memory, from the loss's side alone: what relaxing it by a little is worth.
            let more = |share: f64| {
                let memory = budgets.get(Limit::Memory).unwrap() * (1.0 + share);
                let theory = ClosedForms { budgets: budgets.with(Limit::Memory, memory), ..theory };
                reduced(&theory, form.regime, form.point)
            };
            let nats = (more(-1e-5) - more(1e-5)) / 2e-5;
            let price = form.multipliers[1].nats;
            prop_assert!((nats - price).abs() < 1e-6 * scale(&theory, &form).max(price.abs()), "{nats} {price}");
        }
    }

    #[test]
    fn no_width_beside_the_best_is_better(law in laws(), budgets in budgets()) {
        let domain = Domain { fewest_kv_heads: 1.0, gqa: [1.0, f64::INFINITY], ..Domain::unbounded(1.0 / 64.0) };
        let theory = ClosedForms::new(&law.into(), orin(), budgets, domain).unwrap();
        for regime in [Regime::of([Limit::Tpot]), Regime::of([Limit::Memory])] {
            let best = theory.best_width(regime, [64.0, 65536.0], Ends::Kept).unwrap();
            let inside = best.point.width > 64.0 && best.point.width < 65536.0;
            let known = best.conditions.iter().find(|known| known.what == "d* inside").unwrap();
            prop_assert_eq!(known.verdict == Verdict::Holds, inside);
            prop_assert!(!inside || best.width_slope.abs() < 1e-9, "{:?}", best);
            for factor in [0.8, 0.999, 1.001, 1.25] {
                let width = best.point.width * factor;
                if (64.0..=65536.0).contains(&width) {
                    let loss = theory.at(regime, width, Ends::Kept).unwrap().loss;
                    prop_assert!(loss >= best.loss, "{factor} {loss} {best:?}");
                }
            }
        }
    }
}
