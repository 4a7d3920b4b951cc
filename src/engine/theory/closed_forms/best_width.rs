//! d*: where the loss along the closed forms no longer falls with width (Eq. 62).
//!
//! From values alone a minimum is found to half the digits at best. So d* is found as the root of the derivative, which
//! the envelope theorem gives exactly.

use argmin::core::{CostFunction, Error, Executor, IterState, State};
use argmin::solver::brent::BrentRoot;

use super::condition::{Condition, Verdict};
use super::{ClosedForm, ClosedForms, Ends, NoClosedForm};
use crate::statistics::mean;
use crate::theory::Regime;
use crate::units::significant;

/// Widths that are tried before a root is searched for, because the coupled forms may have several minima and gaps.
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

/// What a form at the best width borders on, where the derivative does not vanish there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Narrowest,
    Widest,
    /// Widths where there is no form.
    Gap,
}

impl ClosedForms {
    /// The form at the best width between two finite ends. A condition says whether d* is inside.
    pub fn best_width(&self, regime: Regime, [low, high]: [f64; 2], ends: Ends) -> Result<ClosedForm, NoClosedForm> {
        let step = (high / low).ln() / (WIDTHS - 1) as f64;
        let width = |place: usize| if place == WIDTHS - 1 { high } else { low * (step * place as f64).exp() };
        let widths: Vec<f64> = (0..WIDTHS).map(width).collect();
        let forms = self.curve(regime, &widths, ends);
        let roots = forms.windows(2).flat_map(|pair| match pair {
            [Ok(left), Ok(right)] if left.width_slope <= 0.0 && right.width_slope >= 0.0 => {
                let between = [left.point.width.ln(), right.point.width.ln()];
                match self.root(regime, between, ends) {
                    Some(root) => vec![(root, None)],
                    // The search met a width without a form.
                    None => vec![(left.clone(), Some(Edge::Gap)), (right.clone(), Some(Edge::Gap))],
                }
            }
            _ => Vec::new(),
        });
        let edges = (0..WIDTHS).filter_map(|place| {
            let form = forms[place].as_ref().ok()?;
            Some((form.clone(), Some(edge(&forms, place, form.width_slope)?)))
        });
        let Some((mut best, edge)) = roots.chain(edges).min_by(|(a, _), (b, _)| a.loss.total_cmp(&b.loss)) else {
            let failure = forms.into_iter().find_map(Result::err);
            return Err(failure.unwrap_or(NoClosedForm::Outside { regime, width: low }));
        };
        let value = best.point.width;
        let verdict = if edge.is_none() { Verdict::Holds } else { Verdict::Fails };
        let sentence = in_words(&significant(value, 4), edge);
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

/// The edge at this place towards which, and so beyond which, the loss does not rise.
fn edge(forms: &[Result<ClosedForm, NoClosedForm>], place: usize, slope: f64) -> Option<Edge> {
    let towards = |neighbour: Option<&Result<ClosedForm, NoClosedForm>>, end| match neighbour {
        None => Some(end),
        Some(Err(_)) => Some(Edge::Gap),
        Some(Ok(_)) => None,
    };
    let narrower = place.checked_sub(1).and_then(|place| forms.get(place));
    let below = (slope >= 0.0).then(|| towards(narrower, Edge::Narrowest)).flatten();
    below.or_else(|| (slope <= 0.0).then(|| towards(forms.get(place + 1), Edge::Widest)).flatten())
}

fn in_words(width: &str, edge: Option<Edge>) -> String {
    let with_form = format!("the best width with such a form, {width},");
    match edge {
        None => format!("d* = {width} is inside the widths allowed"),
        Some(Edge::Narrowest) => format!("{with_form} is the first one allowed: the loss still falls below it"),
        Some(Edge::Widest) => format!("{with_form} is the last one allowed: the loss still falls beyond it"),
        Some(Edge::Gap) => format!("{with_form} borders on widths without one: the loss still falls towards them"),
    }
}

/// The power p with which a quantity follows another, y ∝ x^p: the slope through their logarithms. NaN for less than two
/// different x.
pub fn power(pairs: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let means = (mean(logs.iter().map(|(x, _)| *x)), mean(logs.iter().map(|(_, y)| *y)));
    let (Some(mean_x), Some(mean_y)) = means else { return f64::NAN };
    let covariance: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    covariance / logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>()
}
