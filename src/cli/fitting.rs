//! The options of a fit as they are typed. Every command that fits does it here.

use super::args::FittingArgs;
use engine::error::Result;
use engine::law::fit::{FitOptions, usual_form};
use engine::runs::Dataset;
use report::fit::Fitting;

impl FittingArgs {
    /// For the engine and these runs. Everything else is in `options`.
    pub fn options(&self, options: &FitOptions, dataset: &Dataset) -> FitOptions {
        FitOptions { form: self.form.unwrap_or_else(|| usual_form(&dataset.runs)), ..self.of_any_form(options) }
    }

    /// The same where the runs are still to be read.
    pub fn of_any_form(&self, options: &FitOptions) -> FitOptions {
        FitOptions { criterion: self.criterion, weighting: self.weights, ..*options }
    }

    /// Fits a dataset so.
    pub fn fit(&self, dataset: &Dataset, options: &FitOptions) -> Result<Fitting> {
        Fitting::of(dataset, &self.exclude, self.tokens, &self.options(options, dataset))
    }
}
