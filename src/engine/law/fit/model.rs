//! Which parameters are free, and the data as the search sees them: centred logarithms.

use crate::engine::law::{Coefficients, Features};

/// Summands of Eq. 2, in its order; a column each.
pub(super) const TERMS: usize = 5;
pub(super) const DEPTH: usize = 0;
pub(super) const SPARSITY: usize = 1;
pub(super) const CAPACITY: usize = 2;
pub(super) const KV: usize = 3;
pub(super) const FLOOR: usize = 4;

/// Exponents of Eq. 2.
pub(super) const EXPONENTS: usize = 6;
pub(super) const ALPHA_L: usize = 0;
pub(super) const ALPHA_RHO: usize = 1;
pub(super) const BETA_1: usize = 2;
pub(super) const BETA_2: usize = 3;
pub(super) const ALPHA_R: usize = 4;
pub(super) const ALPHA_M: usize = 5;

pub(super) type Exponents = [f64; EXPONENTS];
pub(super) type Linear = [f64; TERMS];

/// Exponents of each term. One `α_r` serves two terms.
pub(super) const EXPONENTS_OF: [&[usize]; TERMS] =
    [&[ALPHA_L], &[ALPHA_RHO, BETA_1, ALPHA_R], &[BETA_2, ALPHA_R], &[ALPHA_M], &[]];

/// Names as people know them.
pub(super) const TERM_NAMES: [&str; TERMS] = ["depth", "sparsity", "capacity", "KV", "floor"];
pub(super) const KAPPA_NAMES: [&str; TERMS] = ["κ_l", "κ_ρ", "κ_d", "κ_m", "L_inf"];
pub(super) const EXPONENT_NAMES: [&str; EXPONENTS] = ["α_l", "α_ρ", "β1", "β2", "α_r", "α_m"];

/// Which terms take part, and where each exponent may move; equal ends hold it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    pub(super) terms: [bool; TERMS],
    pub(super) lower: Exponents,
    pub(super) upper: Exponents,
}

impl Model {
    /// All of Eq. 2.
    pub(super) const fn full() -> Self {
        Self { terms: [true; TERMS], lower: [0.0, 0.0, -2.0, -2.0, 0.0, 0.0], upper: [4.0; EXPONENTS] }
    }

    pub(super) fn hold(&mut self, exponent: usize, value: f64) {
        self.lower[exponent] = value;
        self.upper[exponent] = value;
    }

    /// Leaves a term out, and holds the exponents that no other term needs.
    pub(super) fn drop(&mut self, term: usize) {
        self.terms[term] = false;
        for &exponent in EXPONENTS_OF[term] {
            if !(0..TERMS).any(|other| self.terms[other] && EXPONENTS_OF[other].contains(&exponent)) {
                self.hold(exponent, 0.0);
            }
        }
    }

    pub(super) fn is_free(&self, exponent: usize) -> bool {
        self.lower[exponent] < self.upper[exponent]
    }

    /// Free parameters, linear ones included.
    pub(super) fn parameters(&self) -> usize {
        let terms = self.terms.iter().filter(|&&term| term).count();
        terms + (0..EXPONENTS).filter(|&exponent| self.is_free(exponent)).count()
    }
}

/// Runs prepared for the search: column k of the law is exp(Σ exponent·slope) over the exponents of term k.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) model: Model,
    pub(super) loss: Vec<f64>,
    /// Per exponent and run: the logarithm that the exponent multiplies, signed as in Eq. 2, less its mean.
    pub(super) slopes: [Vec<f64>; EXPONENTS],
    /// The means, which [`Misfit::coefficients`] puts back.
    pub(super) centres: Exponents,
}

impl Misfit {
    pub(super) fn new(shapes: &[Features], loss: Vec<f64>, model: Model) -> Self {
        let slope = |of: fn(&Features) -> f64| shapes.iter().map(of).collect::<Vec<f64>>();
        let mut slopes = [
            slope(|shape| -shape.layers.ln()),
            slope(|shape| shape.activation_rate.ln()),
            slope(|shape| -shape.width.ln()),
            slope(|shape| -shape.width.ln()),
            slope(|shape| -shape.ffn_ratio.ln()),
            slope(|shape| -shape.kv_dim.ln()),
        ];
        let centres = slopes.each_mut().map(|slope| {
            let centre = slope.iter().sum::<f64>() / shapes.len() as f64;
            for value in slope {
                *value -= centre;
            }
            centre
        });
        Self { model, loss, slopes, centres }
    }

    pub(super) fn runs(&self) -> usize {
        self.loss.len()
    }

    /// A term over all runs for a factor of 1.
    pub(super) fn fill_column(&self, term: usize, exponents: &Exponents, column: &mut [f64]) {
        column.fill(0.0);
        for &exponent in EXPONENTS_OF[term] {
            let value = exponents[exponent];
            for (log, slope) in column.iter_mut().zip(&self.slopes[exponent]) {
                *log += value * slope;
            }
        }
        for log in column {
            *log = log.exp();
        }
    }

    /// Eq. 2's κ for a term whose factor at the geometric mean of the data is `linear`.
    pub(super) fn kappa(&self, term: usize, exponents: &Exponents, linear: f64) -> f64 {
        let shift: f64 = EXPONENTS_OF[term].iter().map(|&exponent| exponents[exponent] * self.centres[exponent]).sum();
        linear * (-shift).exp()
    }

    /// Eq. 2's parameters; `None` if κ, at width 1 and so on, is too large for a number. Exponents of a term with κ = 0
    /// say nothing and are given as 0.
    pub(super) fn coefficients(&self, exponents: &Exponents, linear: &Linear) -> Option<Coefficients> {
        let kappa = |term| self.kappa(term, exponents, linear[term]);
        let exponent = |exponent: usize| {
            let speaks = (0..TERMS).any(|term| linear[term] > 0.0 && EXPONENTS_OF[term].contains(&exponent));
            if speaks { exponents[exponent] } else { 0.0 }
        };
        let finite = (0..TERMS).all(|term| kappa(term).is_finite());
        finite.then(|| Coefficients {
            kappa_l: kappa(DEPTH),
            alpha_l: exponent(ALPHA_L),
            kappa_rho: kappa(SPARSITY),
            alpha_rho: exponent(ALPHA_RHO),
            beta_1: exponent(BETA_1),
            kappa_d: kappa(CAPACITY),
            beta_2: exponent(BETA_2),
            alpha_r: exponent(ALPHA_R),
            kappa_m: kappa(KV),
            alpha_m: exponent(ALPHA_M),
            l_inf: kappa(FLOOR),
        })
    }
}
