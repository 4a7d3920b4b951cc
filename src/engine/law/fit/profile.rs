//! How far each exponent may move before the runs object, everything else fitted again.
//!
//! Standard errors describe a paraboloid around the optimum, and the valleys of power laws are no paraboloids: an exponent
//! near 0 may be as well 1, with another κ and another floor. So each exponent is held at one value after another, the rest
//! fitted again, and the values kept at which the squared error is not significantly higher:
//!
//! ```text
//! SSE(value) ≤ SSE·(1 + F₀.₉₅(1, n − p) / (n − p))            n runs, p free parameters
//! ```
//!
//! the profile-likelihood interval with unknown noise (Bates and Watts 1988, §6.1). The walk goes outwards from the optimum and ends where the runs object first, so the
//! interval is the connected one. Under the Huber criterion there is no squared error to compare, and resampling tells instead.

use rayon::prelude::*;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::model::{EXPONENTS, Exponents, FLOOR, Misfit};
use super::projection::Projection;
use super::starts::{EXACT_NATS, TO_THE_END, follow};
use super::{Criterion, Fit, FitError, FitOptions, Watch, dependence, exponents_of, prepare};
use crate::law::Coefficients;
use crate::law::form::{Name, Slot};
use crate::runs::Run;
use crate::text::listed;
use crate::units::significant;

/// Of the profile intervals.
pub const PROFILE_LEVEL: f64 = 0.95;
/// Values between one bound and the other at which the error is known.
const CELLS: usize = 24;
/// Halvings of the cell in which the runs begin to object.
const HALVINGS: usize = 10;
/// An exponent is not identified if its interval covers this share of the range that published laws use.
const MOST: f64 = 0.5;
/// Nor if one end of its interval is so many times the other: a power near 0 is a logarithm, which stands in for a floor.
const WIDE: f64 = 30.0;
/// κ and the floor go along with an exponent if they change by this factor over its interval.
const GOES_ALONG: f64 = 1.5;

/// The error at one value of an exponent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ProfilePoint"))]
pub struct Point {
    /// Where the exponent was held.
    pub value: f64,
    /// Root mean square error of the rest fitted again, nats per token.
    pub rmse: f64,
}

/// What the runs say about one exponent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExponentProfile"))]
pub struct Profile {
    /// Which.
    #[serde(skip)]
    pub name: Name,
    /// Its best value.
    pub value: f64,
    /// The smallest value that describes the runs as well within noise; none if that is the bound of the search.
    pub low: Option<f64>,
    /// The largest; likewise.
    pub high: Option<f64>,
    /// Where the search may go.
    pub bounds: [f64; 2],
    /// Whether the interval is small beside the range that published laws use, and its ends are of like size.
    pub identified: bool,
    /// From smallest to largest value that other coefficients take over the interval, for those that go along with it.
    #[serde(skip)]
    pub along: Vec<(Name, [f64; 2])>,
    /// The walk, by rising value.
    pub points: Vec<Point>,
}

impl Profile {
    /// What a reader must know of an exponent that is not identified.
    pub fn sentence(&self) -> Option<String> {
        if self.identified {
            return None;
        }
        let number = |value: f64| significant(value, 2);
        let (low, high) = (self.low.unwrap_or(self.bounds[0]), self.high.unwrap_or(self.bounds[1]));
        let along: Vec<String> = self
            .along
            .iter()
            .map(|(name, [from, to])| format!("{} ({} to {})", name.symbol, number(*from), number(*to)))
            .collect();
        let along: Vec<&str> = along.iter().map(String::as_str).collect();
        let trade = match along[..] {
            [] => String::new(),
            [_] => format!("; {} trades off with it", listed(&along)),
            _ => format!("; {} trade off with it", listed(&along)),
        };
        Some(format!(
            "{} is not identified: any value from {} to {} describes these runs as well, within noise (profile, {} %){trade}",
            self.name.symbol,
            number(low),
            number(high),
            100.0 * PROFILE_LEVEL,
        ))
    }
}

/// The profile of every exponent that the training part of `fit` shows, in the order of the form; empty under the Huber criterion,
/// without runs to spare, and where runs are no independent witnesses. `runs` and `options` are those of the fit.
pub fn profile(runs: &[Run], fit: &Fit, options: &FitOptions, watch: &dyn Watch) -> Result<Vec<Profile>, FitError> {
    let train: Vec<&Run> =
        fit.train.iter().map(|&index| runs.get(index)).collect::<Option<_>>().ok_or(FitError::OtherRuns)?;
    let (misfit, weights, _) = prepare(&train, options);
    let degrees_of_freedom = weights.iter().sum::<f64>() - fit.parameters as f64;
    let dependent = dependence::reason(&train, options, fit.repeats.as_ref()).is_some();
    if options.criterion != Criterion::LeastSquares || dependent || degrees_of_freedom < 1.0 {
        return Ok(Vec::new());
    }
    let Ok(chance) = FisherSnedecor::new(1.0, degrees_of_freedom) else { return Ok(Vec::new()) };
    let ratio = 1.0 + chance.inverse_cdf(PROFILE_LEVEL) / degrees_of_freedom;

    let best = exponents_of(&fit.coefficients);
    let mut space = Projection::new(misfit.runs());
    let least = space.project(&misfit, &best);
    let limit = least * ratio + misfit.runs() as f64 * EXACT_NATS.powi(2);
    let speaks = |exponent: usize| {
        misfit.model.is_free(exponent)
            && (0..FLOOR).any(|term| space.linear[term] > 0.0 && misfit.model.uses(term, exponent))
    };
    let exponents: Vec<usize> = (0..EXPONENTS).filter(|&exponent| speaks(exponent)).collect();
    exponents
        .into_par_iter()
        .map(|exponent| {
            let walk = Walk { misfit: misfit.clone(), exponent, limit, watch, seen: Vec::new() };
            walk.profile(&best)
        })
        .collect()
}

/// What was found at one value.
struct Seen {
    value: f64,
    squared_error: f64,
    exponents: Exponents,
    law: Option<Coefficients>,
}

struct Walk<'a> {
    misfit: Misfit,
    exponent: usize,
    limit: f64,
    watch: &'a dyn Watch,
    seen: Vec<Seen>,
}

impl Walk<'_> {
    fn profile(mut self, best: &Exponents) -> Result<Profile, FitError> {
        let power = &self.misfit.model.form.exponents[self.exponent];
        let bounds = [self.misfit.model.lower[self.exponent], self.misfit.model.upper[self.exponent]];
        let value = best[self.exponent];
        let place = self.visit(value, best)?;
        let low = self.end(place, bounds[0])?;
        let high = self.end(place, bounds[1])?;
        let (from, to) = (low.unwrap_or(bounds[0]), high.unwrap_or(bounds[1]));
        let [usual_from, usual_to] = power.starts;
        let covered = to.min(usual_to) - from.max(usual_from);
        let runs = self.misfit.runs() as f64;
        let along = self.along();
        self.seen.sort_by(|a, b| a.value.total_cmp(&b.value));
        let point = |seen: &Seen| Point { value: seen.value, rmse: (seen.squared_error / runs).sqrt() };
        Ok(Profile {
            name: power.name,
            value,
            low,
            high,
            bounds,
            identified: covered < MOST * (usual_to - usual_from) && (from <= 0.0 || to <= WIDE * from),
            along,
            points: self.seen.iter().map(point).collect(),
        })
    }

    /// Walks from what was seen at `place` towards a bound; where the runs begin to object, none if they never do.
    fn end(&mut self, mut place: usize, bound: f64) -> Result<Option<f64>, FitError> {
        let start = self.seen[place].value;
        for step in 1..=CELLS {
            // Short steps first: most intervals are narrow.
            let share = (step as f64 / CELLS as f64).powi(2);
            let next = self.visit(share.mul_add(bound - start, start), &self.seen[place].exponents.clone())?;
            if self.seen[next].squared_error > self.limit {
                return self.border(place, next).map(Some);
            }
            place = next;
        }
        Ok(None)
    }

    /// Halves between a value that the runs accept and one that they do not.
    fn border(&mut self, mut accepted: usize, mut refused: usize) -> Result<f64, FitError> {
        for _halving in 0..HALVINGS {
            let middle = f64::midpoint(self.seen[accepted].value, self.seen[refused].value);
            let next = self.visit(middle, &self.seen[accepted].exponents.clone())?;
            if self.seen[next].squared_error > self.limit { refused = next } else { accepted = next }
        }
        Ok(self.seen[accepted].value)
    }

    /// Holds the exponent at a value and fits the rest again, starting near; where that is to be found among what was seen.
    fn visit(&mut self, value: f64, near: &Exponents) -> Result<usize, FitError> {
        let [low, high] = self.misfit.model.form.exponents[self.exponent].bounds;
        let mut start = *near;
        start[self.exponent] = value;
        self.misfit.model.hold(self.exponent, value);
        let mut space = Projection::new(self.misfit.runs());
        let end = follow(&self.misfit, &mut space, start, TO_THE_END, self.watch)?;
        let exponents = end.map_or(start, |end| end.exponents);
        let squared_error = space.project(&self.misfit, &exponents);
        let law = self.misfit.coefficients(&exponents, &space.linear);
        (self.misfit.model.lower[self.exponent], self.misfit.model.upper[self.exponent]) = (low, high);
        self.seen.push(Seen { value, squared_error, exponents, law });
        Ok(self.seen.len() - 1)
    }

    /// κ of the exponent's terms and the floor, where they change by more than they may.
    fn along(&self) -> Vec<(Name, [f64; 2])> {
        let form = self.misfit.model.form;
        let laws =
            || self.seen.iter().filter(|seen| seen.squared_error <= self.limit).filter_map(|seen| seen.law.as_ref());
        let terms = (0..form.terms.len()).filter(|&term| self.misfit.model.uses(term, self.exponent));
        terms
            .map(Slot::Factor)
            .chain([Slot::Floor])
            .filter_map(|slot| {
                let values = || laws().map(|law| law.get(slot));
                let range = [values().reduce(f64::min)?, values().reduce(f64::max)?];
                (range[1] > GOES_ALONG * range[0]).then(|| (*form.name_of(slot), range))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::super::{Weighting, fit};
    use super::*;
    use crate::fixtures::{TABLE_6, table_6};

    const ALL: FitOptions = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };

    fn profiles(runs: &[Run], options: &FitOptions) -> (Fit, Vec<Profile>) {
        let fit = fit(runs, options, &()).unwrap();
        let profiles = profile(runs, &fit, options, &()).unwrap();
        (fit, profiles)
    }

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        let (mut inside, mut all) = (0, 0);
        for seed in 0..12 {
            let runs = samples::runs(TABLE_6, &samples::shapes(120, seed), 0.01, 100 + seed);
            for profile in profiles(&runs, &ALL).1 {
                let truth = table_6().value(profile.name.key).unwrap();
                assert!(profile.low.is_none_or(|low| low <= profile.value));
                assert!(profile.high.is_none_or(|high| high >= profile.value));
                all += 1;
                inside += usize::from(
                    profile.low.is_none_or(|low| low <= truth) && profile.high.is_none_or(|high| truth <= high),
                );
            }
        }
        // 95 % of about 72: 68 or 69; four standard deviations below are 61.
        assert!(all >= 66 && 100 * inside >= 85 * all, "{inside} of {all}");
    }

    #[test]
    fn the_border_is_where_the_refitted_error_reaches_the_limit() {
        let runs = samples::runs(TABLE_6, &samples::shapes(100, 3), 0.02, 4);
        let (fit, profiles) = profiles(&runs, &ALL);
        let spare = (runs.len() - fit.parameters) as f64;
        // F₀.₉₅(1, 89) = t₀.₉₇₅(89)² = 1.98698².
        assert_eq!(spare, 89.0);
        let limit = (fit.squared_error * (1.0 + 1.98698f64.powi(2) / spare) / runs.len() as f64).sqrt();
        let steep = profiles.iter().find(|profile| profile.name.key == "alpha_l").unwrap();
        for end in [steep.low.unwrap(), steep.high.unwrap()] {
            let at = steep.points.iter().find(|point| point.value == end).unwrap();
            assert!((at.rmse / limit - 1.0).abs() < 1e-3, "{at:?} {limit}");
        }
        assert!(steep.points.is_sorted_by_key(|point| point.value));
    }

    #[test]
    fn noisy_runs_of_the_papers_law_do_not_fix_the_kv_term() {
        let runs = samples::runs(TABLE_6, &samples::shapes(170, 7), 0.062, 1);
        let (_, profiles) = profiles(&runs, &ALL);
        let kv = profiles.iter().find(|profile| profile.name.key == "alpha_m").unwrap();
        let words = kv.sentence().unwrap();
        assert!(words.starts_with("α_m is not identified: any value from 0"), "{words}");
        assert!(words.contains("κ_m (") && words.contains("L_inf (") && words.contains("trade off with it"), "{words}");
    }

    #[test]
    fn without_noise_every_exponent_is_its_value() {
        let runs = samples::runs(samples::law(3), &samples::shapes(120, 5), 0.0, 0);
        let (_, profiles) = profiles(&runs, &ALL);
        assert_eq!(profiles.len(), 6);
        for profile in profiles {
            let width = profile.high.unwrap() - profile.low.unwrap();
            assert!(profile.identified && profile.sentence().is_none() && width < 0.02, "{profile:?}");
        }
    }

    #[test]
    fn there_is_none_under_huber() {
        let runs = samples::runs(TABLE_6, &samples::shapes(60, 3), 0.02, 4);
        assert!(profiles(&runs, &FitOptions { criterion: Criterion::HuberLog, ..ALL }).1.is_empty());
        // Where architectures are repeated, each counting once, runs are no independent witnesses.
        let weighted = profiles(&runs, &FitOptions { weighting: Weighting::Architectures, ..ALL }).1;
        let shapes: std::collections::HashSet<String> = runs.iter().map(|run| format!("{:?}", run.features)).collect();
        assert_eq!(weighted.is_empty(), shapes.len() < runs.len());
    }
}
