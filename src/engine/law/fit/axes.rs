//! What the runs cannot show, found before the fit: variables that never vary, that follow one another, or that take
//! too few values. The rules read the form, so that they hold for every law:
//!
//! | in the training part | consequence |
//! |---|---|
//! | a variable never varies | its exponents are 0 and their effect is part of κ |
//! | … and nothing else in its term varies | the term is part of the floor: κ = 0 |
//! | … and what varies in its term is what varies in another | the two look alike: κ = 0 |
//! | the only variable of a term follows that of another | the two look alike: κ = 0 |
//! | a variable takes two values, and its term is otherwise like another or the floor | one contrast cannot give κ and an exponent: the exponent is 1 |
//!
//! What several variables do together is left to [`rank`].

use std::collections::HashSet;

use super::model::{FLOOR, Model, Sample};
use super::rank;
use crate::features::Axis;
use crate::law::form::{Form, Variable};
use crate::statistics::centred;
use crate::text::listed;

/// Share of the variance of a variable's logarithm that the other variable must not explain if their terms are to be
/// told apart (a variance inflation of 20).
const OWN_VARIANCE: f64 = 0.05;

/// Logarithms this close are one value: shapes are products and quotients of small integers.
const SAME: f64 = 1e-9;

/// The law that these runs can show, and a sentence for each part left out.
pub(super) fn examine(samples: &[Sample], form: &'static Form) -> (Model, Vec<String>) {
    let mut examination = Examination {
        runs: samples.len(),
        columns: form.exponents.iter().map(|exponent| Column::of(samples, exponent.variable)).collect(),
        model: Model::full(form),
        notes: Vec::new(),
    };
    for variable in reading_order(form) {
        examination.hold_if_constant(variable);
    }
    examination.drop_followers();
    examination.hold_single_contrasts();
    let Examination { mut model, mut notes, .. } = examination;
    notes.extend(rank::examine(samples, &mut model));
    (model, notes)
}

/// Sparsity before width: the order in which the notes are told.
fn reading_order(form: &Form) -> Vec<Variable> {
    const ORDER: [Variable; 8] = [
        Variable::Feature(Axis::ActivationRate),
        Variable::Feature(Axis::FfnRatio),
        Variable::Feature(Axis::Width),
        Variable::Feature(Axis::Layers),
        Variable::Feature(Axis::KvDim),
        Variable::ActiveParameters,
        Variable::TotalParameters,
        Variable::Tokens,
    ];
    let used = |variable: &Variable| form.exponents.iter().any(|exponent| exponent.variable == *variable);
    ORDER.into_iter().filter(used).collect()
}

struct Examination {
    runs: usize,
    /// A column per exponent.
    columns: Vec<Column>,
    model: Model,
    notes: Vec<String>,
}

impl Examination {
    fn terms(&self) -> impl Iterator<Item = usize> {
        let kept = self.model.terms;
        (0..FLOOR).filter(move |&term| kept[term])
    }

    /// Exponents of a term whose variable varies.
    fn live(&self, term: usize) -> Vec<usize> {
        let exponents = self.model.exponents_of(term).iter().copied();
        exponents.filter(|&exponent| self.columns[exponent].values.len() > 1).collect()
    }

    fn variables(&self, exponents: &[usize]) -> HashSet<Variable> {
        exponents.iter().map(|&exponent| self.model.variable(exponent)).collect()
    }

    /// Another kept term in which just these variables vary.
    fn twin_of(&self, term: usize, variables: &HashSet<Variable>) -> Option<usize> {
        self.terms().find(|&other| other != term && self.variables(&self.live(other)) == *variables)
    }

    fn hold_if_constant(&mut self, variable: Variable) {
        let exponents: Vec<usize> =
            (0..self.columns.len()).filter(|&exponent| self.model.variable(exponent) == variable).collect();
        let Some(value) = exponents.first().and_then(|&exponent| self.columns[exponent].constant()) else { return };
        let (mut told, mut held) = (Vec::new(), Vec::new());
        let concerned: Vec<usize> =
            self.terms().filter(|&term| exponents.iter().any(|&exponent| self.model.uses(term, exponent))).collect();
        for term in concerned {
            let rest = self.variables(&self.live(term));
            let lost = |term: usize| self.model.exponents_of(term).len() - self.live(term).len();
            let (name, kappa) = (self.model.term_name(term), self.model.factor_name(term).symbol);
            if rest.is_empty() {
                self.model.drop(term);
                told.push(format!("the {name} term is part of L_inf ({kappa} = 0)"));
            } else if let Some(twin) = self.twin_of(term, &rest).filter(|&twin| lost(twin) < lost(term)) {
                let twin = self.model.term_name(twin);
                self.model.drop(term);
                told.push(format!("the {name} term cannot be told from {twin} and is left out ({kappa} = 0)"));
            } else {
                held.push(term);
            }
        }
        if !held.is_empty() {
            let names: Vec<&str> = exponents
                .iter()
                .filter(|&&exponent| held.iter().any(|&term| self.model.uses(term, exponent)))
                .map(|&exponent| self.model.symbol(exponent))
                .collect();
            let kappas: Vec<&str> = held.iter().map(|&term| self.model.factor_name(term).symbol).collect();
            let (are, their) = if names.len() == 1 { ("is", "its") } else { ("are", "their") };
            told.push(format!("{} {are} held at 0 and {their} effect is part of {}", listed(&names), listed(&kappas)));
        }
        for &exponent in &exponents {
            self.model.hold(exponent, 0.0);
        }
        if !told.is_empty() {
            let (subject, unknown) = (constant(variable, value, self.runs), unknown(variable, value));
            self.notes.push(format!("{subject}: {}; {unknown}", told.join(", and ")));
        }
    }

    /// Terms of one variable, the last first: where two follow each other, the one that the form names first stays.
    fn drop_followers(&mut self) {
        for term in (0..FLOOR).rev() {
            let [own] = self.live(term)[..] else { continue };
            if !self.model.terms[term] {
                continue;
            }
            let followed = self.terms().filter(|&other| other != term).find_map(|other| {
                let explained = |&leader: &usize| {
                    if self.model.variable(leader) == self.model.variable(own) {
                        return None;
                    }
                    let explained = self.columns[own].explained_by(&self.columns[leader])?;
                    (1.0 - explained < OWN_VARIANCE).then_some((leader, explained))
                };
                self.live(other).iter().find_map(explained).map(|(leader, explained)| (other, leader, explained))
            });
            let Some((other, leader, explained)) = followed else { continue };
            let (variable, leader) = (self.model.variable(own), self.model.variable(leader));
            self.notes.push(format!(
                "{} follows {} ({:.1} % of the variance of its logarithm): the {} term cannot be told from {} and is left out \
                 ({} = 0); {}",
                variable.phrase(),
                leader.phrase(),
                100.0 * explained,
                self.model.term_name(term),
                self.model.term_name(other),
                self.model.factor_name(term).symbol,
                unknown(variable, f64::NAN),
            ));
            self.model.drop(term);
        }
    }

    fn hold_single_contrasts(&mut self) {
        for term in 0..FLOOR {
            if !self.model.terms[term] {
                continue;
            }
            for exponent in self.live(term) {
                let [low, high] = self.columns[exponent].values[..] else { continue };
                let rest: Vec<usize> = self.live(term).into_iter().filter(|&other| other != exponent).collect();
                let rest = self.variables(&rest);
                if self.model.is_free(exponent) && (rest.is_empty() || self.twin_of(term, &rest).is_some()) {
                    self.notes.push(format!(
                        "{} takes two values only, {low} and {high}: one contrast cannot give a factor and an exponent, so {} is \
                         held at 1",
                        self.model.variable(exponent).phrase(),
                        self.model.symbol(exponent),
                    ));
                    self.model.hold(exponent, 1.0);
                }
            }
        }
    }
}

/// "ρ is 1 in all 20 runs fitted".
fn constant(variable: Variable, value: f64, runs: usize) -> String {
    match variable {
        Variable::Feature(Axis::Layers) => format!("all {runs} runs fitted have {value} layers"),
        Variable::Feature(_) => format!("{} is {value} in all {runs} runs fitted", variable.phrase()),
        _ => format!("{} is {value:.3e} in all {runs} runs fitted", variable.phrase()),
    }
}

/// What nobody may ask the law.
fn unknown(variable: Variable, value: f64) -> String {
    let what = match variable {
        Variable::Feature(Axis::ActivationRate) => {
            let beyond = if value == 1.0 { "MoE" } else { "any other ρ" };
            return format!("predictions for {beyond} are extrapolation");
        }
        Variable::TotalParameters => {
            return "the law does not know what stored parameters are worth that are not active".into();
        }
        Variable::Feature(Axis::FfnRatio) => "ratio",
        Variable::Feature(Axis::Width) => "width",
        Variable::Feature(Axis::Layers) => "depth",
        Variable::Feature(Axis::KvDim) => "KV dimension",
        Variable::ActiveParameters => "size",
        Variable::Tokens => "number of tokens",
    };
    format!("the law does not know what another {what} does")
}

/// One variable over all runs.
struct Column {
    logs: Vec<f64>,
    /// Different values, ascending.
    values: Vec<f64>,
}

impl Column {
    fn of(samples: &[Sample], variable: Variable) -> Self {
        let logs: Vec<f64> = samples.iter().map(|sample| variable.ln(&sample.shape, sample.tokens)).collect();
        let mut values = match variable {
            Variable::Feature(axis) => samples.iter().map(|sample| sample.shape.get(axis)).collect(),
            _ => logs.iter().map(|log| log.exp()).collect::<Vec<f64>>(),
        };
        values.sort_by(f64::total_cmp);
        values.dedup_by(|next, kept| (*next / *kept).ln() < SAME);
        Self { logs, values }
    }

    fn constant(&self) -> Option<f64> {
        (self.values.len() == 1).then(|| self.values[0])
    }

    /// Share of this column's variance that a straight line in the other explains (both in logarithms); `None` if either
    /// is constant.
    fn explained_by(&self, other: &Self) -> Option<f64> {
        if self.values.len() < 2 || other.values.len() < 2 {
            return None;
        }
        let (own, their) = (centred(&self.logs), centred(&other.logs));
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        Some(product(&own, &their).powi(2) / (product(&own, &own) * product(&their, &their)))
    }
}
