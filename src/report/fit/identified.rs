//! Which coefficients the runs determine, by every test that there is.

use super::assessment::{Assessment, WIDE_FACTOR};
use super::fitting::Fitting;
use crate::by_key::ByKey;
use engine::law::fit::Fate;
use engine::law::form::Slot;

/// A coefficient is identified if the runs decided it, and if neither its standard error nor its profile nor the
/// resamples contradict.
pub(super) fn identified(fitting: &Fitting, assessment: &Assessment) -> ByKey<bool> {
    let form = fitting.options.form;
    let loose = assessment.not_identified();
    let told = |(place, slot): (usize, Slot)| {
        let key = form.name_of(slot).key;
        let error = fitting.fit.standard_errors.get(place).copied().flatten();
        let wide = error.is_some_and(|error| is_wide(slot, fitting.fit.coefficients.get(slot), error));
        let fitted = assessment.fates.get(place) == Some(&Fate::Fitted);
        (key, fitted && !wide && !loose.contains(&key))
    };
    ByKey(form.slots().into_iter().enumerate().map(told).collect())
}

/// Whether an interval of 90 % spans more than a factor of [`WIDE_FACTOR`], or holds 0 for an exponent. The errors of factors are
/// those of logarithms.
fn is_wide(slot: Slot, value: f64, error: f64) -> bool {
    const NORMAL_90: f64 = 1.645;
    match slot {
        Slot::Factor(_) | Slot::Floor => 2.0 * NORMAL_90 * error > WIDE_FACTOR.ln(),
        Slot::Exponent(_) => value.abs() <= NORMAL_90 * error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_of_a_hundred_and_an_exponent_that_may_be_0_are_wide() {
        // e^(2·1.645·1.4) is 100.1.
        assert!(is_wide(Slot::Factor(0), 3.0, 1.4) && !is_wide(Slot::Factor(0), 3.0, 1.39));
        assert!(is_wide(Slot::Exponent(0), -0.3, 0.2) && !is_wide(Slot::Exponent(0), -0.3, 0.1));
    }
}
