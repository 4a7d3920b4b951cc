//! What the fit found but the runs hardly support: coefficients at bounds, trade-offs, wide errors.
//!
//! The Jacobian is that of all free parameters, with columns of equal length: its small singular values are
//! combinations that change the law little at the shapes fitted. Errors are the usual linear ones, from the
//! residual variance, so they are honest about noise and silent about a wrong form of law.

use nalgebra::{DMatrix, DVector};

use super::model::{EXPONENT_NAMES, EXPONENTS, EXPONENTS_OF, FLOOR, KAPPA_NAMES, KV, Misfit, TERM_NAMES, TERMS};
use super::starts::Optimum;
use crate::engine::law::Coefficients;

/// Condition index (largest singular value over this one) from which on a combination is named. Belsley's scale calls
/// 30 strong and 100 severe, but a power law beside a constant has 100 by nature.
const TRADE_OFF: f64 = 300.0;
/// A parameter takes part in a trade-off if this share of its variance comes from that singular value.
const TAKES_PART: f64 = 0.5;
/// Standard error, relative for factors and absolute for exponents near 0, from which on a value is named.
const WIDE: f64 = 0.5;
const WIDE_EXPONENT: f64 = 0.1;

/// Sentences about single coefficients and combinations.
pub(super) fn describe(misfit: &Misfit, optimum: &Optimum, law: &Coefficients) -> Vec<String> {
    let mut notes = at_bounds(misfit, optimum);
    let parameters = parameters(misfit, optimum);
    let (runs, free) = (misfit.runs(), misfit.model.parameters());
    if runs < 2 * free {
        notes.push(format!(
            "{runs} runs for {free} free parameters: R² on the training part says little, and single coefficients less"
        ));
    }
    if let Some(shape) = Shape::of(misfit, optimum, &parameters) {
        notes.extend(shape.trade_offs(&parameters));
        notes.extend(shape.wide_errors(misfit, optimum, &parameters, law));
    }
    notes
}

fn at_bounds(misfit: &Misfit, optimum: &Optimum) -> Vec<String> {
    let model = &misfit.model;
    let mut notes = Vec::new();
    for term in (0..TERMS).filter(|&term| model.terms[term] && optimum.linear[term] <= 0.0) {
        notes.push(if term == FLOOR {
            let stands_in =
                if optimum.linear[KV] > 0.0 { ", and slowly falling terms such as KV stand in for it" } else { "" };
            format!("L_inf is 0, its bound: these runs lie too far above the floor to show it{stands_in}")
        } else {
            format!(
                "{} is 0, its bound: at the best fit these runs show no {} term, and its exponents are given as 0",
                KAPPA_NAMES[term], TERM_NAMES[term]
            )
        });
    }
    for exponent in (0..EXPONENTS).filter(|&exponent| model.is_free(exponent) && speaks(optimum, exponent)) {
        let value = optimum.exponents[exponent];
        if value <= model.lower[exponent] || value >= model.upper[exponent] {
            notes.push(format!(
                "{} is {value}, a bound of the search: its true value is not known",
                EXPONENT_NAMES[exponent]
            ));
        }
    }
    notes
}

/// Whether a term with a positive factor uses the exponent.
fn speaks(optimum: &Optimum, exponent: usize) -> bool {
    (0..TERMS).any(|term| optimum.linear[term] > 0.0 && EXPONENTS_OF[term].contains(&exponent))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    /// Logarithm of a term's factor.
    Factor(usize),
    Exponent(usize),
}

impl Parameter {
    const fn name(self) -> &'static str {
        match self {
            Self::Factor(term) => KAPPA_NAMES[term],
            Self::Exponent(exponent) => EXPONENT_NAMES[exponent],
        }
    }
}

/// Those that could move either way.
fn parameters(misfit: &Misfit, optimum: &Optimum) -> Vec<Parameter> {
    let model = &misfit.model;
    let factors = (0..TERMS).filter(|&term| optimum.linear[term] > 0.0).map(Parameter::Factor);
    let exponents = (0..EXPONENTS)
        .filter(|&exponent| speaks(optimum, exponent))
        .filter(|&exponent| {
            let value = optimum.exponents[exponent];
            model.lower[exponent] < value && value < model.upper[exponent]
        })
        .map(Parameter::Exponent);
    factors.chain(exponents).collect()
}

/// The Jacobian's singular values and right singular vectors, columns scaled to unit length.
struct Shape {
    lengths: Vec<f64>,
    singular: DVector<f64>,
    /// A row per singular value.
    vectors: DMatrix<f64>,
}

impl Shape {
    fn of(misfit: &Misfit, optimum: &Optimum, parameters: &[Parameter]) -> Option<Self> {
        let values: [Vec<f64>; TERMS] = std::array::from_fn(|term| term_values(misfit, optimum, term));
        let mut jacobian = DMatrix::from_fn(misfit.runs(), parameters.len(), |run, column| match parameters[column] {
            Parameter::Factor(term) => values[term][run],
            Parameter::Exponent(exponent) => {
                let slope = misfit.slopes[exponent][run];
                (0..TERMS).filter(|&k| EXPONENTS_OF[k].contains(&exponent)).map(|k| slope * values[k][run]).sum()
            }
        });
        let lengths: Vec<f64> = jacobian.column_iter().map(|column| column.norm()).collect();
        for (mut column, &length) in jacobian.column_iter_mut().zip(&lengths) {
            if length > 0.0 {
                column /= length;
            }
        }
        // An iteration limit, because the default is to try for ever.
        let svd = jacobian.try_svd(false, true, f64::EPSILON, 10_000)?;
        Some(Self { lengths, singular: svd.singular_values, vectors: svd.v_t? })
    }

    fn trade_offs(&self, parameters: &[Parameter]) -> Vec<String> {
        let largest = self.singular.max();
        let least = largest * f64::EPSILON;
        // Variance of each parameter by singular value, up to the noise.
        let variance =
            |index: usize, column: usize| (self.vectors[(index, column)] / self.singular[index].max(least)).powi(2);
        let totals: Vec<f64> = (0..parameters.len())
            .map(|column| (0..self.singular.len()).map(|index| variance(index, column)).sum())
            .collect();
        let mut notes = Vec::new();
        for index in (0..self.singular.len()).filter(|&index| self.singular[index] * TRADE_OFF < largest) {
            let names: Vec<&str> = (0..parameters.len())
                .filter(|&column| variance(index, column) > TAKES_PART * totals[column])
                .map(|column| parameters[column].name())
                .collect();
            if names.len() > 1 {
                let condition = largest / self.singular[index].max(least);
                notes.push(format!(
                    "{} trade off (condition index {condition:.0e}): quite different values describe these runs almost as well, so trust the loss they give together and not each alone",
                    list(&names)
                ));
            }
        }
        notes
    }

    /// One sentence with every coefficient whose standard error is wide.
    fn wide_errors(
        &self,
        misfit: &Misfit,
        optimum: &Optimum,
        parameters: &[Parameter],
        law: &Coefficients,
    ) -> Option<String> {
        let spare = misfit.runs().checked_sub(parameters.len()).filter(|&spare| spare > 0)?;
        let noise = (optimum.squared_error / spare as f64).sqrt();
        let named: Vec<String> = parameters
            .iter()
            .filter_map(|&parameter| {
                let error = noise * self.error_per_noise(&direction(misfit, parameters, parameter));
                match parameter {
                    Parameter::Factor(term) => (error > WIDE).then(|| {
                        let kappa = kappa(law, term);
                        // Errors of factors are those of logarithms: a factor either way.
                        if error < 5.0 {
                            format!("{} = {kappa:.3} (×÷ {:.1})", parameter.name(), error.exp())
                        } else {
                            format!("{} = {kappa:.3} (any size)", parameter.name())
                        }
                    }),
                    Parameter::Exponent(exponent) => {
                        let value = optimum.exponents[exponent];
                        (error > WIDE_EXPONENT.max(WIDE * value.abs()))
                            .then(|| format!("{} = {value:.3} (± {error:.2})", parameter.name()))
                    }
                }
            })
            .collect();
        (!named.is_empty()).then(|| format!("wide standard errors: {}", named.join(", ")))
    }

    /// Standard error of a combination of parameters, for unit noise.
    fn error_per_noise(&self, direction: &[f64]) -> f64 {
        let least = self.singular.max() * f64::EPSILON;
        let mut square = 0.0;
        for (index, &value) in self.singular.iter().enumerate() {
            let along: f64 = self
                .vectors
                .row(index)
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

/// How the printed coefficient depends on the centred parameters: ln κ = ln factor − Σ exponent·centre.
fn direction(misfit: &Misfit, parameters: &[Parameter], printed: Parameter) -> Vec<f64> {
    parameters
        .iter()
        .map(|&parameter| match (printed, parameter) {
            _ if printed == parameter => 1.0,
            (Parameter::Factor(term), Parameter::Exponent(exponent)) if EXPONENTS_OF[term].contains(&exponent) => {
                -misfit.centres[exponent]
            }
            _ => 0.0,
        })
        .collect()
}

/// Nats per token that a term adds to each run.
fn term_values(misfit: &Misfit, optimum: &Optimum, term: usize) -> Vec<f64> {
    let mut column = vec![0.0; misfit.runs()];
    misfit.fill_column(term, &optimum.exponents, &mut column);
    for value in &mut column {
        *value *= optimum.linear[term];
    }
    column
}

const fn kappa(law: &Coefficients, term: usize) -> f64 {
    [law.kappa_l, law.kappa_rho, law.kappa_d, law.kappa_m, law.l_inf][term]
}

/// "a, b and c".
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).into(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
