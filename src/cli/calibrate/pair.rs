//! One engine on one board in one line: what the ideal roofline, the fit and an unseen model are off by.

use crate::cli::streams::Streams;
use crate::cli::table::Table;
use engine::calibration::{Calibration, Errors, Group, Observation, Prediction, calibrate, shapes};
use engine::error::{Error, Result};
use engine::roofline::Phase;
use files::observations::{Pair, assumed_modes};
use report::body::{PhaseErrors, SummaryPart};

/// A pair and its calibrations, one for each group of number formats.
pub(super) struct Calibrated {
    pub(super) pair: Pair,
    pub(super) groups: Vec<Group>,
}

impl Calibrated {
    pub(super) fn new(pair: Pair) -> Result<Self> {
        let observations: Vec<Observation> = pair.rows.iter().map(|row| row.observation.clone()).collect();
        let groups = calibrate(&observations).map_err(|unsupported| Error::new(unsupported.to_string()))?;
        Ok(Self { pair, groups })
    }

    pub(super) fn lines(&self) -> Vec<SummaryPart> {
        if self.groups.is_empty() {
            return vec![self.without_rows()];
        }
        self.groups.iter().map(|group| self.line(group)).collect()
    }

    fn without_rows(&self) -> SummaryPart {
        let Pair { engine, board, unusable, left_out, .. } = &self.pair;
        let mut reasons: Vec<&String> = left_out.iter().map(|(_, reason)| reason).collect();
        reasons.dedup();
        let remarks = unusable.iter().chain(reasons.iter().copied().filter(|_| unusable.is_none()));
        SummaryPart {
            engine: engine.clone(),
            board: board.clone(),
            formats: Vec::new(),
            models: 0,
            shapes: 0,
            decode: PhaseErrors::default(),
            prefill: PhaseErrors::default(),
            assumptions: Vec::new(),
            remarks: remarks.map(|reason| format!("not used: {reason}")).collect(),
        }
    }

    fn line(&self, group: &Group) -> SummaryPart {
        let observed = || group.members.iter().map(|&index| &self.pair.rows[index].observation);
        let calibration = group.outcome.as_ref().ok();
        let phase = |phase: Phase| {
            let ideal = Errors::of(
                observed()
                    .zip(&group.ideal_s)
                    .filter(|(row, _)| row.pass.phase() == phase)
                    .map(|(row, ideal_s)| ideal_s / row.seconds - 1.0),
            );
            phase_errors(ideal, calibration, phase)
        };
        let remarks = match &group.outcome {
            Ok(calibration) => {
                let refusals = calibration.refusals.iter().map(ToString::to_string);
                refusals.chain(calibration.cautions.iter().map(ToString::to_string)).collect()
            }
            Err(refusals) => refusals.iter().map(ToString::to_string).collect(),
        };
        SummaryPart {
            engine: self.pair.engine.clone(),
            board: self.pair.board.clone(),
            formats: group.formats.clone(),
            models: models(observed()),
            shapes: shapes(observed()),
            decode: phase(Phase::Decode),
            prefill: phase(Phase::Prefill),
            assumptions: assumed_modes(group.members.iter().map(|&index| &self.pair.rows[index])),
            remarks,
        }
    }
}

fn phase_errors(ideal: Option<Errors>, calibration: Option<&Calibration>, phase: Phase) -> PhaseErrors {
    let errors = |prediction| calibration.and_then(|calibration| calibration.errors(phase, prediction));
    let (fitted, left_out) = (errors(Prediction::InSample), errors(Prediction::LeftOut));
    PhaseErrors {
        rows: ideal.map_or(0, |errors| errors.rows),
        ideal_median_error: ideal.map(|errors| errors.median),
        ideal_worst_error: ideal.map(|errors| errors.worst),
        fitted_median_error: fitted.map(|errors| errors.median),
        fitted_worst_error: fitted.map(|errors| errors.worst),
        left_out_median_error: left_out.map(|errors| errors.median),
        left_out_worst_error: left_out.map(|errors| errors.worst),
    }
}

fn cells(errors: &PhaseErrors) -> [String; 4] {
    let percent = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{:.1}", 100.0 * share));
    [
        errors.rows.to_string(),
        percent(errors.ideal_median_error),
        percent(errors.fitted_median_error),
        percent(errors.left_out_median_error),
    ]
}

/// How many different models there are.
pub(super) fn models<'a>(observed: impl Iterator<Item = &'a Observation>) -> usize {
    let mut names: Vec<&str> = observed.map(|observation| observation.model.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

/// The table, then what is to be said of each line.
pub(super) fn print(calibrated: &[Calibrated], streams: &mut Streams<'_>) -> std::io::Result<()> {
    let headings = [
        "", "engine", "board", "formats", "models", "shapes", "decode", "ideal %", "fit %", "unseen %", "prefill",
        "ideal %", "fit %", "unseen %",
    ];
    let mut table = Table::new(&headings, &[1, 2, 3]);
    let lines: Vec<SummaryPart> = calibrated.iter().flat_map(Calibrated::lines).collect();
    for (number, line) in lines.iter().enumerate() {
        let formats = if line.formats.is_empty() { "–".to_owned() } else { line.formats.join(" ") };
        let [models, shapes] = [line.models, line.shapes].map(|count| count.to_string());
        let first = [(number + 1).to_string(), line.engine.clone(), line.board.clone(), formats, models, shapes];
        table.row(first.into_iter().chain(cells(&line.decode)).chain(cells(&line.prefill)));
    }
    table.write(streams.out)?;
    writeln!(
        streams.out,
        "\nMedian errors as shares of the measured time: of the ideal roofline, of the fit on its own rows, and on models \
         that took no part in it (leave-one-model-out, with all that are of its shape)."
    )?;
    for (number, line) in lines.iter().enumerate() {
        for remark in line.assumptions.iter().chain(&line.remarks) {
            writeln!(streams.out, "{:>3}  {remark}", number + 1)?;
        }
    }
    Ok(())
}
