//! What is known of a fitted law beyond its fit: which runs it rests on, how well it predicts unseen runs, which
//! exponents the runs leave open, and how other forms do on the same runs.
//!
//! Workers find these in the background, one after the other. Each belongs to one edition of the law, and what was
//! found for another edition is not used.

use std::sync::Arc;

use super::standing::Standing;
use engine::error::Error;
use engine::law::comparison::Comparison;
use engine::law::fit::{Criterion, Weighting};
use engine::law::influence::Influence;
use engine::runs::Dataset;
use report::fit::Validation;

/// One thing to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// What each run means to the law.
    Influence,
    /// How it predicts runs that it has not seen.
    Validation,
    /// How far each exponent may move.
    Profiles,
    /// How other forms do.
    Comparison,
}

/// What is asked of which law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// The law's place on the shelf.
    pub place: usize,
    /// Its edition.
    pub edition: u32,
    /// What.
    pub test: Test,
}

/// What a test found.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the tests'")]
pub enum Finding {
    Influence(Arc<Vec<Influence>>),
    Validation(Arc<Validation>),
    /// Sentences about those exponents that the runs leave open.
    Profiles(Vec<String>),
    Comparison(Arc<Comparison>),
}

/// What decides how forms compare: not which of them stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The revision in which the runs changed last.
    pub runs: u32,
    /// What is minimised.
    pub criterion: Criterion,
    /// What counts once.
    pub weighting: Weighting,
}

/// All findings about a law on the shelf.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// The edition that they are about, and its runs.
    about: Option<(u32, Arc<Dataset>)>,
    influence: Option<Result<Arc<Vec<Influence>>, Error>>,
    validation: Option<Result<Arc<Validation>, Error>>,
    profiles: Option<Result<Vec<String>, Error>>,
    compared: Option<(Basis, Result<Arc<Comparison>, Error>)>,
}

impl Judged {
    /// Takes what a test found about an edition of the law fitted to `dataset`.
    pub(super) fn take(
        &mut self,
        (edition, dataset, basis): (u32, &Arc<Dataset>, Basis),
        test: Test,
        outcome: Result<Finding, Error>,
    ) {
        if self.about.as_ref().is_none_or(|(known, _)| *known != edition) {
            *self = Self { compared: self.compared.take(), ..Self::default() };
            self.about = Some((edition, Arc::clone(dataset)));
        }
        match (outcome, test) {
            (Ok(Finding::Influence(found)), _) => self.influence = Some(Ok(found)),
            (Ok(Finding::Validation(found)), _) => self.validation = Some(Ok(found)),
            (Ok(Finding::Profiles(found)), _) => self.profiles = Some(Ok(found)),
            (Ok(Finding::Comparison(found)), _) => self.compared = Some((basis, Ok(found))),
            (Err(error), Test::Influence) => self.influence = Some(Err(error)),
            (Err(error), Test::Validation) => self.validation = Some(Err(error)),
            (Err(error), Test::Profiles) => self.profiles = Some(Err(error)),
            (Err(error), Test::Comparison) => self.compared = Some((basis, Err(error))),
        }
    }

    /// Whether a test has been made on the law that stands.
    pub fn knows(&self, standing: &Standing, basis: Basis, test: Test) -> bool {
        match test {
            Test::Influence => self.is_about(standing) && self.influence.is_some(),
            Test::Validation => self.validation(standing).is_some(),
            Test::Profiles => self.is_about(standing) && self.profiles.is_some(),
            Test::Comparison => self.comparison(basis).is_some(),
        }
    }

    fn is_about(&self, standing: &Standing) -> bool {
        self.about.as_ref().is_some_and(|(edition, _)| *edition == standing.edition)
    }

    /// What each run means to the present law. Places are those in `dataset`, so that no finding is shown for another
    /// run.
    pub fn influence(
        &self,
        standing: &Standing,
        dataset: &Arc<Dataset>,
    ) -> Option<&Result<Arc<Vec<Influence>>, Error>> {
        let of_these =
            |(edition, runs): &(u32, Arc<Dataset>)| *edition == standing.edition && Arc::ptr_eq(runs, dataset);
        self.influence.as_ref().filter(|_| self.about.as_ref().is_some_and(of_these))
    }

    /// How the law that stands predicts runs that it has not seen.
    pub fn validation(&self, standing: &Standing) -> Option<&Result<Arc<Validation>, Error>> {
        self.validation.as_ref().filter(|_| self.is_about(standing))
    }

    /// What there is to say about exponents that the runs leave open.
    pub fn notes(&self, standing: &Standing) -> &[String] {
        match &self.profiles {
            Some(Ok(sentences)) if self.is_about(standing) => sentences,
            _ => &[],
        }
    }

    /// How all forms do.
    pub fn comparison(&self, basis: Basis) -> Option<&Result<Arc<Comparison>, Error>> {
        self.compared.as_ref().filter(|(of, _)| *of == basis).map(|(_, outcome)| outcome)
    }
}
