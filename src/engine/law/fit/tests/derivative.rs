//! The analytic Jacobian of the projected residual against central differences.

use proptest::prelude::*;

use super::samples;
use crate::engine::law::fit::model::{EXPONENTS, Exponents, Misfit, Model};
use crate::engine::law::fit::projection::Projection;
use crate::engine::law::tests::TABLE_6;

fn misfit() -> Misfit {
    let shapes = samples::shapes(60, 3);
    // Noise as large as the effects, so that the term with the residual in it counts.
    let losses = samples::runs(&TABLE_6, &shapes, 0.3, 3).iter().map(|run| run.loss).collect();
    Misfit::new(&shapes, losses, Model::full())
}

fn positive(space: &Projection) -> Vec<bool> {
    space.linear.iter().map(|&factor| factor > 0.0).collect()
}

proptest! {
    #[test]
    fn analytic_and_numeric_jacobian_agree(
        exponents in [0.1..3.0f64, 0.1..3.0f64, -1.5..2.0f64, 0.1..3.0f64, 0.05..2.0f64, 0.05..3.0f64]
    ) {
        const H: f64 = 1e-5;
        let misfit = misfit();
        let mut space = Projection::new(misfit.runs());
        let error = space.project(&misfit, &exponents);
        let set = positive(&space);
        let near = space.linearise(&misfit);
        let mut moved = Projection::new(misfit.runs());
        for exponent in 0..EXPONENTS {
            let mut at = |step: f64| {
                let mut trial: Exponents = exponents;
                trial[exponent] += step;
                let error = moved.project(&misfit, &trial);
                (moved.residual.clone(), error, positive(&moved))
            };
            let (up, up_error, up_set) = at(H);
            let (down, down_error, down_set) = at(-H);
            // Where a factor reaches zero within the difference, there is no derivative to compare with.
            prop_assume!(up_set == set && down_set == set);
            let size = space.jacobian(exponent).iter().fold(1e-3, |size: f64, x| size.max(x.abs()));
            for (run, analytic) in space.jacobian(exponent).iter().enumerate() {
                let numeric = (up[run] - down[run]) / (2.0 * H);
                prop_assert!((numeric - analytic).abs() < 1e-5 * size, "{exponent} {run}: {numeric} {analytic}");
            }
            let slope = (up_error - down_error) / (2.0 * H);
            prop_assert!((slope - 2.0 * near.gradient[exponent]).abs() < 1e-5 * (1.0 + error));
        }
    }
}
