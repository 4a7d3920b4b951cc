//! d*: where the loss along the closed forms no longer falls with width (Eq. 62).
//!
//! A minimum is found from its values to half the digits at best, so d* is sought as the root of the derivative, which
//! the envelope theorem gives exactly.

use argmin::core::{CostFunction, Error, Executor, IterState, State};
use argmin::solver::brent::BrentRoot;

use super::condition::{Condition, Verdict};
use super::{ClosedForm, ClosedForms, Ends, NoClosedForm};
use crate::engine::theory::Regime;
use crate::units::significant;

/// Widths that are looked at before a root is sought: the coupled forms may have several minima, and gaps.
const WIDTHS: usize = 33;
/// In ln d.
const TOLERANCE: f64 = 1e-14;
const MOST_ITERATIONS: u64 = 200;

struct Slope<'a> {
    theory: &'a ClosedForms,
    regime: Regime,
    ends: Ends,
}

impl CostFunction for Slope<'_> {
    type Param = f64;
    type Output = f64;

    fn cost(&self, ln_width: &f64) -> Result<f64, Error> {
        let form = self.theory.at(self.regime, ln_width.exp(), self.ends)?;
        Ok(form.width_slope)
    }
}

impl ClosedForms {
    /// The form at the best width between two finite ends; a condition says whether d* is one of them.
    pub fn best_width(&self, regime: Regime, [low, high]: [f64; 2], ends: Ends) -> Result<ClosedForm, NoClosedForm> {
        let step = (high / low).ln() / (WIDTHS - 1) as f64;
        let width = |place: usize| if place == WIDTHS - 1 { high } else { low * (step * place as f64).exp() };
        let forms: Vec<_> = (0..WIDTHS).map(|place| self.at(regime, width(place), ends)).collect();
        let mut best: Option<ClosedForm> = None;
        let mut offer = |form: ClosedForm| {
            if best.as_ref().is_none_or(|best| form.loss < best.loss) {
                best = Some(form);
            }
        };
        for pair in forms.windows(2) {
            let [Ok(left), Ok(right)] = pair else { continue };
            if left.width_slope < 0.0 && right.width_slope > 0.0 {
                let between = [left.point.width.ln(), right.point.width.ln()];
                if let Some(root) = self.root(regime, between, ends) {
                    offer(root);
                }
            }
        }
        let mut failure = NoClosedForm::Outside { regime, width: low };
        for form in forms {
            match form {
                Ok(form) => offer(form),
                Err(error) => failure = error,
            }
        }
        let mut best = best.ok_or(failure)?;
        let inside = best.width_slope.abs() < 1e-9;
        let value = best.point.width;
        let sentence = if inside {
            format!("d* = {} is inside the widths allowed", significant(value, 4))
        } else {
            format!(
                "the best width with such a form, {}, is the last one allowed: the loss still falls beyond it",
                significant(value, 4)
            )
        };
        let verdict = if inside { Verdict::Holds } else { Verdict::Fails };
        best.conditions.push(Condition { what: "d* inside", verdict, value, needed: [low, high], sentence });
        Ok(best)
    }

    fn root(&self, regime: Regime, [low, high]: [f64; 2], ends: Ends) -> Option<ClosedForm> {
        let slope = Slope { theory: self, regime, ends };
        let result = Executor::new(slope, BrentRoot::new(low, high, TOLERANCE))
            .configure(|state: IterState<f64, (), (), (), (), f64>| state.max_iters(MOST_ITERATIONS))
            .ctrlc(false)
            .run()
            .ok()?;
        let ln_width = *result.state().get_best_param()?;
        self.at(regime, ln_width.exp(), ends).ok()
    }
}

/// The power p with which a quantity follows another, y ∝ x^p: the slope through their logarithms. NaN for less than two
/// different x.
pub fn power(pairs: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logs.len() as f64;
    let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let covariance: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    covariance / logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>()
}
