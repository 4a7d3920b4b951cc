//! Eq. 1 over real sizes: what is asked.

use super::Domain;
use super::costs::CostModel;
use crate::budget::Budgets;
use crate::law::Coefficients;

/// Minimise the loss within budgets and a domain.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    /// The loss.
    pub law: &'a Coefficients,
    /// What budgets are spent on.
    pub costs: &'a dyn CostModel,
    /// What may be spent.
    pub budgets: Budgets,
    /// Where to look.
    pub domain: Domain,
}

impl Problem<'_> {
    /// The same where the width is given.
    #[must_use]
    pub fn at_width(&self, width: f64) -> Self {
        Self { domain: Domain { width: [width; 2], ..self.domain }, ..*self }
    }
}
