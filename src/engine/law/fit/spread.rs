//! The fit's shape around its optimum: how far parameters may move before the runs object.
//!
//! The Jacobian is that of all free parameters, with columns of equal length. Its small singular values belong to
//! combinations that hardly change the law at the shapes fitted. Errors are the usual linear ones, from the residual
//! variance. They are right about noise and say nothing about a wrong form of law.

use ndarray::Array2;

use super::model::{EXPONENTS, FLOOR, Misfit, TERMS};
use super::starts::Optimum;
use crate::law::form::Slot;
use crate::linalg::{Singular, singular};
use crate::text::listed;

/// Condition index (largest singular value over this one) from which on a combination is named. Belsley's scale calls
/// 30 strong and 100 severe, but a power law beside a constant has 100 by nature.
const TRADE_OFF: f64 = 300.0;
/// A parameter takes part in a trade-off if this share of its variance comes from that singular value.
const TAKES_PART: f64 = 0.5;

/// A number that could move either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Logarithm of a term's factor.
    Factor(usize),
    Exponent(usize),
}

impl Parameter {
    pub(super) const fn slot(self) -> Slot {
        match self {
            Self::Factor(FLOOR) => Slot::Floor,
            Self::Factor(term) => Slot::Factor(term),
            Self::Exponent(exponent) => Slot::Exponent(exponent),
        }
    }
}

/// Those that are neither dropped, nor held, nor at a bound.
fn parameters(misfit: &Misfit, optimum: &Optimum) -> Vec<Parameter> {
    let model = &misfit.model;
    let factors = (0..TERMS).filter(|&term| optimum.linear[term] > 0.0).map(Parameter::Factor);
    let exponents = (0..EXPONENTS)
        .filter(|&exponent| optimum.speaks(misfit, exponent))
        .filter(|&exponent| {
            let value = optimum.exponents[exponent];
            model.lower[exponent] < value && value < model.upper[exponent]
        })
        .map(Parameter::Exponent);
    factors.chain(exponents).collect()
}

/// The Jacobian's singular values and right singular vectors, columns scaled to unit length.
pub(super) struct Spread<'a> {
    misfit: &'a Misfit,
    pub(super) parameters: Vec<Parameter>,
    lengths: Vec<f64>,
    singular: Singular,
    /// Standard deviation of the residuals, nats per token; none without runs to spare.
    noise_sd: Option<f64>,
}

impl<'a> Spread<'a> {
    /// Around an optimum; `None` if the singular values cannot be found.
    pub(super) fn of(misfit: &'a Misfit, optimum: &Optimum) -> Option<Self> {
        let parameters = parameters(misfit, optimum);
        let values: [Vec<f64>; TERMS] = std::array::from_fn(|term| term_values(misfit, optimum, term));
        let mut jacobian =
            Array2::from_shape_fn((misfit.runs(), parameters.len()), |(run, column)| match parameters[column] {
                Parameter::Factor(term) => values[term][run],
                Parameter::Exponent(exponent) => {
                    let slope = misfit.slopes[exponent][run];
                    (0..TERMS).filter(|&k| misfit.model.uses(k, exponent)).map(|k| slope * values[k][run]).sum()
                }
            });
        let lengths: Vec<f64> = jacobian.columns().into_iter().map(|column| column.dot(&column).sqrt()).collect();
        for (mut column, &length) in jacobian.columns_mut().into_iter().zip(&lengths) {
            if length > 0.0 {
                column /= length;
            }
        }
        let singular = singular(jacobian)?;
        let spare = misfit.runs().checked_sub(parameters.len()).filter(|&spare| spare > 0);
        let noise_sd = spare.map(|spare| (optimum.squared_error / spare as f64).sqrt());
        Some(Self { misfit, parameters, lengths, singular, noise_sd })
    }

    /// Sentences about combinations that the runs hardly fix.
    pub(super) fn trade_offs(&self) -> Vec<String> {
        let Singular { values, vectors } = &self.singular;
        let largest = self.largest();
        let least = largest * f64::EPSILON;
        // Variance of each parameter by singular value, up to the noise.
        let variance = |index: usize, column: usize| (vectors[(index, column)] / values[index].max(least)).powi(2);
        let totals: Vec<f64> = (0..self.parameters.len())
            .map(|column| (0..values.len()).map(|index| variance(index, column)).sum())
            .collect();
        let mut notes = Vec::new();
        for index in (0..values.len()).filter(|&index| values[index] * TRADE_OFF < largest) {
            let names: Vec<&str> = (0..self.parameters.len())
                .filter(|&column| variance(index, column) > TAKES_PART * totals[column])
                .map(|column| self.misfit.model.form.name_of(self.parameters[column].slot()).symbol)
                .collect();
            if names.len() > 1 {
                let condition = largest / values[index].max(least);
                notes.push(format!(
                    "{} trade off (condition index {condition:.0e}): quite different values describe these runs almost as well, so trust the loss they give together and not each alone",
                    listed(&names)
                ));
            }
        }
        notes
    }

    /// Standard error of a printed coefficient: of its logarithm for factors and the floor, of itself for exponents. `None`
    /// without runs to spare.
    pub(super) fn error_of(&self, printed: Parameter) -> Option<f64> {
        let noise_sd = self.noise_sd?;
        let direction: Vec<f64> =
            self.parameters.iter().map(|&parameter| self.dependence(printed, parameter)).collect();
        Some(noise_sd * self.error_per_noise(&direction))
    }

    /// How the printed coefficient depends on a centred parameter: ln κ = ln factor − Σ exponent·centre.
    fn dependence(&self, printed: Parameter, parameter: Parameter) -> f64 {
        match (printed, parameter) {
            _ if printed == parameter => 1.0,
            (Parameter::Factor(term), Parameter::Exponent(exponent)) if self.misfit.model.uses(term, exponent) => {
                -self.misfit.centres[exponent]
            }
            _ => 0.0,
        }
    }

    fn largest(&self) -> f64 {
        self.singular.values.first().copied().unwrap_or_default()
    }

    /// Standard error of a combination of parameters, for unit noise.
    fn error_per_noise(&self, direction: &[f64]) -> f64 {
        let least = self.largest() * f64::EPSILON;
        let mut square = 0.0;
        for (&value, vector) in self.singular.values.iter().zip(self.singular.vectors.rows()) {
            let along: f64 = vector
                .iter()
                .zip(direction)
                .zip(&self.lengths)
                .map(|((v, d), length)| v * d / length.max(f64::MIN_POSITIVE))
                .sum();
            square += (along / value.max(least)).powi(2);
        }
        square.sqrt()
    }
}

/// Nats per token that a term adds to each run, times the root of its weight.
fn term_values(misfit: &Misfit, optimum: &Optimum, term: usize) -> Vec<f64> {
    let mut column = vec![0.0; misfit.runs()];
    if optimum.linear[term] > 0.0 {
        misfit.fill_column(term, &optimum.exponents, &mut column);
    }
    for value in &mut column {
        *value *= optimum.linear[term];
    }
    column
}
