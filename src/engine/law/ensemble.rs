//! Laws that the runs support equally well: what resampling the runs gave, and the intervals that are read from it.
//!
//! Each resample gives a law of its own. The interval of anything that follows from a law (a coefficient, a loss, a
//! place on the frontier) is found by asking every law and taking percentiles. Nothing has to be linear or normal for
//! that. This matters here: `α_m`, `κ_m` and `L_inf` trade off. Each alone has a wide interval, while the losses that
//! they give together have a narrow one.

use serde::ser::SerializeTuple;
use serde::{Serialize, Serializer};

use super::coefficients::Coefficients;
use super::form::Slot;
use super::{Features, LossLaw};
use crate::statistics::quantile;

/// Laws from resampled runs, in the order of the resamples.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    /// One per resample, all of one form and for one training length.
    pub laws: Vec<Coefficients>,
    /// What the fit determined. The other coefficients were dropped or held before it, in every resample alike. So
    /// resampling says nothing about them.
    pub fitted: Vec<Slot>,
    /// Seed of the draws.
    pub seed: u64,
    /// Draws that could not be fitted, and were made again.
    pub redrawn: usize,
}

/// Where a value lies, at some level of confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The [quantiles](quantile) that leave (1 − `level`)/2 of the values on either side; `None` if there are no values, if
    /// one is not finite, or if `level` is no share.
    pub fn of(values: &mut [f64], level: f64) -> Option<Self> {
        if values.is_empty() || !(0.0..=1.0).contains(&level) || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let outside = (1.0 - level) / 2.0;
        Some(Self { low: quantile(values, outside)?, high: quantile(values, 1.0 - outside)? })
    }

    /// Whether a value lies within, ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Half its width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The interval of a value's rising function.
    #[must_use]
    pub fn map(self, rising: impl Fn(f64) -> f64) -> Self {
        Self { low: rising(self.low), high: rising(self.high) }
    }
}

/// `[low, high]`.
impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut ends = serializer.serialize_tuple(2)?;
        ends.serialize_element(&self.low)?;
        ends.serialize_element(&self.high)?;
        ends.end()
    }
}

impl Ensemble {
    /// Level of intervals unless somebody asks for another.
    pub const LEVEL: f64 = 0.90;

    /// The same laws for runs of another length.
    #[must_use]
    pub fn at_tokens(mut self, tokens: Option<f64>) -> Self {
        for law in &mut self.laws {
            *law = law.at_tokens(tokens);
        }
        self
    }

    /// The interval of what each law says of something; `None` where a law says no number.
    pub fn interval(&self, level: f64, of: impl Fn(&Coefficients) -> f64) -> Option<Interval> {
        let mut values: Vec<f64> = self.laws.iter().map(of).collect();
        Interval::of(&mut values, level)
    }

    /// The interval of every coefficient that was fitted, by its name in files, in the order of the form's slots. Dropped
    /// and held ones have none. In a resample whose best law does without a term, its κ and its own exponents are 0, as
    /// they are in a fit, so an interval that begins at 0 says that the runs hardly show the term.
    pub fn coefficients_ci(&self, level: f64) -> Vec<(&'static str, Interval)> {
        let Some(form) = self.laws.first().map(Coefficients::form) else { return Vec::new() };
        let fitted = form.slots().into_iter().filter(|slot| self.fitted.contains(slot));
        let named = fitted.map(|slot| Some((form.name_of(slot).key, self.interval(level, |law| law.get(slot))?)));
        named.flatten().collect()
    }
}

impl LossLaw {
    /// The interval of the loss of a shape, nats per token, under an ensemble in the setting of this law. It is the
    /// interval of the law there if its form is exact, not of one more run: misfit and noise are not in it.
    pub fn resampling_interval(&self, ensemble: &Ensemble, level: f64, shape: &Features) -> Option<Interval> {
        ensemble.interval(level, |law| law.with_penalty(self.coefficients.penalty_nats()).loss(shape))
    }
}

#[cfg(test)]
mod tests {
    use super::super::forms::Eq2;
    use super::*;
    use crate::features::Block;
    use crate::fixtures::{TABLE_6, paper_law};
    use crate::precision::Precision;

    #[test]
    fn percentiles_by_hand() {
        // 19 values, one below 5 % and one above 95 %: places 0.05·20 = 1 and 19.
        let mut values: Vec<f64> = (1..=19).rev().map(f64::from).collect();
        assert_eq!(Interval::of(&mut values, 0.90), Some(Interval { low: 1.0, high: 19.0 }));
        assert_eq!(Interval::of(&mut values, 0.50), Some(Interval { low: 5.0, high: 15.0 }));
        // Place 0.25·5 = 1.25 among four.
        assert_eq!(Interval::of(&mut [40.0, 20.0, 10.0, 30.0], 0.50), Some(Interval { low: 12.5, high: 37.5 }));
        // Too few to reach so far out: the extremes.
        assert_eq!(Interval::of(&mut [2.0, 1.0], 0.99), Some(Interval { low: 1.0, high: 2.0 }));
        assert_eq!(Interval::of(&mut [7.0], 0.90), Some(Interval { low: 7.0, high: 7.0 }));
        for (mut values, level) in [(vec![], 0.9), (vec![1.0, f64::NAN], 0.9), (vec![1.0], 1.5), (vec![1.0], f64::NAN)]
        {
            assert_eq!(Interval::of(&mut values, level), None);
        }
    }

    #[test]
    fn intervals_are_of_what_was_fitted() {
        let laws = (0..19).map(|i| Eq2 { l_inf: 2.0 + 0.1 * f64::from(i), ..TABLE_6 }.into()).collect();
        let ensemble = Ensemble { laws, fitted: vec![Slot::Floor, Slot::Factor(0)], seed: 0, redrawn: 0 };
        let found = ensemble.coefficients_ci(0.90);
        let keys: Vec<&str> = found.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["kappa_l", "l_inf"]);
        assert_eq!(found[0].1, Interval { low: 9.96, high: 9.96 });
        assert!((found[1].1.low - 2.0).abs() < 1e-12 && (found[1].1.high - 3.8).abs() < 1e-12, "{found:?}");
        let shape = Features {
            layers: 16.0,
            width: 1024.0,
            ffn_ratio: 2.0,
            kv_dim: 256.0,
            activation_rate: 0.5,
            block: Block::Gated,
        };
        let law = paper_law();
        let loss = law.resampling_interval(&ensemble, 0.90, &shape).unwrap();
        assert!((loss.half_width() - 0.9).abs() < 1e-12, "{loss:?}");
        let penalised = law.in_format(&Precision::W8A8.with_loss_penalty(0.03));
        assert_eq!(penalised.resampling_interval(&ensemble, 0.90, &shape), Some(loss.map(|nats| nats + 0.03)));
        assert_eq!(serde_json::to_string(&Interval { low: 1.0, high: 2.5 }).unwrap(), "[1.0,2.5]");
    }
}
