//! What is drawn against width: the best depth, activation rate, ratio and loss that the budgets leave at each width.

use super::answer::{Answered, AtWidth};
use super::table::Way;
use engine::theory::{NoOptimum, Point};
use report::theory::words;

/// A quantity against width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the quantities'")]
pub enum Curve {
    Layers,
    Rho,
    Perplexity,
    FfnRatio,
    Gqa,
}

impl Curve {
    /// In the order in which they take room.
    pub const ALL: [Self; 5] = [Self::Layers, Self::Rho, Self::Perplexity, Self::FfnRatio, Self::Gqa];

    /// Over its plot.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Layers => "l*(d)",
            Self::Rho => "ρ*(d)",
            Self::Perplexity => "perplexity along d",
            Self::FfnRatio => "r*(d)",
            Self::Gqa => "gqa*(d)",
        }
    }

    /// Its value at a place with this loss.
    pub fn of(self, (point, loss): &(Point, f64)) -> f64 {
        match self {
            Self::Layers => point.layers,
            Self::Rho => point.rho,
            Self::Perplexity => loss.exp(),
            Self::FfnRatio => point.ffn_ratio,
            Self::Gqa => point.gqa,
        }
    }

    /// The space's ends of it; none for what has none.
    pub const fn ends(self, answered: &Answered) -> Option<[f64; 2]> {
        let domain = &answered.domain;
        match self {
            Self::Layers => Some(domain.layers),
            Self::Rho => Some(domain.rho),
            Self::FfnRatio => Some(domain.ffn_ratio),
            Self::Gqa => Some(domain.gqa),
            Self::Perplexity => None,
        }
    }

    /// Widths and values along a way, in pieces without gaps.
    pub fn pieces(self, answered: &Answered, way: Way) -> Vec<Vec<(f64, f64)>> {
        let place = |at: &AtWidth| match way {
            Way::Closed => at.closed,
            Way::Simplified => at.simplified.as_ref().ok().copied(),
            Way::Operators => at.operators.as_ref().ok().copied(),
            Way::Rounded | Way::Swept => None,
        };
        let mut pieces: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for at in &answered.curve {
            match place(at).map(|place| self.of(&place)).filter(|value| value.is_finite() && *value > 0.0) {
                Some(value) => pieces.last_mut().into_iter().for_each(|piece| piece.push((at.width, value))),
                None if pieces.last().is_some_and(Vec::is_empty) => {}
                None => pieces.push(Vec::new()),
            }
        }
        pieces
    }
}

/// Why neither model has an optimum at any width. `None` where one has. "Nothing keeps the budgets" is said only where
/// that is so.
pub fn nothing_at_all(answered: &Answered) -> Option<&'static str> {
    let mut all = answered.curve.iter().flat_map(|at| [&at.simplified, &at.operators]);
    if all.clone().any(Result::is_ok) {
        return None;
    }
    let infeasible = all.all(|found| matches!(found, Err(NoOptimum::Infeasible { .. })));
    Some(if infeasible { "nothing keeps these budgets at any width" } else { "not solved at any width" })
}

/// `not solved at 3 of 29 widths`: where a curve has gaps because the solver ended short of an optimum.
pub fn gaps(answered: &Answered, of: impl Fn(&AtWidth) -> &Result<(Point, f64), NoOptimum>) -> Option<String> {
    let is_gap = |at: &&AtWidth| matches!(of(at), Err(NoOptimum::NotConverged { .. }));
    let gaps = answered.curve.iter().filter(is_gap).count();
    words::gaps(gaps, answered.curve.len())
}
