//! How fast a space is searched (C9).

use super::{Check, Figure, Finding};
use crate::space::Space;
use crate::units::{count, seconds, significant};

/// The paper's number of configurations.
const CONFIGURATIONS: usize = 50_000;
/// What it took to evaluate them, seconds.
const PAPER_S: f64 = 20.0 * 60.0;

/// Configurations that were priced, and the time that took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pricing {
    /// How many: loss, three latencies and memory of each.
    pub configurations: usize,
    /// Seconds, with the frontier of all of them.
    pub elapsed_s: f64,
}

impl Pricing {
    /// `space` at so many depths that it holds the paper's number of configurations at least: what should be timed.
    pub fn ground(space: &Space) -> Space {
        let depths = CONFIGURATIONS.div_ceil(space.shapes().len().max(1));
        Space { layers: (1..=depths as u32).collect(), ..space.clone() }
    }
}

/// C9.
pub(super) fn configurations(pricing: &Pricing) -> Finding {
    let per_s = pricing.configurations as f64 / pricing.elapsed_s;
    Finding {
        id: "C9",
        paper: "50,000+ configurations in about 20 minutes; architecture selection in days, not months",
        setting: "this machine, FP16, the space at more depths, frontier included",
        measured: format!(
            "{} configurations in {}: {} million per second",
            count(pricing.configurations),
            seconds(pricing.elapsed_s),
            significant(per_s / 1e6, 2)
        ),
        remark: None,
        checks: vec![
            Check::should_hold(
                "50,000 configurations are priced in 20 minutes or less",
                per_s >= CONFIGURATIONS as f64 / PAPER_S,
                format!("{} million per second", significant(per_s / 1e6, 2)),
            )
            .with([
                Figure::new("configurations", pricing.configurations as f64),
                Figure::new("elapsed, s", pricing.elapsed_s),
                Figure::new("configurations per second", per_s),
            ]),
            Check::not_testable(
                "a selection takes days, not months",
                "that is mostly the training of the runs behind the law, which is not here",
            ),
        ],
    }
}
