//! A profile's modes as they enter a ranking of boards.

use super::{PowerMode, Profile};
use engine::hardware::Hardware;
use engine::precision::Precision;
use engine::what_if::Contender;

impl Profile {
    /// The name of the board itself: that of the profile below a calibration.
    pub fn board_name(&self) -> &str {
        self.calibration.as_ref().map_or(self.name.as_str(), |calibration| calibration.base.as_str())
    }

    /// The board in one of its modes, which computes with `hardware`, as a ranking in a number format sees it.
    pub fn contender<'a>(
        &'a self,
        mode: &'a PowerMode,
        hardware: &'a Hardware,
        precision: &Precision,
    ) -> Contender<'a> {
        let figures = self.calibration.as_ref().and_then(|calibration| calibration.of(precision));
        let measured = figures.map_or(&[][..], |figures| &figures.modes);
        Contender { board: self.board_name(), mode: &mode.name, hardware, measured }
    }
}
