//! Figures of a sample. Each is defined once, so that two tables never disagree about what a median is.
//!
//! | figure | convention |
//! |---|---|
//! | no values | `None`, never 0 and never NaN: only the caller knows what nothing means |
//! | median | the middle value; of an even number the mean of the middle two |
//! | quantile | place `share·(n + 1)` of n values in order, on the straight line between two of them |
//! | standard deviation | of these very values: divisor n |
//! | covariance, variance | of what they are drawn from: divisor n − 1, so two values at least |
//! | robust standard deviation | 1.4826 times the median distance, which is the standard deviation of normal values |
//!
//! Values are numbers. NaN sorts last and makes every sum NaN.

/// Standard deviation of normal values over their median distance from their middle.
const NORMAL_SD_PER_MEDIAN_DISTANCE: f64 = 1.4826;

/// Their sum over their number.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.into_iter().fold((0_u64, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / count as f64)
}

/// Root of the mean square.
pub fn rms(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    mean(values.into_iter().map(|value| value * value)).map(f64::sqrt)
}

/// The middle value. Of an even number of values, the mean of the middle two.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let sorted = sorted(values);
    let upper = *sorted.get(sorted.len() / 2)?;
    Some(if sorted.len().is_multiple_of(2) { f64::midpoint(sorted[sorted.len() / 2 - 1], upper) } else { upper })
}

/// The middle value. Of an even number of values, the larger of the middle two. It is for cases where too small a
/// figure would do harm.
pub fn upper_median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let sorted = sorted(values);
    sorted.get(sorted.len() / 2).copied()
}

fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The value that this share of a population lies below, estimated from a sample in rising order. It is the value at
/// place `share·(n + 1)`, on the straight line between two values, and not beyond the first and the last. One more draw
/// falls below it with this probability.
pub fn quantile(rising: &[f64], share: f64) -> Option<f64> {
    let last = rising.len().checked_sub(1)?;
    let place = (share * (rising.len() + 1) as f64 - 1.0).clamp(0.0, last as f64);
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    Some(rising[below] + (place - below as f64) * (rising[above] - rising[below]))
}

/// Root mean square distance from the mean. It describes only these values, so the divisor is n.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    rms(centred(values))
}

/// 1.4826 times the median distance from the median. A few wild values do not move it.
pub fn robust_standard_deviation(values: &[f64]) -> Option<f64> {
    robust_sd_around(median(values.iter().copied())?, values)
}

/// [`robust_standard_deviation`] of values whose median is known to be `middle`.
pub fn robust_sd_around(middle: f64, values: &[f64]) -> Option<f64> {
    median(values.iter().map(|value| (value - middle).abs())).map(robust_sd)
}

/// The standard deviation of normal values that lie this far from their middle in the median.
pub const fn robust_sd(median_distance: f64) -> f64 {
    NORMAL_SD_PER_MEDIAN_DISTANCE * median_distance
}

/// Each less their mean.
pub fn centred(values: &[f64]) -> Vec<f64> {
    let mean = mean(values.iter().copied()).unwrap_or_default();
    values.iter().map(|value| value - mean).collect()
}

/// How two figures of the same things vary together, with one value of each figure per thing.
pub fn covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    let degrees_of_freedom = a.len().min(b.len()).checked_sub(1).filter(|degrees| *degrees > 0)?;
    let products = centred(a).into_iter().zip(centred(b)).map(|(a, b)| a * b);
    Some(products.sum::<f64>() / degrees_of_freedom as f64)
}

/// [`covariance`] with itself.
pub fn variance(values: &[f64]) -> Option<f64> {
    covariance(values, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_there_is_no_figure() {
        assert_eq!((mean([]), rms([]), median([]), upper_median([])), (None, None, None, None));
        assert_eq!((quantile(&[], 0.5), standard_deviation(&[]), robust_sd_around(0.0, &[])), (None, None, None));
        // One value has no spread that speaks of others.
        assert_eq!((covariance(&[], &[]), variance(&[3.0]), standard_deviation(&[3.0])), (None, None, Some(0.0)));
    }

    #[test]
    fn known_figures() {
        let values = [4.0, 1.0, 100.0, 3.0];
        assert_eq!((mean(values), rms([3.0, 4.0, 0.0, 0.0])), (Some(27.0), Some(2.5)));
        assert_eq!((median(values), upper_median(values)), (Some(3.5), Some(4.0)));
        assert_eq!((median([2.0, 9.0, 1.0]), upper_median([2.0, 9.0, 1.0])), (Some(2.0), Some(2.0)));
        // Distances 3, 0, 96, 1 from 4.
        assert_eq!(robust_sd_around(4.0, &values), Some(1.4826 * 2.0));
        // The median is 3.5, and the distances 0.5, 2.5, 96.5, 0.5.
        assert_eq!(robust_standard_deviation(&values), Some(1.4826 * 1.5));
    }

    #[test]
    fn one_divisor_describes_and_the_other_estimates() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!((standard_deviation(&values), variance(&values)), (Some(2.0), Some(32.0 / 7.0)));
        assert_eq!(covariance(&[1.0, 2.0, 3.0], &[30.0, 20.0, 10.0]), Some(-10.0));
    }

    #[test]
    fn quantiles_lie_between_values() {
        assert_eq!(quantile(&[10.0, 20.0, 30.0, 40.0], 0.25), Some(12.5));
        assert_eq!(quantile(&[10.0, 20.0, 30.0, 40.0], 0.5), Some(25.0));
        assert_eq!([0.0, 0.001, 1.0].map(|share| quantile(&[1.0, 2.0], share)), [Some(1.0), Some(1.0), Some(2.0)]);
    }
}
