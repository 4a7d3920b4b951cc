//! The first line of the view: which runs, how many of them play which part, and how well the law describes them and
//! predicts unseen ones. Where there are no runs, a sentence stands in their place.

use super::evidence::{Evidence, Part};
use crate::explorer::judged::Validation;
use crate::explorer::shelf::{FitProgress, LawEntry};
use engine::error::Error;
use engine::law::LossLaw;
use engine::law::validation::{KFold, SizeExtrapolation};
use engine::units;

/// The line in parts, which a narrow screen shows below each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// What must be seen first: that nothing was trained, that the law is of earlier runs.
    pub cautions: Vec<&'static str>,
    /// Dataset, parts, law.
    pub runs: String,
    /// R² and error.
    pub quality: String,
    /// Errors on unseen runs; empty for a law without runs.
    pub unseen: String,
}

/// For the law asked about; none while there is none.
pub fn headline(entry: &LawEntry, evidence: Option<&Evidence>) -> Option<Headline> {
    let law = entry.law()?;
    let mut cautions = Vec::new();
    if law.synthetic {
        cautions.push("SYNTHETIC RUNS");
    }
    if entry.trouble().is_some() {
        cautions.push("LAST GOOD FIT");
    }
    let runs = match evidence {
        Some(evidence) => format!("{} · {} · {}", evidence.dataset.name, parts(evidence), fitted_as(entry)),
        None => format!("{} · {} · {}", law.name, law.coefficients.form().title, law.source),
    };
    let unseen = if evidence.is_some() { unseen(entry) } else { String::new() };
    Some(Headline { cautions, runs, quality: quality(law), unseen })
}

/// Which law stands, and by which criterion it was fitted.
fn fitted_as(entry: &LawEntry) -> String {
    entry.standing.as_ref().map_or_else(String::new, |standing| standing.recipe.in_words())
}

/// What is known of its errors on runs that it has not seen.
fn unseen(entry: &LawEntry) -> String {
    match entry.standing.as_ref().and_then(|standing| entry.judged.validation(standing)) {
        None if matches!(entry.progress, FitProgress::Failed(_)) => "not tested on unseen runs".to_owned(),
        None => "predicting unseen runs …".to_owned(),
        Some(Err(error)) => format!("not tested on unseen runs: {}", error.headline()),
        Some(Ok(found)) => tested(found),
    }
}

/// `5-fold RMSE 0.0303 ± 0.0017 · largest 20 %: RMSE 0.053, bias −0.047`; why, where a test could not be made.
fn tested(Validation { k_fold, extrapolation }: &Validation) -> String {
    let why = |error: &engine::law::fit::FitError| Error::from(error.clone()).headline().to_owned();
    let folds = k_fold.as_ref().map_or_else(|error| format!("no k-fold: {}", why(error)), folds);
    let largest = extrapolation.as_ref().map_or_else(|error| format!("largest: {}", why(error)), largest);
    format!("{folds} · {largest}")
}

fn folds(KFold { k, score, rmse_standard_error, .. }: &KFold) -> String {
    format!("{k}-fold RMSE {} ± {}", units::significant(score.rmse, 3), units::significant(*rmse_standard_error, 2))
}

fn largest(SizeExtrapolation { score, architectures, architectures_fitted, .. }: &SizeExtrapolation) -> String {
    let share = units::percent(*architectures as f64 / (architectures + architectures_fitted) as f64);
    let bias = units::signed(score.bias, |size| units::significant(size, 2));
    format!("largest {share}: RMSE {}, bias {bias}", units::significant(score.rmse, 3))
}

/// `139 runs fitted, 34 held out, 2 excluded`.
fn parts(evidence: &Evidence) -> String {
    let fitted = evidence.count(Part::Fitted);
    let first = format!("{} {} fitted", units::count(fitted), if fitted == 1 { "run" } else { "runs" });
    let others = [Part::HeldOut, Part::Excluded, Part::Awaiting].map(|part| (part, evidence.count(part)));
    let others = others.into_iter().filter(|(_, count)| *count > 0);
    let others = others.map(|(part, count)| format!("{} {}", units::count(count), part.name()));
    std::iter::once(first).chain(others).collect::<Vec<_>>().join(", ")
}

/// `R² 0.974 fitted, 0.960 held out · RMSE 0.0123 nats`; what is not known is left out.
fn quality(law: &LossLaw) -> String {
    let quality = &law.quality;
    let r2 = [(quality.r2_train, "fitted"), (quality.r2_holdout, "held out")];
    let r2: Vec<String> = r2.iter().filter_map(|(r2, part)| Some(format!("{:.3} {part}", (*r2)?))).collect();
    let r2 = (!r2.is_empty()).then(|| format!("R² {}", r2.join(", ")).replace('-', "−"));
    let rmse = quality.rmse.map(|nats| format!("RMSE {} nats", units::significant(nats, 3)));
    r2.into_iter().chain(rmse).collect::<Vec<_>>().join(" · ")
}

/// Why there are no runs to show, and how to see some.
pub fn without_runs(law: &LossLaw) -> String {
    let behind = match (&law.dataset, law.quality.runs) {
        (Some(dataset), _) => format!(
            "It was fitted to runs of {} (sha256 {}), which are not open here.",
            dataset.name,
            dataset.sha256.get(..8).unwrap_or_default()
        ),
        (None, Some(runs)) => format!(
            "Its coefficients were published, the {} runs behind them never were: there is nothing to hold its \
             predictions against.",
            units::count(runs)
        ),
        (None, None) => "The runs behind its coefficients are not at hand.".to_owned(),
    };
    format!(
        "The law {} came without runs. {behind}\n\nFit one to your own: roofscape --data runs.csv\nor press l for the \
         laws fitted to built-in runs.",
        law.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in;
    use crate::explorer::screens::fit::model::evidence::tests::entry;

    #[test]
    fn the_parts_are_counted_and_the_paper_keeps_its_own_figures() {
        let mut entry = entry();
        entry.excluded.insert(1);
        let evidence = Evidence::of(&entry).unwrap();
        let line = headline(&entry, Some(&evidence)).unwrap();
        assert_eq!(line.runs, "three · 1 run fitted, 1 held out, 1 excluded · Eq. 2");
        assert!(line.quality.starts_with("R² 0.975 fitted, 0.952 held out"), "{}", line.quality);
        assert!(line.cautions.is_empty());
    }

    #[test]
    fn a_published_law_says_that_its_runs_were_not() {
        let paper = built_in::library().law("paper").unwrap().1;
        let words = without_runs(&paper);
        assert!(words.contains("the 170 runs behind them never were") && words.contains("--data runs.csv"), "{words}");
    }
}
