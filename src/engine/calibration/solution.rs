//! Which numbers the rows fix, and their values.
//!
//! A fit returns numbers for any rows. Three questions decide whether they mean something. Are there more rows than
//! numbers? Does each number move some row at all? Can it be told from the others? The sensitivities `∂ln T/∂ln p` at
//! the optimum answer the last two. A phase that fails is refused with the reason, and its rows are set aside. The
//! other phase is fitted without it.

use super::observation::{Row, distinct};
use super::parameters::{COUNT, IDEAL, Parameter, Point, reach};
use super::refusal::{Reason, Refusal};
use super::search::Search;
use crate::efficiency::CalibratedPhases;
use crate::linalg::{Basis, inner};
use crate::roofline::Phase;
use crate::statistics::{robust_sd, upper_median};

/// Faster than the ideal roofline by more than rounding.
pub(super) const TOO_FAST: f64 = 1.02;
/// A number that moves no row by more than this share of its time is not looked for.
const NOTICED: f64 = 0.01;
/// A number whose standard error lets some row's time vary by more than this share is not fixed.
const LOOSE: f64 = 0.25;
/// Measurements are never taken to be better than this share: chance makes a few rows agree too well.
const LEAST_NOISE: f64 = 0.01;
/// Nearer to the end of its range than this share, a number is at it.
const AT_BOUND: f64 = 1e-4;

/// How a number came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The rows fix it.
    Fixed,
    /// The rows ask for more than all of the peak.
    AtBound,
    /// It makes no difference to any row: no overhead, or a roof that nothing reaches.
    Unnoticed,
}

/// The numbers that the rows fix.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    pub(super) point: Point,
    /// Standard errors of the logarithms; 0 where there is none.
    pub(super) errors: Point,
    pub(super) standing: [Option<Standing>; COUNT],
    pub(super) phases: CalibratedPhases,
    pub(super) refusals: Vec<Refusal>,
    pub(super) at_cpu_hz: Option<f64>,
}

impl Solution {
    pub(super) fn covers(&self, phase: Phase) -> bool {
        self.phases.covers(phase)
    }
}

impl CalibratedPhases {
    /// Whether it is among them.
    pub const fn covers(self, phase: Phase) -> bool {
        matches!((self, phase), (Self::Both, _) | (Self::Prefill, Phase::Prefill) | (Self::Decode, Phase::Decode))
    }
}

/// Fits what the rows determine. It is an error if they determine nothing.
pub(super) fn solve(rows: &[&Row]) -> Result<Solution, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut phases = vec![Phase::Prefill, Phase::Decode];
    loop {
        let Some(covered) = covered(&phases) else { return Err(refusals) };
        let chosen: Vec<&Row> = rows.iter().copied().filter(|row| phases.contains(&row.phase)).collect();
        let fit = Fit::new(chosen, &phases);
        let refused = phases
            .iter()
            .find_map(|&phase| fit.too_few(phase).or_else(|| fit.too_fast(phase)))
            .map_or_else(|| fit.settle(), Err);
        match refused {
            Ok(settled) => {
                let Settled { point, errors, standing } = settled;
                let at_cpu_hz = fit.at_cpu_hz;
                return Ok(Solution { point, errors, standing, phases: covered, refusals, at_cpu_hz });
            }
            Err(refusal) => {
                phases.retain(|phase| *phase != refusal.phase);
                refusals.push(refusal);
            }
        }
    }
}

fn covered(phases: &[Phase]) -> Option<CalibratedPhases> {
    match phases {
        [] => None,
        [Phase::Prefill] => Some(CalibratedPhases::Prefill),
        [Phase::Decode] => Some(CalibratedPhases::Decode),
        _ => Some(CalibratedPhases::Both),
    }
}

struct Fit<'a> {
    rows: Vec<&'a Row>,
    numbers: Vec<Parameter>,
    at_cpu_hz: Option<f64>,
}

struct Settled {
    point: Point,
    errors: Point,
    standing: [Option<Standing>; COUNT],
}

impl<'a> Fit<'a> {
    fn new(rows: Vec<&'a Row>, phases: &[Phase]) -> Self {
        let mut numbers = Vec::new();
        if phases.contains(&Phase::Prefill) {
            numbers.extend([Parameter::Compute, Parameter::PrefillOverhead]);
        }
        if phases.contains(&Phase::Decode) {
            numbers.extend([Parameter::Bandwidth, Parameter::DecodeOverhead]);
            if clocks_differ(&rows) {
                numbers.push(Parameter::InFlight);
            }
        }
        let at_cpu_hz = one_cpu_clock(&rows);
        Self { rows, numbers, at_cpu_hz }
    }

    fn of_phase(&self, phase: Phase) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().copied().filter(move |row| row.phase == phase)
    }

    fn too_few(&self, phase: Phase) -> Option<Refusal> {
        let numbers: Vec<Parameter> = self.numbers.iter().copied().filter(|number| number.phase() == phase).collect();
        let rows = self.of_phase(phase).count();
        let reason = match rows {
            0 => Reason::NotMeasured,
            rows if rows <= numbers.len() => Reason::TooFew { rows, numbers },
            _ => return None,
        };
        Some(Refusal { phase, reason })
    }

    /// A minority is an outlier; more is another board.
    fn too_fast(&self, phase: Phase) -> Option<Refusal> {
        let ideal = reach(&IDEAL, None);
        let speeds: Vec<f64> = self.of_phase(phase).map(|row| row.predicted_s(&ideal) / row.seconds).collect();
        let fast = speeds.iter().filter(|speed| **speed > TOO_FAST).count();
        let worst = speeds.iter().copied().fold(0.0, f64::max);
        let reason = Reason::TooFast { fast, rows: speeds.len(), worst };
        (2 * fast > speeds.len()).then_some(Refusal { phase, reason })
    }

    /// Searches, leaves out what no row notices, and refuses what cannot be told apart.
    fn settle(&self) -> Result<Settled, Refusal> {
        let mut free = self.numbers.clone();
        let mut standing = [None; COUNT];
        let mut fixed = IDEAL;
        loop {
            let search = Search { rows: &self.rows, free: &free, fixed, at_cpu_hz: self.at_cpu_hz };
            let point = search.best();
            for number in &free {
                let [_, high] = number.range();
                let at_bound = !number.is_overhead() && point[number.index()] >= high.ln() - AT_BOUND;
                standing[number.index()] = Some(if at_bound { Standing::AtBound } else { Standing::Fixed });
            }
            let noticed = |number: &Parameter| self.effect(&point, *number) > NOTICED;
            // A roof that is never reached comes first. The other one then explains what it leaves open.
            let order =
                [Parameter::InFlight, Parameter::PrefillOverhead, Parameter::DecodeOverhead, Parameter::Bandwidth];
            let idle = order.into_iter().find(|number| {
                let replaceable = *number != Parameter::Bandwidth || free.contains(&Parameter::InFlight);
                free.contains(number) && replaceable && !noticed(number)
            });
            if let Some(idle) = idle {
                free.retain(|number| *number != idle);
                fixed[idle.index()] = IDEAL[idle.index()];
                standing[idle.index()] = Some(Standing::Unnoticed);
                continue;
            }
            let errors = self.standard_errors(&point, &free, standing);
            let loose = free.iter().find(|&&number| {
                standing[number.index()] == Some(Standing::Fixed)
                    && (errors[number.index()] * self.effect(&point, number) > LOOSE || !noticed(&number))
            });
            return match loose {
                Some(&number) => Err(self.alike(number)),
                None => Ok(Settled { point, errors, standing }),
            };
        }
    }

    fn alike(&self, number: Parameter) -> Refusal {
        let phase = number.phase();
        let rows = self.of_phase(phase).count();
        let shapes = distinct(self.of_phase(phase).map(|row| row.shape)).len();
        Refusal { phase, reason: Reason::Alike { rows, shapes, number } }
    }

    /// `∂ln T/∂ln p` of every row; a step into the range where the number is at its end.
    fn sensitivities(&self, point: &Point, number: Parameter) -> Vec<f64> {
        const STEP: f64 = 1e-4;
        let [low, high] = number.range().map(f64::ln);
        let moved = |by: f64| {
            let mut point = *point;
            let place = &mut point[number.index()];
            *place = (*place + by).clamp(low, high);
            (*place, reach(&point, self.at_cpu_hz))
        };
        let ((from, below), (to, above)) = (moved(-STEP), moved(STEP));
        let slope = |row: &&Row| (row.predicted_s(&above) / row.predicted_s(&below)).ln() / (to - from);
        self.rows.iter().map(slope).collect()
    }

    /// The largest of them.
    fn effect(&self, point: &Point, number: Parameter) -> f64 {
        self.sensitivities(point, number).into_iter().fold(0.0, |largest, slope| largest.max(slope.abs()))
    }

    /// From the curvature at the optimum and a robust estimate of the noise. Numbers at their bound are taken as given.
    fn standard_errors(&self, point: &Point, free: &[Parameter], standing: [Option<Standing>; COUNT]) -> Point {
        let open: Vec<Parameter> =
            free.iter().copied().filter(|number| standing[number.index()] == Some(Standing::Fixed)).collect();
        let mut errors = [0.0; COUNT];
        let mut jacobian: [Vec<f64>; COUNT] = [const { Vec::new() }; COUNT];
        for (column, number) in jacobian.iter_mut().zip(&open) {
            *column = self.sensitivities(point, *number);
        }
        let mut basis = Basis::new(self.rows.len());
        basis.factor(&jacobian, std::array::from_fn(|column| column < open.len()));
        let noise = self.noise(point, open.len());
        for (place, number) in open.iter().enumerate() {
            // With J = Q·R the variance is a place on the diagonal of (JᵀJ)⁻¹: the squared length of R⁻ᵀ·e.
            let unit = std::array::from_fn(|row| if row == place { 1.0 } else { 0.0 });
            let along = basis.solve_transposed(&unit);
            let can_be_told_apart = basis.rank() == open.len();
            errors[number.index()] =
                if can_be_told_apart { noise * inner(&along, &along).sqrt() } else { f64::INFINITY };
        }
        errors
    }

    fn noise(&self, point: &Point, numbers: usize) -> f64 {
        let reach = reach(point, self.at_cpu_hz);
        let errors = self.rows.iter().map(|row| (row.predicted_s(&reach) / row.seconds).ln().abs());
        // With few rows the middle two are far apart.
        let median = upper_median(errors).unwrap_or_default();
        let rows = self.rows.len() as f64;
        (robust_sd(median) * (rows / (rows - numbers as f64).max(1.0)).sqrt()).max(LEAST_NOISE)
    }
}

/// Whether rows were measured at more than one speed of the SMs, and at a known one all of them.
fn clocks_differ(rows: &[&Row]) -> bool {
    let speeds: Option<Vec<f64>> = rows.iter().map(|row| row.clocks.sm_cycles_per_s()).collect();
    speeds.is_some_and(|speeds| speeds.iter().any(|speed| *speed != speeds[0]))
}

/// The fastest CPU clock of the rows, where all of them have one.
fn one_cpu_clock(rows: &[&Row]) -> Option<f64> {
    let clocks: Option<Vec<f64>> = rows.iter().map(|row| row.clocks.cpu_hz).collect();
    clocks?.into_iter().reduce(f64::max)
}
