//! All forms of the law on the runs at hand, as lines of a table with remarks below it. They are plain lines, so that
//! scrolling knows their number.

use std::fmt::Write as _;

use crate::explorer::shelf::{FitProgress, LawEntry};
use engine::law::comparison::{Candidate, Comparison, Entry};
use engine::law::fit::Criterion;
use engine::law::form::Form;
use engine::text::wrapped;
use engine::units::{count, significant};
use report::body::headline;

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonTone {
    /// Headings, and what stands below the table.
    Aside,
    /// A form.
    Row,
    /// The form that the runs prefer.
    Preferred,
    /// Work that goes on, or came to nothing.
    Pending,
}

/// One line of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonLine {
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub tone: ComparisonTone,
}

/// Columns after the form's name, with their widths.
const FIGURES: [(&str, usize); 6] =
    [("free", 5), ("R²", 7), ("k-fold RMSE", 16), ("largest", 8), ("AIC", 8), ("BIC", 8)];
/// Cells of the mark and the form's name.
const NAME_COLUMNS: usize = 22;

/// Everything to be shown of the law asked about, for a window of so many columns.
pub fn lines(entry: &LawEntry, columns: usize) -> Vec<ComparisonLine> {
    let mut page = Page { columns, lines: Vec::new() };
    match (entry.judged.comparison(entry.basis()), &entry.progress) {
        (None, FitProgress::Failed(error)) => {
            let words = format!("There is nothing to compare while the runs give no law: {}.", error.headline());
            page.say(&words, ComparisonTone::Pending);
        }
        (None, _) => page.say("comparing the forms of the law …", ComparisonTone::Pending),
        (Some(Err(error)), _) => page.say(error.headline(), ComparisonTone::Pending),
        (Some(Ok(compared)), _) => page.table(entry, compared),
    }
    page.lines
}

struct Page {
    columns: usize,
    lines: Vec<ComparisonLine>,
}

impl Page {
    fn push(&mut self, text: String, tone: ComparisonTone) {
        self.lines.push(ComparisonLine { text, tone });
    }

    fn say(&mut self, words: &str, tone: ComparisonTone) {
        for text in wrapped(words, self.columns) {
            self.push(text, tone);
        }
    }

    fn remark(&mut self, words: &str) {
        self.push(String::new(), ComparisonTone::Aside);
        self.say(words, ComparisonTone::Aside);
    }

    fn table(&mut self, entry: &LawEntry, compared: &Comparison) {
        let headings = FIGURES.map(|(heading, _)| heading.to_owned());
        self.push(row("  law", &headings), ComparisonTone::Aside);
        for candidate in &compared.entries {
            let is_preferred = compared.preferred == Some(candidate.form);
            let mark = match (is_preferred, compared.simplest_as_good == Some(candidate.form)) {
                (true, _) => '★',
                (_, true) => '☆',
                _ => ' ',
            };
            let figures = candidate.outcome.as_ref().map_or_else(|_| FIGURES.map(|_| "–".to_owned()), figures);
            let tone = if is_preferred { ComparisonTone::Preferred } else { ComparisonTone::Row };
            self.push(row(&format!("{mark} {}", candidate.form.title), &figures), tone);
        }
        self.remark(&format!("Preferred: {}.", verdict(compared)));
        self.remark(&conditions(entry, compared));
        for candidate in &compared.entries {
            for words in remarks(candidate) {
                self.remark(&words);
            }
        }
        if let Some(words) = &compared.without_tokens {
            self.remark(&sentence(words));
        }
    }
}

/// Name and figures, each in its column.
fn row(name: &str, figures: &[String; FIGURES.len()]) -> String {
    let mut text = format!("{name:<NAME_COLUMNS$}");
    for (figure, (_, width)) in figures.iter().zip(FIGURES) {
        let _ = write!(text, "{figure:>width$}");
    }
    text
}

fn figures(candidate: &Candidate) -> [String; FIGURES.len()] {
    let nothing = || "–".to_owned();
    let criterion = |value: Option<f64>| value.map_or_else(nothing, |value| format!("{value:.1}").replace('-', "−"));
    let k_fold = candidate.k_fold.as_ref().map_or_else(
        |_| nothing(),
        |tested| format!("{} ± {}", significant(tested.score.rmse, 3), significant(tested.rmse_standard_error, 2)),
    );
    let largest =
        candidate.extrapolation.as_ref().map_or_else(|_| nothing(), |tested| significant(tested.score.rmse, 3));
    [
        candidate.fit.parameters.to_string(),
        candidate.fit.quality.r2_train.map_or_else(nothing, |r2| format!("{r2:.3}").replace('-', "−")),
        k_fold,
        largest,
        criterion(candidate.aic),
        criterion(candidate.bic),
    ]
}

/// The engine's sentence, with the names that the table has.
fn verdict(compared: &Comparison) -> String {
    compared.verdict_with(|form| form.title)
}

/// What the figures were found by, and what is in the columns.
fn conditions(entry: &LawEntry, compared: &Comparison) -> String {
    let tested = compared.entries.iter().find_map(|entry| entry.outcome.as_ref().ok());
    let runs = tested.map_or_else(String::new, |candidate| format!("{} runs, ", count(candidate.fit.train.len())));
    let k = tested.and_then(|candidate| Some(candidate.k_fold.as_ref().ok()?.k));
    let folds = k.map_or_else(String::new, |k| format!(" in {k} folds of architectures, ± its standard error"));
    let criterion = match entry.recipe.options.criterion {
        Criterion::LeastSquares => "least squares",
        Criterion::HuberLog => "Huber's function of errors of ln loss",
    };
    format!(
        "{runs}fitted by {criterion}; losses in nats. Free: parameters. k-fold RMSE{folds}. Largest: RMSE on the largest fifth of the architectures, \
         predicted from the others."
    )
}

/// Why figures are missing, and what a form has become.
fn remarks(entry: &Entry) -> Vec<String> {
    let title = entry.form.title;
    let candidate = match &entry.outcome {
        Err(error) => return vec![format!("{title} cannot be fitted: {}.", headline(error))],
        Ok(candidate) => candidate,
    };
    let same = candidate.same_as.and_then(engine::law::forms::named);
    let same = same.map(|other: &Form| format!("On these runs {title} is the same law as {}.", other.title));
    let folds = candidate.k_fold.as_ref().err().map(|error| format!("{title} in folds: {}.", headline(error)));
    let largest =
        candidate.extrapolation.as_ref().err().map(|error| format!("{title} at the largest: {}.", headline(error)));
    [same, folds, largest].into_iter().flatten().collect()
}

/// With a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
