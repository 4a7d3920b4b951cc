//! A numeric check for what the rules of [`axes`](super::axes) miss: parameters that change the law in the same way as
//! others together, such as a KV dimension that is an exact product of powers of depth and width.
//!
//! Two tests, each of one column against all those before it. The order is that of the form with the floor first, so of
//! several columns that look alike the last one is given up:
//!
//! - *Of the first order*: a term of one variable whose logarithm is, to 1 %, a sum of multiples of the logarithms of other
//!   terms' variables. Power laws tell such a term from the others by its curvature alone, and noise drowns that.
//! - *Exact*: a column of the full Jacobian that lies in the span of those before it, whatever the exponents. It is tried
//!   at several of them, since at single points columns may coincide by chance.

use std::collections::HashSet;

use super::model::{EXPONENTS, Exponents, FLOOR, Linear, Misfit, Model, Sample, TERMS};
use super::split;
use crate::law::form::Variable;
use crate::linalg::{Basis, dot};
use crate::statistics::centred;
use crate::text::listed;

/// Share of the variance of a logarithm that others must not explain (a variance inflation of 100). The share for pairs
/// is stricter. Several variables always explain a part of any other by chance.
const OWN_VARIANCE: f64 = 0.01;
/// Of a column's length: what is left of it beside the others is rounding.
const ROUNDING: f64 = 1e-7;
/// A party of a dependence changes a column by this share of its length.
const PARTY: f64 = 1e-3;
/// Places within the exponents' usual ranges at which the Jacobian is taken. Different for every exponent, lest equal powers of
/// different terms look alike.
const PLACES: [[f64; EXPONENTS]; 3] = [
    [0.31, 0.52, 0.23, 0.74, 0.43, 0.61, 0.17],
    [0.72, 0.24, 0.81, 0.33, 0.64, 0.19, 0.55],
    [0.13, 0.83, 0.57, 0.41, 0.22, 0.88, 0.35],
];

const COLUMNS: usize = TERMS + EXPONENTS;

/// Takes parts out of the model until its columns are independent; a sentence for each.
pub(super) fn examine(samples: &[Sample], model: &mut Model) -> Vec<String> {
    let architectures: HashSet<split::Key> = samples.iter().map(|sample| split::key(&sample.shape)).collect();
    let point = |sample: &Sample| (split::key(&sample.shape), sample.tokens.map(f64::to_bits));
    let points: HashSet<(split::Key, Option<u64>)> = samples.iter().map(point).collect();
    // Among too few, everything depends on everything, and no fit will be made.
    if !model.is_shown_by(architectures.len(), points.len()) {
        return Vec::new();
    }
    let mut notes = drop_sums(samples, model);
    // Each round gives one parameter up.
    for _round in 0..COLUMNS {
        let Some((last, parties)) = dependence(samples, model) else { break };
        notes.push(give_up(model, last, &parties));
    }
    notes
}

/// Drops terms of one variable that is a product of powers of others; the last first.
fn drop_sums(samples: &[Sample], model: &mut Model) -> Vec<String> {
    let mut notes = Vec::new();
    for term in (0..FLOOR).rev().filter(|&term| term < model.form.terms.len()) {
        let live = |term: usize| {
            let exponents = model.exponents_of(term).iter().copied();
            exponents.filter(|&exponent| model.is_free(exponent)).collect::<Vec<usize>>()
        };
        let [own] = live(term)[..] else { continue };
        if !model.terms[term] {
            continue;
        }
        let others = (0..FLOOR).filter(|&other| other != term && model.terms[other]).flat_map(live);
        let mut variables: Vec<Variable> = Vec::new();
        for variable in others.map(|exponent| model.variable(exponent)) {
            if variable != model.variable(own) && !variables.contains(&variable) {
                variables.push(variable);
            }
        }
        let Some(parties) = explained(samples, model.variable(own), &variables) else { continue };
        let phrases: Vec<&str> = parties.iter().map(|variable| variable.phrase()).collect();
        notes.push(format!(
            "{} is a product of powers of {} in the runs fitted (to {:.0} % of the variance of its logarithm): the {} term cannot be told \
             from theirs and is left out ({} = 0)",
            model.variable(own).phrase(),
            listed(&phrases),
            100.0 * (1.0 - OWN_VARIANCE),
            model.term_name(term),
            model.factor_name(term).symbol,
        ));
        model.drop(term);
    }
    notes
}

/// The variables that explain the logarithm of another to all but its own share.
fn explained(samples: &[Sample], own: Variable, others: &[Variable]) -> Option<Vec<Variable>> {
    if others.len() < 2 {
        return None;
    }
    let mut columns: Columns = [const { Vec::new() }; COLUMNS];
    for (column, variable) in columns.iter_mut().zip(others.iter().chain([&own])) {
        let logarithms: Vec<f64> = samples.iter().map(|sample| variable.ln(&sample.shape, sample.tokens)).collect();
        *column = centred(&logarithms);
    }
    let found = Factored::new(columns).in_span(others.len(), OWN_VARIANCE.sqrt())?;
    Some(found.into_iter().map(|place| others[place]).collect())
}

/// A parameter of the law, by its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Factor(usize),
    Exponent(usize),
}

impl Parameter {
    fn symbol(self, model: &Model) -> &'static str {
        match self {
            Self::Factor(term) => model.factor_name(term).symbol,
            Self::Exponent(exponent) => model.symbol(exponent),
        }
    }
}

/// Floor, then each factor with the exponents that no later term shares.
fn order(model: &Model) -> Vec<Parameter> {
    let mut order = vec![Parameter::Factor(FLOOR)];
    for term in (0..FLOOR).filter(|&term| model.terms[term]) {
        order.push(Parameter::Factor(term));
        let shared_later = |exponent| (term + 1..FLOOR).any(|later| model.terms[later] && model.uses(later, exponent));
        let own = model.exponents_of(term).iter().copied();
        order.extend(
            own.filter(|&exponent| model.is_free(exponent) && !shared_later(exponent)).map(Parameter::Exponent),
        );
    }
    order
}

/// The first parameter whose column is a combination of those before it at every place, and the parties to it at the first.
fn dependence(samples: &[Sample], model: &Model) -> Option<(Parameter, Vec<Parameter>)> {
    let misfit = Misfit::new(samples, model.clone());
    let order = order(model);
    let factored: Vec<Factored> = PLACES.iter().map(|place| Factored::new(jacobian(&misfit, &order, place))).collect();
    (0..order.len()).find_map(|column| {
        let parties: Option<Vec<Vec<usize>>> =
            factored.iter().map(|jacobian| jacobian.in_span(column, ROUNDING)).collect();
        let first = parties?.into_iter().next()?;
        Some((order[column], first.into_iter().map(|party| order[party]).collect()))
    })
}

fn jacobian(misfit: &Misfit, order: &[Parameter], place: &[f64; EXPONENTS]) -> Columns {
    let model = &misfit.model;
    let exponents: Exponents = std::array::from_fn(|exponent| {
        let Some(power) = model.form.exponents.get(exponent) else { return 0.0 };
        let [from, to] = power.starts;
        (from + place[exponent] * (to - from)).clamp(model.lower[exponent], model.upper[exponent])
    });
    let mut columns: Columns = [const { Vec::new() }; COLUMNS];
    let mut term_values = vec![0.0; misfit.runs()];
    // Any factors will do, but with equal ones terms could cancel in the column of a shared exponent.
    let factors: Linear = std::array::from_fn(|term| 1.0 + 0.3 * term as f64);
    for (column, parameter) in columns.iter_mut().zip(order) {
        column.resize(misfit.runs(), 0.0);
        match *parameter {
            Parameter::Factor(term) => misfit.fill_column(term, &exponents, column),
            Parameter::Exponent(exponent) => {
                for term in (0..FLOOR).filter(|&term| model.terms[term] && model.uses(term, exponent)) {
                    misfit.fill_column(term, &exponents, &mut term_values);
                    for ((sum, value), slope) in column.iter_mut().zip(&term_values).zip(&misfit.slopes[exponent]) {
                        *sum += factors[term] * value * slope;
                    }
                }
            }
        }
    }
    columns
}

/// Values over all runs; those of places that nothing takes are empty.
type Columns = [Vec<f64>; COLUMNS];

/// Columns with their orthonormal basis.
struct Factored {
    columns: Columns,
    basis: Basis<COLUMNS>,
}

impl Factored {
    fn new(columns: Columns) -> Self {
        let mut basis = Basis::new(columns[0].len());
        basis.factor(&columns, columns.each_ref().map(|column| !column.is_empty()));
        Self { columns, basis }
    }

    fn length(&self, column: usize) -> f64 {
        dot(&self.columns[column], &self.columns[column]).sqrt()
    }

    /// The columns before `last` that make it up, if no more than a share of its length is left beside them.
    fn in_span(&self, last: usize, share: f64) -> Option<Vec<usize>> {
        if self.basis.r[last][last] > share * self.length(last) {
            return None;
        }
        let along = std::array::from_fn(|row| if row < last { self.basis.r[row][last] } else { 0.0 });
        let factors = self.basis.solve(&along);
        let takes_part = |&column: &usize| (factors[column] * self.length(column)).abs() > PARTY * self.length(last);
        Some((0..last).filter(takes_part).collect())
    }
}

/// Takes a parameter out.
fn give_up(model: &mut Model, last: Parameter, parties: &[Parameter]) -> String {
    let names: Vec<&str> = parties.iter().map(|party| party.symbol(model)).collect();
    let symbol = last.symbol(model);
    let (do_together, them) = if names.len() == 1 { ("does", "it") } else { ("do together", "them") };
    let cause = format!(
        "in the runs fitted {symbol} acts exactly as {} {do_together} and cannot be told from {them}",
        listed(&names)
    );
    match last {
        Parameter::Factor(term) => {
            let name = model.term_name(term);
            model.drop(term);
            format!("{cause}: the {name} term is left out ({symbol} = 0)")
        }
        Parameter::Exponent(exponent) => {
            // The only power of a term keeps it apart from the floor. One of several powers is part of the others.
            let alone = (0..FLOOR).any(|term| model.terms[term] && model.exponents_of(term) == [exponent]);
            let value = if alone { 1.0 } else { 0.0 };
            model.hold(exponent, value);
            format!("{cause}: {symbol} is held at {value}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::*;
    use crate::fixtures::table_6;
    use crate::law::Features;
    use crate::law::fit::{FitOptions, fit};
    use crate::law::forms::EQ_2;

    fn examined(change: impl Fn(usize, &mut Features)) -> (Model, Vec<String>) {
        let mut shapes = samples::shapes(150, 5);
        shapes.iter_mut().enumerate().for_each(|(place, shape)| change(place, shape));
        let losses: Vec<f64> = shapes.iter().map(|shape| table_6().loss(shape)).collect();
        let mut model = Model::full(&EQ_2);
        let notes = examine(&samples::prepared(&samples::with_losses(&shapes, &losses)), &mut model);
        (model, notes)
    }

    #[test]
    fn runs_that_vary_freely_keep_every_parameter() {
        assert_eq!(examined(|_, _| ()), (Model::full(&EQ_2), vec![]));
        for form in crate::law::forms::ALL {
            let mut runs = samples::with_losses(&samples::shapes(60, 3), &[3.0; 60]);
            runs.iter_mut().enumerate().for_each(|(place, run)| run.tokens = Some(1e9 * (1 + 7 * place % 11) as f64));
            let mut model = Model::full(form);
            assert_eq!(examine(&samples::prepared(&runs), &mut model), Vec::<String>::new(), "{}", form.name);
        }
    }

    #[test]
    fn a_kv_dimension_that_is_a_product_of_depth_and_width_is_left_out() {
        let (model, notes) = examined(|_, shape| shape.kv_dim = 4.0 * shape.layers.sqrt() * shape.width.powf(0.4));
        assert!(
            notes[0].starts_with("the KV dimension is a product of powers of the number of layers and the width"),
            "{notes:?}"
        );
        assert!(!model.terms[3] && model.terms[..3] == [true; 3] && notes.len() == 1, "{notes:?}");
    }

    #[test]
    fn a_ratio_that_is_a_power_of_width_cannot_have_an_exponent() {
        let (model, notes) = examined(|_, shape| shape.ffn_ratio = (shape.width / 768.0).sqrt());
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains("α_r") && notes[0].contains("β1 and β2"), "{notes:?}");
        assert_eq!(model.parameters(), Model::full(&EQ_2).parameters() - 1);
    }

    #[test]
    fn an_activation_rate_that_is_a_power_of_width_leaves_one_exponent_to_both() {
        let (model, notes) = examined(|_, shape| shape.activation_rate = 768.0 / shape.width);
        assert_eq!(
            notes,
            ["in the runs fitted β1 acts exactly as α_ρ does and cannot be told from it: β1 is held at 0"],
            "{notes:?}"
        );
        assert_eq!(model.parameters(), Model::full(&EQ_2).parameters() - 1);
    }

    #[test]
    fn among_too_few_runs_nothing_is_looked_for() {
        let shapes = samples::shapes(9, 5);
        let mut model = Model::full(&EQ_2);
        let notes = examine(&samples::prepared(&samples::with_losses(&shapes, &[3.0; 9])), &mut model);
        assert_eq!((model, notes), (Model::full(&EQ_2), vec![]));
    }

    #[test]
    fn the_fit_says_it() {
        let mut shapes = samples::shapes(150, 5);
        for shape in &mut shapes {
            shape.kv_dim = 4.0 * shape.layers.sqrt() * shape.width.powf(0.4);
        }
        let options = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };
        let found = fit(&samples::runs(table_6(), &shapes, 0.001, 1), &options, &()).unwrap();
        assert!(found.notes[0].contains("product of powers"), "{:?}", found.notes);
        assert_eq!(found.coefficients.value("kappa_m"), Some(0.0));
    }
}
