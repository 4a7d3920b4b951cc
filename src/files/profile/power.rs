//! What is said about power modes: which of them bound the energy, and what each of them powers.

use super::{Figure, PowerMode, Profile};
use engine::error::{Error, did_you_mean};
use engine::text::{one_of, shown};

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

impl Profile {
    /// The place of a mode by its name as nvpmodel prints it: `NV Power Mode: MODE_30W`. Spaces and dashes are written
    /// for its underscores.
    pub(super) fn mode_as_printed(&self, name: &str) -> Option<usize> {
        let wanted = plain(name);
        let mut alike = (0..self.modes.len()).filter(|place| plain(&self.modes[*place].name) == wanted);
        alike.next().filter(|_| alike.next().is_none())
    }

    /// Why there is no mode of a name, with those that there are and the one that was probably meant.
    pub(super) fn no_mode(&self, name: &str) -> Error {
        let names: Vec<&str> = self.modes.iter().map(|mode| mode.name.as_str()).collect();
        let error = Error::new(format!("{} has no power mode '{}'", self.name, shown(name))).expected(one_of(&names));
        let number = name.trim().trim_end_matches(['W', 'w']).trim();
        let of_watts = names.iter().find(|known| known.eq_ignore_ascii_case(&format!("{number}W")));
        match (of_watts, did_you_mean(&plain(name), names.iter().copied())) {
            (Some(known), _) => error.hint(format!("'{known}'")),
            // The numbers of nvpmodel differ between boards and flash configurations.
            (None, _) if number.parse::<u32>().is_ok_and(|number| number < 10) => {
                error.hint("the name that `nvpmodel -q` prints beside that number, or --profile detected on the board")
            }
            (None, Some(near)) => error.hint(format!("'{near}'")),
            (None, None) => error,
        }
    }
}

/// A mode's name without what tools put around it.
fn plain(name: &str) -> String {
    let name = name.trim();
    let name = name.rsplit_once(':').map_or(name, |(_, name)| name.trim());
    let name = name.to_ascii_uppercase().replace([' ', '-'], "_");
    name.strip_prefix("MODE_").map(str::to_owned).unwrap_or(name)
}

impl PowerMode {
    /// `15 W · 4 SMs at 408 MHz · 136.5 GB/s`: what distinguishes it from the board's others.
    pub fn in_words(&self) -> String {
        let watts = self.watts.as_ref().map_or_else(|| "no watts stated".to_owned(), Figure::to_string);
        format!("{watts} · {}", self.speed_in_words())
    }

    /// `4 SMs at 408 MHz · 136.5 GB/s`.
    pub fn speed_in_words(&self) -> String {
        let sms = self.sms.as_ref().map(|sms| format!("{} SMs", sms.value));
        let clock = self.gpu_clock.as_ref().map(Figure::to_string);
        let units = match (sms, clock) {
            (Some(sms), Some(clock)) => Some(format!("{sms} at {clock}")),
            (Some(sms), None) => Some(sms),
            (None, clock) => clock.map(|clock| format!("GPU at {clock}")),
        };
        [units, Some(self.bandwidth.to_string())].into_iter().flatten().collect::<Vec<_>>().join(" · ")
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
