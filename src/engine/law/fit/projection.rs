//! The residual with κ and `L_inf` eliminated, and its derivative (variable projection, Golub and Pereyra).
//!
//! With A the columns of the positive terms, c = A⁺·y and residual = y − A·c:
//!
//! ```text
//! ∂residual/∂α = −(1 − Q·Qᵀ)·A′·c − Q·R⁻ᵀ·A′ᵀ·residual          A = Q·R,  A′ = ∂A/∂α
//! ```
//!
//! Both summands are kept. Without the second one the search still converges, but not quadratically when the residual
//! is large. Where runs have weights, their rows of A and y are multiplied by the roots of the weights, residuals
//! included. Terms that the non-negativity holds at zero are not in A, and their exponents have no derivative.

use super::model::{EXPONENTS, Exponents, Linear, Misfit, TERMS};
use super::nnls;
use crate::linalg::{Basis, dot};

/// Work space of one search; nothing is allocated while it runs.
#[derive(Debug)]
pub(super) struct Projection {
    columns: [Vec<f64>; TERMS],
    basis: Basis<TERMS>,
    /// Factors of the terms, each at the geometric mean of the data.
    pub(super) linear: Linear,
    pub(super) residual: Vec<f64>,
    jacobian: [Vec<f64>; EXPONENTS],
    outer: Basis<EXPONENTS>,
}

/// The residual near some exponents: |residual + J·step|² with J = Q·R.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linearised {
    pub(super) r: [[f64; EXPONENTS]; EXPONENTS],
    /// Qᵀ·residual.
    pub(super) components: Exponents,
    /// Jᵀ·residual, half the gradient of the squared error.
    pub(super) gradient: Exponents,
}

impl Projection {
    pub(super) fn new(runs: usize) -> Self {
        Self {
            columns: std::array::from_fn(|_| vec![0.0; runs]),
            basis: Basis::new(runs),
            linear: [0.0; TERMS],
            residual: vec![0.0; runs],
            jacobian: std::array::from_fn(|_| vec![0.0; runs]),
            outer: Basis::new(runs),
        }
    }

    /// Squared error at the best factors for these exponents.
    pub(super) fn project(&mut self, misfit: &Misfit, exponents: &Exponents) -> f64 {
        self.fill_columns(misfit, exponents);
        self.basis.factor(&self.columns, misfit.model.terms);
        let mut components = self.basis.components(misfit.target());
        self.linear = self.basis.solve(&components);
        let used = misfit.model.terms.iter().filter(|&&used| used).count();
        if self.basis.rank() < used || self.linear.iter().any(|&factor| factor < 0.0) {
            self.linear = nnls::solve(&self.basis.r, &components);
            self.basis.factor(&self.columns, self.linear.map(|factor| factor > 0.0));
            components = self.basis.components(misfit.target());
        }
        self.residual.copy_from_slice(misfit.target());
        self.basis.add(&mut self.residual, &components.map(|component| -component));
        self.squared_error()
    }

    fn fill_columns(&mut self, misfit: &Misfit, exponents: &Exponents) {
        for term in (0..TERMS).filter(|&term| misfit.model.terms[term]) {
            misfit.fill_column(term, exponents, &mut self.columns[term]);
        }
    }

    pub(super) fn squared_error(&self) -> f64 {
        dot(&self.residual, &self.residual)
    }

    /// By how much a term that is at zero would lower the squared error with these exponents. It is 0 if only a
    /// negative factor would lower it. Overwrites the Jacobian.
    pub(super) fn gain_of(&mut self, misfit: &Misfit, term: usize, exponents: &Exponents) -> f64 {
        /// Of a product of columns: below this share it is rounding.
        const FLAT: f64 = 1e-12;
        let [column, ..] = &mut self.jacobian;
        misfit.fill_column(term, exponents, column);
        let length = dot(column, column).sqrt();
        let inside = self.basis.components(column);
        self.basis.add(column, &inside.map(|component| -component));
        let left = dot(column, column).sqrt();
        let descent = dot(column, &self.residual);
        if left > FLAT * length && descent > 0.0 { (descent / left).powi(2) } else { 0.0 }
    }

    /// The derivative at the exponents of the latest [`Projection::project`].
    pub(super) fn linearise(&mut self, misfit: &Misfit) -> Linearised {
        let free: [bool; EXPONENTS] = std::array::from_fn(|exponent| misfit.model.is_free(exponent));
        for exponent in (0..EXPONENTS).filter(|&exponent| free[exponent]) {
            self.differentiate(misfit, exponent);
        }
        self.outer.factor(&self.jacobian, free);
        let components = self.outer.components(&self.residual);
        let r = self.outer.r;
        let gradient = std::array::from_fn(|column| (0..=column).map(|row| r[row][column] * components[row]).sum());
        Linearised { r, components, gradient }
    }

    /// One column of the Jacobian.
    fn differentiate(&mut self, misfit: &Misfit, exponent: usize) {
        let column = &mut self.jacobian[exponent];
        let slopes = &misfit.slopes[exponent];
        let mut turned = [0.0; TERMS];
        column.fill(0.0);
        for (term, &factor) in self.linear.iter().enumerate() {
            if factor > 0.0 && misfit.model.uses(term, exponent) {
                let values = &self.columns[term];
                let mut sum = 0.0;
                for (((out, slope), value), residual) in column.iter_mut().zip(slopes).zip(values).zip(&self.residual) {
                    let change = slope * value;
                    *out -= factor * change;
                    sum += change * residual;
                }
                turned[term] = sum;
            }
        }
        let inside = self.basis.components(column);
        let turned = self.basis.solve_transposed(&turned);
        self.basis.add(column, &std::array::from_fn(|term| -inside[term] - turned[term]));
    }

    #[cfg(test)]
    pub(super) fn jacobian(&self, exponent: usize) -> &[f64] {
        &self.jacobian[exponent]
    }
}
