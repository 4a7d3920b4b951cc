//! The analytic Jacobian of the projected residual against central differences.

use proptest::prelude::*;

use super::samples;
use crate::fixtures::TABLE_6;
use crate::law::fit::model::{Exponents, Misfit, Model};
use crate::law::fit::projection::Projection;
use crate::law::form::Form;
use crate::law::forms;

fn misfit(form: &'static Form) -> Misfit {
    let shapes = samples::shapes(60, 3);
    // Noise as large as the effects, so that the term with the residual in it counts.
    let mut runs = samples::runs(TABLE_6, &shapes, 0.3, 3);
    for (i, run) in runs.iter_mut().enumerate() {
        run.tokens = Some(1e9 * (1 + i * i % 7) as f64);
    }
    let weights: Vec<f64> = (0..60).map(|run| 0.5 + f64::from(run % 4)).collect();
    Misfit::new(&samples::prepared(&runs), Model::full(form)).weighted(&weights)
}

fn positive(space: &Projection) -> Vec<bool> {
    space.linear.iter().map(|&factor| factor > 0.0).collect()
}

proptest! {
    #[test]
    fn analytic_and_numeric_jacobian_agree(
        form in prop::sample::select(&forms::ALL[..]),
        exponents in [0.1..3.0f64, 0.1..3.0f64, -1.5..2.0f64, 0.1..3.0f64, 0.05..2.0f64, 0.05..3.0f64, 0.1..2.0f64]
    ) {
        const H: f64 = 1e-5;
        let misfit = misfit(form);
        let mut space = Projection::new(misfit.runs());
        let error = space.project(&misfit, &exponents);
        let set = positive(&space);
        let near = space.linearise(&misfit);
        let mut moved = Projection::new(misfit.runs());
        for exponent in 0..form.exponents.len() {
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
