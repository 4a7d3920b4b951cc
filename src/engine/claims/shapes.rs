//! Depth and width along the frontier (C2), and how large feed-forward blocks are (C5).

use super::evidence::{Evidence, Front, by_regime, of_objective, whole_percent};
use super::{Check, Figure, Finding};
use crate::architecture::Architecture;
use crate::statistics::{covariance, median};
use crate::units::ratio;
use crate::workload::Objective;

/// The paper's bound of "shallow".
const SHALLOW_LAYERS: u32 = 20;
/// More than half: the weakest reading of "generally".
const GENERALLY_PERCENT: f64 = 50.0;
/// Half of 4: the reading of "well below 4".
const WELL_BELOW_4: f64 = 2.0;

/// How one frontier grows, from its fastest member on.
struct Growth {
    /// Deepest member before the first one of the largest width.
    deepest_before_widest: u32,
    /// Whether that comes before the first member of the largest depth.
    width_saturates_first: bool,
    /// Whether up to there wider members are deeper, too.
    grows_together: bool,
}

impl Growth {
    fn of(front: Front<'_>) -> Self {
        let sweep = &front.landscape.sweep;
        let candidates = || (0..sweep.len()).map(|index| sweep.architecture(index));
        let deepest = candidates().map(|shape| shape.layers).max();
        let widest = candidates().map(|shape| shape.width).max();
        let place_of_widest = front.shapes().position(|shape| Some(shape.width) == widest);
        let place_of_deepest = front.shapes().position(|shape| Some(shape.layers) == deepest);
        let before: Vec<_> = front.shapes().take(place_of_widest.unwrap_or(front.members.len())).collect();
        let (widths, depths): (Vec<f64>, Vec<f64>) =
            before.iter().map(|shape| (f64::from(shape.width), f64::from(shape.layers))).unzip();
        Self {
            deepest_before_widest: before.iter().map(|shape| shape.layers).max().unwrap_or(0),
            grows_together: covariance(&widths, &depths).is_some_and(|covariance| covariance > 0.0),
            width_saturates_first: place_of_widest
                .is_some_and(|widest| place_of_deepest.is_none_or(|deepest| widest <= deepest)),
        }
    }
}

fn shallow(front: Front<'_>) -> f64 {
    front.percent(|shape| shape.layers < SHALLOW_LAYERS)
}

/// C2.
pub(super) fn wide_and_shallow(evidence: &Evidence) -> Finding {
    let shares = evidence.figures("members with fewer than 20 layers, %", shallow);
    let depth = |shape: &Architecture| f64::from(shape.layers);
    let medians = evidence.figures("layers, median", |front| median(front.values(depth)).unwrap_or(f64::NAN));
    let growth: Vec<Growth> = evidence.fronts().map(Growth::of).collect();
    let before: Vec<Figure> = evidence
        .fronts()
        .zip(&growth)
        .map(|(front, growth)| {
            front.figure("layers of the deepest member before the largest width", growth.deepest_before_widest.into())
        })
        .collect();
    let generally = |objective| {
        let mut of = shares.iter().filter(|figure| figure.objective == Some(objective));
        of.all(|figure| figure.value > GENERALLY_PERCENT)
    };
    let headless =
        evidence.headless_decode().map(|front| front.figure("the same without an LM head, %", shallow(front)));
    let layers = |value: f64| format!("{value:.0}");
    let shown = |shares: &[Figure], objective| by_regime(&of_objective(shares, objective), whole_percent);
    let saturating = growth.iter().filter(|growth| growth.width_saturates_first).count();
    Finding {
        id: "C2",
        paper: "wide and shallow: depth generally below 20; width saturates at its bound first, then depth grows",
        setting: "layers and width along each frontier, the fastest member first",
        measured: format!(
            "below 20 layers: {} %; deepest before the largest width: {} layers",
            by_regime(&shares, whole_percent),
            by_regime(&before, layers)
        ),
        remark: Some(format!(
            "Generally is read as: more than half of the members. Median layers: {}.",
            by_regime(&medians, layers)
        )),
        checks: vec![
            Check::should_hold(
                "for prefill and for total latency most members have fewer than 20 layers",
                generally(Objective::Prefill) && generally(Objective::Total),
                format!(
                    "prefill {} %; total {} %",
                    shown(&shares, Objective::Prefill),
                    shown(&shares, Objective::Total)
                ),
            )
            .with(shares.clone())
            .with(medians),
            Check::known_to_fail(
                "in decode most members have fewer than 20 layers",
                generally(Objective::Decode),
                format!("{} %", shown(&shares, Objective::Decode)),
            )
            .because(
                headless.iter().all(|figure| figure.value > GENERALLY_PERCENT),
                format!(
                    "the LM head, which the paper's roofline lacks, is paid per width and not per layer; without it: {} %",
                    by_regime(&headless, whole_percent)
                ),
            )
            .with(headless),
            Check::should_hold(
                "every frontier reaches the largest width before the largest depth",
                saturating == growth.len(),
                format!("{saturating} of {} do", growth.len()),
            ),
            Check::known_to_fail(
                "up to the largest width no member has 20 layers or more",
                growth.iter().all(|growth| growth.deepest_before_widest < SHALLOW_LAYERS),
                format!("the deepest has {}", by_regime(&before, layers)),
            )
            .because(
                growth.iter().all(|growth| growth.grows_together),
                "depth does not wait: the law rewards the first steps of either most, so both grow together",
            )
            .with(before),
        ],
    }
}

/// C5.
pub(super) fn small_ffn_ratios(evidence: &Evidence) -> Finding {
    let share = |name, below: f64| evidence.figures(name, |front| front.percent(|shape| shape.ffn_ratio() < below));
    let (below_4, below_1) = (share("members with r below 4, %", 4.0), share("members with r below 1, %", 1.0));
    let medians =
        evidence.figures("r, median", |front| median(front.values(Architecture::ffn_ratio)).unwrap_or(f64::NAN));
    Finding {
        id: "C5",
        paper: "FFN ratio well below 4, ratios below 1 viable",
        setting: "r over all activated experts, members of each frontier",
        measured: format!(
            "median r: {}; r < 4: {} %; r < 1: {} %",
            by_regime(&medians, ratio),
            by_regime(&below_4, whole_percent),
            by_regime(&below_1, whole_percent)
        ),
        remark: Some(
            "Well below 4 is read as: 2 or less in the median. The paper gives no grid for r; the space begins at 0.5."
                .to_owned(),
        ),
        checks: vec![
            Check::should_hold(
                "the median r is 2 or less on every frontier",
                medians.iter().all(|figure| figure.value <= WELL_BELOW_4),
                by_regime(&medians, ratio),
            )
            .with(medians)
            .with(below_4),
            Check::should_hold(
                "every frontier has members with r below 1",
                below_1.iter().all(|figure| figure.value > 0.0),
                format!("{} %", by_regime(&below_1, whole_percent)),
            )
            .with(below_1),
        ],
    }
}
