//! Over random laws and limits: limits met, derivatives 0.
use proptest::prelude::*;

use super::*;
use crate::engine::theory::{Coordinate, Problem, minimise};

fn laws() -> impl Strategy<Value = Eq2> {
    let exponents = (0.2..3.5f64, 0.3..2.0f64, -0.6..0.6f64, 0.5..1.5f64, 0.03..0.8f64, 0.02..0.6f64);
    let factors = (1.0..30.0f64, 0.005..0.2f64, 50.0..2000.0f64, 0.05..2.0f64);
    (exponents, factors).prop_map(|((alpha_l, alpha_rho, beta_1, beta_2, alpha_r, alpha_m), factors)| {
        let (kappa_l, kappa_rho, kappa_d, kappa_m) = factors;
        Eq2 { kappa_l, alpha_l, kappa_rho, alpha_rho, beta_1, kappa_d, beta_2, alpha_r, kappa_m, alpha_m, l_inf: 2.0 }
    })
}

fn budgets() -> impl Strategy<Value = Budgets> {
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

/// Of each variable in the grid.
const STEPS: usize = 24;

const LATENCIES: [Limit; 4] = [Limit::Prefill, Limit::Tpot, Limit::Total, Limit::Energy];

/// The loss with the limits put in, by the costs' own account: where both bind, ρ follows from them.
fn reduced(theory: &ClosedForms, regime: Regime, point: Point) -> f64 {
    let one_layer = Point { layers: 1.0, ..point };
    let most = |limit| theory.budgets.get(limit).unwrap();
    let costs = &theory.costs;
    let first = regime.limits().next().unwrap();
    let layers = most(first) / costs.cost(first, &one_layer);
    let rho = match regime.shape() {
        Some(Shape::WithMemory(_)) => {
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
fn scale(theory: &ClosedForms, form: &ClosedForm) -> f64 {
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
            if crate::engine::theory::simplified::xi_all(&form.point) > 30.0 * form.point.ffn_ratio / form.point.rho {
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

    /// No point of a coarse grid within all limits and ends is better than the form that decides.
    #[test]
    fn the_deciding_form_is_the_best_there_is(law in laws(), budgets in budgets(), ln_width in 6.5..8.5f64) {
        let mut budgets = budgets;
        for limit in [Limit::Prefill, Limit::Total, Limit::Energy] {
            budgets.set(limit, None);
        }
        let width = ln_width.exp();
        let domain = Domain { ffn_ratio: [0.25, 8.0], fewest_kv_heads: 1.0, gqa: [1.0, f64::INFINITY], ..Domain::unbounded(1.0 / 64.0) };
        let theory = ClosedForms::new(&law.into(), orin(), budgets, domain).unwrap();
        let Ok(form) = theory.deciding(width) else { return Ok(()) };
        prop_assert!(theory.keeps_limits(&form.point));
        let grid = |[low, high]: [f64; 2], step: usize| low * (high / low).powf(step as f64 / (STEPS - 1) as f64);
        let ends = theory.ends(width);
        for cell in 0..STEPS * STEPS * STEPS {
            let [ffn_ratio, gqa, rho] = [cell % STEPS, cell / STEPS % STEPS, cell / STEPS / STEPS]
                .into_iter().zip(ends).map(|(step, ends)| grid(ends, step)).collect::<Vec<_>>()[..] else { unreachable!() };
            let shape = Point { layers: 1.0, width, ffn_ratio, gqa, rho };
            let layers = [Limit::Tpot, Limit::Memory].map(|limit| theory.layers(limit, &shape).unwrap());
            let loss = theory.loss.loss(&Point { layers: layers[0].min(layers[1]), ..shape }.features());
            prop_assert!(loss >= form.loss - 1e-12, "{shape:?} {loss} {form:?}");
        }
    }

    /// Where the forms decide, the solver of the whole problem comes to the same, prices included: to as many digits as an
    /// interior point has near ends that hardly stop it.
    #[test]
    fn the_solver_agrees(law in laws(), budgets in budgets(), ln_width in 6.5..8.5f64) {
        let width = ln_width.exp();
        let domain = Domain { ffn_ratio: [0.05, 50.0], fewest_kv_heads: 1.0, gqa: [0.05, f64::INFINITY], ..Domain::unbounded(1.0 / 64.0) };
        let (eq2, law) = (law, law.into());
        for limits in [&[Limit::Prefill][..], &[Limit::Tpot], &[Limit::Memory], &[Limit::Tpot, Limit::Memory], &[Limit::Total, Limit::Memory], &[Limit::Prefill, Limit::Memory]] {
            let set = limits.iter().fold(Budgets::NONE, |set, &limit| set.with(limit, budgets.get(limit).unwrap()));
            let theory = ClosedForms::new(&law, orin(), set, domain).unwrap();
            let problem = Problem { law: &law, costs: &orin(), budgets: set, domain: Domain { width: [width; 2], ..domain } };
            let Ok(optimum) = minimise(&problem) else { continue };
            let form = match theory.deciding(width) {
                Ok(form) => form,
                Err(error) => {
                    // Two limits bind with ρ on an end: the one case that has no form.
                    let rho_ends = [Constraint::Least(Coordinate::Rho), Constraint::Most(Coordinate::Rho)];
                    let on_end = optimum.binding_ends().iter().any(|known| rho_ends.contains(&known.constraint));
                    prop_assert!(optimum.binding().len() == 2 && on_end, "{error} {optimum:?}");
                    continue;
                }
            };
            prop_assert!((form.loss - optimum.loss).abs() < 1e-7 * scale(&theory, &form), "{form:?} {optimum:?}");
            // What hardly moves the loss is hardly determined by it, for a solver that goes by the loss.
            let [_, sparsity, capacity, kv] = theory.summands(&form.point);
            let hold = [eq2.alpha_rho * sparsity, eq2.alpha_r * capacity, eq2.alpha_m * kv];
            let prices = form.multipliers.iter().map(|known| known.nats);
            let width_ends = [Constraint::Least(Coordinate::Width), Constraint::Most(Coordinate::Width)];
            let mut ends: Vec<_> = optimum.binding_ends();
            ends.retain(|known| !width_ends.contains(&known.constraint));
            let on_rho_min = form.point.rho == domain.rho[0] && !form.held.contains(&"ρ");
            let hardly_stops = ends.len() != form.held.len() + usize::from(on_rho_min);
            let ends = ends.into_iter().map(|known| known.nats);
            if hardly_stops || hold.into_iter().chain(prices).chain(ends).any(|nats| nats < 1e-3 * scale(&theory, &form)) {
                continue;
            }
            for (ours, theirs) in form.point.logarithms().into_iter().zip(optimum.point.logarithms()) {
                prop_assert!((ours - theirs).abs() < 1e-4, "{limits:?} {form:?} {optimum:?}");
            }
            for known in &form.multipliers {
                let theirs = optimum.multiplier(known.constraint.limit().unwrap());
                prop_assert!((known.nats - theirs).abs() < 1e-5 * scale(&theory, &form), "{} {theirs}", known.nats);
            }
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
