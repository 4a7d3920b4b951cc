//! Predicted against measured, row by row, and the numbers behind the predictions.

use super::pair::Calibrated;
use super::power::{self, Drawn};
use crate::cli::streams::Streams;
use crate::cli::table::Table;
use engine::calibration::{Estimate, FittedRow, Parameter, Pass, Prediction, Standing};
use engine::roofline::Phase;
use engine::units::{self, signed, significant};
use files::observations::Observed;
use report::body::{Calibrate, FittedNumber, LeftOut, RowPart};

/// What is written of one pair.
pub(super) fn body(calibrated: &Calibrated, drawn: &[Drawn]) -> Calibrate {
    let left_out = |(origin, reason): &(String, String)| LeftOut { origin: origin.clone(), reason: reason.clone() };
    Calibrate {
        summary: calibrated.lines(),
        parameters: Some(numbers(calibrated)),
        rows: Some(lines(calibrated, drawn)),
        left_out: Some(calibrated.pair.left_out.iter().map(left_out).collect()),
        power: Some(power::parts(drawn)),
    }
}

fn lines(calibrated: &Calibrated, drawn: &[Drawn]) -> Vec<RowPart> {
    let mut lines = Vec::new();
    for group in &calibrated.groups {
        for (place, &index) in group.members.iter().enumerate() {
            let row = &calibrated.pair.rows[index];
            let fitted = group.outcome.as_ref().ok().map(|calibration| calibration.rows[place]);
            lines.push(RowPart { energy: power::of_row(row, drawn), ..line(row, group.ideal_s[place], fitted) });
        }
    }
    lines.sort_by_key(|line| line.phase == Phase::Decode);
    lines
}

fn line(row: &Observed, ideal_s: f64, fitted: Option<FittedRow>) -> RowPart {
    let observation = &row.observation;
    RowPart {
        phase: observation.pass.phase(),
        model: observation.model.clone(),
        precision: observation.precision.name,
        mode: row.mode.clone(),
        tokens: match observation.pass {
            Pass::Prefill { prompt_tokens, .. } => prompt_tokens,
            Pass::Decode { context_tokens } => context_tokens,
        },
        measured_s: observation.seconds,
        ideal_s,
        calibrated_s: fitted.and_then(|fitted| fitted.calibrated_s),
        left_out_s: fitted.and_then(|fitted| fitted.left_out_s),
        origin: row.measurement.origin.to_string(),
        energy: None,
    }
}

fn numbers(calibrated: &Calibrated) -> Vec<FittedNumber> {
    let of_group = |group: &engine::calibration::Group| {
        let estimates = group.outcome.as_ref().map(|calibration| calibration.estimates.clone()).unwrap_or_default();
        let formats = group.formats.clone();
        estimates.into_iter().map(move |estimate| number(&formats, &estimate))
    };
    calibrated.groups.iter().flat_map(of_group).collect()
}

fn number(formats: &[&'static str], estimate: &Estimate) -> FittedNumber {
    FittedNumber {
        formats: formats.to_vec(),
        symbol: estimate.parameter.symbol(),
        value: estimate.value,
        low: estimate.low,
        high: estimate.high,
        standing: match estimate.standing {
            Standing::Fixed => "fixed by the rows",
            Standing::AtBound => "at its bound",
            Standing::Unnoticed => "no row notices it",
        },
    }
}

/// What the columns and symbols stand for.
const LEGEND: &str = "tokens: of the prompt (prefill), looked back on (decode, mean); %: predicted over measured, less 1; unseen: the \
                      model took no part in the fit; e_c, e_m: shares of peak compute and of bandwidth that are reached; b: bytes \
                      in flight; t_0: fixed time per operator.";

pub(super) fn print(calibrated: &Calibrated, streams: &mut Streams<'_>) -> std::io::Result<()> {
    let mut table = Table::new(
        &["phase", "model", "format", "mode", "tokens", "measured ms", "ideal %", "calibrated ms", "%", "unseen %"],
        &[0, 1, 2, 3],
    );
    for line in lines(calibrated, &[]) {
        let percent = |predicted_s: Option<f64>| {
            let excess = predicted_s.map(|predicted_s| 100.0 * (predicted_s / line.measured_s - 1.0));
            excess.map_or_else(|| "–".to_owned(), |percent| signed(percent, |size| format!("{size:.1}")))
        };
        table.row([
            if line.phase == Phase::Prefill { "prefill" } else { "decode" }.to_owned(),
            line.model.clone(),
            line.precision.to_owned(),
            line.mode.clone(),
            format!("{:.0}", line.tokens),
            significant(line.measured_s * 1e3, 4),
            percent(Some(line.ideal_s)),
            line.calibrated_s.map_or_else(|| "–".to_owned(), |seconds| significant(seconds * 1e3, 4)),
            percent(line.calibrated_s),
            percent(line.left_out_s),
        ]);
    }
    if !calibrated.groups.is_empty() {
        table.write(streams.out)?;
        writeln!(streams.out, "\n{LEGEND}")?;
    }
    for (origin, reason) in &calibrated.pair.left_out {
        writeln!(streams.out, "not used  {origin}: {reason}")?;
    }
    for group in &calibrated.groups {
        writeln!(streams.out, "\n{}", group.formats.join(", "))?;
        if let Ok(calibration) = &group.outcome {
            for estimate in &calibration.estimates {
                writeln!(streams.out, "  {}", in_words(estimate))?;
            }
            for (phase, name) in [(Phase::Prefill, "prefill"), (Phase::Decode, "decode")] {
                let errors = |prediction| {
                    let errors = calibration.errors(phase, prediction);
                    errors.map(|errors| format!("{:.1} (worst {:.1})", 100.0 * errors.median, 100.0 * errors.worst))
                };
                let Some(fitted) = errors(Prediction::InSample) else { continue };
                let ideal = errors(Prediction::Ideal).unwrap_or_default();
                let left_out = errors(Prediction::LeftOut).unwrap_or_else(|| "not possible".to_owned());
                writeln!(
                    streams.out,
                    "  {name}: median error % {ideal} ideal, {fitted} calibrated, {left_out} on unseen models"
                )?;
            }
        }
    }
    for remark in calibrated.lines().iter().flat_map(|line| &line.remarks) {
        writeln!(streams.out, "  ! {remark}")?;
    }
    Ok(())
}

/// `e_m             0.842 (0.831 to 0.857)`.
fn in_words(estimate: &Estimate) -> String {
    let value = |value: f64| match estimate.parameter {
        Parameter::PrefillOverhead | Parameter::DecodeOverhead => units::seconds(value),
        Parameter::InFlight => format!("{} B per SM and cycle", significant(value, 3)),
        Parameter::Compute | Parameter::Bandwidth => significant(value, 3),
    };
    let symbol = estimate.parameter.symbol();
    let best = value(estimate.value);
    match estimate.standing {
        Standing::Fixed => format!("{symbol:<15} {best} ({} to {})", value(estimate.low), value(estimate.high)),
        Standing::AtBound => format!("{symbol:<15} {best}, at its bound"),
        Standing::Unnoticed => format!("{symbol:<15} no row notices it"),
    }
}
