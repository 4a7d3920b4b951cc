//! Directions in which the runs never varied.
//!
//! Sizes count by their logarithms, as in the law. The principal directions of the runs in that space split it in two: those
//! along which the runs spread, and those along which they hardly do (a constant r, a width in step with depth, tokens in
//! step with size). A shape may lie anywhere along the former, near or far. Along the latter it must stay as near as the
//! runs themselves stay to each other.
//!
//! Which variables count depends on the law. Where it looks at single features, all five do, even one that it has no
//! term for: the runs say nothing about that one either. Where it looks at sizes alone, the sizes do.

use std::fmt;

use ndarray::Array2;

use crate::features::Axis;
use crate::law::Features;
use crate::law::form::{Form, Variable};
use crate::linalg::singular;
use crate::runs::Run;
use crate::statistics::mean;
use crate::text::listed;
use crate::units::significant;

/// A direction has been varied if the runs spread along it by at least this share of the largest spread: the share at
/// which the fit tells two variables apart (a variance inflation of 20).
const VARIED: f64 = 0.223_606_8;
/// A shape may lie this much farther off than the farthest run, …
const SLACK: f64 = 1.5;
/// … and this much in any case, in e-folds: shapes are whole numbers.
const ROUNDING: f64 = 0.05;
/// Variables that are named at most.
const MOST_NAMED: usize = 3;
/// Variables that are named have this share of the departure.
const TAKES_PART: f64 = 0.4;

/// How a shape leaves the runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Departure {
    /// Along which variables, the most important first.
    variables: [Option<Variable>; MOST_NAMED],
    /// By what factor it lies off in the first of them.
    pub factor: f64,
}

impl Departure {
    /// `width, layers never varied so`: for a line on the screen.
    pub fn in_short(&self) -> String {
        let names: Vec<&str> = self.variables().map(Variable::name).collect();
        format!("{} never varied so", names.join(", "))
    }

    /// Along which variables, the most important first.
    pub fn variables(&self) -> impl Iterator<Item = Variable> {
        self.variables.into_iter().flatten()
    }
}

/// `the runs never varied width and layers in this way: off by a factor of 3.1`.
impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.variables().map(Variable::name).collect();
        let (names, off) = (listed(&names), significant(self.factor, 2));
        write!(f, "the runs never varied {names} in this way (off by a factor of {off})")
    }
}

/// Where the runs lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Support {
    variables: Vec<Variable>,
    middle: Vec<f64>,
    /// A row per direction that was never varied, of length 1.
    unvaried: Array2<f64>,
    /// How far a shape may lie off, e-folds.
    most: f64,
}

impl Support {
    pub(super) fn of(runs: &[Run], form: &Form) -> Self {
        let variables = variables(form);
        let logs: Vec<Vec<f64>> = runs.iter().map(|run| logarithms(&variables, &run.features, run.tokens)).collect();
        let middle: Vec<f64> =
            (0..variables.len()).map(|column| mean(logs.iter().map(|row| row[column])).unwrap_or_default()).collect();
        let centred =
            Array2::from_shape_fn((logs.len(), variables.len()), |(row, column)| logs[row][column] - middle[column]);
        let unvaried = unvaried(&centred);
        let mut support = Self { variables, middle, unvaried, most: 0.0 };
        let farthest = logs.iter().map(|row| length(&support.off(row))).fold(0.0, f64::max);
        support.most = SLACK * farthest + ROUNDING;
        support
    }

    /// How a shape leaves the runs along what they never varied; `None` where it does not.
    pub(super) fn departure(&self, shape: &Features, tokens: Option<f64>) -> Option<Departure> {
        let off = self.off(&logarithms(&self.variables, shape, tokens));
        let distance = length(&off);
        // NaN, of a length that nobody gave, leaves nothing.
        if distance.is_nan() || distance <= self.most {
            return None;
        }
        let mut parts: Vec<(f64, Variable)> =
            off.iter().zip(&self.variables).map(|(off, &variable)| (off.abs(), variable)).collect();
        parts.sort_by(|a, b| b.0.total_cmp(&a.0));
        let largest = parts.first().map_or(0.0, |(off, _)| *off);
        let mut named = parts.into_iter().filter(|(off, _)| *off >= TAKES_PART * largest).map(|(_, variable)| variable);
        Some(Departure { variables: std::array::from_fn(|_| named.next()), factor: largest.exp() })
    }

    /// The part of a shape's place that lies along directions never varied.
    fn off(&self, logs: &[f64]) -> Vec<f64> {
        let mut off = vec![0.0; logs.len()];
        for direction in self.unvaried.rows() {
            let along: f64 = direction.iter().zip(logs).zip(&self.middle).map(|((d, log), mid)| d * (log - mid)).sum();
            off.iter_mut().zip(direction).for_each(|(off, d)| *off += along * d);
        }
        off
    }
}

fn variables(form: &Form) -> Vec<Variable> {
    let of_form = || form.exponents.iter().map(|exponent| exponent.variable);
    let mut variables: Vec<Variable> = if of_form().any(|variable| matches!(variable, Variable::Feature(_))) {
        Axis::ALL.map(Variable::Feature).to_vec()
    } else {
        Vec::new()
    };
    for variable in of_form() {
        if !variables.contains(&variable) {
            variables.push(variable);
        }
    }
    variables
}

fn logarithms(variables: &[Variable], shape: &Features, tokens: Option<f64>) -> Vec<f64> {
    variables.iter().map(|variable| variable.ln(shape, tokens)).collect()
}

/// Principal directions along which centred rows hardly spread.
fn unvaried(centred: &Array2<f64>) -> Array2<f64> {
    let columns = centred.ncols();
    let squares = |direction: &[f64]| -> f64 {
        centred.rows().into_iter().map(|row| row.iter().zip(direction).map(|(x, d)| x * d).sum::<f64>().powi(2)).sum()
    };
    // By the products of the columns: of fewer rows than columns a decomposition of the rows has no full set of directions.
    let products = centred.t().dot(centred);
    let Some(found) = singular(products) else { return Array2::zeros((0, columns)) };
    let directions: Vec<Vec<f64>> = found.vectors.rows().into_iter().map(|row| row.to_vec()).collect();
    let spreads: Vec<f64> = directions.iter().map(|direction| squares(direction).sqrt()).collect();
    let largest = spreads.iter().copied().fold(0.0, f64::max);
    let kept: Vec<&Vec<f64>> = directions
        .iter()
        .zip(&spreads)
        .filter(|(_, spread)| **spread < VARIED * largest)
        .map(|(direction, _)| direction)
        .collect();
    Array2::from_shape_fn((kept.len(), columns), |(row, column)| kept[row][column])
}

fn length(vector: &[f64]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}
