//! What the theory says, as the body of a document, from which the table prints.

use super::question::{Costs, Question};
use crate::body::{AtWidth, BuiltPart, ClosedFormPart, FormPart, InWords, OptimumPart, Theory, TheoryAnswer};
use crate::entry::{ArchitecturePart, Entry};
use crate::predictions::PredictionsPart;
use engine::architecture::Architecture;
use engine::budget::Limit;
use engine::features::{Block, Features};
use engine::latency::Latency;
use engine::quantity::Quantity;
use engine::theory::{
    ClosedForm, CostModel, Ends, NoNeighbour, NoOptimum, Optimum, Point, Regime, Solved, deviations, minimise, regime,
    round,
};

/// The text where an optimum is missing. "There is none" is said only where nothing keeps the budgets.
pub const fn failure(error: &NoOptimum) -> &'static str {
    if matches!(error, NoOptimum::Infeasible { .. }) { "no optimum" } else { "not solved" }
}

/// The body, and what only sentences and warnings ask for.
#[derive(Debug)]
pub struct Answers {
    /// The document's, without its curve.
    pub body: Theory,
    /// Of the cost model that was asked.
    pub asked: Remarks,
}

/// What is known of one cost model's optimum and is no part of the body.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    /// Which variables nothing decides.
    pub undetermined_in_words: Option<String>,
    /// What is to be built.
    pub shape: Option<Architecture>,
    /// Budgets that this exceeds by the operator model, with what it takes.
    pub over_by_operators: Vec<(Limit, f64)>,
}

impl Question<'_> {
    /// What a cost model says of each limit.
    fn priced(&self, loss: f64, cost: impl Fn(Limit) -> f64) -> PredictionsPart {
        let [total_s, prefill_s, tpot_s, energy_j, memory_bytes] =
            [Limit::Total, Limit::Prefill, Limit::Tpot, Limit::Energy, Limit::Memory].map(cost);
        let power = self.estimator.power();
        let latency = Latency { prefill_s, decode_s: total_s - prefill_s };
        PredictionsPart::UNKNOWN
            .with_loss(loss)
            .with(Quantity::PREFILL, Some(prefill_s))
            .with(Quantity::DECODE, Some(latency.decode_s))
            .with(Quantity::TOTAL, Some(total_s))
            .with(Quantity::TPOT, latency.tpot_s(self.estimator.workload().generated_tokens).map(|_| tpot_s))
            .with(Quantity::MEMORY, Some(memory_bytes))
            .with(Quantity::ENERGY, power.map(|_| energy_j))
            .with(Quantity::ENERGY_PER_TOKEN, power.and_then(|power| power.token_j(latency)))
            .with(Quantity::ENERGY_IS_UPPER_BOUND, power.map(|power| power.is_upper_bound()))
    }

    /// An architecture of real sizes, by a cost model.
    fn optimum(&self, point: &Point, loss: f64, cost: impl Fn(Limit) -> f64) -> OptimumPart {
        let Point { layers, width, ffn_ratio, gqa, rho } = *point;
        let heads = width / self.pricing.operators.head_dim;
        let features =
            Features { layers, width, ffn_ratio, kv_dim: width / gqa, activation_rate: rho, block: Block::Gated };
        let predictions = self.priced(loss, cost);
        let entry = Entry {
            architecture: ArchitecturePart {
                layers,
                width,
                heads,
                head_dim: self.pricing.operators.head_dim,
                kv_heads: heads / gqa,
                ffn_ratio,
                intermediate: ffn_ratio * width / self.pricing.operators.top_k,
                experts: self.pricing.operators.top_k / rho,
                top_k: self.pricing.operators.top_k,
                shared: None,
                vocab: self.space.vocab,
                tied: self.space.tied,
                layout: self.space.layout(),
            },
            predictions,
            intervals: None,
            intervals_reason: None,
            resampling_intervals: None,
            on_frontier: None,
            fits_memory: predictions.number(Quantity::MEMORY).map(|bytes| bytes <= self.hardware.memory_bytes),
            extrapolation: self.law.range.extrapolation(&features).map(Into::into),
        };
        OptimumPart { entry, gqa, rho }
    }

    /// A shape that can be built, by a cost model.
    pub fn built(&self, costs: &dyn CostModel, shape: &Architecture, loss: f64) -> BuiltPart {
        let sizes = PredictionsPart::sized(shape);
        let priced = |costs: &dyn CostModel| self.priced(loss, |limit| costs.cost_of(limit, shape)).as_large_as(sizes);
        let predictions = priced(costs);
        let entry = Entry::sized(shape).under(self.law, shape);
        BuiltPart {
            entry: Entry {
                predictions,
                fits_memory: predictions.number(Quantity::MEMORY).map(|bytes| bytes <= self.hardware.memory_bytes),
                ..entry
            },
            loss_cost_nats: None,
            predictions_by_operators: priced(&self.pricing.operators),
        }
    }

    /// One cost model's answer, and what sentences ask for beside it.
    fn answer(&self, by: Costs, solved: &Result<Solved, NoOptimum>) -> (TheoryAnswer, Remarks) {
        let (problem, costs) = (self.problem(by), self.costs(by));
        let regime = regime(solved);
        let optimum = solved.as_ref().ok().map(|solved| &solved.optimum);
        let (mut rounded, mut not_rounded, mut shape) = (None, None, None);
        match optimum.map(|optimum| round(&problem, optimum, &self.quanta())) {
            Some(Ok(found)) => {
                shape = Some(found.architecture);
                let built = self.built(costs, &found.architecture, found.loss);
                rounded = Some(BuiltPart { loss_cost_nats: Some(found.loss_cost_nats), ..built });
            }
            Some(Err(error)) => not_rounded = Some(NoNeighbour::to_string(&error)),
            None => {}
        }
        let at = |solved: &Solved| {
            self.optimum(&solved.optimum.point, solved.optimum.loss, |limit| solved.costs[limit.index()])
        };
        let answer = TheoryAnswer {
            regime,
            regime_in_words: match solved {
                Ok(_) => regime.to_string(),
                Err(error) => failure(error).to_owned(),
            },
            paper_regime: regime.paper_name(),
            optimum: solved.as_ref().ok().map(at),
            no_optimum: solved.as_ref().err().map(ToString::to_string),
            kkt_residual: optimum.map(Optimum::kkt_residual),
            kkt: optimum.map(|found| found.kkt),
            undetermined: optimum.map(|found| found.undetermined.clone()).unwrap_or_default(),
            sensitivities: solved.iter().flat_map(|solved| solved.worths.clone()).map(InWords::from).collect(),
            ends: solved.iter().flat_map(|solved| solved.ends.clone()).map(InWords::from).collect(),
            rounded,
            not_rounded,
        };
        let remarks = Remarks {
            undetermined_in_words: optimum.and_then(Optimum::undetermined_in_words),
            shape,
            over_by_operators: shape.map(|shape| self.over_by_operators(&shape)).unwrap_or_default(),
        };
        (answer, remarks)
    }

    /// A closed form, by the costs that it is derived for.
    fn form(&self, form: ClosedForm) -> FormPart {
        FormPart {
            regime: form.regime,
            paper_regime: form.regime.paper_name(),
            optimum: self.optimum(&form.point, form.loss, |limit| self.pricing.simplified.cost(limit, &form.point)),
            convergence: form.convergence,
            held: form.held,
            width_slope_nats: form.width_slope,
            conditions: form.conditions,
            printed: form.printed,
        }
    }
}

impl Answers {
    /// By both cost models, of which `costs` was asked; `sweep_best` is the best feasible candidate, or why there is none.
    pub fn new(
        question: &Question<'_>,
        costs: Costs,
        (operators, simplified): (&Result<Solved, NoOptimum>, &Result<Solved, NoOptimum>),
        sweep_best: Result<BuiltPart, String>,
    ) -> Self {
        let regime = regime(simplified);
        let form = |ends| question.best_form(regime, ends).map(|form| question.form(form));
        let free = form(Ends::Reported);
        // Without an optimum nothing binds, and that has been said.
        let solved = simplified.is_ok();
        let ends_kept = form(Ends::Kept).ok().filter(|kept| !kept.held.is_empty());
        let no_closed_form = free.as_ref().err().filter(|_| solved).map(ToString::to_string);
        let (operators, of_operators) = question.answer(Costs::Operators, operators);
        let (simplified, of_simplified) = question.answer(Costs::Simplified, simplified);
        let (answer, asked) = match costs {
            Costs::Operators => (operators.clone(), of_operators),
            Costs::Simplified => (simplified.clone(), of_simplified),
        };
        let (sweep_best, no_sweep_best) = match sweep_best {
            Ok(best) => (Some(best), None),
            Err(reason) => (None, Some(reason)),
        };
        let body = Theory {
            costs: costs.name(),
            answer,
            operators,
            simplified,
            closed_form: free.ok().map(|free| ClosedFormPart { free, ends_kept, deviations: deviations(regime) }),
            no_closed_form,
            sweep_best,
            no_sweep_best,
            curve: Vec::new(),
        };
        Self { body, asked }
    }
}

/// At most so many widths, the ends of the space among them.
const MOST_WIDTHS: usize = 16;

/// The best at each width; `regime` is that of the simplified optimum.
pub fn curve(question: &Question<'_>, costs: Costs, regime: Regime) -> Vec<AtWidth> {
    let mut widths = question.space.widths.clone();
    widths.sort_unstable();
    widths.dedup();
    let apart = (widths.len().saturating_sub(1)).div_ceil(MOST_WIDTHS - 1).max(1);
    let last = widths.len().saturating_sub(1);
    let shown = widths.iter().enumerate().filter(|(place, _)| place % apart == 0 || *place == last);
    let forms = question.forms().ok();
    let at = |width: f64| {
        let optimum = minimise(&question.problem(costs).at_width(width));
        let form = forms.as_ref().and_then(|forms| forms.at(regime, width, Ends::Reported).ok());
        let place = |costs: &dyn CostModel, point: &Point, loss: f64| {
            question.optimum(point, loss, |limit| costs.cost(limit, point))
        };
        AtWidth {
            width,
            optimum: optimum.as_ref().ok().map(|found| place(question.costs(costs), &found.point, found.loss)),
            no_optimum: optimum.as_ref().err().map(ToString::to_string),
            closed_form: form.as_ref().map(|form| place(question.costs(Costs::Simplified), &form.point, form.loss)),
        }
    };
    shown.map(|(_, &width)| at(f64::from(width))).collect()
}
