//! How the law of some runs is fitted: as the command line says, until a key changes it.

use engine::law::fit::{Criterion, FitOptions, Weighting};
use engine::law::form::Form;

/// Everything that decides about a fit beside its runs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Recipe {
    /// Form, criterion, weights.
    pub options: FitOptions,
    /// Training length that a law with a data term predicts for; the longest of the runs if nobody asked for another.
    pub tokens: Option<f64>,
}

impl Recipe {
    /// `Eq. 2 without KV, Huber, by architecture`: what is usual is not named.
    pub fn in_words(&self) -> String {
        let FitOptions { form, criterion, weighting, .. } = self.options;
        let criterion = match criterion {
            Criterion::LeastSquares => "",
            Criterion::HuberLog => ", Huber",
        };
        let weighting = match weighting {
            Weighting::Runs => "",
            Weighting::Architectures => ", by architecture",
        };
        format!("{}{criterion}{weighting}", form.title)
    }

    /// Of that form.
    #[must_use]
    pub const fn of_form(self, form: &'static Form) -> Self {
        Self { options: FitOptions { form, ..self.options }, ..self }
    }

    /// By the other criterion.
    #[must_use]
    pub const fn by_other_criterion(self) -> Self {
        let criterion = match self.options.criterion {
            Criterion::LeastSquares => Criterion::HuberLog,
            Criterion::HuberLog => Criterion::LeastSquares,
        };
        Self { options: FitOptions { criterion, ..self.options }, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::law::forms::EQ_2_NO_KV;

    #[test]
    fn only_what_is_unusual_is_named() {
        let usual = Recipe::default();
        assert_eq!(usual.in_words(), "Eq. 2");
        assert_eq!(usual.by_other_criterion().in_words(), "Eq. 2, Huber");
        assert_eq!(usual.by_other_criterion().by_other_criterion(), usual);
        let options = FitOptions { form: &EQ_2_NO_KV, weighting: Weighting::Architectures, ..FitOptions::DEFAULT };
        assert_eq!(Recipe { options, tokens: None }.in_words(), "Eq. 2 without KV, by architecture");
    }
}
