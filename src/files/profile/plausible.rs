//! Figures that no board has.
//!
//! A slip in a unit (MHz for GHz, MB/s for GB/s, Gbit for GB) leaves a number that is positive, finite and wrong by a
//! factor of a thousand or of eight. Every latency computed from it is as wrong and does not look it. The limits lie
//! far outside what is sold, so that a new board never meets them.

use super::figure::Figure;
use super::{MemoryFigures, PowerMode};
use crate::toml_source::{KeyPath, TomlSource};
use engine::error::Error;
use engine::units::{ratio, significant};

/// How far a bandwidth may lie above bus width × clock: rounding in print, not more.
const ROUNDING: f64 = 1.05;

/// Transfers per clock cycle of every DRAM with a double data rate.
const TRANSFERS: f64 = 2.0;

/// Least and largest of a quantity, in SI units and in words.
struct Limits {
    least: f64,
    most: f64,
    words: &'static str,
}

const WATTS: Limits = Limits { least: 0.1, most: 5_000.0, words: "between 0.1 W and 5000 W: one board" };
const CLOCK: Limits = Limits { least: 1e7, most: 1e10, words: "between 10 MHz and 10 GHz" };
const CAPACITY: Limits = Limits { least: 2e8, most: 4e12, words: "between 200 MB and 4 TB" };
const BANDWIDTH: Limits = Limits { least: 1e8, most: 1e14, words: "between 100 MB/s and 100 TB/s" };

pub(super) fn memory(toml: TomlSource<'_>, path: &KeyPath, memory: &MemoryFigures) -> Result<(), Error> {
    within(toml, path, &memory.capacity, &CAPACITY)
}

/// What the products of a GPU generation have: least and largest bandwidth in GB/s, largest dense FP16 rate in TFLOP/s.
struct Generation(&'static str, [f64; 2], f64);

const GENERATIONS: [Generation; 11] = [
    Generation("7.2", [51.2, 136.5], 11.3),
    Generation("7.5", [128.0, 672.0], 130.0),
    Generation("8.0", [933.0, 2039.0], 312.0),
    Generation("8.6", [96.0, 1008.0], 160.0),
    Generation("8.7", [34.0, 204.8], 42.6),
    Generation("8.9", [160.0, 1008.0], 366.0),
    Generation("9.0", [1600.0, 4900.0], 990.0),
    Generation("10.0", [4000.0, 8000.0], 2500.0),
    Generation("11.0", [273.0, 273.0], 259.0),
    Generation("12.0", [224.0, 1792.0], 504.0),
    Generation("12.1", [273.0, 301.0], 125.0),
];
/// A power mode may clock the memory so much lower.
const LOWER: f64 = 20.0;
/// A product to come may be so much faster.
const FASTER: f64 = 2.0;

/// Where neither SMs nor bus width are given, what the generation has sold tells a slip of a factor of ten.
pub(super) fn of_generation(
    toml: TomlSource<'_>,
    path: &KeyPath,
    mode: &PowerMode,
    capability: &str,
) -> Result<(), Error> {
    let Some(Generation(_, [least, most], fp16)) = GENERATIONS.iter().find(|known| known.0 == capability) else {
        return Ok(());
    };
    let bandwidth = mode.bandwidth.si / 1e9;
    if !(least / LOWER..=most * FASTER).contains(&bandwidth) {
        let what = format!("{} is no memory bandwidth of compute capability {capability}", mode.bandwidth);
        let sold = if least == most { format!("{most} GB/s") } else { format!("{least} to {most} GB/s") };
        return Err(toml
            .error(&path.key("bandwidth").key("value"), what)
            .expected(format!("near the {sold} of its products"))
            .hint("mind the unit"));
    }
    let peak = mode.fp16.si / 1e12;
    if peak > fp16 * FASTER {
        let what = format!("{} is no dense 16-bit rate of compute capability {capability}", mode.fp16);
        return Err(toml
            .error(&path.key("fp16").key("value"), what)
            .expected(format!("at most near {fp16} TFLOP/s, as its fastest product has"))
            .hint("the dense figure of the GPU alone, without 2:4 sparsity, and in FP16"));
    }
    Ok(())
}

pub(super) fn mode(toml: TomlSource<'_>, path: &KeyPath, mode: &PowerMode, bus: Option<&Figure>) -> Result<(), Error> {
    for clock in [&mode.gpu_clock, &mode.emc_clock, &mode.cpu_clock].into_iter().flatten() {
        within(toml, path, clock, &CLOCK)?;
    }
    mode.watts.iter().try_for_each(|watts| within(toml, path, watts, &WATTS))?;
    within(toml, path, &mode.bandwidth, &BANDWIDTH)?;
    match bus.zip(mode.emc_clock.as_ref()) {
        Some((bus, clock)) => carried(toml, path, &mode.bandwidth, bus, clock),
        None => Ok(()),
    }
}

fn within(toml: TomlSource<'_>, path: &KeyPath, figure: &Figure, limits: &Limits) -> Result<(), Error> {
    if (limits.least..=limits.most).contains(&figure.si) {
        return Ok(());
    }
    let what = format!("{figure} is no {} of a board", figure.label);
    Err(toml.error(&path.key(figure.key).key("value"), what).expected(limits.words).hint("mind the unit"))
}

/// No more bytes than the wires carry at two transfers per cycle.
fn carried(
    toml: TomlSource<'_>,
    path: &KeyPath,
    bandwidth: &Figure,
    bus: &Figure,
    clock: &Figure,
) -> Result<(), Error> {
    let most = bus.si / 8.0 * TRANSFERS * clock.si;
    let times = bandwidth.si / most;
    if times <= ROUNDING {
        return Ok(());
    }
    let most = format!("{} {}", significant(most / (bandwidth.si / bandwidth.value), 4), bandwidth.unit);
    let what =
        format!("{bandwidth} is {} times what {bus} carry at {clock} with two transfers per cycle", ratio(times));
    Err(toml.error(&path.key("bandwidth").key("value"), what).expected(format!("about {most}")))
}
