//! A law's coefficients in words: each with its symbol and what it means, then what the fit says about them.

use crate::engine::law::LossLaw;
use crate::explorer::sources::wrapped;

/// One coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientRow {
    /// As papers write it.
    pub symbol: &'static str,
    /// What was fitted or published.
    pub value: f64,
    /// In a few words.
    pub meaning: &'static str,
    /// Its 90 % interval, where the fit was resampled.
    pub interval: Option<[f64; 2]>,
}

/// All coefficients of a law, in its own order.
pub fn rows(law: &LossLaw) -> Vec<CoefficientRow> {
    let form = law.coefficients.form();
    let row = |slot| {
        let name = form.name_of(slot);
        let value = law.coefficients.get(slot);
        CoefficientRow { symbol: name.symbol, value, meaning: name.meaning, interval: None }
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

/// Everything there is to say about the coefficients, for a pane of so many columns: the law's own notes, and what was found
/// about it since. Plain lines, so that scrolling knows their number.
pub fn lines(law: &LossLaw, findings: &[String], columns: usize) -> Vec<CoefficientLine> {
    const MARK_COLUMNS: usize = 2;
    let rows = rows(law);
    let mut lines: Vec<CoefficientLine> = if columns > TWO_COLUMNS {
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
    let plain = crate::units::ratio(value);
    let text = if plain.trim_start_matches('-').len() > 7 { format!("{value:.2e}") } else { plain };
    let point = text.find(['.', 'e']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(point);
    format!("{whole:>3}{rest:<6}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::resolve::Library;

    fn paper() -> LossLaw {
        Library::default().law("paper").unwrap().1
    }

    #[test]
    fn every_coefficient_of_the_paper_is_put_into_words() {
        let rows = rows(&paper());
        assert_eq!(rows.len(), 11);
        assert!(rows.iter().all(|row| !row.meaning.is_empty() && row.interval.is_none()));
        assert_eq!((rows[1].symbol, rows[1].value, rows[1].meaning), ("α_l", 1.63, "how fast depth pays"));
    }

    #[test]
    fn a_wide_pane_has_two_columns_and_notes_wrap() {
        let law = LossLaw { notes: vec!["one two three".into()], ..paper() };
        let narrow = lines(&law, &["four".into()], 12);
        assert_eq!(narrow.len(), 11 + 1 + 3);
        assert_eq!(narrow[12], CoefficientLine::Note { begins: true, words: "one two".into() });
        assert_eq!(narrow[13], CoefficientLine::Note { begins: false, words: "three".into() });
        let wide = lines(&law, &[], 100);
        assert_eq!(wide.len(), 6 + 1 + 1);
        let CoefficientLine::Coefficients(first) = &wide[0] else { panic!("coefficients first") };
        assert_eq!(first.iter().map(|row| row.symbol).collect::<Vec<_>>(), ["κ_l", "β2"]);
    }

    #[test]
    fn points_stand_below_each_other() {
        assert_eq!([aligned(9.96), aligned(0.031), aligned(500.0)], ["  9.96   ", "  0.031  ", "500      "]);
        assert_eq!(aligned(-0.33), " -0.33   ");
        assert_eq!(aligned(123_456_789.0), "  1.23e8 ");
    }
}
