//! What the board drew while it was measured, and what a token costs by that, beside the bound from the power budget.

use std::path::Path;

use super::pair::Calibrated;
use crate::cli::streams::Streams;
use crate::cli::table::Table;
use engine::calibration::Pass;
use engine::error::{Error, Result};
use engine::units::{self, joules};
use files::observations::{Observed, Pair};
use files::power_log::{self, PowerLog};
use files::profile::Profile;
use report::body::{PowerPart, RowEnergy};

/// The power in one mode.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) mode: String,
    pub(super) log: PowerLog,
    /// The budget of the mode, W.
    budget_watts: Option<f64>,
    /// What casts doubt on it.
    doubt: Option<String>,
}

/// The logs that were given, `MODE=FILE` or a file alone; `mode` is that of all measurements, where one was told.
pub(super) fn read(given: &[String], mode: Option<&str>, pair: &Pair, profile: &Profile) -> Result<Vec<Drawn>> {
    let mut all: Vec<Drawn> = Vec::with_capacity(given.len());
    for given in given {
        let named = given.split_once('=').and_then(|(mode, file)| Some((profile.mode(mode).ok()?, file)));
        let (mode, file) = match named {
            Some((mode, file)) => (mode, file),
            None => {
                (profile.mode(&only_mode(mode, pair)?).map_err(|error| error.at_column("--power"))?, given.as_str())
            }
        };
        if all.iter().any(|known| known.mode == mode.name) {
            return Err(Error::new(format!("two logs are of the power mode {}", mode.name))
                .at_column("--power")
                .expected("one log for each mode, such as 15W=power-15W.log"));
        }
        let log = power_log::load(Path::new(file))?;
        let budget_watts = mode.watts.as_ref().map(|watts| watts.si);
        let doubt = doubt(&log, mode.gpu_clock.as_ref().map(|clock| clock.si), budget_watts, &mode.name);
        all.push(Drawn { mode: mode.name.clone(), log, budget_watts, doubt });
    }
    Ok(all)
}

/// The mode of a log that does not say one.
fn only_mode(told: Option<&str>, pair: &Pair) -> Result<String> {
    let mut modes: Vec<&str> = pair.rows.iter().map(|row| row.mode.as_str()).collect();
    modes.sort_unstable();
    modes.dedup();
    match (told, modes.as_slice()) {
        (Some(told), _) => Ok(told.to_owned()),
        (None, [only]) => Ok((*only).to_owned()),
        (None, []) => Err(Error::new("there is no measurement that the power could belong to").at_column("--power")),
        (None, [first, ..]) => {
            Err(Error::new("the measurements are of several power modes, and a log does not say its own")
                .at_column("--power")
                .expected(format!("the mode before each log, of {}", modes.join(", ")))
                .hint(format!("--power {first}=FILE")))
        }
    }
}

/// A log of another mode looks like one of this mode.
fn doubt(log: &PowerLog, gpu_hz: Option<f64>, budget_watts: Option<f64>, mode: &str) -> Option<String> {
    let faster = log.gpu_hz.zip(gpu_hz).filter(|(logged, of_mode)| *logged > 1.1 * of_mode);
    let clock = faster.map(|(logged, of_mode)| {
        format!(
            "{}: the GPU ran at {:.0} MHz, and {mode} allows {:.0} MHz: the log may be of another power mode",
            log.source,
            logged / 1e6,
            of_mode / 1e6
        )
    });
    clock.or_else(|| {
        let budget = budget_watts.filter(|budget| log.watts > 1.1 * budget)?;
        Some(format!(
            "{}: {} W are more than the budget of {budget} W of {mode}",
            log.source,
            units::significant(log.watts, 3)
        ))
    })
}

/// What is written of the power in JSON.
pub(super) fn parts(drawn: &[Drawn]) -> Vec<PowerPart> {
    let part = |drawn: &Drawn| PowerPart {
        mode: drawn.mode.clone(),
        watts: drawn.log.watts,
        low_watts: drawn.log.low_watts,
        high_watts: drawn.log.high_watts,
        budget_watts: drawn.budget_watts,
        busy_samples: drawn.log.busy_samples,
        samples: drawn.log.samples,
        rails: drawn.log.rails.clone(),
        source: drawn.log.source.clone(),
        doubt: drawn.doubt.clone(),
    };
    drawn.iter().map(part).collect()
}

/// What a token of a measured time cost.
pub(super) fn of_row(row: &Observed, drawn: &[Drawn]) -> Option<RowEnergy> {
    let drawn = drawn.iter().find(|drawn| drawn.mode == row.mode)?;
    let observation = &row.observation;
    // A prompt is timed whole, a generation by the token.
    let tokens = match observation.pass {
        Pass::Prefill { prompt_tokens, .. } => prompt_tokens,
        Pass::Decode { .. } => 1.0,
    };
    let each_s = observation.seconds / (tokens * f64::from(observation.batch));
    Some(RowEnergy {
        token_j: drawn.log.watts * each_s,
        low_j: drawn.log.low_watts * each_s,
        high_j: drawn.log.high_watts * each_s,
        budget_j: drawn.budget_watts.map(|watts| watts * each_s),
    })
}

/// The power in each mode, and the energy of a token in each row.
pub(super) fn print(calibrated: &Calibrated, drawn: &[Drawn], streams: &mut Streams<'_>) -> std::io::Result<()> {
    if drawn.is_empty() {
        return Ok(());
    }
    writeln!(streams.out)?;
    for Drawn { mode, log, budget_watts, doubt } in drawn {
        let budget = budget_watts.map_or_else(|| "no budget stated".to_owned(), |watts| format!("budget {watts} W"));
        writeln!(streams.out, "power in {mode}: {}; {budget}; {}", log.in_words(), log.source)?;
        if let Some(doubt) = doubt {
            writeln!(streams.out, "  ! {doubt}")?;
        }
    }
    let mut table = Table::new(
        &["phase", "model", "format", "mode", "tokens", "J/token", "from", "to", "by budget"],
        &[0, 1, 2, 3],
    );
    for row in &calibrated.pair.rows {
        let Some(RowEnergy { token_j, low_j, high_j, budget_j }) = of_row(row, drawn) else { continue };
        let (phase, tokens) = match row.observation.pass {
            Pass::Prefill { prompt_tokens, .. } => ("prefill", prompt_tokens),
            Pass::Decode { context_tokens, .. } => ("decode", context_tokens),
        };
        table.row([
            phase.to_owned(),
            row.observation.model.clone(),
            row.observation.precision.name.to_owned(),
            row.mode.clone(),
            format!("{tokens:.0}"),
            joules(token_j),
            joules(low_j),
            joules(high_j),
            budget_j.map_or_else(|| "–".to_owned(), |bound_j| format!("≤ {}", joules(bound_j))),
        ]);
    }
    table.write(streams.out)?;
    writeln!(
        streams.out,
        "J/token: measured power times measured time, of a prompt's or a generated token; from, to: by the power that a tenth \
         of the samples are below and above; by budget: the power budget of the mode times the same time, a bound."
    )
}
