//! The first line of the view: which runs, how many of them play which part, and how well the law describes them and
//! predicts unseen ones. Where there are no runs, a sentence stands in their place.

use super::evidence::{Evidence, Part};
use crate::explorer::shelf::{FitProgress, LawEntry};
use engine::law::LossLaw;
use engine::units;
use report::fit::words;

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
    Some(Headline { cautions, runs, quality: words::quality_in_short(law), unseen })
}

/// Which law stands, and by which criterion it was fitted.
fn fitted_as(entry: &LawEntry) -> String {
    entry.standing.as_ref().map_or_else(String::new, |standing| standing.recipe.in_words())
}

/// What is known of its errors on runs that it has not seen.
fn unseen(entry: &LawEntry) -> String {
    match entry.standing.as_ref().and_then(|standing| entry.judged.validation(standing)) {
        None if matches!(entry.progress, FitProgress::Failed(_)) => words::untested_in_short(None),
        None => "predicting unseen runs …".to_owned(),
        Some(Err(error)) => words::untested_in_short(Some(error)),
        Some(Ok(found)) => words::tests_in_short(found),
    }
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

/// Why there are no runs to show, and how to see some.
pub fn without_runs(law: &LossLaw) -> String {
    let behind = words::runs_missing(law);
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
