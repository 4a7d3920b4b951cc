//! One axis of a plot: at which share of its length a value lies, and back, and which values to label.

/// An axis, linear or logarithmic, so that the same share of its length always means the same difference or ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    kind: Kind,
    /// The ends, in what the axis is linear in.
    ends: [f64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Linear,
    Logarithmic,
}

/// Share of the span that stays free at either end.
const MARGIN: f64 = 0.02;

impl Scale {
    /// From the smaller to the larger of these values with a margin of at least `least`.
    pub fn linear(values: [f64; 2], least: f64) -> Self {
        Self { kind: Kind::Linear, ends: padded(values, least) }
    }

    /// The same for values above 0; `least` is a logarithm.
    pub fn logarithmic(values: [f64; 2], least: f64) -> Self {
        Self { kind: Kind::Logarithmic, ends: padded(values.map(f64::ln), least) }
    }

    /// The whole length: a difference, or the logarithm of a ratio.
    pub fn span(&self) -> f64 {
        self.ends[1] - self.ends[0]
    }

    /// The values at its ends.
    pub fn ends(&self) -> [f64; 2] {
        [self.value_at(0.0), self.value_at(1.0)]
    }

    /// Share of the length at which a value lies; outside 0..1 if it is beyond an end.
    pub fn share(&self, value: f64) -> f64 {
        (self.place(value) - self.ends[0]) / self.span()
    }

    /// The value at a share of the length.
    pub fn value_at(&self, share: f64) -> f64 {
        let place = self.ends[0] + share * self.span();
        match self.kind {
            Kind::Linear => place,
            Kind::Logarithmic => place.exp(),
        }
    }

    /// What the axis is linear in.
    fn place(&self, value: f64) -> f64 {
        match self.kind {
            Kind::Linear => value,
            Kind::Logarithmic => value.ln(),
        }
    }
}

fn padded([low, high]: [f64; 2], least: f64) -> [f64; 2] {
    let margin = ((high - low) * MARGIN).max(least);
    [low - margin, high + margin]
}

/// Candidate tick values of a logarithmic axis, the plainest first. Over less than an octave a logarithmic axis is
/// nearly linear, and equal steps are plainer.
pub fn by_plainness([low, high]: [f64; 2]) -> Vec<f64> {
    const MANTISSAS: [&[f64]; 4] = [&[1.0], &[2.0, 5.0], &[3.0, 7.0], &[1.5, 2.5, 4.0, 6.0, 8.0]];
    const SPLIT: [f64; 8] = [1.2, 1.4, 1.6, 1.8, 2.2, 2.7, 3.5, 4.5];
    if high < 2.0 * low {
        return even_steps([low, high], 7.0);
    }
    let decade = |value: f64| value.log10().clamp(-300.0, 300.0);
    let decades = decade(low).floor() as i32..=decade(high).ceil() as i32;
    MANTISSAS
        .iter()
        .copied()
        .chain([SPLIT.as_slice()])
        .flat_map(|tier| decades.clone().flat_map(move |e| tier.iter().map(move |m| m * 10f64.powi(e))))
        .filter(|value| *value >= low && *value <= high)
        .collect()
}

/// Multiples of a round step: at most `most` of them, and at least a few.
pub fn even_steps([low, high]: [f64; 2], most: f64) -> Vec<f64> {
    let step = crate::explorer::slider::roundest((high - low) / most, (high - low) / most * 7.0 / 3.0);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

/// What to write at values that are even steps apart: as many decimals as tell them apart, and all the same.
pub fn even_labels(values: &[f64]) -> Vec<String> {
    let step = values.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let decimals = (0..12).find(|&decimals| {
        let scaled = step * 10f64.powi(decimals);
        !scaled.is_finite() || (scaled - scaled.round()).abs() < 1e-6 * scaled && scaled >= 1.0 - 1e-6
    });
    let decimals = decimals.unwrap_or(12) as usize;
    // A sum of steps that should be 0 may be a rounding error below it.
    let written = |value: f64| format!("{:.decimals$}", if value.abs() < step * 1e-6 { 0.0 } else { value });
    values.iter().map(|&value| written(value).replace('-', "−")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_values_agree() {
        for scale in [Scale::linear([2.0, 4.0], 0.1), Scale::logarithmic([64.0, 160.0], 0.1)] {
            for share in [0.0, 0.25, 1.0] {
                assert!((scale.share(scale.value_at(share)) - share).abs() < 1e-12);
            }
        }
        assert_eq!(Scale::linear([2.0, 4.0], 0.1).ends(), [1.9, 4.1]);
        assert!((Scale::logarithmic([1.0, 100.0], 0.0).share(10.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn even_labels_have_the_decimals_they_need() {
        assert_eq!(even_labels(&[3.0, 3.5, 4.0]), ["3.0", "3.5", "4.0"]);
        assert_eq!(even_labels(&[-0.05, 0.0, 0.05]), ["−0.05", "0.00", "0.05"]);
        assert_eq!(even_labels(&[2.25, 2.5]), ["2.25", "2.50"]);
        assert_eq!(even_labels(&[10.0, 20.0]), ["10", "20"]);
    }

    #[test]
    fn even_steps_are_round_and_few() {
        let steps = even_steps([3.37, 4.61], 5.0);
        assert!(steps.len() >= 2 && steps.len() <= 6, "{steps:?}");
        assert!(steps.iter().all(|value| (3.37..=4.61).contains(value)));
    }
}
