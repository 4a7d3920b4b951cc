use super::*;
use crate::budget::Budgets;
use crate::fixtures::{paper_space, table_6};
use crate::theory::fixtures::operator_model_under;
use crate::theory::interior_point;
use crate::theory::program::{Program, SHARPEST};
use crate::theory::{Coordinate, Domain, NoOptimum, Problem, minimise};
use crate::workload::Workload;

#[test]
fn it_is_the_estimator_where_sizes_are_whole() {
    for (precision, generated_tokens, batch) in [("fp16", 16, 1), ("w8a8", 1, 4), ("w4a16", 1000, 1), ("fp16", 0, 2)] {
        let model =
            operator_model_under(precision, Workload { cached_tokens: 0, batch, prompt_tokens: 300, generated_tokens });
        for shape in paper_space().candidates().into_iter().filter(|shape| !shape.is_dense() && shape.top_k == 1) {
            let point = Point::of(&shape);
            let jets = model.jets(&Point::at(&point.logarithms()), SHARPEST);
            for limit in Limit::ALL {
                let (exact, real) = (model.cost_of(limit, &shape), model.cost(limit, &point));
                assert!((real - exact).abs() <= 1e-12 * exact, "{limit:?} {shape}");
                let rounded = jets[limit.index()].value;
                assert!(rounded >= exact * (1.0 - 1e-6) && rounded <= exact * (1.0 + 1e-5), "{limit:?} {shape}");
            }
        }
    }
}

#[test]
fn dense_models_pay_for_no_router() {
    let model = operator_model_under("w4a16", Workload::default());
    for shape in paper_space().candidates().into_iter().filter(Architecture::is_dense) {
        for limit in Limit::ALL {
            let (exact, real) = (model.cost_of(limit, &shape), model.cost(limit, &Point::of(&shape)));
            assert!((real - exact).abs() <= 1e-12 * exact, "{limit:?} {shape}");
        }
    }
}

/// Between the cheapest dense model and the cheapest with a router only the former is left.
#[test]
fn where_no_router_can_be_paid_a_dense_model_is_best() {
    let (law, domain) = (table_6(), Domain::of(&paper_space()));
    let model = operator_model_under("fp16", Workload::default());
    let cheapest = paper_space().candidates().into_iter().map(|shape| model.cost_of(Limit::Total, &shape));
    let fastest_s = cheapest.fold(f64::INFINITY, f64::min);
    let within = |total_s| {
        let budgets = Budgets::NONE.with(Limit::Total, total_s);
        minimise(&Problem { law: &law, costs: &model, budgets, domain })
    };
    let tight = within(fastest_s * 1.001).unwrap();
    assert_eq!((tight.point.rho, tight.binding()), (1.0, vec![Limit::Total]));
    assert!(tight.binding_ends().iter().all(|end| end.constraint.coordinate() != Some(Coordinate::Rho)));
    assert!(
        matches!(within(fastest_s * 0.999), Err(NoOptimum::Infeasible { least, .. }) if (least / fastest_s - 1.0).abs() < 1e-9)
    );
    assert!(within(fastest_s * 1.5).unwrap().point.rho < 0.5);
}

/// The least loss on a grid that is refined around its best point: depth, width, gqa and ρ on the grid, r the largest
/// that the budgets leave room for. Nothing of the solver is used: no derivatives, no rounding of kinks.
fn by_grid(problem: &Problem<'_>) -> f64 {
    const VALUES: u32 = 5;
    let ends = problem.domain.ends().map(|ends| ends.map(f64::ln));
    let keeps = |point: &Point| {
        let heads = point.width / (problem.domain.head_dim * point.gqa);
        heads >= problem.domain.fewest_kv_heads * (1.0 - 1e-12)
            && problem.budgets.active().all(|(limit, most)| problem.costs.cost(limit, point) <= most)
    };
    let best_ratio = |mut at: [f64; 5]| {
        let [mut least, mut beyond] = ends[2];
        at[2] = least;
        if !keeps(&Point::from_logarithms(at)) {
            return None;
        }
        for _halving in 0..26 {
            at[2] = f64::midpoint(least, beyond);
            if keeps(&Point::from_logarithms(at)) { least = at[2] } else { beyond = at[2] }
        }
        at[2] = least;
        Some((problem.law.loss(&Point::from_logarithms(at).features()), at))
    };
    let mut window = ends;
    let mut best: Option<(f64, [f64; 5])> = None;
    for _round in 0..28 {
        for place in 0..VALUES.pow(4) {
            let value = |axis: usize, digit: u32| {
                let share = f64::from(place / VALUES.pow(digit) % VALUES) / f64::from(VALUES - 1);
                window[axis][0] + share * (window[axis][1] - window[axis][0])
            };
            let found = best_ratio([value(0, 0), value(1, 1), 0.0, value(3, 2), value(4, 3)]);
            if let Some((loss, at)) = found
                && best.is_none_or(|(least, _)| loss < least)
            {
                best = Some((loss, at));
            }
        }
        let (_, centre) = best.unwrap();
        window = std::array::from_fn(|axis| {
            let reach = 0.36 * (window[axis][1] - window[axis][0]);
            [(centre[axis] - reach).max(ends[axis][0]), (centre[axis] + reach).min(ends[axis][1])]
        });
    }
    best.unwrap().0
}

#[test]
fn the_optimum_is_that_of_a_grid_that_closes_in() {
    let law = table_6();
    let long = Workload { cached_tokens: 0, batch: 1, prompt_tokens: 512, generated_tokens: 128 };
    for (model, budgets) in [
        (operator_model_under("fp16", Workload::default()), Budgets::NONE.with(Limit::Total, 0.1)),
        (operator_model_under("fp16", Workload::default()), Budgets::NONE.with(Limit::Prefill, 0.03)),
        (operator_model_under("w8a8", long), Budgets::NONE.with(Limit::Tpot, 0.003).with(Limit::Memory, 9e8)),
    ] {
        let problem = Problem { law: &law, costs: &model, budgets, domain: Domain::of(&paper_space()) };
        let (optimum, grid) = (minimise(&problem).unwrap(), by_grid(&problem));
        assert!(grid >= optimum.loss - 1e-6, "{grid} {}", optimum.loss);
        assert!(grid <= optimum.loss + 1e-4, "{grid} {}", optimum.loss);
        for (limit, most) in budgets.active() {
            assert!(model.cost(limit, &optimum.point) <= most * (1.0 + 1e-9), "{limit:?}");
        }
    }
}

/// Budgets from those that hardly any shape keeps to those that nearly every shape keeps. In most of them the optimum
/// lies on kinks.
#[test]
fn budgets_of_every_size_have_an_optimum() {
    let (law, domain) = (table_6(), Domain::of(&paper_space()));
    let mut solved = 0;
    for (precision, batch) in [("fp16", 1), ("w8a8", 2), ("w4a16", 4), ("q4_k_m", 16)] {
        let model = operator_model_under(precision, Workload { batch, ..Workload::default() });
        for (limit, least) in [
            (Limit::Prefill, 4e-3),
            (Limit::Tpot, 1e-3),
            (Limit::Total, 1e-2),
            (Limit::Energy, 1.0),
            (Limit::Memory, 2e8),
        ] {
            for step in 0..24 {
                let budgets = Budgets::NONE.with(limit, least * 1.3_f64.powi(step));
                match minimise(&Problem { law: &law, costs: &model, budgets, domain }) {
                    Ok(_) => solved += 1,
                    Err(NoOptimum::Infeasible { .. }) => {}
                    Err(other) => panic!("{precision}, batch {batch}, {budgets:?}: {other}"),
                }
            }
        }
    }
    assert!(solved > 400, "{solved}");
}

/// Coverage of a small batch is the part that is not convex.
#[test]
fn every_start_leads_to_the_same_optimum() {
    let law = table_6();
    for batch in [1, 4, 16] {
        let model = operator_model_under(
            "w4a16",
            Workload { cached_tokens: 0, batch, prompt_tokens: 64, generated_tokens: 100 },
        );
        for budgets in [
            Budgets::NONE.with(Limit::Tpot, 0.01),
            Budgets::NONE.with(Limit::Total, 0.5),
            Budgets::NONE.with(Limit::Total, 0.5).with(Limit::Memory, 1e9),
        ] {
            let domain = Domain { rho: [1.0 / 256.0, 1.0], ..Domain::of(&paper_space()) };
            let problem = Problem { law: &law, costs: &model, budgets, domain };
            let optimum = minimise(&problem).unwrap();
            let program = Program::new(&problem).unwrap();
            for corner in 0..32 {
                let start = std::array::from_fn(|place| {
                    let [low, high] = domain.ends()[place].map(f64::ln);
                    let share = if corner >> place & 1 == 0 { 0.05 } else { 0.95 };
                    low + share * (high - low)
                });
                let end = interior_point::solve(&program, start).unwrap();
                let (kkt, ..) = program.judge(&end.iterate);
                assert!(kkt.residual() <= 1e-9, "batch {batch}, {budgets:?}, corner {corner}: {kkt:?}");
                let there = Point::from_logarithms(end.iterate.logarithms);
                let loss = law.loss(&there.features());
                assert!((loss - optimum.loss).abs() < 1e-9, "batch {batch}, {budgets:?}: {there:?} {optimum:?}");
            }
        }
    }
}

#[test]
fn the_residual_grows_away_from_the_optimum() {
    let (law, model) = (table_6(), operator_model_under("fp16", Workload::default()));
    let budgets = Budgets::NONE.with(Limit::Total, 0.1).with(Limit::Memory, 2e9);
    let problem = Problem { law: &law, costs: &model, budgets, domain: Domain::of(&paper_space()) };
    let program = Program::new(&problem).unwrap();
    let end = interior_point::solve(&program, program.start()).unwrap().iterate;
    assert!(program.judge(&end).0.residual() <= 1e-9);
    for place in 0..Point::DIMENSIONS {
        let residuals = [1e-4, 1e-3, 1e-2].map(|step| {
            let mut moved = end.clone();
            moved.logarithms[place] += step;
            program.judge(&moved).0.residual()
        });
        assert!(residuals[0] > 1e-6 && residuals.is_sorted(), "{place}: {residuals:?}");
    }
}
