//! The table of runs: its columns, what each shows, and how it sorts.

use super::evidence::{Evidence, Part, Without};
use crate::explorer::table::{SortOrder, TableColumn};
use engine::features::Axis;
use engine::law::influence::Effect;
use engine::units::{self, signed};

/// A column of the table of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunColumn {
    /// The file's name for the run.
    Name,
    /// Loss, nats.
    Measured,
    /// Loss by the law, nats.
    Predicted,
    /// Measured less predicted, nats; sorts by size, whichever the sign.
    Residual,
    /// The same in percent of what was measured; sorts by sign and size.
    Percent,
    /// Fitted, held out, excluded.
    Part,
    /// By how much the law moves without the run, nats; those that the law rests on come first.
    Shift,
    /// A part of its shape.
    Shape(Axis),
    /// Residual of the run by the law that has not seen it, nats; sorts by size.
    Deleted,
}

/// The largest residuals first: they are what one asks about.
pub const BY_SIZE: (RunColumn, SortOrder) = (RunColumn::Residual, SortOrder::Descending);
/// The runs ranked by influence.
pub const BY_INFLUENCE: (RunColumn, SortOrder) = (RunColumn::Shift, SortOrder::Descending);

impl TableColumn for RunColumn {
    fn columns() -> &'static [Self] {
        &[
            Self::Name,
            Self::Measured,
            Self::Predicted,
            Self::Residual,
            Self::Shift,
            Self::Part,
            Self::Percent,
            Self::Shape(Axis::Layers),
            Self::Shape(Axis::Width),
            Self::Shape(Axis::FfnRatio),
            Self::Shape(Axis::KvDim),
            Self::Shape(Axis::ActivationRate),
            Self::Deleted,
        ]
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Name => "run",
            Self::Measured => "measured",
            Self::Predicted => "predicted",
            Self::Residual => "residual",
            Self::Percent => "%",
            Self::Part => "part",
            Self::Shift => "shift",
            Self::Deleted => "deleted",
            Self::Shape(Axis::Layers) => "layers",
            Self::Shape(Axis::Width) => "width",
            Self::Shape(Axis::FfnRatio) => "r",
            Self::Shape(Axis::KvDim) => "KV dim",
            Self::Shape(Axis::ActivationRate) => "ρ",
        }
    }

    fn width(self) -> u16 {
        match self {
            Self::Name => 25,
            Self::Measured | Self::Residual | Self::Part | Self::Deleted => 8,
            Self::Predicted => 9,
            Self::Shift => 7,
            Self::Percent | Self::Shape(Axis::Layers | Axis::KvDim | Axis::ActivationRate) => 6,
            Self::Shape(Axis::Width) => 5,
            Self::Shape(Axis::FfnRatio) => 4,
        }
    }

    fn first_order(self) -> SortOrder {
        match self {
            Self::Residual | Self::Shift | Self::Deleted => SortOrder::Descending,
            _ => SortOrder::Ascending,
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::Part)
    }
}

impl RunColumn {
    /// Whether it says what becomes of the law without each run, which is found after the law.
    pub const fn needs_influence(self) -> bool {
        matches!(self, Self::Shift | Self::Deleted)
    }

    /// The cell's text for one run.
    pub fn cell(self, evidence: &Evidence, run: usize) -> String {
        let point = &evidence.points[run];
        match self {
            Self::Name => evidence.dataset.runs[run].name.clone(),
            Self::Measured => loss(point.measured),
            Self::Predicted => loss(point.predicted),
            Self::Residual => signed(point.residual(), loss),
            Self::Percent => signed(point.percent(), |percent| format!("{percent:.1}")),
            Self::Part => point.part.name().to_owned(),
            Self::Shift => without(point.without, |effect| format!("{:.5}", effect.shift)),
            Self::Deleted => without(point.without, |effect| signed(effect.deleted_residual, loss)),
            Self::Shape(_) if !evidence.features(run).is_shape() => "–".to_owned(),
            Self::Shape(axis) => units::ratio(evidence.features(run).get(axis)),
        }
    }

    /// What the column sorts by; names sort by themselves.
    fn key(self, evidence: &Evidence, run: usize) -> f64 {
        let point = &evidence.points[run];
        match self {
            Self::Name => 0.0,
            Self::Measured => point.measured,
            Self::Predicted => point.predicted,
            Self::Residual => point.residual().abs(),
            Self::Percent => point.percent(),
            Self::Part => f64::from(part_rank(point.part)),
            Self::Shift => weight(point.without, |effect| effect.shift),
            Self::Deleted => weight(point.without, |effect| effect.deleted_residual.abs()),
            Self::Shape(_) if !evidence.features(run).is_shape() => 0.0,
            Self::Shape(axis) => evidence.features(run).get(axis),
        }
    }
}

/// What a figure of the law without the run says; `…` while it is awaited.
fn without(without: Without, figure: impl Fn(&Effect) -> String) -> String {
    match &without {
        Without::Awaited => "…".to_owned(),
        Without::Unaffected => "–".to_owned(),
        Without::NoLaw => "no law".to_owned(),
        Without::Law(effect) => figure(effect),
    }
}

/// Its place in the order. A run without which there is no law comes first, and a run that the law does not know comes
/// last.
fn weight(without: Without, figure: impl Fn(&Effect) -> f64) -> f64 {
    match &without {
        Without::NoLaw => f64::INFINITY,
        Without::Law(effect) => figure(effect),
        Without::Awaited | Without::Unaffected => -1.0,
    }
}

const fn part_rank(part: Part) -> u8 {
    part as u8
}

/// A loss with as many decimals as runs are told apart by.
fn loss(nats: f64) -> String {
    format!("{nats:.4}")
}

/// All runs in the order of a column; equal ones in the file's order.
pub fn order(evidence: &Evidence, (column, order): (RunColumn, SortOrder)) -> Vec<usize> {
    let mut runs: Vec<usize> = (0..evidence.points.len()).collect();
    let name = |run: usize| &evidence.dataset.runs[run].name;
    runs.sort_by(|&a, &b| {
        let (first, second) = match order {
            SortOrder::Ascending => (a, b),
            SortOrder::Descending => (b, a),
        };
        if column == RunColumn::Name {
            name(first).cmp(name(second))
        } else {
            column.key(evidence, first).total_cmp(&column.key(evidence, second))
        }
    });
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::screens::fit::model::evidence::tests::entry;

    #[test]
    fn the_largest_residual_comes_first_whichever_its_sign() {
        let evidence = Evidence::of(&entry()).unwrap();
        assert_eq!(order(&evidence, BY_SIZE), [0, 1, 2]);
        assert_eq!(order(&evidence, (RunColumn::Percent, SortOrder::Ascending)), [1, 2, 0]);
        assert_eq!(order(&evidence, (RunColumn::Name, SortOrder::Descending)), [2, 1, 0]);
        assert_eq!(order(&evidence, (RunColumn::Part, SortOrder::Ascending)), [0, 1, 2]);
        assert_eq!(order(&evidence, (RunColumn::Shape(Axis::Layers), SortOrder::Descending)), [1, 2, 0]);
    }

    #[test]
    fn what_rests_on_a_run_ranks_it_and_nothing_is_said_before_it_is_known() {
        let mut evidence = Evidence::of(&entry()).unwrap();
        let cells = |evidence: &Evidence| [0, 1, 2].map(|run| RunColumn::Shift.cell(evidence, run));
        assert_eq!(cells(&evidence), ["…", "…", "–"], "the last is held out");
        let effect = Effect { deleted_residual: -0.25, shift: 0.00123 };
        evidence.points[0].without = Without::Law(effect);
        evidence.points[1].without = Without::NoLaw;
        assert_eq!(cells(&evidence), ["0.00123", "no law", "–"]);
        assert_eq!(RunColumn::Deleted.cell(&evidence, 0), "−0.2500");
        assert_eq!(order(&evidence, BY_INFLUENCE), [1, 0, 2]);
        assert_eq!(order(&evidence, (RunColumn::Shift, SortOrder::Ascending)), [2, 0, 1]);
    }

    #[test]
    fn cells_carry_their_sign() {
        let evidence = Evidence::of(&entry()).unwrap();
        let cells = |column: RunColumn| [0, 1, 2].map(|run| column.cell(&evidence, run));
        assert_eq!(cells(RunColumn::Residual), ["+0.5000", "−0.1000", "0.0000"]);
        assert_eq!(cells(RunColumn::Part), ["fitted", "fitted", "held out"]);
        assert_eq!(cells(RunColumn::Shape(Axis::Width)), ["256", "512", "256"]);
    }
}
