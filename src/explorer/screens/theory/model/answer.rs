//! One question to the theory, and everything that it says.
//!
//! The answer carries its question, because a slider may have moved meanwhile, and numbers of another budget must be
//! recognised. The multipliers of the optimum of the simplified model say which limits bind. The closed forms are those
//! of that regime, because they are derived for that model.

use std::sync::{Arc, Weak};

use crate::explorer::vocabulary::Question;
use engine::architecture::Architecture;
use engine::budget::{Budgets, Limit};
use engine::hardware::Hardware;
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::law::fit::Watch;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::theory::{
    ClosedForm, Domain, Ends, NoClosedForm, NoNeighbour, NoOptimum, OperatorModel, Point, Problem, Rounded, Simplified,
    Solved, minimise, regime, round,
};
use report::theory::{Costs, Outcome, Outcomes, Pricing, Question as Asked};

/// What the theory is asked.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// Edition of the law, board in its mode, number format and workload.
    pub question: Question,
    /// The law of that edition in that number format.
    pub law: LossLaw,
    /// How the sweep prices.
    pub estimator: Estimator,
    /// The board behind the estimator.
    pub hardware: Hardware,
    /// The space: its ends are the domain's.
    pub space: Arc<Space>,
    /// What is allowed.
    pub budgets: Budgets,
}

/// The question stands for law, estimator and board. Candidates are not part of it: a search finds more of them many
/// times a second, and no optimum depends on them.
impl PartialEq for Inquiry {
    fn eq(&self, other: &Self) -> bool {
        self.question == other.question && self.budgets == other.budgets && self.space == other.space
    }
}

impl Inquiry {
    /// As the theory sees the board.
    pub fn simplified(&self) -> Simplified {
        Simplified::of(&self.hardware, &self.estimator)
    }

    /// As the sweep prices.
    pub fn operators(&self) -> OperatorModel {
        OperatorModel::of(&self.space, self.estimator)
    }

    /// By both models.
    fn pricing(&self) -> Pricing {
        Pricing::of(&self.hardware, &self.estimator, &self.space)
    }

    /// For the theory.
    fn asked(&self) -> Asked<'_> {
        Asked::new(&self.law, (&self.hardware, self.estimator), &self.space, self.budgets)
    }
}

/// The best feasible candidate of one landscape. It is not part of [`theorise`], because a search has the next
/// landscape long before the theory could be asked again.
#[derive(Debug, Clone)]
pub struct Swept {
    /// The landscape, which is not kept alive.
    landscape: Weak<Landscape>,
    /// The candidate and what it costs; none where none keeps the budgets.
    pub best: Option<(Architecture, Outcome)>,
}

impl Swept {
    /// Looks for it.
    pub fn of(landscape: &Arc<Landscape>, inquiry: &Inquiry) -> Self {
        let best = landscape.best_within(&inquiry.budgets).map(|index| {
            let shape = landscape.sweep.architecture(index);
            (shape, inquiry.pricing().built(&shape, landscape.sweep.loss[index]))
        });
        Self { landscape: Arc::downgrade(landscape), best }
    }

    /// Whether it is of this landscape.
    pub fn is_of(&self, landscape: &Arc<Landscape>) -> bool {
        std::ptr::eq(self.landscape.as_ptr(), Arc::as_ptr(landscape))
    }
}

/// What the theory says.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Of what.
    pub inquiry: Inquiry,
    /// The ends of the space.
    pub domain: Domain,
    /// The optimum of the simplified model.
    pub simplified: Result<Solved, NoOptimum>,
    /// The optimum of the operator model.
    pub operators: Result<Solved, NoOptimum>,
    /// What can be built next to that; none where there is no optimum.
    pub rounded: Option<Result<Rounded, NoNeighbour>>,
    /// The closed form at its best width, in the regime that the simplified model is in.
    pub closed: Result<ClosedForm, NoClosedForm>,
    /// Where all of these lead.
    pub outcomes: Outcomes,
    /// The best of the sweep; none before it is looked for.
    pub swept: Option<Swept>,
    /// The optima at given widths, rising.
    pub curve: Vec<AtWidth>,
}

/// The optima at one width.
#[derive(Debug, Clone, PartialEq)]
pub struct AtWidth {
    /// d.
    pub width: f64,
    /// Place and loss of the optimum of the simplified model. There is none if nothing keeps the budgets, or if the
    /// solver ended before it got there.
    pub simplified: Result<(Point, f64), NoOptimum>,
    /// Of the operator model's.
    pub operators: Result<(Point, f64), NoOptimum>,
    /// Of the closed form, wherever its regime has one.
    pub closed: Option<(Point, f64)>,
}

/// Widths at which curves are computed.
const WIDTHS: usize = 29;
/// How far beyond the space's ends they go: what would be gained there is part of the answer.
const BEYOND: f64 = 1.4;

/// Asks the theory; nothing if `watch` stops it.
pub fn theorise(inquiry: &Inquiry, watch: &dyn Watch) -> Option<Answered> {
    let asked = inquiry.asked();
    let (domain, pricing) = (asked.domain, asked.pricing);
    let [in_theory, by_operators] = [Costs::Simplified, Costs::Operators].map(|costs| asked.problem(costs));
    let (simplified, operators) = (Solved::of(&in_theory), Solved::of(&by_operators));
    let rounded = operators.as_ref().ok().map(|solved| round(&by_operators, &solved.optimum, &asked.quanta()));
    let forms = asked.forms();
    let regime = regime(&simplified);
    let closed = asked.best_form(regime, Ends::Reported);
    let mut curve = Vec::with_capacity(WIDTHS);
    for width in widths(domain.width) {
        if watch.cancelled() {
            return None;
        }
        let place = |problem: &Problem<'_>| minimise(&problem.at_width(width)).map(|found| (found.point, found.loss));
        let form = forms.as_ref().ok().and_then(|forms| forms.at(regime, width, Ends::Reported).ok());
        curve.push(AtWidth {
            width,
            simplified: place(&in_theory),
            operators: place(&by_operators),
            closed: form.map(|form| (form.point, form.loss)),
        });
    }
    let outcomes = Outcomes {
        closed: closed.as_ref().ok().map(|form| pricing.closed(form)),
        simplified: simplified.as_ref().ok().map(|solved| pricing.solved(solved)),
        operators: operators.as_ref().ok().map(|solved| pricing.solved(solved)),
        rounded: rounded.iter().flatten().next().map(|found| pricing.built(&found.architecture, found.loss)),
    };
    let inquiry = inquiry.clone();
    Some(Answered { inquiry, domain, simplified, operators, rounded, closed, outcomes, swept: None, curve })
}

/// Equal ratios apart, through both ends of the space.
fn widths([low, high]: [f64; 2]) -> impl Iterator<Item = f64> {
    let (from, to) = ((low / BEYOND).ln(), (high * BEYOND).ln());
    (0..WIDTHS).map(move |place| (from + (to - from) * place as f64 / (WIDTHS - 1) as f64).exp())
}

impl Answered {
    /// The limits that the question sets.
    pub fn limits(&self) -> impl Iterator<Item = Limit> {
        self.inquiry.budgets.active().map(|(limit, _)| limit)
    }
}
