//! A number with its first and second derivatives by the logarithms of the five variables.
//!
//! Newton's method needs both, and exactly: finite differences have too few digits to certify an optimum at 1e-9. The
//! operator model is written for any [`Size`]. So it is differentiated by computing with jets instead of numbers
//! (forward mode), and no formula is written twice.

use std::ops::{Add, Mul};

use super::Point;
use crate::linalg::{matrix, plus, scaled};
use crate::roofline::Size;

/// First derivatives.
pub(super) type Gradient = [f64; Point::DIMENSIONS];
/// Second derivatives.
pub(super) type Hessian = [Gradient; Point::DIMENSIONS];

/// Value, slope and curvature along the logarithms of [`Point`]'s fields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jet {
    /// The number itself.
    pub value: f64,
    pub(super) gradient: Gradient,
    pub(super) hessian: Hessian,
}

impl Jet {
    /// A number that depends on nothing.
    pub(super) fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; Point::DIMENSIONS], hessian: [[0.0; Point::DIMENSIONS]; Point::DIMENSIONS] }
    }

    /// The logarithm at this place among the variables.
    pub(super) fn logarithm(place: usize, value: f64) -> Self {
        let mut jet = Self::constant(value);
        jet.gradient[place] = 1.0;
        jet
    }

    /// `function` of it, given that function's value and its two derivatives there.
    fn through(self, [value, slope, curvature]: [f64; 3]) -> Self {
        let Self { gradient, hessian, .. } = self;
        Self {
            value,
            gradient: scaled(&gradient, slope),
            hessian: matrix(|i, j| hessian[i][j] * slope + gradient[i] * gradient[j] * curvature),
        }
    }

    /// The product rule, twice.
    fn times(&self, other: &Self) -> Self {
        Self {
            value: self.value * other.value,
            gradient: plus(&scaled(&self.gradient, other.value), &other.gradient, self.value),
            hessian: matrix(|i, j| {
                let crossed = self.gradient[i] * other.gradient[j];
                let back = self.gradient[j] * other.gradient[i];
                self.hessian[i][j] * other.value + other.hessian[i][j] * self.value + crossed + back
            }),
        }
    }

    pub(super) fn exp(self) -> Self {
        let value = self.value.exp();
        self.through([value; 3])
    }

    pub(super) fn ln(self) -> Self {
        let inverse = self.value.recip();
        self.through([self.value.ln(), inverse, -inverse * inverse])
    }

    /// The larger of two positive numbers with the kink between them rounded off: `(a^p + b^p)^(1/p)`, at least the
    /// larger, at most `2^(1/p)` of it. In logarithms it is convex where both are.
    ///
    /// Its slope is a mean of both slopes with the weights `a^p : b^p`, which is what becomes of "some slope between the
    /// two" at a kink: the optimum often lies on one, where an operator takes as long to compute as to read.
    pub(super) fn larger(self, other: Self, p: f64) -> Self {
        if self.value <= 0.0 || other.value <= 0.0 {
            return if self.value > other.value { self } else { other };
        }
        let (a, b) = (self.ln(), other.ln());
        // The logarithm of the ratio: a difference of logarithms has fewer digits, and p multiplies its error.
        let (lead, gap) = (a.value.max(b.value), p * (other.value / self.value).ln());
        let share_of_other = (1.0 + (-gap).exp()).recip();
        let share = 1.0 - share_of_other;
        let apart = plus(&a.gradient, &b.gradient, -1.0);
        let value = lead + (-gap.abs()).exp().ln_1p() / p;
        let spread = if share * share_of_other > 0.0 { p * share * share_of_other } else { 0.0 };
        let mean = Self {
            value,
            gradient: plus(&scaled(&a.gradient, share), &b.gradient, share_of_other),
            hessian: matrix(|i, j| {
                a.hessian[i][j] * share + b.hessian[i][j] * share_of_other + apart[i] * apart[j] * spread
            }),
        };
        mean.exp()
    }
}

impl Point<Jet> {
    /// The five variables as functions of their logarithms.
    pub(super) fn at(logarithms: &Gradient) -> Self {
        let size = |place| Jet::logarithm(place, logarithms[place]).exp();
        Self { layers: size(0), width: size(1), ffn_ratio: size(2), gqa: size(3), rho: size(4) }
    }
}

impl Add for Jet {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            gradient: plus(&self.gradient, &other.gradient, 1.0),
            hessian: matrix(|i, j| self.hessian[i][j] + other.hessian[i][j]),
        }
    }
}

impl Mul for Jet {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.times(&other)
    }
}

impl Add<f64> for Jet {
    type Output = Self;

    fn add(self, constant: f64) -> Self {
        Self { value: self.value + constant, ..self }
    }
}

impl Mul<f64> for Jet {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            gradient: scaled(&self.gradient, factor),
            hessian: self.hessian.map(|row| scaled(&row, factor)),
        }
    }
}

impl Size for Jet {
    fn recip(self) -> Self {
        let inverse = self.value.recip();
        self.through([inverse, -inverse.powi(2), 2.0 * inverse.powi(3)])
    }

    fn expert_coverage(self, top_k: f64, tokens: f64) -> Self {
        let experts = self.value;
        let value = experts.expert_coverage(top_k, tokens);
        // u: the chance that one token leaves an expert alone; N = E·(1 − u^T), du/dE = K/E².
        let (active, spared) = (top_k / experts, (1.0 - top_k / experts).max(0.0));
        let slope = 1.0 - spared.powf(tokens) - tokens * active * spared.powf(tokens - 1.0);
        // One token touches K experts however many there are.
        let curvature = if tokens == 1.0 {
            0.0
        } else {
            -tokens * (tokens - 1.0) * active * active / experts * spared.powf(tokens - 2.0)
        };
        self.through([value, slope, curvature])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::largest;
    use proptest::prelude::*;

    /// Each derivative against a difference of the one below it.
    fn assert_consistent(function: impl Fn(&Point<Jet>) -> Jet, at: [f64; 5]) {
        const STEP: f64 = 1e-5;
        let jet = function(&Point::at(&at));
        let steepest = jet.hessian.iter().map(largest).fold(0.0, f64::max);
        for place in 0..Point::DIMENSIONS {
            let beside = |step: f64| {
                let mut moved = at;
                moved[place] += step;
                function(&Point::at(&moved))
            };
            let (above, below) = (beside(STEP), beside(-STEP));
            let slope = (above.value - below.value) / (2.0 * STEP);
            let scale = jet.value.abs() + largest(&jet.gradient) + steepest;
            assert!((jet.gradient[place] - slope).abs() <= 1e-7 * scale, "{place}: {} {slope}", jet.gradient[place]);
            for (other, row) in jet.hessian.iter().enumerate() {
                let curvature = (above.gradient[other] - below.gradient[other]) / (2.0 * STEP);
                assert!((row[place] - curvature).abs() <= 1e-6 * scale, "{place} {other}");
                assert!((row[place] - jet.hessian[place][other]).abs() <= 1e-12 * (1.0 + steepest), "{place} {other}");
            }
        }
    }

    proptest! {
        #[test]
        fn derivatives_are_those_of_the_function(
            at in prop::array::uniform5(-1.0..2.0f64), p in 1.0..20.0f64, tokens in 1u32..20, rho in -3.0..-0.1f64,
        ) {
            let at = [at[0], at[1], at[2], at[3], rho];
            assert_consistent(|x| x.layers * x.width * x.gqa.recip() + x.ffn_ratio * x.rho * 3.0 + 1.0, at);
            assert_consistent(|x| (x.layers * x.width + x.gqa).ln(), at);
            assert_consistent(|x| (x.layers * x.width).larger(x.gqa * x.width * 2.0, p), at);
            assert_consistent(|x| (x.rho.recip() * 2.0).expert_coverage(2.0, f64::from(tokens)) * x.width, at);
        }
    }

    #[test]
    fn a_rounded_kink_is_never_below_and_hardly_above() {
        let jet = |value| Jet::constant(value);
        for (a, b) in [(2.0, 3.0), (3.0, 3.0), (1e-9, 1e9), (0.0, 2.0)] {
            let larger: f64 = f64::max(a, b);
            let value = jet(a).larger(jet(b), 64.0).value;
            assert!(value >= larger * (1.0 - 1e-12) && value <= larger * 2.0_f64.powf(1.0 / 64.0) * (1.0 + 1e-12));
        }
    }
}
