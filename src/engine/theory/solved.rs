//! A model's optimum with what is asked of it next: what it takes, what holds it, and what more of that would buy.
//!
//! Screen and command line show these side by side, so they are computed together.

use super::Regime;
use super::minimise::minimise;
use super::optimum::{NoOptimum, Optimum};
use super::problem::Problem;
use super::sensitivity::{EndSensitivity, Sensitivity, end_sensitivities, sensitivities};
use crate::budget::Limit;

/// An optimum, and what more of what holds it would buy.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// It.
    pub optimum: Optimum,
    /// What it takes of each limit by the problem's own model, in the order of [`Limit::ALL`].
    pub costs: [f64; Limit::COUNT],
    /// Of each budget.
    pub worths: Vec<Sensitivity>,
    /// Of the ends of the domain that hold it, the hardest first.
    pub ends: Vec<EndSensitivity>,
}

impl Solved {
    /// Solves a problem, and again with a step more of each budget and end that binds.
    pub fn of(problem: &Problem<'_>) -> Result<Self, NoOptimum> {
        let optimum = minimise(problem)?;
        Ok(Self {
            costs: Limit::ALL.map(|limit| problem.costs.cost(limit, &optimum.point)),
            worths: sensitivities(problem, &optimum),
            ends: end_sensitivities(problem, &optimum),
            optimum,
        })
    }

    /// The limits that bind.
    pub fn regime(&self) -> Regime {
        Regime::of(self.optimum.binding())
    }
}

/// The limits that bind; none where there is no optimum.
pub fn regime(solved: &Result<Solved, NoOptimum>) -> Regime {
    solved.as_ref().map(Solved::regime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budgets;
    use crate::fixtures::{paper_space, table_6};
    use crate::theory::Domain;
    use crate::theory::fixtures::operator_model;

    #[test]
    fn what_binds_is_spent_and_what_does_not_buys_nothing() {
        let (law, costs) = (table_6(), operator_model("fp16"));
        let budgets = Budgets::NONE.with(Limit::Tpot, 0.01).with(Limit::Memory, 20e9);
        let problem = Problem { law: &law, costs: &costs, budgets, domain: Domain::of(&paper_space()) };
        let solved = Solved::of(&problem).unwrap();
        assert_eq!(solved.regime(), Regime::of([Limit::Tpot]));
        let spent = |limit: Limit| solved.costs[limit.index()];
        assert!((spent(Limit::Tpot) / 0.01 - 1.0).abs() < 1e-9 && spent(Limit::Memory) < 20e9);
        let bought: Vec<(Limit, bool)> = solved.worths.iter().map(|w| (w.limit, w.bought().is_some())).collect();
        assert_eq!(bought, [(Limit::Tpot, true), (Limit::Memory, false)]);
        assert_eq!(solved.ends.len(), solved.optimum.binding_ends().len());
        let narrow = problem.at_width(1024.0);
        let at = Solved::of(&narrow).unwrap();
        assert_eq!((at.optimum.point.width, narrow.budgets), (1024.0, budgets));
        assert!(at.optimum.loss > solved.optimum.loss);
        let none = Solved::of(&Problem { budgets: Budgets::NONE.with(Limit::Total, 1e-9), ..problem });
        assert!(matches!(none, Err(NoOptimum::Infeasible { limit: Limit::Total, .. })));
    }
}
