//! From measured times to the efficiencies of an engine on a board: `e_c`, `e_m`, `t_0` ([`Reach`]).
//!
//! ```text
//! Observation (model, format, mode, seconds) ──▶ Row (work of each operator) ──solve──▶ Reach, refusals
//!                                                             └──without each shape──▶ what it predicts for that one
//! ```
//!
//! Every number format is fitted by itself, because kernels differ. Only the GGUF formats are fitted together: their
//! kernels are variants of one. The error on the rows that were fitted is too small. The error to believe is that of a
//! model that took no part in the fit. A model that differs from another in its name alone did take part, so each
//! **shape** is left out in turn.

mod errors;
mod observation;
mod parameters;
mod refusal;
mod search;
mod solution;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

pub use errors::{Errors, Prediction};
pub use observation::{Observation, Pass, shapes};
pub use parameters::Parameter;
pub use refusal::{Reason, Refusal};
pub use solution::Standing;

use self::observation::{Row, distinct};
use self::parameters::{COUNT, reach};
use self::solution::{Solution, TOO_FAST, solve};
use super::architecture::Architecture;
use super::efficiency::{CalibratedPhases, Reach};
use super::roofline::{Phase, UnsupportedFormat};

/// From here on a share is printed as 0.99 or 1.00. No engine is that good, so something is counted wrong.
const NEAR_BOUND: f64 = 0.985;

/// Observations in formats that share their kernels, and what came of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Names of the formats.
    pub formats: Vec<&'static str>,
    /// Positions of its observations.
    pub members: Vec<usize>,
    /// The time that the ideal roofline predicts for each.
    pub ideal_s: Vec<f64>,
    /// The calibration, or why there is none.
    pub outcome: Result<Calibration, Vec<Refusal>>,
}

/// Efficiencies of one engine on one board.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The numbers.
    pub reach: Reach,
    /// Which phases they speak of.
    pub phases: CalibratedPhases,
    /// Every number, and how well the rows fix it.
    pub estimates: Vec<Estimate>,
    /// Phases that are left uncalibrated.
    pub refusals: Vec<Refusal>,
    /// One per observation of the group, in its order.
    pub rows: Vec<FittedRow>,
    /// What casts doubt on it.
    pub cautions: Vec<Caution>,
}

/// A number and the range in which it may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Which.
    pub parameter: Parameter,
    /// Best value, SI units.
    pub value: f64,
    /// Two standard errors below, or the least of the fits that leave a shape out.
    pub low: f64,
    /// Two standard errors above, or the greatest of them.
    pub high: f64,
    /// How it came about.
    pub standing: Standing,
}

/// One observation beside its predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FittedRow {
    /// Prefill or decode.
    pub phase: Phase,
    /// As observed.
    pub measured_s: f64,
    /// By the ideal roofline.
    pub ideal_s: f64,
    /// By the calibration; none where the phase is not calibrated.
    pub calibrated_s: Option<f64>,
    /// By a calibration that has not seen its shape; none where the other shapes do not suffice for one.
    pub left_out_s: Option<f64>,
}

/// What casts doubt on a calibration.
#[derive(Debug, Clone, PartialEq)]
pub enum Caution {
    /// Rows are faster than the peaks allow: the mode, the number format or the profile is not what was measured.
    TooFast {
        /// So many rows.
        rows: usize,
        /// How many times faster than possible the worst is.
        worst: f64,
        /// Its model.
        model: String,
    },
    /// The best fit asks for all of a peak, or more.
    AtBound {
        /// Of which.
        parameter: Parameter,
        /// The share that it asks for.
        value: f64,
    },
    /// There is but one shape: nothing says how well others are predicted.
    OneShape,
    /// Without some of the shapes the others do not suffice.
    NotLeftOut {
        /// Shapes that were left out.
        left_out: usize,
        /// Of so many.
        of: usize,
    },
}

/// Fits every group of formats by itself.
pub fn calibrate(observations: &[Observation]) -> Result<Vec<Group>, UnsupportedFormat> {
    let mut families: Vec<(&'static str, Vec<usize>)> = Vec::new();
    for (index, observation) in observations.iter().enumerate() {
        let family = observation.precision.family;
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, members)) => members.push(index),
            None => families.push((family, vec![index])),
        }
    }
    families.into_iter().map(|(_, members)| group(observations, members)).collect()
}

fn group(observations: &[Observation], members: Vec<usize>) -> Result<Group, UnsupportedFormat> {
    let members_of = || members.iter().map(|&index| &observations[index]);
    let mut formats: Vec<&'static str> = members_of().map(|observation| observation.precision.name).collect();
    formats.sort_unstable();
    formats.dedup();
    let rows: Vec<Row> = members_of().map(Row::of).collect::<Result<_, _>>()?;
    let ideal = reach(&parameters::IDEAL, None);
    let ideal_s: Vec<f64> = rows.iter().map(|row| row.predicted_s(&ideal)).collect();
    let outcome = solve(&rows.iter().collect::<Vec<_>>()).map(|solution| judged(&rows, &ideal_s, solution));
    Ok(Group { formats, members, ideal_s, outcome })
}

/// Fits without each shape, and compares.
fn judged(rows: &[Row], ideal_s: &[f64], solution: Solution) -> Calibration {
    let shapes = distinct(rows.iter().filter(|row| solution.covers(row.phase)).map(|row| row.shape));
    let without = |shape: &Architecture| {
        let others: Vec<&Row> = rows.iter().filter(|row| row.shape != *shape).collect();
        solve(&others).ok()
    };
    let folds: Vec<Option<Solution>> = shapes.par_iter().map(without).collect();
    let found = reach(&solution.point, solution.at_cpu_hz);
    let fitted = rows.iter().zip(ideal_s).map(|(row, &ideal_s)| {
        let by = |solution: &Solution| {
            solution.covers(row.phase).then(|| row.predicted_s(&reach(&solution.point, solution.at_cpu_hz)))
        };
        let fold = shapes.iter().position(|shape| *shape == row.shape).and_then(|fold| folds[fold].as_ref());
        let calibrated_s = by(&solution);
        FittedRow {
            phase: row.phase,
            measured_s: row.seconds,
            ideal_s,
            calibrated_s,
            left_out_s: calibrated_s.and_then(|_| fold.and_then(by)),
        }
    });
    let fitted: Vec<FittedRow> = fitted.collect();
    let estimates = Parameter::ALL.into_iter().filter_map(|number| estimate(&solution, &folds, number)).collect();
    let mut cautions = cautions(rows, &fitted, &solution);
    let left_out = folds.iter().flatten().count();
    match shapes.len() {
        1 => cautions.push(Caution::OneShape),
        of if left_out < of => cautions.push(Caution::NotLeftOut { left_out, of }),
        _ => {}
    }
    let Solution { phases, refusals, .. } = solution;
    Calibration { reach: found, phases, estimates, refusals, rows: fitted, cautions }
}

fn estimate(solution: &Solution, folds: &[Option<Solution>], parameter: Parameter) -> Option<Estimate> {
    let at = parameter.index();
    let standing = solution.standing[at]?;
    let ln = solution.point[at];
    // The fits that leave a shape out also show what its rows have in common. The curvature does not.
    let others = || folds.iter().flatten().filter(|fold| fold.standing[at].is_some()).map(|fold| fold.point[at]);
    let low = others().fold(ln - 2.0 * solution.errors[at], f64::min);
    let high = others().fold(ln + 2.0 * solution.errors[at], f64::max);
    let high = if standing == Standing::Unnoticed { ln } else { high.min(parameter.range()[1].ln()) };
    Some(Estimate { parameter, value: ln.exp(), low: low.exp(), high: high.exp(), standing })
}

fn cautions(rows: &[Row], fitted: &[FittedRow], solution: &Solution) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let speed = |fitted: &FittedRow| fitted.ideal_s / fitted.measured_s;
    let fast = || rows.iter().zip(fitted).filter(|(_, fitted)| speed(fitted) > TOO_FAST);
    if let Some((row, worst)) = fast().max_by(|a, b| speed(a.1).total_cmp(&speed(b.1))) {
        cautions.push(Caution::TooFast { rows: fast().count(), worst: speed(worst), model: row.model.clone() });
    }
    cautions.extend([Parameter::Compute, Parameter::Bandwidth].into_iter().filter_map(|parameter| {
        let found = matches!(solution.standing[parameter.index()], Some(Standing::Fixed | Standing::AtBound));
        let value = solution.point[parameter.index()].exp();
        (found && value >= NEAR_BOUND).then_some(Caution::AtBound { parameter, value })
    }));
    cautions
}

impl std::fmt::Display for Caution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFast { rows, worst, model } => write!(
                f,
                "{} faster than the ideal roofline allows ({model} by {:.0} %): the power mode, the number format or \
                 the head's format is not what was measured, or the profile's peaks are too low",
                if *rows == 1 { "1 row is".to_owned() } else { format!("{rows} rows are") },
                100.0 * (worst - 1.0)
            ),
            Self::AtBound { parameter, value } => write!(
                f,
                "{} is {value:.2}, at its bound: more {} than the board's data sheet would fit better; bytes or peak may be \
                 counted wrong",
                parameter.symbol(),
                if *parameter == Parameter::Compute { "compute" } else { "bandwidth" }
            ),
            Self::OneShape => f.write_str(
                "models of one shape only: nothing says how well others are predicted; measure a model of another shape",
            ),
            Self::NotLeftOut { left_out, of } => write!(
                f,
                "{left_out} of {of} shapes could be left out: without the others too little remains; measure models of more \
                 shapes"
            ),
        }
    }
}

const _: () = assert!(COUNT == Parameter::ALL.len());
