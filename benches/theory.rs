//! Time of one solve: it must follow a slider.
//!
//! `cargo bench --bench theory`.

#![expect(clippy::unwrap_used, reason = "a bench on built-in files")]

use divan::Bencher;
use engine::budget::{Budgets, Limit};
use engine::hardware::Hardware;
use engine::law::LossLaw;
use engine::precision::Precision;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::theory::{Domain, OperatorModel, Problem, Quanta, Simplified, minimise, round};
use engine::workload::Workload;
use roofscape::built_in;

fn main() {
    divan::main();
}

fn paper() -> (Space, LossLaw, Hardware, Estimator) {
    let library = built_in::library();
    let space = library.space("paper").unwrap();
    let (_, law) = library.law("paper").unwrap();
    let (_, profile) = library.profile("agx-orin-64gb").unwrap();
    let hardware = profile.hardware(profile.default_mode());
    let estimator = Estimator::new(&hardware, Precision::FP16, Workload::default()).unwrap();
    (space, law, hardware, estimator)
}

const BUDGETS: Budgets = Budgets::NONE.with(Limit::Total, 0.1).with(Limit::Memory, 1e9);

#[divan::bench]
fn optimum_of_the_simplified_model(bencher: Bencher<'_, '_>) {
    let (space, law, hardware, estimator) = paper();
    let costs = Simplified::of(&hardware, &estimator);
    let problem = Problem { law: &law.coefficients, costs: &costs, budgets: BUDGETS, domain: Domain::of(&space) };
    bencher.bench_local(|| minimise(&problem).unwrap());
}

#[divan::bench]
fn optimum_of_the_operator_model(bencher: Bencher<'_, '_>) {
    let (space, law, _, estimator) = paper();
    let costs = OperatorModel::of(&space, estimator);
    let problem = Problem { law: &law.coefficients, costs: &costs, budgets: BUDGETS, domain: Domain::of(&space) };
    bencher.bench_local(|| minimise(&problem).unwrap());
}

/// To shapes that can be built, priced exactly.
#[divan::bench]
fn rounding_under_the_operator_model(bencher: Bencher<'_, '_>) {
    let (space, law, _, estimator) = paper();
    let costs = OperatorModel::of(&space, estimator);
    let problem = Problem { law: &law.coefficients, costs: &costs, budgets: BUDGETS, domain: Domain::of(&space) };
    let (optimum, quanta) = (minimise(&problem).unwrap(), Quanta::of(&space, &Precision::FP16));
    bencher.bench_local(|| round(&problem, &optimum, &quanta).unwrap());
}
