//! How far predictions are off, over the rows of a phase.

use super::{Calibration, FittedRow};
use crate::roofline::Phase;
use crate::statistics::median;

/// Which prediction is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prediction {
    /// The ideal roofline's.
    Ideal,
    /// The calibration's, which has seen the rows.
    InSample,
    /// That of a calibration that has not seen the row's shape.
    LeftOut,
}

/// Shares of the measured time, without sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// Rows that have such a prediction.
    pub rows: usize,
    /// Half of the rows are off by less.
    pub median: f64,
    /// The largest.
    pub worst: f64,
}

impl Errors {
    /// Of shares with or without sign; none where there are no rows.
    pub fn of(errors: impl IntoIterator<Item = f64>) -> Option<Self> {
        let sizes: Vec<f64> = errors.into_iter().map(f64::abs).collect();
        let worst = sizes.iter().copied().max_by(f64::total_cmp)?;
        Some(Self { rows: sizes.len(), median: median(sizes)?, worst })
    }
}

impl FittedRow {
    /// Predicted over measured, less 1.
    pub fn error(&self, prediction: Prediction) -> Option<f64> {
        let predicted_s = match prediction {
            Prediction::Ideal => Some(self.ideal_s),
            Prediction::InSample => self.calibrated_s,
            Prediction::LeftOut => self.left_out_s,
        };
        predicted_s.map(|predicted_s| predicted_s / self.measured_s - 1.0)
    }
}

impl Calibration {
    /// Over the rows of a phase that have such a prediction.
    pub fn errors(&self, phase: Phase, prediction: Prediction) -> Option<Errors> {
        Errors::of(self.rows.iter().filter(|row| row.phase == phase).filter_map(|row| row.error(prediction)))
    }
}
