//! A law's coefficients in words: each with its symbol and what it means, then what the fit says about them.

use engine::law::form::Slot;
use engine::law::{Ensemble, Interval, LossLaw};
use engine::text::wrapped;

/// One coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientRow {
    /// As papers write it.
    pub symbol: &'static str,
    /// What was fitted or published.
    pub value: f64,
    /// In a few words.
    pub meaning: &'static str,
    /// What resampling says of it; none where the law's runs were not resampled.
    pub certainty: Option<Certainty>,
}

/// What resampling says of a coefficient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Certainty {
    /// Where it lies in 90 % of the resamples.
    Within(Interval),
    /// Its term was left out before the fit, since the runs cannot show it.
    LeftOut,
    /// It was held where it is before the fit.
    Held,
}

impl Certainty {
    fn of(law: &LossLaw, ensemble: &Ensemble, slot: Slot) -> Option<Self> {
        if ensemble.fitted.contains(&slot) {
            return ensemble.interval(Ensemble::LEVEL, |law| law.get(slot)).map(Self::Within);
        }
        Some(if law.coefficients.get(slot) == 0.0 { Self::LeftOut } else { Self::Held })
    }

    /// `1.21–2.05`, or a word in its place.
    pub fn in_words(&self) -> String {
        match self {
            Self::Within(interval) => [interval.low, interval.high].map(|end| plain(end).replace('-', "−")).join("–"),
            Self::LeftOut => "left out".to_owned(),
            Self::Held => "held".to_owned(),
        }
    }
}

/// All coefficients of a law, in its own order.
pub fn rows(law: &LossLaw, ensemble: Option<&Ensemble>) -> Vec<CoefficientRow> {
    let form = law.coefficients.form();
    let row = |slot| {
        let name = form.name_of(slot);
        let value = law.coefficients.get(slot);
        let certainty = ensemble.and_then(|ensemble| Certainty::of(law, ensemble, slot));
        CoefficientRow { symbol: name.symbol, value, meaning: name.meaning, certainty }
    };
    form.slots().into_iter().map(row).collect()
}

/// One line of the pane.
#[derive(Debug, Clone, PartialEq)]
pub enum CoefficientLine {
    /// Coefficients side by side.
    Coefficients(Vec<CoefficientRow>),
    /// Part of a sentence of the fit about them; the first of its lines carries the mark.
    Note {
        /// Whether a sentence begins here.
        begins: bool,
        /// So much of it as the line holds.
        words: String,
    },
    /// Between the two.
    Blank,
}

/// Columns above which coefficients stand in two columns.
const TWO_COLUMNS: usize = 70;
/// The same where they carry intervals.
const TWO_COLUMNS_WITH_INTERVALS: usize = 110;

/// Everything there is to say about the coefficients, for a pane of so many columns: the law's own notes, and what was found
/// about it since. Plain lines, so that scrolling knows their number.
pub fn lines(law: &LossLaw, ensemble: Option<&Ensemble>, findings: &[String], columns: usize) -> Vec<CoefficientLine> {
    const MARK_COLUMNS: usize = 2;
    let rows = rows(law, ensemble);
    let two_columns = if ensemble.is_some() { TWO_COLUMNS_WITH_INTERVALS } else { TWO_COLUMNS };
    let mut lines: Vec<CoefficientLine> = if columns > two_columns {
        // Down the left, then down the right.
        let half = rows.len().div_ceil(2);
        let pair = |i: usize| [rows.get(i), rows.get(i + half)].into_iter().flatten().cloned().collect();
        (0..half).map(|i| CoefficientLine::Coefficients(pair(i))).collect()
    } else {
        rows.into_iter().map(|row| CoefficientLine::Coefficients(vec![row])).collect()
    };
    let notes = || law.notes.iter().chain(findings);
    if notes().next().is_some() {
        lines.push(CoefficientLine::Blank);
    }
    for note in notes() {
        let words = wrapped(note, columns.saturating_sub(MARK_COLUMNS));
        lines.extend(words.into_iter().enumerate().map(|(i, words)| CoefficientLine::Note { begins: i == 0, words }));
    }
    lines
}

/// A value with its point in a fixed place, so that a column of them aligns: `  9.96   `, `  0.031  `, `500      `.
pub fn aligned(value: f64) -> String {
    let text = plain(value);
    let point = text.find(['.', 'e']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(point);
    format!("{whole:>3}{rest:<6}")
}

/// Three significant digits, with an exponent where these would need many places.
fn plain(value: f64) -> String {
    let plain = engine::units::ratio(value);
    if plain.trim_start_matches('-').len() > 7 { format!("{value:.2e}") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in;
    use engine::fixtures::TABLE_6;
    use engine::law::forms::Eq2;

    fn paper() -> LossLaw {
        built_in::library().law("paper").unwrap().1
    }

    #[test]
    fn every_coefficient_of_the_paper_is_put_into_words() {
        let rows = rows(&paper(), None);
        assert_eq!(rows.len(), 11);
        assert!(rows.iter().all(|row| !row.meaning.is_empty() && row.certainty.is_none()));
        assert_eq!((rows[1].symbol, rows[1].value, rows[1].meaning), ("α_l", 1.63, "how fast depth pays"));
    }

    #[test]
    fn a_wide_pane_has_two_columns_and_notes_wrap() {
        let law = LossLaw { notes: vec!["one two three".into()], ..paper() };
        let narrow = lines(&law, None, &["four".into()], 12);
        assert_eq!(narrow.len(), 11 + 1 + 3);
        assert_eq!(narrow[12], CoefficientLine::Note { begins: true, words: "one two".into() });
        assert_eq!(narrow[13], CoefficientLine::Note { begins: false, words: "three".into() });
        let wide = lines(&law, None, &[], 100);
        assert_eq!(wide.len(), 6 + 1 + 1);
        let CoefficientLine::Coefficients(first) = &wide[0] else { panic!("coefficients first") };
        assert_eq!(first.iter().map(|row| row.symbol).collect::<Vec<_>>(), ["κ_l", "β2"]);
    }

    #[test]
    fn intervals_stand_beside_what_was_fitted_and_words_beside_the_rest() {
        let sample = |i| Eq2 { l_inf: 2.0 + 0.1 * f64::from(i), ..TABLE_6 }.into();
        let ensemble = Ensemble { laws: (0..19).map(sample).collect(), fitted: vec![Slot::Floor], seed: 0, redrawn: 0 };
        let law = LossLaw { coefficients: Eq2 { kappa_l: 0.0, ..TABLE_6 }.into(), notes: Vec::new(), ..paper() };
        let words: Vec<String> =
            rows(&law, Some(&ensemble)).iter().map(|row| row.certainty.unwrap().in_words()).collect();
        assert_eq!((words[0].as_str(), words[1].as_str(), words[10].as_str()), ("left out", "held", "2–3.8"));
        assert_eq!(lines(&law, Some(&ensemble), &[], 100).len(), 11, "one column: the words need the room");
        assert_eq!(lines(&law, Some(&ensemble), &[], 120).len(), 6);
    }

    #[test]
    fn points_stand_below_each_other() {
        assert_eq!([aligned(9.96), aligned(0.031), aligned(500.0)], ["  9.96   ", "  0.031  ", "500      "]);
        assert_eq!(aligned(-0.33), " -0.33   ");
        assert_eq!(aligned(123_456_789.0), "  1.23e8 ");
    }
}
