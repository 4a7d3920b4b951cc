//! How far a shape lies from the runs, as a factor on the errors that are to be expected there.

use ndarray::Array2;

use super::widening::Widening;
use crate::law::fit::split;
use crate::law::form::Slot;
use crate::law::{Coefficients, Features, FittedRange};
use crate::linalg::singular;
use crate::runs::Run;

/// Combinations of parameters that the runs fix this much worse than the best are left to the support: their leverage is
/// rounding.
const LEAST_SINGULAR: f64 = 1e-7;

/// The runs as a new shape sees them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reach {
    /// At which the law is made linear.
    law: Coefficients,
    slots: Vec<Slot>,
    /// Leverage is the squared length of this times the gradient.
    whitening: Array2<f64>,
    range: FittedRange,
    pub(super) widening: Widening,
}

impl Reach {
    /// Around `law`, for runs of that range; each architecture counts once.
    pub(super) fn of(runs: &[Run], law: &Coefficients, range: FittedRange) -> Self {
        let slots: Vec<Slot> = law.form().slots().into_iter().filter(|&slot| law.get(slot) != 0.0).collect();
        let shares = split::shares(&runs.iter().collect::<Vec<_>>());
        let rows: Vec<Vec<f64>> = runs.iter().map(|run| gradient(law, &slots, &run.features, run.tokens)).collect();
        let mut jacobian =
            Array2::from_shape_fn((runs.len(), slots.len()), |(row, column)| rows[row][column] * shares[row].sqrt());
        let lengths: Vec<f64> = jacobian.columns().into_iter().map(|column| column.dot(&column).sqrt()).collect();
        for (mut column, &length) in jacobian.columns_mut().into_iter().zip(&lengths) {
            if length > 0.0 {
                column /= length;
            }
        }
        let whitening = singular(jacobian).map_or_else(
            || Array2::zeros((0, slots.len())),
            |found| {
                let least = found.values.first().copied().unwrap_or_default() * LEAST_SINGULAR;
                let kept = found.values.iter().filter(|&&value| value > least).count();
                Array2::from_shape_fn((kept, slots.len()), |(row, column)| {
                    found.vectors[(row, column)] / (found.values[row] * lengths[column].max(f64::MIN_POSITIVE))
                })
            },
        );
        Self { law: *law, slots, whitening, range, widening: Widening::NONE }
    }

    pub(super) fn widened(self, widening: Widening) -> Self {
        Self { widening, ..self }
    }

    /// The factor: √(1 + leverage), and more beyond the range.
    pub(super) fn scale(&self, shape: &Features, tokens: Option<f64>) -> f64 {
        (1.0 + self.leverage(shape, tokens)).sqrt() * self.widening.factor(&beyond(&self.range, shape, tokens))
    }

    pub(super) fn is_beyond(&self, shape: &Features, tokens: Option<f64>) -> bool {
        beyond(&self.range, shape, tokens) != [0.0; 2]
    }

    fn leverage(&self, shape: &Features, tokens: Option<f64>) -> f64 {
        let gradient = ndarray::Array1::from_vec(gradient(&self.law, &self.slots, shape, tokens));
        let along = self.whitening.dot(&gradient);
        along.dot(&along)
    }
}

/// E-folds by which a shape, and a training length, lie beyond a range.
pub(super) fn beyond(range: &FittedRange, shape: &Features, tokens: Option<f64>) -> [f64; 2] {
    let shape = range.extrapolation(shape).map_or(0.0, |outside| outside.factor.ln());
    let tokens = tokens.and_then(|tokens| range.beyond_tokens(tokens)).map_or(0.0, |outside| outside.factor.ln());
    [shape, tokens]
}

/// How the loss changes with each number of the law.
fn gradient(law: &Coefficients, slots: &[Slot], shape: &Features, tokens: Option<f64>) -> Vec<f64> {
    let form = law.form();
    let law = law.at_tokens(tokens.or_else(|| law.tokens()));
    let terms = law.terms(shape);
    let nats = |term: usize| terms.summands()[term].nats;
    slots
        .iter()
        .map(|&slot| match slot {
            Slot::Factor(term) => nats(term) / law.get(slot),
            Slot::Exponent(exponent) => {
                let slope = form.exponents[exponent].slope(shape, law.tokens());
                let using = (0..form.terms.len()).filter(|&term| form.terms[term].exponents.contains(&exponent));
                slope * using.map(nats).sum::<f64>()
            }
            Slot::Floor => 1.0,
        })
        .collect()
}
