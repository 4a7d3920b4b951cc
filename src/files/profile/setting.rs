//! A power mode that no profile lists: what its clocks and SMs make of the board.
//!
//! A mode of `nvpmodel.conf` states the numbers that rates follow from, by the rule by which the built-in profiles
//! derive them: SMs × operations per cycle × GPU clock, and bus width / 8 × 2 × memory clock. Taking the nearest listed
//! mode instead would be wrong by what they differ, and silently so.

use super::dense;
use super::figure::{self, Evidence, Figure, Quantity, Source};
use super::{PowerMode, Profile};
use engine::units::{ratio, significant};

/// Where the numbers stand on the machine.
const FILE: &str = "/etc/nvpmodel.conf";
const MHZ: f64 = 1e6;

/// What a configuration says of a mode. What it does not limit is as high as the board goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    /// As the configuration calls it, without `MODE_`.
    pub(crate) name: String,
    pub(crate) gpu_hz: Option<f64>,
    pub(crate) emc_hz: Option<f64>,
    pub(crate) cpu_hz: Option<f64>,
    pub(crate) sms: Option<f64>,
    /// When it was read.
    pub(crate) date: String,
}

impl Profile {
    /// The mode that a setting makes, beside the listed one that is nearest to it; none where the profile does not say
    /// what its rates follow from.
    pub(crate) fn mode_of(&self, setting: &Setting, nearest: usize) -> Option<PowerMode> {
        let nearest = self.modes.get(nearest)?;
        let highest = |of: fn(&PowerMode) -> &Option<Figure>| {
            self.modes.iter().filter_map(|mode| Some(of(mode).as_ref()?.si)).reduce(f64::max)
        };
        let most_sms = highest(|mode| &mode.sms)?;
        // A mask may name TPCs that a smaller module does not have.
        let sms = setting.sms.filter(|sms| *sms > 0.0).map_or(most_sms, |sms| sms.min(most_sms));
        let gpu_hz = setting.gpu_hz.or_else(|| highest(|mode| &mode.gpu_clock))?;
        let emc_hz = setting.emc_hz.or_else(|| highest(|mode| &mode.emc_clock));
        let cpu_hz = setting.cpu_hz.or_else(|| highest(|mode| &mode.cpu_clock));
        let date = setting.date.as_str();
        let made = Made { profile: self, nearest, sms, gpu_hz, date };
        let (bandwidth, how) = made.bandwidth(emc_hz)?;
        let clock = |quantity: &'static Quantity, hz: Option<f64>, set: Option<f64>| {
            let note =
                if set.is_some() { "the limit of this mode" } else { "no limit in this mode: the board's highest" };
            hz.map(|hz| figure(quantity, ("MHz", hz / MHZ), note.to_owned(), date))
        };
        Some(PowerMode {
            name: self.free_name(&setting.name),
            notes: vec![format!("Of this machine's {FILE}; no watts are stated for it.")],
            watts: None,
            sms: Some(figure(
                &figure::SMS,
                ("SM", sms),
                "by TPC_PG_MASK, each bit of which switches 2 SMs off".to_owned(),
                date,
            )),
            gpu_clock: clock(&figure::GPU_CLOCK, Some(gpu_hz), setting.gpu_hz),
            emc_clock: clock(&figure::EMC_CLOCK, emc_hz, setting.emc_hz),
            cpu_clock: clock(&figure::CPU_CLOCK, cpu_hz, setting.cpu_hz),
            bandwidth: figure(&figure::BANDWIDTH, ("GB/s", rounded(bandwidth / 1e9)), how, date),
            fp16: made.rate(&figure::FP16, &nearest.fp16)?,
            int8: made.optional(&figure::INT8, nearest.int8.as_ref())?,
            fp8: made.optional(&figure::FP8, nearest.fp8.as_ref())?,
            fp4: made.optional(&figure::FP4, nearest.fp4.as_ref())?,
        })
    }

    /// The name, or another where the profile has a mode of that name with other clocks.
    fn free_name(&self, name: &str) -> String {
        if super::position(&self.modes, name).is_none() { name.to_owned() } else { format!("{name}-custom") }
    }
}

/// A mode in the making.
struct Made<'a> {
    profile: &'a Profile,
    nearest: &'a PowerMode,
    sms: f64,
    gpu_hz: f64,
    date: &'a str,
}

impl Made<'_> {
    /// A rate by what an SM does per cycle, or by the nearest mode's where that is not known.
    fn rate(&self, quantity: &'static Quantity, known: &Figure) -> Option<Figure> {
        let Self { profile, nearest, sms, gpu_hz, date } = self;
        let capability = profile.compute_capability.as_deref();
        let by_table = capability.and_then(|capability| dense::operations_per_cycle(capability, known.key));
        let per_cycle = match by_table {
            Some(per_cycle) => per_cycle,
            None => known.si / (nearest.sms.as_ref()?.si * nearest.gpu_clock.as_ref()?.si),
        };
        let per_unit = known.si / known.value;
        let note =
            format!("{} SMs x {} per cycle x {} MHz", ratio(*sms), significant(per_cycle, 4), ratio(gpu_hz / MHZ));
        Some(figure(quantity, (known.unit, rounded(per_cycle * sms * gpu_hz / per_unit)), note, date))
    }

    /// The same of a rate that the board may lack. The outer option is none where it cannot be told.
    #[expect(clippy::option_option, reason = "not to be told is not the same as to be absent")]
    fn optional(&self, quantity: &'static Quantity, known: Option<&Figure>) -> Option<Option<Figure>> {
        match known {
            Some(known) => self.rate(quantity, known).map(Some),
            None => Some(None),
        }
    }

    /// Bytes per second, and how they follow.
    fn bandwidth(&self, emc_hz: Option<f64>) -> Option<(f64, String)> {
        let Self { profile, nearest, .. } = self;
        let known = nearest.bandwidth.si;
        match (emc_hz, &profile.memory.bus, &nearest.emc_clock) {
            (Some(emc_hz), Some(bus), _) => {
                let note = format!("{bus} / 8 x 2 transfers x {} MHz", ratio(emc_hz / MHZ));
                Some((bus.si / 8.0 * 2.0 * emc_hz, note))
            }
            (Some(emc_hz), None, Some(clock)) => {
                let note = format!("that of {} at {clock}, at {} MHz", nearest.name, ratio(emc_hz / MHZ));
                Some((known * emc_hz / clock.si, note))
            }
            (Some(_), None, None) => None,
            (None, ..) => Some((known, format!("that of {}: the profile states no memory clock", nearest.name))),
        }
    }
}

/// Four digits, as people write rates.
fn rounded(value: f64) -> f64 {
    significant(value, 4).parse().unwrap_or(value)
}

/// Derived from the file of this machine.
fn figure(quantity: &'static Quantity, (unit, value): (&'static str, f64), note: String, date: &str) -> Figure {
    let scale = quantity.unit(unit).map_or(1.0, |(_, scale)| scale);
    Figure {
        key: quantity.key,
        label: quantity.label,
        value,
        unit,
        si: value * scale,
        kind: Evidence::Derived,
        source: Some(Source { title: "power modes of this machine".to_owned(), url: FILE.to_owned() }),
        date: date.to_owned(),
        note: Some(note),
    }
}
