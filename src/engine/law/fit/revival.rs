//! A second chance for terms whose factor is zero.
//!
//! Where non-negativity holds a term at zero, the error does not depend on the exponents of that term, and no descent
//! ever moves them again. With other exponents the term might help: the KV term dies at `α_m` = 4 and is needed at
//! 0.05. So a grid of exponents is searched for the column that would lower the error most, as simplex codes price
//! columns outside the basis. If none would, κ = 0 comes from the data and is no accident of the search.

use super::model::{Exponents, FLOOR, Misfit, Model};
use super::projection::Projection;

/// Points per exponent.
const POINTS: usize = 12;
/// A share of the squared error below which a gain is not worth another descent.
const WORTH: f64 = 1e-9;

/// Exponents with which a term now at zero would lower the error. `space` must hold the projection at `at`.
pub(super) fn revive(misfit: &Misfit, space: &mut Projection, at: &Exponents) -> Option<Exponents> {
    let mut best = None;
    let mut most = WORTH * space.squared_error();
    for term in (0..FLOOR).filter(|&term| misfit.model.terms[term]) {
        if space.linear[term] > 0.0 {
            continue;
        }
        // Of an exponent that serves two terms the other one's value stands.
        let model = &misfit.model;
        let shared = |exponent| (0..FLOOR).any(|other| other != term && model.uses(other, exponent));
        let own: Vec<usize> = model.exponents_of(term).iter().copied().filter(|&exponent| !shared(exponent)).collect();
        for index in 0..POINTS.pow(own.len() as u32) {
            let mut trial = *at;
            let mut rest = index;
            for &exponent in &own {
                trial[exponent] = point(&misfit.model, exponent, rest % POINTS);
                rest /= POINTS;
            }
            let gain = space.gain_of(misfit, term, &trial);
            if gain > most {
                (most, best) = (gain, Some(trial));
            }
        }
    }
    best
}

/// Even where both signs are allowed; otherwise denser towards 0, where a power turns into a logarithm.
fn point(model: &Model, exponent: usize, index: usize) -> f64 {
    let (low, high) = (model.lower[exponent], model.upper[exponent]);
    let place = (index + 1) as f64 / POINTS as f64;
    let place = if low < 0.0 { place } else { place.powi(3) };
    low + (high - low) * place
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::*;
    use crate::fixtures::table_6;
    use crate::law::forms::EQ_2;

    const KV: usize = 3;
    const ALPHA_M: usize = 5;

    #[test]
    fn a_kv_term_dead_at_a_steep_power_lives_at_a_gentle_one() {
        let shapes = samples::shapes(150, 2);
        // Falls with ln d_m on the whole, but is low at the smallest d_m, which is all that a power of 4 sees.
        let bend = |kv_dim: f64| match kv_dim {
            64.0 => 0.0,
            128.0 => 0.5,
            256.0 => 0.3,
            512.0 => -0.1,
            _ => -0.3,
        };
        let losses: Vec<f64> = shapes.iter().map(|shape| table_6().loss(shape) + bend(shape.kv_dim)).collect();
        let misfit = Misfit::new(&samples::prepared(&samples::with_losses(&shapes, &losses)), Model::full(&EQ_2));
        let mut space = Projection::new(misfit.runs());
        let steep = [1.63, 1.09, -0.33, 0.97, 0.17, 4.0, 0.0];
        let before = space.project(&misfit, &steep);
        assert_eq!(space.linear[KV], 0.0);
        let gentle = revive(&misfit, &mut space, &steep).unwrap();
        assert!(gentle[ALPHA_M] < 1.0);
        assert!(space.project(&misfit, &gentle) < before && space.linear[KV] > 0.0);
        assert_eq!(revive(&misfit, &mut space, &gentle), None);
    }
}
