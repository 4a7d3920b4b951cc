//! The options of a fit, and who is told of its progress.

use crate::law::form::Form;
use crate::law::forms::EQ_2;

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOptions {
    /// Which law.
    pub form: &'static Form,
    /// What is minimised.
    pub criterion: Criterion,
    /// What counts once.
    pub weighting: Weighting,
    /// Share of the architectures held out, 0 (none) to below 1.
    pub holdout: f64,
    /// Seed of the held-out draw and of the starts.
    pub seed: u64,
    /// Starting points of the search.
    pub starts: usize,
}

/// What a fit minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// Squared errors of the loss: the paper's.
    LeastSquares,
    /// Huber's function of errors of ln loss, δ = [`HUBER_DELTA`](super::HUBER_DELTA): hardly moved by single runs.
    HuberLog,
}

impl Criterion {
    /// All of them, the paper's first.
    pub const ALL: [Self; 2] = [Self::LeastSquares, Self::HuberLog];

    /// As typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeastSquares => "least-squares",
            Self::HuberLog => "huber",
        }
    }
}

/// What counts once in a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// Each run: right where errors are noise.
    Runs,
    /// Each architecture, however often it was run: right where the law's own errors outweigh the noise.
    Architectures,
}

impl Weighting {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Runs, Self::Architectures];

    /// As typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Architectures => "architectures",
        }
    }
}

impl Default for FitOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl FitOptions {
    /// The paper's law, by least squares, to all runs: what it does not see is told by folds.
    pub const DEFAULT: Self = Self {
        form: &EQ_2,
        criterion: Criterion::LeastSquares,
        weighting: Weighting::Runs,
        holdout: 0.0,
        seed: 0,
        starts: 64,
    };

    /// Most starting points: far beyond what finds anything new.
    pub const MAX_STARTS: usize = 100_000;
}

/// Starts of [`refit`](super::refit) besides the known law.
pub const REFIT_STARTS: usize = 4;

/// Someone who waits for a fit and is told of its progress. It is called from several threads. `()` waits without being
/// told.
pub trait Watch: Sync {
    /// Whether to stop; asked at every iteration of every start.
    fn cancelled(&self) -> bool {
        false
    }

    /// So many starts are finished, of so many.
    fn progress(&self, _done: usize, _of: usize) {}
}

impl Watch for () {}
