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
const CAPACITY: Limits = Limits { least: 6.4e7, most: 4e12, words: "between 64 MB and 4 TB" };
const BANDWIDTH: Limits = Limits { least: 1e8, most: 1e14, words: "between 100 MB/s and 100 TB/s" };

pub(super) fn memory(toml: TomlSource<'_>, path: &KeyPath, memory: &MemoryFigures) -> Result<(), Error> {
    within(toml, path, &memory.capacity, &CAPACITY)
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
