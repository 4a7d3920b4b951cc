//! Which entries take part in a ranking. A board may be on the list more than once: as it is, and with the calibrations
//! of engines.
//!
//! Ideal times are lower bounds where attention is causal. Beside a calibration of the same board, an ideal row would win rankings that the board
//! loses by its measurements. So where there are measurements, only they count for the board. Calibrations of several
//! engines are different answers to the same question, and all stay.

use crate::hardware::{Basis, Hardware};
use crate::precision::Precision;

/// A board in one of its modes, as it is or with an engine's calibration.
#[derive(Debug, Clone, Copy)]
pub struct Contender<'a> {
    /// The board's own name, whatever was measured on it.
    pub board: &'a str,
    /// The mode's name.
    pub mode: &'a str,
    /// What it computes with.
    pub hardware: &'a Hardware,
    /// The modes in which an engine was measured in the number format; none without a calibration of it.
    pub measured: &'a [String],
}

impl Contender<'_> {
    fn is_measured(&self, precision: &Precision) -> bool {
        let in_this_mode = || self.measured.iter().any(|mode| mode.eq_ignore_ascii_case(self.mode));
        matches!(self.hardware.efficiency_in(precision).1, Basis::Calibrated(_)) && in_this_mode()
    }

    fn is_the_same_place_as(&self, other: &Self) -> bool {
        self.board == other.board && self.mode == other.mode
    }
}

/// The places of those that take part in a ranking in a number format. Two kinds stay out. A calibration that does not
/// cover the format would only repeat its board. The ideal row of a board stays out in a mode in which an engine was
/// measured.
pub fn contenders(all: &[Contender<'_>], precision: &Precision) -> Vec<usize> {
    let measured: Vec<&Contender<'_>> = all.iter().filter(|contender| contender.is_measured(precision)).collect();
    let enters = |contender: &Contender<'_>| match contender.hardware.efficiency_in(precision).1 {
        Basis::Uncovered => false,
        Basis::Ideal => !measured.iter().any(|known| known.is_the_same_place_as(contender)),
        Basis::Given | Basis::Calibrated(_) | Basis::Extrapolated(_) => true,
    };
    all.iter().enumerate().filter(|(_, contender)| enters(contender)).map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::efficiency::{CalibratedPhases, Efficiencies, Efficiency, FormatEfficiency, Measured};
    use crate::fixtures::agx_orin;

    #[test]
    fn where_an_engine_was_measured_the_ideal_row_gives_way() {
        let halved = Efficiency { bandwidth: 0.5, ..Efficiency::IDEAL };
        let formats = vec![FormatEfficiency {
            prefill_chunk_tokens: None,
            head: None,
            kv_cache: None,
            measured: Measured::Here,
            format: Precision::W8A8.name,
            efficiency: halved,
            phases: CalibratedPhases::Decode,
        }];
        let ideal = agx_orin();
        let engine = Hardware { efficiency: Efficiencies { formats, ..Efficiencies::IDEAL }, ..agx_orin() };
        let given = Hardware { efficiency: Efficiencies::from(halved), ..agx_orin() };
        let maxn = ["maxn".to_owned()];
        let on = |board, mode, hardware| Contender { board, mode, hardware, measured: &[] };
        let measured = |mode| Contender { measured: &maxn, ..on("agx", mode, &engine) };
        let all = [
            on("agx", "MAXN", &ideal),
            on("agx", "15W", &ideal),
            measured("MAXN"),
            measured("15W"),
            // Another engine's, and another board.
            measured("MAXN"),
            on("nano", "MAXN", &ideal),
            on("agx", "MAXN", &given),
        ];
        // 15W was not measured. There the calibration is carried over, and the ideal row stays beside it.
        assert_eq!(contenders(&all, &Precision::W8A8), [1, 2, 3, 4, 5, 6]);
        // In another format the calibration says nothing, and the board is ranked as it is.
        assert_eq!(contenders(&all, &Precision::FP16), [0, 1, 5, 6]);
    }
}
