//! What stands above every table: which law, board, number format and workload the numbers are of.

use crate::engine::law::LossLaw;
use crate::engine::roofline::Estimator;
use crate::engine::workload::Workload;
use crate::files::toml_source::shown;
use crate::units::significant;

use super::load::BoardInMode;

/// Label and text.
pub(super) type Pair = (&'static str, String);

/// Law, board and workload in words.
pub(super) fn describe(law: &LossLaw, board: &BoardInMode, estimator: &Estimator) -> Vec<Pair> {
    let Workload { batch, prompt_tokens, generated_tokens } = estimator.workload();
    let precision = estimator.precision();
    let ideal = if board.hardware.efficiency == crate::engine::hardware::Efficiency::IDEAL {
        "ideal roofline, not calibrated"
    } else {
        "roofline with the profile's efficiencies"
    };
    vec![
        ("law", describe_law(law)),
        ("board", format!("{}, {} ({}); {ideal}", board.hardware.name, precision.name, precision.description)),
        ("workload", format!("{prompt_tokens} prompt tokens, {generated_tokens} generated, batch {batch}")),
    ]
}

/// `paper (source), R² 0.975 fitted, 0.952 held out`.
pub(super) fn describe_law(law: &LossLaw) -> String {
    let mut text = format!("{} ({})", shown(&law.name), shown(&law.source));
    if law.synthetic {
        text.push_str(", synthetic");
    }
    text + &r_squared(law.quality.r2_train, "fitted") + &r_squared(law.quality.r2_holdout, "held out")
}

fn r_squared(value: Option<f64>, of: &str) -> String {
    value.map_or_else(String::new, |value| format!(", R² {} {of}", significant(value, 4)))
}
