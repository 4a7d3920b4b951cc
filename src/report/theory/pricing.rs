//! The result of one way to the best architecture, and what it costs by both models.

use engine::architecture::Architecture;
use engine::budget::Limit;
use engine::hardware::Hardware;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::theory::{ClosedForm, CostModel, OperatorModel, Optimum, Point, Simplified, Solved};

/// One column: where it leads, and what that costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Where.
    pub point: Point,
    /// Nats per token.
    pub loss: f64,
    /// Of each limit, what it takes by its own model.
    pub costs: [f64; Limit::COUNT],
    /// The same by the operator model.
    pub by_operators: [f64; Limit::COUNT],
    /// What is left of the conditions of an optimum; none for what is not solved for.
    pub residual: Option<f64>,
}

/// Where the solved ways lead, priced once for all frames.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are the ways'")]
pub struct Outcomes {
    pub closed: Option<Outcome>,
    pub simplified: Option<Outcome>,
    pub operators: Option<Outcome>,
    pub rounded: Option<Outcome>,
}

/// Prices points of real sizes, and shapes that can be built, by both models.
#[derive(Debug, Clone, Copy)]
pub struct Pricing {
    /// As the theory sees the board.
    pub simplified: Simplified,
    /// As the sweep prices.
    pub operators: OperatorModel,
}

impl Pricing {
    /// Of a board as an estimator sees it.
    pub fn of(hardware: &Hardware, estimator: &Estimator, space: &Space) -> Self {
        Self { simplified: Simplified::of(hardware, estimator), operators: OperatorModel::of(space, *estimator) }
    }

    /// An optimum of either model.
    pub fn solved(&self, solved: &Solved) -> Outcome {
        let Optimum { point, loss, .. } = solved.optimum;
        let residual = Some(solved.optimum.kkt_residual());
        Outcome { point, loss, costs: solved.costs, by_operators: costs(&self.operators, &point), residual }
    }

    /// A closed form.
    pub fn closed(&self, form: &ClosedForm) -> Outcome {
        Outcome {
            point: form.point,
            loss: form.loss,
            costs: costs(&self.simplified, &form.point),
            by_operators: costs(&self.operators, &form.point),
            residual: Some(form.convergence.residual),
        }
    }

    /// A shape that can be built, which is priced as it is.
    pub fn built(&self, shape: &Architecture, loss: f64) -> Outcome {
        let costs = Limit::ALL.map(|limit| self.operators.cost_of(limit, shape));
        Outcome { point: Point::of(shape), loss, costs, by_operators: costs, residual: None }
    }
}

fn costs(model: &dyn CostModel, point: &Point) -> [f64; Limit::COUNT] {
    Limit::ALL.map(|limit| model.cost(limit, point))
}
