//! `mlperf_log_summary.txt` of `MLPerf`'s load generator (loadgen/results.cc).
//!
//! In the scenario Single Stream one query follows the other, so its latency is that of a request. With token latencies the
//! summary has the time to the first token and the time per output token too. It never says how many tokens that
//! were. Offline and Server put many queries on the machine at once.

use serde_json::{Map, Value};

use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfText, Reader, Writer};
use super::row::{NANOSECONDS, Row};
use super::told::{self, Engine};
use engine::error::{Error, Result};

const HEADING: &str = "MLPerf Results Summary";
const ENGINE: Engine<'_> = Engine::any("system under MLPerf");

pub(super) const READER: Reader = Reader {
    text: Some(OfText { recognises: |text| text.contains(HEADING), read }),
    ..Reader::new("MLPerf summary", Writer::Tool("MLPerf's summary"))
};

fn read(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let (mut start, mut figures) = (1, Map::new());
    for (number, line) in (1..).zip(text.lines()) {
        if line.contains(HEADING) {
            if !figures.is_empty() {
                run(file, start, std::mem::take(&mut figures), options, &mut found)?;
            }
            start = number;
        } else if let Some((label, value)) = line.split_once(':') {
            let key = label.trim().to_lowercase();
            figures.entry(key).or_insert_with(|| Value::from(value.trim()));
        }
    }
    run(file, start, figures, options, &mut found)?;
    Ok(found)
}

fn run(file: &str, line: u64, figures: Map<String, Value>, options: &Options<'_>, found: &mut Found) -> Result<()> {
    let row = Row::new(figures);
    let scenario = row.text("scenario").unwrap_or_default();
    let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
    if !scenario.replace(' ', "").eq_ignore_ascii_case("SingleStream") {
        found.skip(
            &origin,
            format!("scenario {scenario}: many queries at once, and a single stream is what is predicted"),
        );
        return Ok(());
    }
    let (Some(prompt), Some(generated)) = (options.input_len, options.output_len) else {
        return Err(Error::new("MLPerf's summary does not say how many tokens its queries had")
            .at_line(line)
            .hint("give their means: --input-len 870 --output-len 128, with --model, --precision and --engine"));
    };
    let (prompt, generated) = (f64::from(prompt), f64::from(generated));
    let base = told::measurement(options, origin, ENGINE, &[])?;
    let base = Measurement { batch: 1, ..base };
    if options.engine.is_none() {
        found.remark("the engine is not named: --engine says it");
    }
    if row.text("result is").is_some_and(|result| result.eq_ignore_ascii_case("INVALID")) {
        found.remark("MLPerf calls the run invalid");
    }
    // The median, else the mean.
    let time = |labels: &[&str]| labels.iter().find_map(|label| row.time_s(label, NANOSECONDS).transpose()).transpose();
    let first = time(&["50.00 percentile first token latency (ns)", "mean first token latency (ns)"])?;
    let rest = time(&[
        "50.00 percentile time to output token (ns)",
        "mean time per output token (ns)",
        "mean time to output token (ns)",
    ])?;
    if let Some(time_s) = first {
        found.measurements.push(Measurement {
            phase: Phase::Prefill { prompt_tokens: prompt },
            time_s,
            ..base.clone()
        });
    }
    if let Some(time_s) = rest {
        found.measurements.push(Measurement { phase: Phase::decode(prompt, Some(generated)), time_s, ..base.clone() });
    }
    if first.is_none()
        && rest.is_none()
        && let Some(time_s) = time(&["50.00 percentile latency (ns)", "mean latency (ns)"])?
    {
        let phase = match options.output_len {
            Some(1) => Phase::Prefill { prompt_tokens: prompt },
            _ => Phase::Request { prompt_tokens: prompt, generated_tokens: generated },
        };
        found.measurements.push(Measurement { phase, time_s, ..base });
    }
    Ok(())
}
