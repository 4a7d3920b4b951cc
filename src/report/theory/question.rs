//! The best architecture of real sizes under budgets: what is known when it is asked for.

use engine::architecture::Architecture;
use engine::budget::{Budgets, Limit};
use engine::hardware::Hardware;
use engine::law::LossLaw;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::theory::{ClosedForm, ClosedForms, CostModel, Domain, Ends, NoClosedForm, Problem, Quanta, Regime};

use super::pricing::Pricing;

/// What predicts the costs of real sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Costs {
    /// All operators, as everywhere else.
    Operators,
    /// The paper's Eq. 29, 39 and 42, which its closed forms are derived for.
    Simplified,
}

impl Costs {
    /// As documents and tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operators => "operators",
            Self::Simplified => "simplified",
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// In the number format of the estimator.
    pub law: &'a LossLaw,
    /// The board behind the estimator.
    pub hardware: &'a Hardware,
    /// How the sweep prices.
    pub estimator: Estimator,
    /// What is allowed.
    pub budgets: Budgets,
    /// Its ends are the domain's.
    pub space: &'a Space,
    /// The ends of the space.
    pub domain: Domain,
    /// By both cost models.
    pub pricing: Pricing,
}

impl<'a> Question<'a> {
    /// About the whole space.
    pub fn new(
        law: &'a LossLaw,
        (hardware, estimator): (&'a Hardware, Estimator),
        space: &'a Space,
        budgets: Budgets,
    ) -> Self {
        let pricing = Pricing::of(hardware, &estimator, space);
        Self { law, hardware, estimator, budgets, space, domain: Domain::of(space), pricing }
    }

    /// Of one cost model.
    pub fn problem(&self, costs: Costs) -> Problem<'_> {
        let Self { law, budgets, domain, .. } = *self;
        Problem { law: &law.coefficients, costs: self.costs(costs), budgets, domain }
    }

    /// The cost model.
    pub const fn costs(&self, costs: Costs) -> &dyn CostModel {
        match costs {
            Costs::Operators => &self.pricing.operators,
            Costs::Simplified => &self.pricing.simplified,
        }
    }

    /// Steps of what can be built.
    pub fn quanta(&self) -> Quanta {
        Quanta::of(self.space, self.estimator.precision())
    }

    /// The paper's closed forms, which are those of the simplified costs.
    pub fn forms(&self) -> Result<ClosedForms, NoClosedForm> {
        ClosedForms::new(&self.law.coefficients, self.pricing.simplified, self.budgets, self.domain)
    }

    /// The closed form at its best width; `regime` is that of the simplified optimum.
    pub fn best_form(&self, regime: Regime, ends: Ends) -> Result<ClosedForm, NoClosedForm> {
        self.forms()?.best_width(regime, self.domain.width, ends)
    }

    /// The budgets that a shape exceeds as all other commands price it, with what it takes.
    pub fn over_by_operators(&self, shape: &Architecture) -> Vec<(Limit, f64)> {
        let taken =
            self.budgets.active().map(|(limit, most)| (limit, self.pricing.operators.cost_of(limit, shape), most));
        taken.filter(|(_, takes, most)| takes > most).map(|(limit, takes, _)| (limit, takes)).collect()
    }
}
