//! The runs and the law fitted to them: what each run measured, what the law predicts, and which part the run plays.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::explorer::shelf::LawEntry;
use engine::features::{Axis, Features};
use engine::law::influence::{Effect, Influence};
use engine::law::{LossLaw, Variable};
use engine::runs::{Dataset, Run};

/// Which part a run plays in the fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The law was fitted to it.
    Fitted,
    /// The law was held against it.
    HeldOut,
    /// Left out by hand.
    Excluded,
    /// Not in the fit that stands: taken back in or added since.
    Awaiting,
}

impl Part {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fitted => "fitted",
            Self::HeldOut => "held out",
            Self::Excluded => "excluded",
            Self::Awaiting => "awaiting",
        }
    }

    /// Whether the law's figures of quality count it.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Fitted | Self::HeldOut)
    }
}

/// One run against the law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunPoint {
    /// Loss of the run, nats per token.
    pub measured: f64,
    /// Loss by the law, nats per token.
    pub predicted: f64,
    /// Which part it plays.
    pub part: Part,
    /// What becomes of the law without it.
    pub without: Without,
}

/// What becomes of a law without a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Without {
    /// Nothing: it was not fitted to that run. Or it could not be found out.
    Unaffected,
    /// That is being worked out.
    Awaited,
    /// Another law.
    Law(Effect),
    /// There is none.
    NoLaw,
}

impl Without {
    fn of(influence: &Influence) -> Self {
        influence.effect.as_ref().map_or(Self::NoLaw, |effect| Self::Law(*effect))
    }
}

impl RunPoint {
    /// Measured less predicted, nats per token: positive where the run is worse than the law expects.
    pub fn residual(&self) -> f64 {
        self.measured - self.predicted
    }

    /// The residual in percent of what was measured.
    pub fn percent(&self) -> f64 {
        100.0 * self.residual() / self.measured
    }
}

/// All runs of a dataset against one law.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The law.
    pub law: Arc<LossLaw>,
    /// The runs.
    pub dataset: Arc<Dataset>,
    /// Places of those that are left out by hand.
    excluded: BTreeSet<usize>,
    /// What each run means to the law, once that is known; nothing if it cannot be.
    influence: Option<Arc<Vec<Influence>>>,
    /// Whether that is still being worked out.
    pub awaits_influence: bool,
    /// One per run, in the dataset's order.
    pub points: Vec<RunPoint>,
}

fn known_influence(entry: &LawEntry) -> Option<&Arc<Vec<Influence>>> {
    entry.influence()?.as_ref().ok()
}

/// The law's loss for a run, nats per token.
fn predicted(law: &LossLaw, run: &Run) -> f64 {
    law.coefficients.loss_after(&run.features, run.tokens)
}

impl Evidence {
    /// Whether a law has runs at hand that it was fitted from.
    pub fn exists(entry: &LawEntry) -> bool {
        entry.dataset.is_some() && entry.fit().is_some()
    }

    /// The runs of a law on the shelf, once it is fitted.
    pub fn of(entry: &LawEntry) -> Option<Self> {
        let (law, fit, dataset) = (entry.law()?, entry.fit()?, entry.dataset.as_ref()?);
        let awaits_influence = entry.awaits_influence();
        let mut points: Vec<RunPoint> = dataset
            .runs
            .iter()
            .map(|run| RunPoint {
                measured: run.loss,
                predicted: predicted(law, run),
                part: Part::Awaiting,
                without: Without::Unaffected,
            })
            .collect();
        let parts = [(&fit.train, Part::Fitted), (&fit.holdout, Part::HeldOut)];
        for (run, part) in parts.into_iter().flat_map(|(runs, part)| runs.iter().map(move |run| (*run, part))) {
            if let Some(point) = points.get_mut(run) {
                point.part = part;
                if part == Part::Fitted && awaits_influence {
                    point.without = Without::Awaited;
                }
            }
        }
        let influence = known_influence(entry).map(Arc::clone);
        for known in influence.iter().flat_map(|all| all.iter()) {
            if let Some(point) = points.get_mut(known.run) {
                point.without = Without::of(known);
            }
        }
        for run in &entry.excluded {
            if let Some(point) = points.get_mut(*run) {
                point.part = Part::Excluded;
            }
        }
        let (law, dataset) = (Arc::clone(law), Arc::clone(dataset));
        Some(Self { law, dataset, excluded: entry.excluded.clone(), influence, awaits_influence, points })
    }

    /// Whether this is still what the entry on the shelf says.
    pub fn is_of(&self, entry: &LawEntry) -> bool {
        entry.law().is_some_and(|law| Arc::ptr_eq(law, &self.law))
            && entry.dataset.as_ref().is_some_and(|dataset| Arc::ptr_eq(dataset, &self.dataset))
            && entry.excluded == self.excluded
            && self.is_influence_of(entry)
    }

    fn is_influence_of(&self, entry: &LawEntry) -> bool {
        let same = match (known_influence(entry), &self.influence) {
            (Some(now), Some(known)) => Arc::ptr_eq(now, known),
            (None, None) => true,
            _ => false,
        };
        same && self.awaits_influence == entry.awaits_influence()
    }

    /// How many runs play a part.
    pub fn count(&self, part: Part) -> usize {
        self.points.iter().filter(|point| point.part == part).count()
    }

    /// The features of a run.
    pub fn features(&self, run: usize) -> &Features {
        &self.dataset.runs[run].features
    }

    /// The points that set the scales of the plots: those that count, or all points if none counts. A run that is left
    /// out may lie off the scale. So leaving out a far run makes the others visible.
    fn scaling(&self) -> impl Iterator<Item = &RunPoint> + Clone {
        let any = self.points.iter().any(|point| point.part.counts());
        let finite = |point: &&RunPoint| point.measured.is_finite() && point.predicted.is_finite();
        self.points.iter().filter(move |point| point.part.counts() || !any).filter(finite)
    }

    /// Smallest and largest loss, measured or predicted, nats.
    pub fn losses(&self) -> [f64; 2] {
        let losses = self.scaling().flat_map(|point| [point.measured, point.predicted]);
        let [low, high] = extent(losses);
        if low <= high { [low, high] } else { [0.0, 1.0] }
    }

    /// The largest residual either way, nats; a little above 0 where all are 0.
    pub fn largest_residual(&self) -> f64 {
        self.scaling().map(|point| point.residual().abs()).fold(1e-9, f64::max)
    }

    /// Along what residuals are shown: the axes of shapes, or the sizes where the runs have no shapes.
    pub fn axes(&self) -> Vec<Variable> {
        if self.dataset.runs.iter().all(|run| run.features.is_shape()) {
            return Axis::ALL.map(Variable::Feature).to_vec();
        }
        let lengths = self.dataset.runs.iter().all(|run| run.tokens.is_some()).then_some(Variable::Tokens);
        [Variable::ActiveParameters, Variable::TotalParameters].into_iter().chain(lengths).collect()
    }

    /// That axis, or the first where these runs have no such axis.
    pub fn axis_or_first(&self, axis: Variable) -> Variable {
        let offered = self.axes();
        if offered.contains(&axis) { axis } else { offered[0] }
    }

    /// What the runs do along an axis.
    pub fn variation(&self, axis: Variable) -> Variation {
        const SAME: f64 = 1e-9;
        let mut values: Vec<f64> = (0..self.points.len()).map(|run| self.along(axis, run)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup_by(|next, kept| (*next / *kept).ln() < SAME);
        match values.as_slice() {
            [] => Variation::Constant(f64::NAN),
            [only] => Variation::Constant(*only),
            _ => Variation::Over(values),
        }
    }

    /// The run nearest to a place on a plot, as the eye measures: a difference counts by its share of the plot's width
    /// or height.
    pub fn nearest(&self, plot: FitPlot, (x, y): (f64, f64), (width, height): (f64, f64)) -> Option<usize> {
        let distance = |run: usize| {
            let (at_x, at_y) = self.place(plot, run);
            let across = if plot.is_logarithmic() { (at_x / x).ln() } else { at_x - x };
            (across / width).powi(2) + ((at_y - y) / height).powi(2)
        };
        (0..self.points.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
    }

    /// Where a run lies on a plot.
    pub fn place(&self, plot: FitPlot, run: usize) -> (f64, f64) {
        let point = &self.points[run];
        match plot {
            FitPlot::Predictions => (point.measured, point.predicted),
            FitPlot::Residuals(axis) => (self.along(axis, run), point.residual()),
        }
    }

    fn along(&self, axis: Variable, run: usize) -> f64 {
        axis.value(self.features(run), self.dataset.runs[run].tokens)
    }
}

/// One of the plots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FitPlot {
    /// Predicted over measured loss.
    Predictions,
    /// Residuals over an axis, which is logarithmic.
    Residuals(Variable),
}

impl FitPlot {
    const fn is_logarithmic(self) -> bool {
        matches!(self, Self::Residuals(_))
    }
}

/// What runs do along an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Variation {
    /// All have this value.
    Constant(f64),
    /// They take these values, ascending.
    Over(Vec<f64>),
}

fn extent(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::built_in;
    use crate::explorer::recipe::Recipe;
    use crate::explorer::standing::Standing;
    use engine::features::Block;
    use engine::law::FitQuality;
    use engine::law::fit::Fit;

    /// Three runs against the paper's law: 0.5 nats above it, 0.1 below it, and on it; the last is held out.
    pub(in crate::explorer) fn entry() -> LawEntry {
        let law = built_in::library().law("paper").unwrap().1;
        let shape = |layers, width| Features {
            layers,
            width,
            ffn_ratio: 2.0,
            kv_dim: 256.0,
            activation_rate: 1.0,
            block: Block::Gated,
        };
        let run = |name: &str, features: Features, above: f64| Run {
            name: name.into(),
            loss: law.coefficients.loss(&features) + above,
            features,
            tokens: None,
            seed: None,
            perplexity: None,
        };
        let runs =
            vec![run("a", shape(4.0, 256.0), 0.5), run("b", shape(8.0, 512.0), -0.1), run("c", shape(8.0, 256.0), 0.0)];
        let fit = Fit {
            coefficients: law.coefficients,
            quality: FitQuality::default(),
            range: law.range,
            notes: Vec::new(),
            train: vec![0, 1],
            holdout: vec![2],
            squared_error: 0.0,
            parameters: 11,
            standard_errors: Vec::new(),
            repeats: None,
            starts_agreeing: 1,
            starts_followed: 1,
        };
        let (name, sha256) = ("three".to_owned(), "0".repeat(64));
        let dataset = Dataset { name, sha256, synthetic: false, runs, origin: None, reading: None };
        let mut entry = LawEntry::from_runs(dataset);
        let (law, fit) = (Arc::new(law), Some(Arc::new(fit)));
        entry.standing = Some(Standing { law, fit, recipe: Recipe::default(), edition: 0 });
        entry
    }

    #[test]
    fn residuals_are_measured_less_predicted() {
        let evidence = Evidence::of(&entry()).unwrap();
        let residuals: Vec<f64> = evidence.points.iter().map(RunPoint::residual).collect();
        for (residual, expected) in residuals.iter().zip([0.5, -0.1, 0.0]) {
            assert!((residual - expected).abs() < 1e-12);
        }
        let first = evidence.points[0];
        assert!((first.percent() - 50.0 / first.measured).abs() < 1e-9);
        assert!((evidence.largest_residual() - 0.5).abs() < 1e-12);
        assert_eq!(
            evidence.points.iter().map(|point| point.part).collect::<Vec<_>>(),
            [Part::Fitted, Part::Fitted, Part::HeldOut]
        );
    }

    #[test]
    fn what_is_left_out_sets_no_scale() {
        let mut entry = entry();
        let before = Evidence::of(&entry).unwrap();
        entry.excluded.insert(0);
        assert!(!before.is_of(&entry));
        let after = Evidence::of(&entry).unwrap();
        assert_eq!((after.count(Part::Fitted), after.count(Part::HeldOut), after.count(Part::Excluded)), (1, 1, 1));
        assert!((after.largest_residual() - 0.1).abs() < 1e-12);
        assert!(after.losses()[1] < before.losses()[1]);
        assert_eq!(before.losses()[1], before.points[0].measured);
    }

    #[test]
    fn an_axis_that_never_varies_is_known() {
        let evidence = Evidence::of(&entry()).unwrap();
        assert_eq!(evidence.variation(Variable::Feature(Axis::Layers)), Variation::Over(vec![4.0, 8.0]));
        assert_eq!(evidence.variation(Variable::Feature(Axis::FfnRatio)), Variation::Constant(2.0));
    }

    #[test]
    fn the_nearest_run_is_nearest_on_the_plot() {
        let evidence = Evidence::of(&entry()).unwrap();
        let near = |plot, run: usize, shift: f64| {
            let (x, y) = evidence.place(plot, run);
            evidence.nearest(plot, (x * 1.01, y + shift), (0.7, 1.0))
        };
        for run in 0..3 {
            assert_eq!(near(FitPlot::Residuals(Variable::Feature(Axis::Width)), run, 0.01), Some(run));
            assert_eq!(near(FitPlot::Predictions, run, 0.0), Some(run));
        }
    }

    #[test]
    fn a_law_without_runs_has_no_evidence() {
        let paper = LawEntry::ready(built_in::library().law("paper").unwrap().1);
        assert!(Evidence::of(&paper).is_none() && !Evidence::exists(&paper));
    }
}
