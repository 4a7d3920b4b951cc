//! The table of optima: five ways to the best architecture side by side.

use super::answer::Answered;
use engine::budget::{Budgets, Limit};
use engine::quantity::Quantity;
use engine::theory::closed_forms::Verdict;
use engine::theory::{Coordinate, regime};
use engine::units;
use report::theory::{Outcome, Outcomes};

/// A way to the best architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the columns'")]
pub enum Way {
    Closed,
    Simplified,
    Operators,
    Rounded,
    Swept,
}

impl Way {
    /// In the order of the columns.
    pub const ALL: [Self; 5] = [Self::Closed, Self::Simplified, Self::Operators, Self::Rounded, Self::Swept];

    /// Over its column.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Closed => "closed form",
            Self::Simplified => "simplified",
            Self::Operators => "operators",
            Self::Rounded => "rounded",
            Self::Swept => "best swept",
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the rows'")]
pub enum Row {
    Size(Coordinate),
    Perplexity,
    Residual,
    Cost(Limit),
    ByOperators(Limit),
}

impl Row {
    /// The rows of an answer. After the sizes come the limits that bind, by either model, then the other limits. Last
    /// come the quantities without a budget, because an optimum has a cost there too. So a small screen cuts what
    /// matters least.
    pub fn of(answered: &Answered) -> Vec<Self> {
        let binding = |limit: &Limit| [&answered.simplified, &answered.operators].iter().any(|s| regime(s).has(*limit));
        let (holding, others): (Vec<Limit>, Vec<Limit>) = answered.limits().partition(binding);
        let priced = [Limit::Total, Limit::Tpot, Limit::Memory];
        let unlimited = priced.into_iter().filter(|limit| {
            limit.is_of(answered.inquiry.question.workload) && answered.inquiry.budgets.get(*limit).is_none()
        });
        Coordinate::ALL
            .into_iter()
            .map(Self::Size)
            .chain([Self::Perplexity])
            .chain(holding.into_iter().flat_map(|limit| [Self::Cost(limit), Self::ByOperators(limit)]))
            .chain(others.into_iter().chain(unlimited).map(Self::Cost))
            .chain([Self::Residual])
            .collect()
    }

    /// Whether the cell under an outcome is more than is allowed. Solvers may end some millionths beyond a limit.
    pub fn is_over(self, outcome: &Outcome, budgets: &Budgets) -> bool {
        const SLACK: f64 = 1e-4;
        let (limit, costs) = match self {
            Self::Cost(limit) => (limit, &outcome.costs),
            Self::ByOperators(limit) => (limit, &outcome.by_operators),
            _ => return false,
        };
        budgets.get(limit).is_some_and(|allowed| costs[limit.index()] > allowed * (1.0 + SLACK))
    }

    /// Before its cells.
    pub fn label(self) -> String {
        let label = match self {
            Self::Size(Coordinate::Rho) => "ρ = K/E",
            Self::Size(coordinate) => coordinate.quantity().heading(),
            Self::Perplexity => Quantity::PERPLEXITY.heading(),
            Self::Residual => "residual",
            Self::Cost(limit) => limit.label(),
            Self::ByOperators(limit) => return format!("{} op.", limit.label()),
        };
        label.to_owned()
    }

    /// The cell under an outcome.
    pub fn text(self, outcome: &Outcome) -> String {
        match self {
            Self::Size(coordinate) => coordinate.quantity().real_text(outcome.point.get(coordinate), 3),
            Self::Perplexity => Quantity::PERPLEXITY.text(outcome.loss.exp()),
            Self::Cost(limit) => limit.text(outcome.costs[limit.index()]),
            Self::ByOperators(limit) => limit.text(outcome.by_operators[limit.index()]),
            Self::Residual => outcome.residual.map_or_else(|| "–".to_owned(), units::residual),
        }
    }
}

/// The result of one way to the best architecture. `None` where it has none; the notes say why.
pub fn outcome(answered: &Answered, way: Way) -> Option<&Outcome> {
    let Outcomes { closed, simplified, operators, rounded } = &answered.outcomes;
    match way {
        Way::Closed => closed.as_ref(),
        Way::Simplified => simplified.as_ref(),
        Way::Operators => operators.as_ref(),
        Way::Rounded => rounded.as_ref(),
        Way::Swept => answered.swept.as_ref()?.best.as_ref().map(|(_, outcome)| outcome),
    }
}

/// Whether a way's conditions fail, so that its loss is of something that cannot be had.
pub fn fails(answered: &Answered, way: Way) -> bool {
    way == Way::Closed
        && answered
            .closed
            .as_ref()
            .is_ok_and(|form| form.conditions.iter().any(|condition| condition.verdict == Verdict::Fails))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::theory::Point;

    #[test]
    fn cells_have_few_digits_and_the_residual_its_magnitude() {
        let point = Point { layers: 14.266, width: 1791.6, ffn_ratio: 0.5, gqa: 27.99, rho: 0.0625 };
        let (costs, by_operators) = ([0.1, 0.02, 0.005, 2.0, 3e9], [0.18, 0.02, 0.005, 2.0, 3e9]);
        let outcome = Outcome { point, loss: 3.2, costs, by_operators, residual: Some(3.4e-10) };
        let rows = Coordinate::ALL.into_iter().map(Row::Size).chain([Row::Perplexity, Row::Residual]);
        let (labels, cells): (Vec<String>, Vec<String>) = rows.map(|row| (row.label(), row.text(&outcome))).unzip();
        assert_eq!(labels, ["layers", "width", "r", "gqa", "ρ = K/E", "perplexity", "residual"]);
        assert_eq!(cells, ["14.3", "1792", "0.500", "28.0", "0.0625", "24.53", "3e-10"]);
        assert_eq!(Row::Cost(Limit::Total).text(&outcome), "100 ms");
        assert_eq!(Row::ByOperators(Limit::Total).text(&outcome), "180 ms");
        let budgets = Budgets::NONE.with(Limit::Total, 0.1 * (1.0 - 1e-6));
        assert!(
            !Row::Cost(Limit::Total).is_over(&outcome, &budgets)
                && !Row::Size(Coordinate::Rho).is_over(&outcome, &budgets)
        );
        assert!(Row::ByOperators(Limit::Total).is_over(&outcome, &budgets));
        assert!(!Row::ByOperators(Limit::Memory).is_over(&outcome, &budgets), "nothing is allowed of it");
        assert_eq!(Row::Residual.text(&Outcome { residual: Some(0.0), ..outcome }), "< 1e-12");
        assert_eq!(
            Row::Size(Coordinate::Layers).text(&Outcome { point: Point { layers: 16.0, ..point }, ..outcome }),
            "16"
        );
    }
}
