//! What the theory says, as a document.

use serde::{Serialize, Serializer};

use super::Question;
use crate::cli::args::TheoryCosts;
use engine::architecture::Architecture;
use engine::budget::{Budgets, Limit};
use engine::law::DatasetIdentity;
use engine::precision::Precision;
use engine::roofline::Attention;
use engine::theory::closed_forms::{Condition, Convergence};
use engine::theory::{
    ClosedForm, Coordinate, CostModel, EndSensitivity, Ends, Kkt, NoNeighbour, NoOptimum, Optimum, Point, PrintedD3,
    Regime, Sensitivity, Solved, deviations, minimise, regime, round,
};
use engine::workload::Workload;
use report::{ArchitecturePart, LawPart, ProfilePart, Warning};

/// The document. The keys of the answer that was asked for stand at the top as well.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) costs: &'static str,
    #[serde(flatten)]
    pub(super) answer: Answer,
    pub(super) operators: Answer,
    pub(super) simplified: Answer,
    pub(super) closed_form: Option<FormPart>,
    /// Why there is none.
    pub(super) no_closed_form: Option<String>,
    pub(super) sweep_best: Option<Built>,
    /// Why there is none.
    pub(super) no_sweep_best: Option<String>,
    budgets: Budgets,
    space: String,
    space_origin: Option<String>,
    law: LawPart,
    dataset: Option<DatasetIdentity>,
    profile: ProfilePart,
    #[serde(flatten)]
    precision: Precision,
    workload: Workload,
    attention: Attention,
    #[serde(serialize_with = "in_words")]
    warnings: Vec<Warning>,
    #[serde(skip)]
    regime: Regime,
    #[serde(skip)]
    asked: TheoryCosts,
}

/// The document with the best at each width, which only programs read.
#[derive(Debug, Serialize)]
pub(super) struct WithCurve<'a> {
    #[serde(flatten)]
    report: &'a Report,
    curve: Vec<AtWidth>,
}

/// One cost model's optimum.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Answer {
    pub(super) regime: Regime,
    pub(super) regime_in_words: String,
    /// P1, D1, D2 = P2, P3, D3; null where the paper has no name for it.
    pub(super) paper_regime: Option<&'static str>,
    pub(super) optimum: Option<Point>,
    /// Why there is none.
    pub(super) no_optimum: Option<String>,
    pub(super) loss: Option<f64>,
    pub(super) perplexity: Option<f64>,
    pub(super) kkt_residual: Option<f64>,
    kkt: Option<Kkt>,
    /// Variables that nothing decides.
    undetermined: Vec<Coordinate>,
    #[serde(skip)]
    pub(super) undetermined_in_words: Option<String>,
    pub(super) takes: Option<Takes>,
    pub(super) sensitivities: Vec<InWords<Sensitivity>>,
    /// Of the ends of the space that stop it.
    pub(super) ends: Vec<InWords<EndSensitivity>>,
    pub(super) rounded: Option<Built>,
    /// Why nothing near can be built.
    pub(super) not_rounded: Option<String>,
    #[serde(skip)]
    shape: Option<Architecture>,
    /// Budgets that what is to be built exceeds by the operator model, with what it takes.
    #[serde(skip)]
    pub(super) over_by_operators: Vec<(Limit, f64)>,
}

/// What a shape takes of each limit by the cost model that it was sought with; null where that is not known.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Takes {
    pub(super) total_s: f64,
    pub(super) prefill_s: f64,
    pub(super) tpot_s: f64,
    pub(super) energy_at_power_budget_j: f64,
    pub(super) memory_bytes: f64,
}

impl Takes {
    fn at(costs: &dyn CostModel, point: &Point) -> Self {
        Self::of(|limit| costs.cost(limit, point))
    }

    fn of(cost: impl Fn(Limit) -> f64) -> Self {
        Self {
            total_s: cost(Limit::Total),
            prefill_s: cost(Limit::Prefill),
            tpot_s: cost(Limit::Tpot),
            energy_at_power_budget_j: cost(Limit::Energy),
            memory_bytes: cost(Limit::Memory),
        }
    }
}

/// Something with its sentence.
#[derive(Debug, Clone, Serialize)]
pub(super) struct InWords<T> {
    #[serde(flatten)]
    what: T,
    pub(super) words: String,
}

impl<T: ToString> From<T> for InWords<T> {
    fn from(what: T) -> Self {
        Self { words: what.to_string(), what }
    }
}

/// A shape that can be built.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Built {
    pub(super) architecture: ArchitecturePart,
    pub(super) loss: f64,
    pub(super) perplexity: f64,
    /// Against the optimum of real sizes; absent where it was not rounded from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) loss_cost_nats: Option<f64>,
    pub(super) takes: Takes,
    /// The same by the operator model, which is that of all other commands.
    pub(super) takes_by_operators: Takes,
}

impl Built {
    pub(super) fn new(question: &Question, costs: &dyn CostModel, shape: &Architecture, loss: f64) -> Self {
        Self {
            architecture: shape.into(),
            loss,
            perplexity: loss.exp(),
            loss_cost_nats: None,
            takes: Takes::of(|limit| costs.cost_of(limit, shape)),
            takes_by_operators: Takes::of(|limit| question.operators.cost_of(limit, shape)),
        }
    }
}

/// The paper's closed form at the best width of the space.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FormPart {
    #[serde(flatten)]
    pub(super) free: FormAt,
    /// The same with r, gqa and ρ put on an end of their range where they leave it; null where that is not needed, or has no
    /// form.
    pub(super) ends_kept: Option<FormAt>,
    /// Where the paper contradicts itself on this regime.
    pub(super) deviations: Vec<&'static str>,
}

/// A closed form at one width.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FormAt {
    pub(super) regime: Regime,
    pub(super) paper_regime: Option<&'static str>,
    pub(super) optimum: Point,
    pub(super) loss: f64,
    pub(super) perplexity: f64,
    pub(super) convergence: Convergence,
    pub(super) held: Vec<&'static str>,
    /// dL*/d ln d, which vanishes at d* (Eq. 62).
    width_slope_nats: f64,
    pub(super) takes: Takes,
    pub(super) conditions: Vec<Condition>,
    pub(super) printed: Option<PrintedD3>,
}

impl FormAt {
    fn new(question: &Question, form: ClosedForm) -> Self {
        Self {
            regime: form.regime,
            paper_regime: form.regime.paper_name(),
            optimum: form.point,
            loss: form.loss,
            perplexity: form.loss.exp(),
            convergence: form.convergence,
            held: form.held,
            width_slope_nats: form.width_slope,
            takes: Takes::at(&question.simplified, &form.point),
            conditions: form.conditions,
            printed: form.printed,
        }
    }
}

/// The best at one width of the space, by the cost model that was asked for, and the closed form as it stands.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AtWidth {
    pub(super) width: f64,
    pub(super) optimum: Option<Point>,
    /// Why there is none.
    pub(super) no_optimum: Option<String>,
    pub(super) loss: Option<f64>,
    pub(super) closed_form: Option<Point>,
    pub(super) closed_form_loss: Option<f64>,
}

impl Answer {
    fn new(question: &Question, costs: &dyn CostModel, solved: &Result<Solved, NoOptimum>) -> Self {
        let problem = question.problem(costs);
        let regime = regime(solved);
        let optimum = solved.as_ref().ok().map(|solved| &solved.optimum);
        let (mut rounded, mut not_rounded, mut shape) = (None, None, None);
        match optimum.map(|optimum| round(&problem, optimum, &question.quanta)) {
            Some(Ok(found)) => {
                shape = Some(found.architecture);
                let built = Built::new(question, costs, &found.architecture, found.loss);
                rounded = Some(Built { loss_cost_nats: Some(found.loss_cost_nats), ..built });
            }
            Some(Err(error)) => not_rounded = Some(NoNeighbour::to_string(&error)),
            None => {}
        }
        let over_by_operators = shape.map(|shape| question.over_by_operators(&shape)).unwrap_or_default();
        Self {
            regime,
            regime_in_words: match solved {
                Ok(_) => regime.to_string(),
                Err(NoOptimum::Infeasible { .. }) => "no optimum".to_owned(),
                Err(_) => "not solved".to_owned(),
            },
            paper_regime: regime.paper_name(),
            optimum: optimum.map(|found| found.point),
            no_optimum: solved.as_ref().err().map(ToString::to_string),
            loss: optimum.map(|found| found.loss),
            perplexity: optimum.map(|found| found.loss.exp()),
            kkt_residual: optimum.map(Optimum::kkt_residual),
            kkt: optimum.map(|found| found.kkt),
            undetermined: optimum.map(|found| found.undetermined.clone()).unwrap_or_default(),
            undetermined_in_words: optimum.and_then(Optimum::undetermined_in_words),
            takes: solved.as_ref().ok().map(|solved| Takes::of(|limit| solved.costs[limit.index()])),
            sensitivities: solved.iter().flat_map(|solved| solved.worths.clone()).map(InWords::from).collect(),
            ends: solved.iter().flat_map(|solved| solved.ends.clone()).map(InWords::from).collect(),
            rounded,
            not_rounded,
            shape,
            over_by_operators,
        }
    }

    /// What is to be built.
    pub(super) const fn shape(&self) -> Option<&Architecture> {
        self.shape.as_ref()
    }
}

impl Report {
    pub(super) fn new(
        question: &Question,
        costs: TheoryCosts,
        (operators, simplified): (&Result<Solved, NoOptimum>, &Result<Solved, NoOptimum>),
    ) -> Self {
        let regime = regime(simplified);
        let form = |ends| question.best_form(regime, ends).map(|form| FormAt::new(question, form));
        let free = form(Ends::Reported);
        // Without an optimum nothing binds, and that has been said.
        let solved = simplified.is_ok();
        let ends_kept = form(Ends::Kept).ok().filter(|kept| !kept.held.is_empty());
        let no_closed_form = free.as_ref().err().filter(|_| solved).map(ToString::to_string);
        let operators = Answer::new(question, &question.operators, operators);
        let simplified = Answer::new(question, &question.simplified, simplified);
        let (name, answer) = match costs {
            TheoryCosts::Operators => ("operators", operators.clone()),
            TheoryCosts::Simplified => ("simplified", simplified.clone()),
        };
        let precision = question.estimator.precision();
        let (sweep_best, no_sweep_best) = match question.best_candidate() {
            Ok(best) => (Some(best), None),
            Err(reason) => (None, Some(reason)),
        };
        Self {
            costs: name,
            warnings: question.warnings(&answer),
            answer,
            operators,
            simplified,
            closed_form: free.ok().map(|free| FormPart { free, ends_kept, deviations: deviations(regime) }),
            no_closed_form,
            sweep_best,
            no_sweep_best,
            budgets: question.budgets,
            space: question.space.name.clone(),
            space_origin: question.space.origin.clone(),
            law: LawPart::from(&question.law),
            dataset: question.law.dataset.clone(),
            profile: ProfilePart::new(&question.board.profile, &question.board.mode, precision),
            precision: *precision,
            workload: question.estimator.workload(),
            attention: question.estimator.attention(),
            regime,
            asked: costs,
        }
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    pub(super) fn with_curve(&self, question: &Question) -> WithCurve<'_> {
        WithCurve { report: self, curve: curve(question, self.asked, self.regime) }
    }
}

fn in_words<S: Serializer>(warnings: &[Warning], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(warnings.iter().map(Warning::to_string))
}

/// At most so many widths, the ends of the space among them.
const MOST_WIDTHS: usize = 16;

fn curve(question: &Question, costs: TheoryCosts, regime: Regime) -> Vec<AtWidth> {
    let mut widths = question.space.widths.clone();
    widths.sort_unstable();
    widths.dedup();
    let apart = (widths.len().saturating_sub(1)).div_ceil(MOST_WIDTHS - 1).max(1);
    let last = widths.len().saturating_sub(1);
    let shown = widths.iter().enumerate().filter(|(place, _)| place % apart == 0 || *place == last);
    let forms = question.forms().ok();
    let at = |width: f64| {
        let problem = question.problem(question.costs(costs));
        let optimum = minimise(&problem.at_width(width));
        let form = forms.as_ref().and_then(|forms| forms.at(regime, width, Ends::Reported).ok());
        AtWidth {
            width,
            optimum: optimum.as_ref().ok().map(|found| found.point),
            no_optimum: optimum.as_ref().err().map(ToString::to_string),
            loss: optimum.as_ref().ok().map(|found| found.loss),
            closed_form: form.as_ref().map(|form| form.point),
            closed_form_loss: form.as_ref().map(|form| form.loss),
        }
    };
    shown.map(|(_, &width)| at(f64::from(width))).collect()
}
