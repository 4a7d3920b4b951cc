//! Which form decides where several limits are set: no point of a grid is better, and the solver comes to the same.
//!
//! The cases are the same in every run, so that those left after what has no form or no optimum can be counted.
use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::properties::{budgets, laws, scale};
use super::*;
use crate::theory::{Coordinate, NoOptimum, Optimum, Problem, minimise};

/// Law, limits and ln d.
type Case = (Eq2, Budgets, f64);

const CASES: u32 = 200;

fn for_all_cases(check: impl Fn(Case) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    if let Err(error) = runner.run(&(laws(), budgets(), 6.5..8.5f64), check) {
        panic!("{error}");
    }
}

fn keeps_limits(theory: &ClosedForms, point: &Point) -> bool {
    theory.budgets.active().all(|(limit, most)| theory.costs.cost(limit, point) <= most * (1.0 + 1e-9))
}

/// The form of whichever regime the limits lead to, r, gqa and ρ within their ends; `None` where that has no form.
///
/// The problem is convex, so a form that keeps all limits, and whose own really hold it back, is the optimum there.
fn deciding(theory: &ClosedForms, width: f64) -> Result<Option<ClosedForm>, TestCaseError> {
    let limits: Vec<Limit> = theory.budgets.active().map(|(limit, _)| limit).collect();
    let alone = limits.iter().map(|&limit| Regime::of([limit]));
    let with_memory = limits
        .iter()
        .filter(|&&limit| limit != Limit::Memory && limits.contains(&Limit::Memory))
        .map(|&limit| Regime::of([limit, Limit::Memory]));
    let mut best: Option<ClosedForm> = None;
    let mut unsolved = None;
    for regime in alone.chain(with_memory) {
        match theory.at(regime, width, Ends::Kept) {
            Ok(form) => {
                let binds = form.multipliers.iter().all(|known| known.nats >= 0.0);
                let better = best.as_ref().is_none_or(|best| form.loss < best.loss);
                if binds && better && keeps_limits(theory, &form.point) {
                    best = Some(form);
                }
            }
            Err(NoClosedForm::Outside { .. } | NoClosedForm::RhoAtOne { .. }) => {}
            Err(error) => unsolved = Some(error),
        }
    }
    match (best, unsolved) {
        (None, Some(error)) => Err(TestCaseError::fail(format!("{error}"))),
        (best, _) => Ok(best),
    }
}

/// No point of a coarse grid within all limits and ends is better than the form that decides.
#[test]
fn the_deciding_form_is_the_best_there_is() {
    /// Of each variable.
    const STEPS: usize = 24;
    let compared = Cell::new(0);
    for_all_cases(|(law, mut budgets, ln_width)| {
        for limit in [Limit::Prefill, Limit::Total, Limit::Energy] {
            budgets.set(limit, None);
        }
        let width = ln_width.exp();
        let gqa = [1.0, f64::INFINITY];
        let domain = Domain { ffn_ratio: [0.25, 8.0], fewest_kv_heads: 1.0, gqa, ..Domain::unbounded(1.0 / 64.0) };
        let theory = ClosedForms::new(&law.into(), orin(), budgets, domain).unwrap();
        let Some(form) = deciding(&theory, width)? else { return Ok(()) };
        let ends = theory.ends(width);
        let grid = |axis: usize, step: usize| {
            let [low, high]: [f64; 2] = ends[axis];
            low * (high / low).powf(step as f64 / (STEPS - 1) as f64)
        };
        for cell in 0..STEPS * STEPS * STEPS {
            let steps = [cell % STEPS, cell / STEPS % STEPS, cell / STEPS / STEPS];
            let [ffn_ratio, gqa, rho]: [f64; 3] = std::array::from_fn(|axis| grid(axis, steps[axis]));
            let shape = Point { layers: 1.0, width, ffn_ratio, gqa, rho };
            let depths = budgets.active().map(|(limit, most)| most / theory.costs.cost(limit, &shape));
            let layers = depths.fold(f64::INFINITY, f64::min);
            let loss = theory.loss.loss(&Point { layers, ..shape }.features());
            prop_assert!(loss >= form.loss - 1e-12, "{shape:?} {loss} {form:?}");
        }
        compared.set(compared.get() + 1);
        Ok(())
    });
    assert!(compared.get() >= 100, "of {CASES} cases {} were compared", compared.get());
}

const COMBINATIONS: [&[Limit]; 6] = [
    &[Limit::Prefill],
    &[Limit::Tpot],
    &[Limit::Memory],
    &[Limit::Tpot, Limit::Memory],
    &[Limit::Total, Limit::Memory],
    &[Limit::Prefill, Limit::Memory],
];

/// Where the forms decide, the solver of the whole problem comes to the same, prices included.
#[test]
fn the_solver_agrees() {
    let compared = COMBINATIONS.map(|_| Cell::new([0; 2]));
    for_all_cases(|(law, budgets, ln_width)| {
        let width = ln_width.exp();
        let gqa = [0.05, f64::INFINITY];
        let domain = Domain { ffn_ratio: [0.05, 50.0], fewest_kv_heads: 1.0, gqa, ..Domain::unbounded(1.0 / 64.0) };
        let law = law.into();
        for (limits, compared) in COMBINATIONS.into_iter().zip(&compared) {
            let set = limits.iter().fold(Budgets::NONE, |set, &limit| set.with(limit, budgets.get(limit).unwrap()));
            let theory = ClosedForms::new(&law, orin(), set, domain).unwrap();
            let domain = Domain { width: [width; 2], ..domain };
            let optimum = match minimise(&Problem { law: &law, costs: &orin(), budgets: set, domain }) {
                Err(NoOptimum::Infeasible { .. } | NoOptimum::Unbounded { .. }) => continue,
                found => found.map_err(|error| TestCaseError::fail(format!("{limits:?}: {error}")))?,
            };
            let Some(form) = deciding(&theory, width)? else {
                // Two limits bind with ρ on an end: the one case that has no form.
                let rho_ends = [Constraint::Least(Coordinate::Rho), Constraint::Most(Coordinate::Rho)];
                let on_end = optimum.binding_ends().iter().any(|known| rho_ends.contains(&known.constraint));
                prop_assert!(optimum.binding().len() == 2 && on_end, "{optimum:?}");
                continue;
            };
            let scale = scale(&theory, &form);
            prop_assert!((form.loss - optimum.loss).abs() < 1e-7 * scale, "{form:?} {optimum:?}");
            let [losses, points] = compared.get();
            compared.set([losses + 1, points]);
            if !well_determined(&theory, &form, &optimum) {
                continue;
            }
            for (ours, theirs) in form.point.logarithms().into_iter().zip(optimum.point.logarithms()) {
                prop_assert!((ours - theirs).abs() < 1e-6, "{limits:?} {form:?} {optimum:?}");
            }
            for known in &form.multipliers {
                let theirs = optimum.multiplier(known.constraint.limit().unwrap());
                prop_assert!((known.nats - theirs).abs() < 1e-6 * scale, "{} {theirs}", known.nats);
            }
            compared.set([losses + 1, points + 1]);
        }
        Ok(())
    });
    for (limits, compared) in COMBINATIONS.into_iter().zip(compared) {
        let [losses, points] = compared.get();
        assert!(losses >= 100 && points >= 50, "{limits:?}: {losses} losses and {points} points were compared");
    }
}

/// Whether every variable and every end moves the loss by enough: what hardly moves it is hardly determined by it, for a
/// solver that goes by the loss.
fn well_determined(theory: &ClosedForms, form: &ClosedForm, optimum: &Optimum) -> bool {
    let law = &theory.law;
    let [_, sparsity, capacity, kv] = theory.summands(&form.point);
    let hold = [law.alpha_rho * sparsity, law.alpha_r * capacity, law.alpha_m * kv];
    let prices = form.multipliers.iter().map(|known| known.nats);
    let width_ends = [Constraint::Least(Coordinate::Width), Constraint::Most(Coordinate::Width)];
    let mut ends = optimum.binding_ends();
    ends.retain(|known| !width_ends.contains(&known.constraint));
    let on_rho_min = form.point.rho == theory.domain.rho[0] && !form.held.contains(&"ρ");
    let as_many = ends.len() == form.held.len() + usize::from(on_rho_min);
    let least = hold.into_iter().chain(prices).chain(ends.into_iter().map(|known| known.nats));
    as_many && least.fold(f64::INFINITY, f64::min) >= 1e-3 * scale(theory, form)
}
