//! The numbers under which the rows are least surprising: many starts, each a simplex search, the best of them polished.
//!
//! The misfit has kinks where an operator passes from one roof to the other. So the search uses no derivatives. Errors
//! are logarithms of predicted over measured. Beyond [`DELTA`] they count linearly (Huber), because one row of a wrong
//! mode or of a throttled board must not move the rest. Starts are a fixed grid, so the same rows always give the same
//! numbers.

use argmin::core::{CostFunction, Error, Executor, State};
use argmin::solver::neldermead::NelderMead;

use super::observation::Row;
use super::parameters::{Parameter, Point, reach};

/// From here on an error counts linearly.
const DELTA: f64 = 0.1;
/// How steeply the misfit rises outside a number's range.
const WALL: f64 = 10.0;

/// What is searched: numbers that are free, the others as they are given.
pub(super) struct Search<'a> {
    pub(super) rows: &'a [&'a Row],
    pub(super) free: &'a [Parameter],
    pub(super) fixed: Point,
    pub(super) at_cpu_hz: Option<f64>,
}

impl Search<'_> {
    /// The best point found.
    pub(super) fn best(&self) -> Point {
        if self.free.is_empty() {
            return self.fixed;
        }
        let mut ends: Vec<(Vec<f64>, f64)> =
            self.starts().into_iter().filter_map(|start| self.descend(&start, 0.5, 150)).collect();
        // Stable: equal misfits keep the order of the starts.
        ends.sort_by(|a, b| a.1.total_cmp(&b.1));
        ends.truncate(2);
        let polished = ends.into_iter().map(|end| self.polish(end)).min_by(|a, b| a.1.total_cmp(&b.1));
        polished.map_or(self.fixed, |(free, _)| self.point(&free))
    }

    /// A simplex that has shrunk may have stalled: fresh ones are set up where it stopped until they gain nothing.
    fn polish(&self, mut end: (Vec<f64>, f64)) -> (Vec<f64>, f64) {
        for size in [0.2, 0.05, 0.2, 0.02, 0.1, 0.005, 0.05, 0.001] {
            let Some(next) = self.descend(&end.0, size, 400) else { break };
            if next.1 < end.1 {
                end = next;
            }
        }
        end
    }

    fn descend(&self, start: &[f64], size: f64, iterations: u64) -> Option<(Vec<f64>, f64)> {
        let corner = |moved: usize| {
            let place = |(i, value): (usize, &f64)| if i == moved { value - size } else { *value };
            start.iter().enumerate().map(place).collect::<Vec<f64>>()
        };
        let simplex: Vec<Vec<f64>> = (0..=start.len()).rev().map(corner).collect();
        let solver = NelderMead::new(simplex).with_sd_tolerance(1e-15).ok()?;
        let result =
            Executor::new(self, solver).configure(|state| state.max_iters(iterations)).ctrlc(false).run().ok()?;
        let state = result.state();
        Some((state.get_best_param()?.clone(), state.get_best_cost()))
    }

    /// All combinations of a low and a high guess of each free number.
    fn starts(&self) -> Vec<Vec<f64>> {
        let guesses = |parameter: &Parameter| -> [f64; 2] {
            match parameter {
                Parameter::Compute => [0.1, 0.6],
                Parameter::Bandwidth => [0.5, 0.9],
                Parameter::InFlight => [5.0, 20.0],
                Parameter::PrefillOverhead => [2e-5, 4e-4],
                Parameter::DecodeOverhead => [3e-6, 4e-5],
            }
        };
        self.free.iter().fold(vec![Vec::new()], |starts, parameter| {
            let longer = |start: &Vec<f64>| {
                guesses(parameter).map(|guess| start.iter().copied().chain([guess.ln()]).collect::<Vec<f64>>())
            };
            starts.iter().flat_map(longer).collect()
        })
    }

    /// All numbers within their ranges.
    fn point(&self, free: &[f64]) -> Point {
        let mut point = self.fixed;
        for (parameter, value) in self.free.iter().zip(free) {
            let [low, high] = parameter.range().map(f64::ln);
            point[parameter.index()] = value.clamp(low, high);
        }
        point
    }

    /// By how much free numbers leave their ranges.
    fn outside(&self, free: &[f64]) -> f64 {
        let beyond = |(parameter, value): (&Parameter, &f64)| {
            let [low, high] = parameter.range().map(f64::ln);
            (low - value).max(value - high).max(0.0)
        };
        self.free.iter().zip(free).map(beyond).sum()
    }

    fn misfit(&self, free: &[f64]) -> f64 {
        let reach = reach(&self.point(free), self.at_cpu_hz);
        let surprise = |row: &&Row| huber((row.predicted_s(&reach) / row.seconds).ln());
        self.rows.iter().map(surprise).sum::<f64>() + WALL * self.outside(free)
    }
}

impl CostFunction for &Search<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, free: &Self::Param) -> Result<f64, Error> {
        Ok(self.misfit(free))
    }
}

fn huber(error: f64) -> f64 {
    let size = error.abs();
    if size < DELTA { size * size / 2.0 } else { DELTA * (size - DELTA / 2.0) }
}
