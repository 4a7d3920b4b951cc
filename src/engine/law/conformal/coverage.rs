//! Whether intervals hold what they say, counted on architectures that they have not seen.
//!
//! Everything is nested: the law, its folds, the scores and the widening come from the remaining architectures alone.
//! Beside the coverage stand the width and the Winkler score (Winkler 1972; Gneiting and Raftery 2007), the width plus
//! 2/α for each nat that a run lies outside: an interval may be wide and right, or narrow and wrong, and this score tells
//! which is worse. The plain interval of ± 1.645 k-fold RMSE is the yardstick.

use rayon::prelude::*;
use serde::Serialize;

use super::Conformal;
use crate::law::fit::{Bootstrap, Fit, FitError, FitOptions, Watch, bootstrap, fit, split};
use crate::law::form::Variable;
use crate::law::steps::Steps;
use crate::law::validation::{FOLDS, LARGEST_SHARE, deal, k_fold, without};
use crate::law::{Ensemble, Interval};
use crate::runs::Run;
use crate::statistics::median;

/// Times that all architectures are dealt anew.
const DEALS: u64 = 2;
/// Two-sided 90 % of a normal error.
const NORMAL_90: f64 = 1.645;
/// Resamples for the intervals of resampling alone.
const RESAMPLES: usize = 100;

/// How an interval is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// [`Conformal`], the interval that is shown.
    Conformal,
    /// The law ± 1.645 k-fold RMSE.
    Rmse,
    /// Resampling the runs alone.
    Resampling,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Conformal, Self::Rmse, Self::Resampling];
}

/// Which architectures are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// A fifth at random, all of them in turn; those within the range of the rest are counted.
    Within,
    /// The largest fifth by active parameters.
    Largest,
}

/// How one kind of interval fared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Which runs.
    pub left_out: LeftOut,
    /// Which interval.
    pub method: Method,
    /// Runs that had an interval.
    pub runs: usize,
    /// Different architectures among them.
    pub architectures: usize,
    /// Runs for which there was no interval.
    pub without_interval: usize,
    /// Share of the runs with an interval that lie in it, each architecture counted once.
    pub coverage: Option<f64>,
    /// Median width, nats per token.
    pub median_width: Option<f64>,
    /// Mean Winkler score, nats per token; less is better.
    pub winkler: Option<f64>,
}

/// One run and what was said of it.
struct Seen {
    run: usize,
    measured: f64,
    weight: f64,
    intervals: [Option<Interval>; 3],
}

/// Counts the coverage of all kinds of intervals, at [`Ensemble::LEVEL`].
pub fn coverage(runs: &[Run], options: &FitOptions, watch: &dyn Watch) -> Result<Vec<Coverage>, FitError> {
    let options = FitOptions { holdout: 0.0, ..*options };
    let dealt = (0..DEALS).flat_map(|again| deal(runs, FOLDS, options.seed + 1000 * again));
    let parts: Vec<(LeftOut, Vec<usize>)> =
        dealt.map(|part| (LeftOut::Within, part.concat())).chain([(LeftOut::Largest, largest(runs))]).collect();
    let steps = Steps::new(watch, parts.len());
    let seen: Vec<(LeftOut, Vec<Seen>)> = parts
        .into_par_iter()
        .map(|(left_out, held)| {
            let seen = ask(runs, &held, left_out, &options, &steps)?;
            steps.finish_one();
            Ok((left_out, seen))
        })
        .collect::<Result<_, FitError>>()?;
    let mut found = Vec::new();
    for left_out in [LeftOut::Within, LeftOut::Largest] {
        let of: Vec<&Seen> = seen.iter().filter(|(of, _)| *of == left_out).flat_map(|(_, seen)| seen).collect();
        found.extend(Method::ALL.map(|method| count(runs, left_out, method, &of)));
    }
    Ok(found)
}

/// Places of the runs of the largest fifth of the architectures.
fn largest(runs: &[Run]) -> Vec<usize> {
    let size = |group: &Vec<usize>| Variable::ActiveParameters.value(&runs[group[0]].features, None);
    let mut groups = split::groups(runs);
    groups.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let largest = (LARGEST_SHARE * groups.len() as f64).round() as usize;
    groups.split_off(groups.len() - largest.max(1).min(groups.len())).concat()
}

fn ask(
    runs: &[Run],
    held: &[usize],
    left_out: LeftOut,
    options: &FitOptions,
    watch: &dyn Watch,
) -> Result<Vec<Seen>, FitError> {
    let rest = without(runs, held);
    let law = fit(&rest, options, watch)?;
    let conformal = Conformal::of(&rest, &law, options, watch)?;
    let rmse = k_fold(&rest, options, FOLDS, watch)?.score.rmse;
    let asked = Bootstrap { resamples: RESAMPLES, ..Bootstrap::DEFAULT };
    let ensemble = match bootstrap(&rest, &law, options, &asked, watch) {
        Ok(ensemble) => Some(ensemble),
        Err(FitError::Cancelled) => return Err(FitError::Cancelled),
        Err(_) => None,
    };
    let taken: Vec<&Run> = held.iter().map(|&run| &runs[run]).collect();
    let weights = split::shares(&taken);
    let inside = |run: &&Run| left_out == LeftOut::Largest || is_within(&law, run);
    Ok(held
        .iter()
        .zip(taken)
        .zip(weights)
        .filter(|((_, run), _)| inside(run))
        .map(|((&place, run), weight)| {
            let at = law.coefficients.at_tokens(run.tokens);
            let loss = at.loss(&run.features);
            let normal = Interval { low: loss - NORMAL_90 * rmse, high: loss + NORMAL_90 * rmse };
            let shown = conformal.interval(&at, &run.features, Ensemble::LEVEL).ok();
            let resampled = ensemble.as_ref().and_then(|ensemble| {
                ensemble.interval(Ensemble::LEVEL, |law| law.at_tokens(run.tokens).loss(&run.features))
            });
            // The same runs for all.
            let others = |interval: Option<Interval>| shown.and(interval);
            Seen { run: place, measured: run.loss, weight, intervals: [shown, others(Some(normal)), others(resampled)] }
        })
        .collect())
}

fn is_within(law: &Fit, run: &Run) -> bool {
    let length = run.tokens.and_then(|tokens| law.range.beyond_tokens(tokens));
    law.range.extrapolation(&run.features).is_none() && length.is_none()
}

fn count(runs: &[Run], left_out: LeftOut, method: Method, seen: &[&Seen]) -> Coverage {
    let outside = 2.0 / (1.0 - Ensemble::LEVEL);
    let place = method as usize;
    let with: Vec<(&Seen, Interval)> = seen.iter().filter_map(|seen| Some((*seen, seen.intervals[place]?))).collect();
    let weight: f64 = with.iter().map(|(seen, _)| seen.weight).sum();
    let weighted = |of: &dyn Fn(&Seen, Interval) -> f64| {
        (weight > 0.0)
            .then(|| with.iter().map(|(seen, interval)| seen.weight * of(seen, *interval)).sum::<f64>() / weight)
    };
    let different: Vec<Run> = with.iter().map(|(seen, _)| runs[seen.run].clone()).collect();
    Coverage {
        left_out,
        method,
        runs: with.len(),
        architectures: split::count_architectures(&different.iter().collect::<Vec<_>>()),
        without_interval: seen.len() - with.len(),
        coverage: weighted(&|seen, interval| f64::from(u8::from(interval.contains(seen.measured)))),
        median_width: median(with.iter().map(|(_, interval)| 2.0 * interval.half_width())),
        winkler: weighted(&|seen, interval| {
            let missed = (interval.low - seen.measured).max(seen.measured - interval.high).max(0.0);
            2.0 * interval.half_width() + outside * missed
        }),
    }
}
