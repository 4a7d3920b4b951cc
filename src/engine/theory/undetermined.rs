//! Which variables an optimum does not determine, because other values of them are as good.
//!
//! A law of parameter counts sees two numbers where a shape has five. A law without an effect of ρ leaves ρ to the
//! budgets. Then there is a whole surface of optima, and the solver ends somewhere on it. That point is an optimum, but
//! it is no advice. Such a surface shows in the second derivatives. Along the limits that bind nothing is lost to first
//! order. There the Lagrangian bends up in every direction that matters. Where it is flat over a factor of e of a
//! variable, nothing determines that variable.

use super::constraint::Coordinate;
use super::jet::{Gradient, Hessian};
use crate::linalg::{eigen, inner, matrix, normalised, plus, product};

/// A direction is flat if an e-fold along it costs less than this many nats; the least that people are shown is 5e-6.
const FLAT_NATS: f64 = 1e-6;
/// A variable takes part in a direction of length 1 that moves it by more than this.
const PART: f64 = 0.03;
/// Gradients that are nearer than this to a sum of others are such a sum.
const DEPENDENT: f64 = 1e-6;

/// The variables that move in directions which neither leave what binds nor change the Lagrangian.
pub(super) fn undetermined(lagrangian: &Hessian, binding: impl Iterator<Item = Gradient>) -> Vec<Coordinate> {
    let mut across: Vec<Gradient> = Vec::new();
    for gradient in binding {
        let unit = normalised(&gradient);
        let left = across.iter().fold(unit, |left, known| plus(&left, known, -inner(known, &left)));
        if inner(&left, &left).sqrt() > DEPENDENT {
            across.push(normalised(&left));
        }
    }
    let out_of_the_way: Hessian = matrix(|i, j| across.iter().map(|unit| unit[i] * unit[j]).sum());
    let along = matrix(|i, j| f64::from(u8::from(i == j)) - out_of_the_way[i][j]);
    // Across the constraints that bind, the curvature does not matter. It counts as large there.
    let bent = product(&product(&along, lagrangian), &along);
    let bent: Hessian = matrix(|i, j| bent[i][j] + out_of_the_way[i][j]);
    // Where the curvature is not finite there is no optimum, and nothing to say of it.
    let Some(ways) = eigen(&bent) else { return Vec::new() };
    let flat = || ways.iter().filter(|(curvature, _)| curvature.abs() / 2.0 < FLAT_NATS);
    let moves = |coordinate: &Coordinate| flat().any(|(_, way)| way[coordinate.index()].abs() > PART);
    Coordinate::ALL.into_iter().filter(moves).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Budgets, Limit};
    use crate::fixtures::{paper_space, table_6};
    use crate::law::Coefficients;
    use crate::law::forms::{ACTIVE_TOTAL, EQ_2};
    use crate::theory::fixtures::{operator_model, simplified};
    use crate::theory::{CostModel, Domain, Problem, minimise};

    fn undetermined_by(law: &Coefficients, costs: &dyn CostModel, budgets: Budgets) -> Vec<Coordinate> {
        let domain = Domain::of(&paper_space());
        minimise(&Problem { law, costs, budgets, domain }).unwrap().undetermined
    }

    #[test]
    fn the_papers_law_determines_everything() {
        for budgets in [
            Budgets::NONE.with(Limit::Total, 0.1),
            Budgets::NONE.with(Limit::Tpot, 0.005).with(Limit::Memory, 4e9),
            Budgets::NONE.with(Limit::Prefill, 0.02),
            Budgets::NONE,
        ] {
            assert_eq!(undetermined_by(&table_6(), &simplified(), budgets), []);
            assert_eq!(undetermined_by(&table_6(), &operator_model("fp16"), budgets), []);
        }
    }

    /// Decode time depends on what is active, and so does the law: many shapes have as many active parameters.
    #[test]
    fn a_law_of_parameter_counts_leaves_the_shape_open() {
        let law = Coefficients::new(&ACTIVE_TOTAL, &[400.0, 300.0], &[0.35, 0.3], 1.7);
        let open = undetermined_by(&law, &simplified(), Budgets::NONE.with(Limit::Memory, 2e9));
        assert!(open.contains(&Coordinate::Layers) && open.contains(&Coordinate::Width), "{open:?}");
    }

    /// Without an effect of ρ and with no limit on memory, ρ alone is open.
    #[test]
    fn what_the_law_does_not_see_is_open() {
        let Some(eq2) = crate::law::forms::Eq2::of(&table_6()) else { panic!("Table 6 is of Eq. 2") };
        let blind = Coefficients::from(crate::law::forms::Eq2 { kappa_rho: 0.0, ..eq2 });
        assert_eq!(blind.form().name, EQ_2.name);
        let open = undetermined_by(&blind, &simplified(), Budgets::NONE.with(Limit::Tpot, 0.005));
        assert_eq!(open, [Coordinate::Rho]);
    }
}
