//! What is said about power modes: which of them bound the energy, and what each of them powers.

use super::{Figure, PowerMode, Profile};
use engine::error::Error;
use engine::text::one_of;

impl Profile {
    /// The modes that state their watts.
    pub fn modes_with_watts(&self) -> Vec<&str> {
        self.modes.iter().filter(|mode| mode.watts.is_some()).map(|mode| mode.name.as_str()).collect()
    }

    /// Why a mode without watts has no energy, and which modes have one.
    pub fn no_energy(&self, mode: &PowerMode) -> Error {
        let error = Error::new(format!("no watts stated for {} {}, so no energy", self.name, mode.name));
        match *self.modes_with_watts() {
            [first, ..] => error
                .expected(format!("a power mode with watts: {}", one_of(&self.modes_with_watts())))
                .hint(format!("--mode {first}")),
            [] => error.expected("a profile that states the watts of its power modes"),
        }
    }
}

impl PowerMode {
    /// `15 W · 4 SMs at 408 MHz · 136.5 GB/s`: what distinguishes it from the board's others.
    pub fn in_words(&self) -> String {
        let watts = self.watts.as_ref().map_or_else(|| "no watts stated".to_owned(), Figure::to_string);
        let sms = self.sms.as_ref().map(|sms| format!("{} SMs", sms.value));
        let clock = self.gpu_clock.as_ref().map(Figure::to_string);
        let units = match (sms, clock) {
            (Some(sms), Some(clock)) => Some(format!("{sms} at {clock}")),
            (Some(sms), None) => Some(sms),
            (None, clock) => clock.map(|clock| format!("GPU at {clock}")),
        };
        [Some(watts), units, Some(self.bandwidth.to_string())].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn agx_orin() -> Profile {
        Profile::parse("agx", fixtures::agx_orin()).unwrap()
    }

    #[test]
    fn modes_are_told_apart_in_words() {
        let profile = agx_orin();
        let words = |name: &str| profile.mode(name).unwrap().in_words();
        assert_eq!(words("15W"), "15 W · 6 SMs at 408 MHz · 136.5 GB/s");
        let mut bare = profile.mode("15W").unwrap().clone();
        bare.watts = None;
        assert_eq!(bare.in_words(), "no watts stated · 6 SMs at 408 MHz · 136.5 GB/s");
        bare.sms = None;
        assert_eq!(bare.in_words(), "no watts stated · GPU at 408 MHz · 136.5 GB/s");
        bare.gpu_clock = None;
        assert_eq!(bare.in_words(), "no watts stated · 136.5 GB/s");
    }

    #[test]
    fn a_mode_without_watts_names_those_that_have_some() {
        let mut profile = agx_orin();
        for mode in profile.modes.iter_mut().filter(|mode| mode.name != "30W" && mode.name != "15W") {
            mode.watts = None;
        }
        let error = profile.no_energy(&profile.modes[0]).to_string();
        assert_eq!(
            error,
            "no watts stated for agx-orin-64gb MAXN, so no energy\n  expected: a power mode with watts: one of 30W, \
             15W\n  try: --mode 30W"
        );
        for mode in &mut profile.modes {
            mode.watts = None;
        }
        let error = profile.no_energy(&profile.modes[0]).to_string();
        assert!(error.ends_with("expected: a profile that states the watts of its power modes"), "{error}");
    }
}
