//! What stands above every table: which law, board, number format and workload the numbers are of.

use engine::law::LossLaw;
use engine::roofline::{Attention, Estimator};
use engine::text::shown;
use engine::units::{ratio, significant};
use report::{Warning, latency_basis};

use super::load::BoardInMode;

/// Label and text.
pub(super) type Pair = (&'static str, String);

/// Law, board and workload in words.
pub(super) fn describe(law: &LossLaw, board: &BoardInMode, estimator: &Estimator) -> Vec<Pair> {
    let precision = estimator.precision();
    let roofline = latency_basis(&board.profile, &board.mode, precision);
    let origin = from(board.profile.origin.as_deref());
    let mut pairs = vec![
        ("law", describe_law(law)),
        (
            "board",
            format!(
                "{}, {} ({}); {roofline}{origin}",
                board.hardware.name,
                precision.in_short(),
                precision.description
            ),
        ),
        ("workload", estimator.workload().to_string()),
    ];
    if precision.loss_penalty_nats > 0.0 {
        let words = format!("{} nats per token for {}, as given", ratio(precision.loss_penalty_nats), precision.name);
        pairs.push(("penalty", words));
    }
    let attention = estimator.attention();
    if attention != Attention::default() {
        pairs.push(("attention", format!("{}: {}", attention.name(), attention.description())));
    }
    if let Some(tokens) = estimator.prefill_chunk_tokens() {
        let of_engine = if estimator.prefill_chunk().is_none() { ", as the engine does" } else { "" };
        pairs.push(("prefill", format!("in chunks of {tokens} tokens{of_engine}; weights are read in each")));
    }
    pairs
}

/// `paper (source), R² 0.975 fitted, 0.952 held out; built in`.
pub(super) fn describe_law(law: &LossLaw) -> String {
    let mut text = format!("{} ({})", shown(&law.name), shown(&law.source));
    for warning in Warning::of_law(law) {
        text = text + ", " + &warning.short();
    }
    text + &r_squared(law.quality.r2_train, "fitted")
        + &r_squared(law.quality.r2_holdout, "held out")
        + &from(law.origin.as_deref())
}

/// `; built in`: which file it was, so that a file of the user in place of a built-in one is never taken for the
/// built-in one.
fn from(origin: Option<&str>) -> String {
    origin.map_or_else(String::new, |origin| format!("; {origin}"))
}

fn r_squared(value: Option<f64>, of: &str) -> String {
    value.map_or_else(String::new, |value| format!(", R² {} {of}", significant(value, 4)))
}
