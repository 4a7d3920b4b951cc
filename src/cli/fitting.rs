//! The options of a fit as they are typed. Every command that fits does it here.

use super::args::FittingArgs;
use engine::error::Result;
use engine::law::fit::FitOptions;
use engine::runs::Dataset;
use report::fit::Fitting;

impl FittingArgs {
    /// For the engine. Everything else is in `options`.
    pub fn options(&self, options: &FitOptions) -> FitOptions {
        FitOptions { form: self.form, criterion: self.criterion, weighting: self.weights, ..*options }
    }

    /// Fits a dataset so.
    pub fn fit(&self, dataset: &Dataset, options: &FitOptions) -> Result<Fitting> {
        Fitting::of(dataset, &self.exclude, self.tokens, &self.options(options))
    }
}
