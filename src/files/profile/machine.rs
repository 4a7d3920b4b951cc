//! A profile on the machine that it describes: memory is not what the board was sold with, but what is there.

use std::fmt;

use super::figure::{self, Evidence, Figure, Quantity, Source};
use super::{MemoryFigures, Profile};
use engine::units::ratio;

const MIB: f64 = 1_048_576.0;

/// A clock that the machine holds below that of its power mode.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockLimit {
    /// `GPU` or `memory`.
    pub what: &'static str,
    /// Where it is held, Hz.
    pub now_hz: f64,
    /// What the mode says, in the unit of the profile.
    pub stated: String,
    /// The power mode.
    pub mode: String,
}

/// `the GPU clock is limited to 408 MHz now, below the 918 MHz of mode 25W`.
impl fmt::Display for ClockLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, now_hz, stated, mode } = self;
        write!(f, "the {what} clock is limited to {} MHz now, below the {stated} of mode {mode}", ratio(now_hz / 1e6))
    }
}

impl Profile {
    /// Takes memory from the kernel's count at a date: the total, and what the system uses of it.
    pub(crate) fn put_in_machine(&mut self, total_bytes: f64, used_bytes: Option<f64>, date: &str) {
        let MemoryFigures { capacity, usable, reserved, .. } = &mut self.memory;
        if total_bytes > capacity.si {
            *capacity = measured(
                &figure::CAPACITY,
                total_bytes,
                date,
                "MemTotal; a board with more memory than this profile says",
            );
        }
        *usable = Some(measured(&figure::USABLE, total_bytes, date, "MemTotal"));
        if let Some(used) = used_bytes {
            let note = "MemTotal less MemAvailable: used by the system when this was read";
            *reserved = Some(measured(&figure::RESERVED, used, date, note));
        }
    }

    /// Makes a mode the default. An unknown name changes nothing.
    pub(crate) fn start_in(&mut self, mode: &str) {
        self.default_mode = super::position(&self.modes, mode).unwrap_or(self.default_mode);
    }
}

/// In whole MiB, as people compare it with other tools.
fn measured(quantity: &Quantity, bytes: f64, date: &str, note: &str) -> Figure {
    let value = (bytes / MIB).round();
    Figure {
        key: quantity.key,
        label: quantity.label,
        value,
        unit: "MiB",
        si: value * MIB,
        kind: Evidence::Measured,
        source: Some(Source { title: "this machine".to_owned(), url: "/proc/meminfo".to_owned() }),
        date: date.to_owned(),
        note: Some(note.to_owned()),
    }
}
