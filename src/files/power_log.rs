//! Logs of `tegrastats`: what a Jetson drew while it computed.
//!
//! A line has whatever the board and the release have, in any order, so every key is looked for by itself:
//!
//! ```text
//! 10-22-2024 15:54:22 RAM 23336/62841MB … GR3D_FREQ 0% … VDD_GPU_SOC 5191mW/5190mW VDD_CPU_CV 1996mW/2032mW VIN_SYS_5V0 4528mW/4539mW
//! RAM 5000/7620MB … EMC_FREQ 18%@3199 GR3D_FREQ 84%@[713] … VDD_IN 17946mW/15710mW VDD_CPU_GPU_CV … VDD_SOC …
//! … EMC_FREQ 3%@3199 GR3D_FREQ 12%@[1300,1300] … VDD_GPU_SOC 5139mW/5139mW/5139mW
//! ```
//!
//! Of each rail the first figure counts, which is of that moment; the others are means and peaks. A board that measures its
//! input has one rail for all. On others the rails of the module are summed. Only samples while the GPU computes count, by
//! its load or, where that is not logged, by the power itself.

mod sample;

use std::path::Path;

use serde::Serialize;

use self::sample::Sample;
use crate::measurements::LARGEST_BYTES;
use engine::error::{Error, Result};
use engine::statistics::median;

/// From here on the GPU is busy. A generation keeps it at 90 % and more, an idle desktop below 20 %.
const BUSY: f64 = 50.0;
/// If power does not rise by more than this share, no sample is idle.
const CONTRAST: f64 = 0.25;
/// A step of so many times the usual one is a gap in the log.
const GAP: f64 = 3.0;
/// The band holds the samples between these shares.
const BAND: [f64; 2] = [0.1, 0.9];
/// Fewer samples say nothing of a band.
const FEWEST: usize = 5;

/// What a board drew while it computed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PowerLog {
    /// The file.
    pub source: String,
    /// Mean over the samples while it computed, W.
    pub watts: f64,
    /// A tenth of these samples are below, W.
    pub low_watts: f64,
    /// A tenth of them are above, W.
    pub high_watts: f64,
    /// Samples while it computed.
    pub busy_samples: usize,
    /// All of them.
    pub samples: usize,
    /// The rails that were summed.
    pub rails: Vec<String>,
    /// The fastest GPU clock while it computed, Hz, where the log has it.
    pub gpu_hz: Option<f64>,
    /// Gaps that were left out, in a log with times.
    pub gaps: usize,
}

impl PowerLog {
    /// `11.2 W while it computed (9.8 to 12.1, 240 of 300 samples of VDD_IN)`.
    pub fn in_words(&self) -> String {
        let digits = |watts| engine::units::significant(watts, 3);
        let gaps = match self.gaps {
            0 => String::new(),
            1 => "; 1 gap left out".to_owned(),
            several => format!("; {several} gaps left out"),
        };
        format!(
            "{} W while it computed ({} to {}, {} of {} samples of {}{gaps})",
            digits(self.watts),
            digits(self.low_watts),
            digits(self.high_watts),
            self.busy_samples,
            self.samples,
            self.rails.join(" + ")
        )
    }
}

/// Reads the log at `path`.
pub fn load(path: &Path) -> Result<PowerLog> {
    let source = path.display().to_string();
    let refused = |error: std::io::Error| Error::new(format!("the file cannot be read: {error}")).in_source(&source);
    let size = path.metadata().map_err(refused)?.len();
    if size > LARGEST_BYTES as u64 {
        return Err(Error::new("the file is too large for a log of power").in_source(source));
    }
    let bytes = std::fs::read(path).map_err(refused)?;
    read(&source, &String::from_utf8_lossy(&bytes))
}

/// Reads the text of the log called `source`.
pub fn read(source: &str, text: &str) -> Result<PowerLog> {
    let samples: Vec<Sample> = text.lines().filter_map(Sample::of).collect();
    let Some(rails) = total(&samples) else {
        let error = match samples.first() {
            Some(_) => Error::new("the log has no rail of power").expected("such as VDD_IN 5336mW/4970mW in its lines"),
            None => Error::new("this is no log of tegrastats")
                .expected("lines such as RAM 5000/7620MB … VDD_IN 5336mW/4970mW"),
        };
        return Err(error
            .in_source(source)
            .hint("sudo tegrastats --interval 200 --logfile power.log, while the benchmark runs"));
    };
    // A line that was cut off lacks some of its rails.
    let whole: Vec<(&Sample, f64)> =
        samples.iter().filter_map(|sample| Some((sample, sample.watts_of(&rails)?))).collect();
    let busy = busy(&whole);
    let (steps, gaps) = steps(&whole);
    let chosen: Vec<usize> = (0..whole.len()).filter(|&at| busy[at]).collect();
    if chosen.len() < FEWEST {
        return Err(Error::new(format!("the board computed in {} of {} samples", chosen.len(), whole.len()))
            .in_source(source)
            .expected(format!("{FEWEST} samples or more while the benchmark runs"))
            .hint("sudo tegrastats --interval 200 --logfile power.log, while the benchmark runs"));
    }
    let weight: f64 = chosen.iter().map(|&at| steps[at]).sum();
    let energy: f64 = chosen.iter().map(|&at| whole[at].1 * steps[at]).sum();
    let mut watts: Vec<f64> = chosen.iter().map(|&at| whole[at].1).collect();
    watts.sort_by(f64::total_cmp);
    let quantile = |share: f64| watts[((watts.len() - 1) as f64 * share).round() as usize];
    let clocks = chosen.iter().filter_map(|&at| whole[at].0.gpu_hz);
    Ok(PowerLog {
        source: source.to_owned(),
        watts: energy / weight,
        // Rare peaks may lift a mean above the band.
        low_watts: quantile(BAND[0]).min(energy / weight),
        high_watts: quantile(BAND[1]).max(energy / weight),
        busy_samples: chosen.len(),
        samples: whole.len(),
        rails,
        gpu_hz: clocks.reduce(f64::max),
        gaps,
    })
}

/// The rails whose sum is what the module draws.
fn total(samples: &[Sample]) -> Option<Vec<String>> {
    /// What goes into the module or the board as a whole.
    const INPUTS: [&str; 3] = ["VDD_IN", "POM_5V_IN", "VDD_SYS_IN"];
    /// Fed by a rail that is measured too, or the input of the board around the module.
    const INCLUDED: [&str; 2] = ["VDDQ_VDD2_1V8AO", "VIN"];
    let first = samples.iter().find(|sample| !sample.rails.is_empty())?;
    let names = || first.rails.iter().map(|(name, _)| name.as_str());
    if let Some(input) = INPUTS.into_iter().find(|input| names().any(|name| name == *input)) {
        return Some(vec![input.to_owned()]);
    }
    let summed: Vec<String> = names().filter(|name| !INCLUDED.contains(name)).map(str::to_owned).collect();
    if summed.is_empty() { Some(names().map(str::to_owned).collect()) } else { Some(summed) }
}

/// Which samples are of a computing board.
fn busy(whole: &[(&Sample, f64)]) -> Vec<bool> {
    let by_load = |sample: &Sample| sample.gpu_load.is_some_and(|load| load >= BUSY);
    if whole.iter().any(|(sample, _)| by_load(sample)) {
        return whole.iter().map(|(sample, _)| by_load(sample)).collect();
    }
    let mut watts: Vec<f64> = whole.iter().map(|(_, watts)| *watts).collect();
    watts.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (watts.get(watts.len() / 20), watts.get(watts.len() - 1 - watts.len() / 20)) else {
        return Vec::new();
    };
    let threshold = if most - least > CONTRAST * most { f64::midpoint(*least, *most) } else { 0.0 };
    whole.iter().map(|(_, watts)| *watts >= threshold).collect()
}

/// Seconds that each sample stands for, and the gaps. Without times all stand for the same.
fn steps(whole: &[(&Sample, f64)]) -> (Vec<f64>, usize) {
    let times: Option<Vec<f64>> = whole.iter().map(|(sample, _)| sample.at_s).collect();
    let Some(times) = times.filter(|times| times.len() > 1) else { return (vec![1.0; whole.len()], 0) };
    // Times are whole seconds: several samples share one. So spans are counted from second to second.
    let mut seconds: Vec<(f64, usize)> = Vec::new();
    for time in times {
        match seconds.last_mut() {
            Some((last, count)) if *last == time => *count += 1,
            _ => seconds.push((time, 1)),
        }
    }
    let spans: Vec<f64> = seconds.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let usual = median(spans.iter().copied().filter(|span| *span > 0.0)).unwrap_or(1.0);
    let is_gap = |span: f64| span <= 0.0 || span > GAP * usual;
    let gaps = spans.iter().filter(|span| is_gap(**span)).count();
    let steps = seconds.iter().enumerate().flat_map(|(at, &(_, count))| {
        let span = spans.get(at).copied().filter(|span| !is_gap(*span)).unwrap_or(usual);
        std::iter::repeat_n(span / count as f64, count)
    });
    (steps.collect(), gaps)
}

#[cfg(test)]
mod tests;
