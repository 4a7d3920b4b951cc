//! Which runs of a dataset a law is fitted to, and the law.

use engine::error::{Error, Result};
use engine::law::fit::{Fit, FitOptions, fit};
use engine::law::{Features, LossLaw};
use engine::runs::{Dataset, Run};
use engine::units::count;
use files::choice::{at_length, check_length, named_runs, numbered};

/// Runs left out that are named one by one in a sentence.
const MOST_NAMED: usize = 10;

/// What is fitted of a dataset, and what is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The runs fitted or held out.
    pub runs: Vec<Run>,
    /// The place of each in the dataset.
    pub kept: Vec<usize>,
    /// Places in the dataset of those left out on request.
    pub excluded: Vec<usize>,
}

impl Choice {
    /// All runs but those that `exclude` names.
    pub fn of(dataset: &Dataset, exclude: &[String]) -> Result<Self> {
        let excluded = named_runs(dataset, exclude)?;
        let kept: Vec<usize> = (0..dataset.runs.len()).filter(|run| !excluded.contains(run)).collect();
        let runs = kept.iter().map(|&run| dataset.runs[run].clone()).collect();
        Ok(Self { runs, kept, excluded: excluded.into_iter().collect() })
    }

    /// Which runs are left out.
    pub fn sentence(&self, dataset: &Dataset) -> Option<String> {
        let names: Vec<String> =
            self.excluded.iter().take(MOST_NAMED).map(|&run| numbered(run, &dataset.runs[run].name)).collect();
        let more = self.excluded.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| {
            format!(
                "left out on request, {} of {} runs: {}{more}",
                count(self.excluded.len()),
                count(dataset.runs.len()),
                names.join(", ")
            )
        })
    }
}

/// A law fitted to the runs that were chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitting {
    /// Which runs.
    pub choice: Choice,
    /// How.
    pub options: FitOptions,
    /// The result, for the training length that was asked for. Places are those among the chosen runs.
    pub fit: Fit,
}

impl Fitting {
    /// Fits a dataset without the runs that `exclude` names, to losses after so many tokens.
    pub fn of(dataset: &Dataset, exclude: &[String], tokens: Option<f64>, options: &FitOptions) -> Result<Self> {
        let choice = Choice::of(dataset, exclude)?;
        let options = *options;
        let mut fit =
            fit(&choice.runs, &options, &()).map_err(|error| Error::from(error).in_source(dataset.name.clone()))?;
        if let Some(tokens) = tokens {
            check_length(options.form)?;
            fit.notes.push(at_length(&fit.coefficients, &choice.runs, tokens));
            fit.coefficients = fit.coefficients.at_tokens(Some(tokens));
        }
        fit.notes.extend(choice.sentence(dataset));
        Ok(Self { choice, options, fit })
    }

    /// The longest training among the runs, tokens.
    pub fn longest(&self) -> Option<f64> {
        self.choice.runs.iter().filter_map(|run| run.tokens).reduce(f64::max)
    }

    /// The shapes that were trained.
    pub fn shapes(&self) -> Vec<Features> {
        self.choice.runs.iter().map(|run| run.features).collect()
    }

    /// The law with its pedigree.
    pub fn law(&self, dataset: &Dataset) -> LossLaw {
        LossLaw::fitted(self.fit.clone(), dataset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::law::Block;

    fn dataset() -> Dataset {
        let names = ["small", "small", "a,b", "#2"];
        let run = |name: &&str| Run {
            name: (*name).to_owned(),
            features: Features {
                layers: 4.0,
                width: 512.0,
                ffn_ratio: 4.0,
                kv_dim: 512.0,
                activation_rate: 1.0,
                block: Block::Gated,
            },
            tokens: None,
            seed: None,
            loss: 3.0,
            perplexity: None,
        };
        Dataset {
            name: "mine".into(),
            sha256: String::new(),
            synthetic: false,
            runs: names.iter().map(run).collect(),
            origin: None,
            reading: None,
        }
    }

    #[test]
    fn who_is_missing_is_said() {
        let dataset = dataset();
        let choice = Choice { runs: vec![], kept: vec![0, 1], excluded: vec![2, 3] };
        assert_eq!(choice.sentence(&dataset).unwrap(), "left out on request, 2 of 4 runs: #3 a,b, #4 #2");
        assert_eq!(Choice { excluded: vec![], ..choice }.sentence(&dataset), None);
    }
}
