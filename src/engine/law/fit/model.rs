//! Which parameters are free, and the data as the search sees them: centred logarithms.

use crate::law::form::{FLOOR as FLOOR_NAME, Form, MOST_EXPONENTS, MOST_TERMS, Name, Variable};
use crate::law::{Coefficients, Features};
use crate::statistics::mean;

/// Summands of a law, a column each: its form's terms, then the floor.
pub(super) const TERMS: usize = MOST_TERMS + 1;
/// Place of the floor, whatever the form.
pub(super) const FLOOR: usize = MOST_TERMS;
/// Exponents of a law; forms with fewer leave the rest out.
pub(super) const EXPONENTS: usize = MOST_EXPONENTS;

pub(super) type Exponents = [f64; EXPONENTS];
pub(super) type Linear = [f64; TERMS];

/// Which terms take part, and where each exponent may move; equal ends hold it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    pub(super) form: &'static Form,
    pub(super) terms: [bool; TERMS],
    pub(super) lower: Exponents,
    pub(super) upper: Exponents,
}

impl Model {
    /// All of a form.
    pub(super) fn full(form: &'static Form) -> Self {
        let bound = |end: usize| std::array::from_fn(|place| form.exponents.get(place).map_or(0.0, |e| e.bounds[end]));
        let terms = std::array::from_fn(|term| term < form.terms.len() || term == FLOOR);
        Self { form, terms, lower: bound(0), upper: bound(1) }
    }

    /// Places of a term's exponents.
    pub(super) fn exponents_of(&self, term: usize) -> &'static [usize] {
        self.form.terms.get(term).map_or(&[], |term| term.exponents)
    }

    /// Whether a term has an exponent.
    pub(super) fn uses(&self, term: usize, exponent: usize) -> bool {
        self.exponents_of(term).contains(&exponent)
    }

    pub(super) const fn variable(&self, exponent: usize) -> Variable {
        self.form.exponents[exponent].variable
    }

    /// What a term is called in sentences.
    pub(super) fn term_name(&self, term: usize) -> &'static str {
        self.form.terms.get(term).map_or("floor", |term| term.name)
    }

    /// What its factor is called.
    pub(super) fn factor_name(&self, term: usize) -> &'static Name {
        self.form.terms.get(term).map_or(&FLOOR_NAME, |term| &term.factor)
    }

    /// What an exponent is called in sentences.
    pub(super) const fn symbol(&self, exponent: usize) -> &'static str {
        self.form.exponents[exponent].name.symbol
    }

    pub(super) fn hold(&mut self, exponent: usize, value: f64) {
        self.lower[exponent] = value;
        self.upper[exponent] = value;
    }

    /// Leaves a term out, and holds the exponents that no other term needs.
    pub(super) fn drop(&mut self, term: usize) {
        self.terms[term] = false;
        for &exponent in self.exponents_of(term) {
            if !(0..TERMS).any(|other| self.terms[other] && self.uses(other, exponent)) {
                self.hold(exponent, 0.0);
            }
        }
    }

    pub(super) fn is_free(&self, exponent: usize) -> bool {
        self.lower[exponent] < self.upper[exponent]
    }

    /// Free parameters that other architectures are needed for. The factor and the exponent of a data term follow from
    /// runs of several lengths, of whatever architecture.
    pub(super) fn parameters_of_shape(&self) -> usize {
        let by_length = |&term: &usize| {
            let exponents = self.exponents_of(term);
            self.terms[term]
                && !exponents.is_empty()
                && exponents.iter().all(|&exponent| self.variable(exponent) == Variable::Tokens)
        };
        let free = |term: usize| self.exponents_of(term).iter().filter(|&&exponent| self.is_free(exponent)).count();
        let of_length: usize = (0..FLOOR).filter(by_length).map(|term| 1 + free(term)).sum();
        self.parameters() - of_length
    }

    /// Whether so many architectures, in so many points of architecture and length, show all that is free.
    pub(super) fn is_shown_by(&self, architectures: usize, points: usize) -> bool {
        architectures > self.parameters_of_shape() && points > self.parameters()
    }

    /// Free parameters, linear ones included.
    pub(super) fn parameters(&self) -> usize {
        let terms = self.terms.iter().filter(|&&term| term).count();
        terms + (0..EXPONENTS).filter(|&exponent| self.is_free(exponent)).count()
    }
}

/// One run, as far as a law sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub(super) shape: Features,
    pub(super) tokens: Option<f64>,
    pub(super) loss: f64,
}

/// Runs prepared for the search: column k of the law is exp(Σ exponent·slope) over the exponents of term k.
#[derive(Debug, Clone)]
pub(super) struct Misfit {
    pub(super) model: Model,
    pub(super) loss: Vec<f64>,
    /// Per exponent and run: the logarithm that the exponent multiplies, signed by its sense, less its mean.
    pub(super) slopes: [Vec<f64>; EXPONENTS],
    /// The means, which [`Misfit::coefficients`] puts back.
    pub(super) centres: Exponents,
    /// Square roots of the runs' weights; none while all count alike.
    roots: Option<Vec<f64>>,
    /// Losses times those roots: what is fitted.
    target: Vec<f64>,
}

impl Misfit {
    pub(super) fn new(samples: &[Sample], model: Model) -> Self {
        let slope = |exponent: usize| -> Vec<f64> {
            let Some(power) = model.form.exponents.get(exponent) else { return vec![0.0; samples.len()] };
            samples.iter().map(|sample| power.slope(&sample.shape, sample.tokens)).collect()
        };
        let mut slopes: [Vec<f64>; EXPONENTS] = std::array::from_fn(slope);
        let centres = slopes.each_mut().map(|slope| {
            let centre = mean(slope.iter().copied()).unwrap_or_default();
            for value in slope {
                *value -= centre;
            }
            centre
        });
        let loss: Vec<f64> = samples.iter().map(|sample| sample.loss).collect();
        Self { model, target: loss.clone(), loss, slopes, centres, roots: None }
    }

    /// The same runs, each counting as much as its weight says.
    #[must_use]
    pub(super) fn weighted(self, weights: &[f64]) -> Self {
        let roots: Vec<f64> = weights.iter().map(|weight| weight.sqrt()).collect();
        let target = self.loss.iter().zip(&roots).map(|(loss, root)| loss * root).collect();
        Self { roots: Some(roots), target, ..self }
    }

    pub(super) fn runs(&self) -> usize {
        self.loss.len()
    }

    /// What the columns are fitted to: losses, times the root of each run's weight.
    pub(super) fn target(&self) -> &[f64] {
        &self.target
    }

    /// A term over all runs for a factor of 1, times the root of each run's weight.
    pub(super) fn fill_column(&self, term: usize, exponents: &Exponents, column: &mut [f64]) {
        column.fill(0.0);
        for &exponent in self.model.exponents_of(term) {
            let value = exponents[exponent];
            for (log, slope) in column.iter_mut().zip(&self.slopes[exponent]) {
                *log += value * slope;
            }
        }
        for log in column.iter_mut() {
            *log = log.exp();
        }
        if let Some(roots) = &self.roots {
            column.iter_mut().zip(roots).for_each(|(value, root)| *value *= root);
        }
    }

    /// Losses of the law at these exponents and factors, for all runs; weights play no part.
    pub(super) fn predictions(&self, exponents: &Exponents, linear: &Linear) -> Vec<f64> {
        let loss = |run: usize| {
            (0..TERMS)
                .filter(|&term| linear[term] > 0.0)
                .map(|term| {
                    let powers = self.model.exponents_of(term).iter();
                    let log: f64 = powers.map(|&exponent| exponents[exponent] * self.slopes[exponent][run]).sum();
                    linear[term] * log.exp()
                })
                .sum()
        };
        (0..self.runs()).map(loss).collect()
    }

    /// The law's κ for a term whose factor at the geometric mean of the data is `linear`.
    pub(super) fn kappa(&self, term: usize, exponents: &Exponents, linear: f64) -> f64 {
        let powers = self.model.exponents_of(term).iter();
        let shift: f64 = powers.map(|&exponent| exponents[exponent] * self.centres[exponent]).sum();
        linear * (-shift).exp()
    }

    /// The law; `None` if κ, at width 1 and so on, is too large for a number. Exponents of a term with κ = 0 say nothing
    /// and are given as 0.
    pub(super) fn coefficients(&self, exponents: &Exponents, linear: &Linear) -> Option<Coefficients> {
        let kappa: Linear = std::array::from_fn(|term| self.kappa(term, exponents, linear[term]));
        let spoken: Exponents = std::array::from_fn(|exponent| {
            let speaks = (0..TERMS).any(|term| linear[term] > 0.0 && self.model.uses(term, exponent));
            if speaks { exponents[exponent] } else { 0.0 }
        });
        let finite = kappa.iter().all(|kappa| kappa.is_finite());
        finite.then(|| Coefficients::new(self.model.form, &kappa[..FLOOR], &spoken, kappa[FLOOR]))
    }
}
