//! Many starts: all of them briskly, then the best few to the end.

use std::sync::atomic::{AtomicUsize, Ordering};

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::descent::{End, Patience, descend};
use super::model::{EXPONENTS, Exponents, Linear, Misfit, Model, TERMS};
use super::projection::Projection;
use super::revival::revive;
use super::{FitError, FitOptions, Watch};

/// Enough to tell a good valley from a bad one; the end of the valley is for the best few.
pub(super) const BRISK: Patience = Patience { iterations: 100, gain: 1e-5 };
/// Until the squared error stops falling.
pub(super) const TO_THE_END: Patience = Patience { iterations: 500, gain: 1e-14 };
/// How many are followed to the end.
const FINALISTS: usize = 6;
/// How often terms at zero are tried again, per start.
const CHANCES: usize = 3;
/// Starts within this share of the best squared error found the same optimum, or one as good.
const AS_GOOD: f64 = 1e-3;
/// Residuals below this are as good as none.
pub(super) const EXACT_NATS: f64 = 1e-5;

/// The best law found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Optimum {
    pub(super) exponents: Exponents,
    /// Factors of the terms at the geometric mean of the data.
    pub(super) linear: Linear,
    pub(super) squared_error: f64,
    pub(super) agreeing: usize,
    /// Of how many.
    pub(super) followed: usize,
}

impl Optimum {
    /// Whether a term with a positive factor uses the exponent.
    pub(super) fn speaks(&self, misfit: &Misfit, exponent: usize) -> bool {
        (0..TERMS).any(|term| self.linear[term] > 0.0 && misfit.model.uses(term, exponent))
    }
}

/// The best law, and the exponents of all that were followed to the end.
pub(super) struct Found {
    pub(super) best: Optimum,
    pub(super) finalists: Vec<Exponents>,
}

/// Runs all starts in parallel. `first` is one more start, where the law is expected, if that is known. Starts are
/// independent, and the best is chosen by its error, then by its number. So the result does not depend on the number of
/// threads.
pub(super) fn search(
    misfit: &Misfit,
    options: &FitOptions,
    first: Option<Exponents>,
    watch: &dyn Watch,
) -> Result<Found, FitError> {
    let mut starts = draw(&misfit.model, options.starts, options.seed);
    starts.extend(first.map(|first| within(&misfit.model, first)));
    let count = starts.len();
    let done = AtomicUsize::new(0);
    let ends: Vec<Option<End>> = starts
        .into_par_iter()
        .map_init(
            || Projection::new(misfit.runs()),
            |space, start| {
                let end = follow(misfit, space, start, BRISK, watch)?;
                watch.progress(done.fetch_add(1, Ordering::Relaxed) + 1, count);
                Ok(end)
            },
        )
        .collect::<Result<_, FitError>>()?;

    let mut ends: Vec<End> = ends.into_iter().flatten().collect();
    // Stable: equal errors keep the order of the starts.
    ends.sort_by(|a, b| a.squared_error.total_cmp(&b.squared_error));
    let finals: Vec<Option<End>> = ends
        .par_iter()
        .take(FINALISTS)
        .map_init(
            || Projection::new(misfit.runs()),
            |space, end| follow(misfit, space, end.exponents, TO_THE_END, watch),
        )
        .collect::<Result<_, FitError>>()?;
    let mut finals: Vec<End> = finals.into_iter().flatten().collect();
    finals.sort_by(|a, b| a.squared_error.total_cmp(&b.squared_error));
    let best = finals.first().ok_or(FitError::NoOptimum)?;

    let mut space = Projection::new(misfit.runs());
    let squared_error = space.project(misfit, &best.exponents);
    let limit = squared_error * (1.0 + AS_GOOD) + misfit.runs() as f64 * EXACT_NATS.powi(2);
    let agreeing = ends.iter().filter(|end| end.squared_error <= limit).count().max(1);
    let finalists = finals.iter().map(|end| end.exponents).collect();
    Ok(Found {
        best: Optimum { exponents: best.exponents, linear: space.linear, squared_error, agreeing, followed: count },
        finalists,
    })
}

/// Downhill from one start, and again from where a term at zero deserves another chance.
pub(super) fn follow(
    misfit: &Misfit,
    space: &mut Projection,
    start: Exponents,
    patience: Patience,
    watch: &dyn Watch,
) -> Result<Option<End>, FitError> {
    let mut end = descend(misfit, space, start, patience, watch)?;
    for _chance in 0..CHANCES {
        let Some(before) = end else { break };
        space.project(misfit, &before.exponents);
        let Some(again) = revive(misfit, space, &before.exponents) else { break };
        let after = descend(misfit, space, again, patience, watch)?;
        end = after.filter(|after| after.squared_error < before.squared_error).or(end);
    }
    Ok(end)
}

/// Latin hypercube: every exponent takes each of `count` slices once. The first start is the middle of the box.
pub(super) fn draw(model: &Model, count: usize, seed: u64) -> Vec<Exponents> {
    // Its own stream, so that the starts do not repeat the numbers of the split.
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(1);
    let mut starts = vec![[0.0; EXPONENTS]; count];
    let ranges = model.form.exponents.iter().map(|exponent| exponent.starts);
    for (exponent, [from, to]) in ranges.clone().enumerate() {
        let mut slices: Vec<usize> = (0..count).collect();
        slices.shuffle(&mut random);
        for (start, slice) in starts.iter_mut().zip(slices) {
            let place = (slice as f64 + random.random::<f64>()) / count as f64;
            start[exponent] = from + place * (to - from);
        }
    }
    for (exponent, [from, to]) in ranges.enumerate() {
        starts[0][exponent] = f64::midpoint(from, to);
    }
    starts.into_iter().map(|start| within(model, start)).collect()
}

/// The nearest exponents that the model allows.
pub(super) fn within(model: &Model, start: Exponents) -> Exponents {
    std::array::from_fn(|exponent| start[exponent].clamp(model.lower[exponent], model.upper[exponent]))
}
