//! What became of each coefficient: whether the runs decided it, or what else did.
//!
//! Told from the model and never from values: a floor that was fitted as 0 and one that was left out are different
//! findings, and an exponent may be 0 by measurement.

use serde::Serialize;

use super::model::{FLOOR, Model};
use super::{Fit, FitError, FitOptions, prepare};
use crate::law::Coefficients;
use crate::law::form::{Name, Slot};
use crate::runs::Run;

/// What became of a coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The runs decided it.
    Fitted,
    /// The runs pushed it to where the search ends.
    AtBound,
    /// An exponent of terms that the runs pushed to 0.
    Idle,
    /// An exponent that the runs cannot tell, held at a value given before the fit.
    Held,
    /// Part of no term that the runs can show.
    LeftOut,
}

/// The fate of every coefficient, in the order of [`Form::slots`](crate::law::form::Form::slots). `runs` and
/// `options` are those of the fit.
pub fn fates(runs: &[Run], fit: &Fit, options: &FitOptions) -> Result<Vec<Fate>, FitError> {
    let train: Vec<&Run> =
        fit.train.iter().map(|&index| runs.get(index)).collect::<Option<_>>().ok_or(FitError::OtherRuns)?;
    let (misfit, _, _) = prepare(&train, options);
    Ok(among(&misfit.model, &fit.coefficients))
}

fn among(model: &Model, law: &Coefficients) -> Vec<Fate> {
    model.form.slots().into_iter().map(|slot| of(model, law, slot)).collect()
}

fn of(model: &Model, law: &Coefficients, slot: Slot) -> Fate {
    let factor = |term: usize| if term == FLOOR { Slot::Floor } else { Slot::Factor(term) };
    let of_factor = |term: usize| match (model.terms[term], law.get(factor(term)) > 0.0) {
        (false, _) => Fate::LeftOut,
        (true, true) => Fate::Fitted,
        (true, false) => Fate::AtBound,
    };
    match slot {
        Slot::Factor(term) => of_factor(term),
        Slot::Floor => of_factor(FLOOR),
        Slot::Exponent(exponent) => {
            let own = || (0..FLOOR).filter(|&term| model.uses(term, exponent)).map(of_factor);
            let value = law.get(slot);
            if own().all(|fate| fate == Fate::LeftOut) {
                Fate::LeftOut
            } else if !model.is_free(exponent) {
                Fate::Held
            } else if own().all(|fate| fate != Fate::Fitted) {
                Fate::Idle
            } else if value <= model.lower[exponent] || value >= model.upper[exponent] {
                Fate::AtBound
            } else {
                Fate::Fitted
            }
        }
    }
}

/// Errors around an optimum at a bound are those of the other coefficients alone.
pub(super) fn given(model: &Model, law: &Coefficients) -> Option<String> {
    let at_bound = |slot: &Slot| of(model, law, *slot) == Fate::AtBound;
    let given: Vec<String> = model
        .form
        .slots()
        .into_iter()
        .filter(at_bound)
        .map(|slot| {
            let Name { symbol, .. } = model.form.name_of(slot);
            format!("{symbol} = {}", law.get(slot))
        })
        .collect();
    (!given.is_empty()).then(|| format!("standard errors take {} as given", given.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::fit;
    use super::super::tests::samples;
    use super::*;
    use crate::fixtures::TABLE_6;
    use crate::law::forms::Eq2;

    const ALL: FitOptions = FitOptions { holdout: 0.0, starts: 16, ..FitOptions::DEFAULT };

    fn of_law(truth: Eq2, change: impl Fn(&mut Run)) -> (Vec<(&'static str, Fate)>, Fit) {
        let mut runs = samples::runs(truth, &samples::shapes(80, 5), 0.003, 1);
        runs.iter_mut().for_each(change);
        let fit = fit(&runs, &ALL, &()).unwrap();
        let fates = fates(&runs, &fit, &ALL).unwrap();
        let keys = fit.coefficients.named().into_iter().map(|(key, _)| key);
        (keys.zip(fates).collect(), fit)
    }

    fn with(fates: &[(&'static str, Fate)], wanted: Fate) -> Vec<&'static str> {
        fates.iter().filter(|(_, fate)| *fate == wanted).map(|(key, _)| *key).collect()
    }

    #[test]
    fn what_the_runs_show_is_fitted_and_what_they_never_vary_left_out() {
        assert_eq!(with(&of_law(TABLE_6, |_| ()).0, Fate::Fitted).len(), 11);
        let (fates, _) = of_law(TABLE_6, |run| run.features.activation_rate = 1.0);
        assert_eq!(with(&fates, Fate::LeftOut), ["kappa_rho", "alpha_rho", "beta_1"]);
        assert_eq!(with(&fates, Fate::Fitted).len(), 8);
    }

    #[test]
    fn a_floor_that_the_runs_push_to_0_is_at_its_bound_and_given_to_the_errors() {
        // The loss of every run is lowered by the floor and more, so the best floor would be negative.
        let (fates, fit) = of_law(TABLE_6, |run| run.loss -= TABLE_6.l_inf + 0.3);
        assert_eq!(fates.last(), Some(&("l_inf", Fate::AtBound)), "{fates:?}");
        assert!(
            fit.notes.iter().any(|note| note.starts_with("standard errors take") && note.contains("L_inf = 0")),
            "{:?}",
            fit.notes
        );
    }
}
