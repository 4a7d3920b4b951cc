//! Which of a profile's modes the machine is in.
//!
//! Names alone are not enough. People add modes of their own, and `15W` has other clocks with the Super flash
//! configuration than without. So the name of a mode counts only if the clocks of its configuration are those of the
//! profile. Otherwise the mode with the same clocks is taken, and where none has them, a mode of their own is made: it
//! is as fast as its clocks and SMs let it.

use super::facts::Facts;
use super::nvpmodel::{ConfiguredMode, sms_left};
use super::today::today;
use crate::profile::{ClockLimit, Figure, PowerMode, Profile, Setting};

/// How far clocks and SMs may differ and be called the same: rounding, not another step of the clock.
const SAME: f64 = 0.03;

/// A power mode, and what there is to say about the choice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matched {
    pub(super) mode: String,
    /// That mode, where the profile has none of its clocks.
    pub(super) own: Option<PowerMode>,
    /// As nvpmodel calls it.
    pub(super) machine_mode: Option<String>,
    /// Clocks that are held below the mode's: it will be slower than predicted.
    pub(super) limited: Vec<ClockLimit>,
    pub(super) notes: Vec<String>,
}

/// What is known of the mode that holds.
#[derive(Debug, Clone, Copy, Default)]
struct Clocks {
    gpu_hz: Option<f64>,
    emc_hz: Option<f64>,
    sms: Option<f64>,
}

impl Clocks {
    /// As its configuration sets them.
    fn stated(mode: &ConfiguredMode, has_tpc_mask: bool) -> Self {
        Self {
            gpu_hz: mode.gpu_hz.map(hz),
            emc_hz: mode.emc_hz.map(hz),
            sms: mode.tpc_mask.filter(|_| has_tpc_mask).map(|mask| f64::from(sms_left(mask))),
        }
    }

    /// Of a mode that is known in full.
    fn of(mode: &PowerMode) -> Self {
        let si = |figure: &Option<Figure>| figure.as_ref().map(|figure| figure.si);
        Self { gpu_hz: si(&mode.gpu_clock), emc_hz: si(&mode.emc_clock), sms: si(&mode.sms) }
    }

    /// What the configuration leaves open, as the kernel has it.
    fn or(self, other: Self) -> Self {
        Self { gpu_hz: self.gpu_hz.or(other.gpu_hz), emc_hz: self.emc_hz.or(other.emc_hz), sms: self.sms.or(other.sms) }
    }

    const fn is_empty(self) -> bool {
        self.gpu_hz.is_none() && self.emc_hz.is_none() && self.sms.is_none()
    }

    /// The largest ratio of what both know, as |ln|; 0 where nothing is known.
    fn distance(self, mode: &PowerMode) -> f64 {
        let pairs = [(self.gpu_hz, &mode.gpu_clock), (self.emc_hz, &mode.emc_clock), (self.sms, &mode.sms)];
        let apart = |(ours, theirs): (Option<f64>, &Option<Figure>)| {
            ours.zip(theirs.as_ref()).map_or(0.0, |(ours, theirs)| (ours / theirs.si).ln().abs())
        };
        pairs.into_iter().map(apart).sum()
    }

    fn nearest(self, modes: impl Iterator<Item = usize>, profile: &Profile) -> Option<usize> {
        let distance = |mode: &usize| self.distance(&profile.modes[*mode]);
        modes.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

/// Clocks fit a double without loss.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn hz(value: u64) -> f64 {
    value as f64
}

pub(super) fn matched(profile: &Profile, facts: &Facts) -> Matched {
    let has_tpc_mask = profile.compute_capability.as_deref() == Some("8.7");
    let now = Clocks {
        gpu_hz: facts.clocks.gpu_limit_hz.map(hz),
        emc_hz: facts.clocks.emc_limit_hz.map(hz),
        sms: facts.clocks.tpc_mask.filter(|_| has_tpc_mask).map(|mask| f64::from(sms_left(mask))),
    };
    let mut notes = Vec::new();
    let holding = holding(facts, &mut notes);
    let chosen = match holding {
        Some(mode) => by_name(profile, mode, Clocks::stated(mode, has_tpc_mask), now, &mut notes),
        None => Chosen::Listed(by_clocks(profile, now, &mut notes)),
    };
    let own = match &chosen {
        Chosen::Listed(_) => None,
        Chosen::Own(own) => Some((**own).clone()),
    };
    let mode = match &chosen {
        Chosen::Listed(place) => &profile.modes[*place],
        Chosen::Own(own) => own,
    };
    let (name, limited) = (mode.name.clone(), below(mode, now));
    Matched { mode: name, own, machine_mode: holding.map(|mode| mode.name.clone()), limited, notes }
}

/// What the machine runs in.
enum Chosen {
    /// A mode of the profile, by its place.
    Listed(usize),
    /// One that only its configuration knows.
    Own(Box<PowerMode>),
}

/// The mode that was set last, else the one that the board boots in.
fn holding<'a>(facts: &'a Facts, notes: &mut Vec<String>) -> Option<&'a ConfiguredMode> {
    let configuration = facts.configuration.as_ref()?;
    if let Some(id) = facts.active_mode {
        let mode = configuration.modes.get(&id);
        if mode.is_none() {
            notes.push(format!("nvpmodel's status names mode {id}, which its configuration does not have"));
        }
        return mode;
    }
    let mode = configuration.modes.get(&configuration.default?)?;
    notes.push(format!("no status of nvpmodel: its default mode {} is taken", mode.name));
    Some(mode)
}

/// `MODE_15W` is the profile's `15W`, and may be its `15W-standard`.
fn by_name(profile: &Profile, mode: &ConfiguredMode, stated: Clocks, now: Clocks, notes: &mut Vec<String>) -> Chosen {
    let name = mode.name.strip_prefix("MODE_").unwrap_or(&mode.name);
    let variant = |known: &str| {
        let (head, tail) = known.split_at_checked(name.len()).unwrap_or(("", ""));
        head.eq_ignore_ascii_case(name) && (tail.is_empty() || tail.starts_with('-'))
    };
    let named = (0..profile.modes.len()).filter(|known| variant(&profile.modes[*known].name));
    let named = stated.or(now).nearest(named, profile);
    if let Some(named) = named.filter(|named| stated.distance(&profile.modes[*named]) <= SAME) {
        return Chosen::Listed(named);
    }
    let all = stated.or(now);
    if all.is_empty() {
        notes.push(format!("the profile has no mode '{}', and no clock is known: its default is used", mode.name));
        return Chosen::Listed(default(profile));
    }
    let why = match named {
        None => format!("'{}' is no mode of the profile", mode.name),
        Some(_) => format!("'{}' has other clocks here than in the profile", mode.name),
    };
    let nearest = all.nearest(0..profile.modes.len(), profile).unwrap_or_default();
    let setting = Setting {
        name: name.to_owned(),
        gpu_hz: stated.gpu_hz,
        emc_hz: stated.emc_hz,
        cpu_hz: mode.cpu_hz.map(hz),
        sms: stated.sms,
        date: today(),
    };
    if let Some(own) = profile.mode_of(&setting, nearest).filter(|_| !stated.is_empty()) {
        let clocks = Clocks::of(&own);
        if let Some(same) = profile.modes.iter().position(|known| clocks.distance(known) <= SAME) {
            notes.push(format!("{why}; its clocks are those of {}", profile.modes[same].name));
            return Chosen::Listed(same);
        }
        notes.push(format!("{why}: it is priced by its own clocks, {}", own.speed_in_words()));
        return Chosen::Own(Box::new(own));
    }
    notes.push(format!("{why}; by its clocks it is nearest to {}", profile.modes[nearest].name));
    Chosen::Listed(nearest)
}

fn by_clocks(profile: &Profile, now: Clocks, notes: &mut Vec<String>) -> usize {
    if profile.modes.len() == 1 {
        return 0;
    }
    if now.is_empty() {
        notes.push("the power mode is not known: the profile's default is used".to_owned());
        return default(profile);
    }
    notes.push("the power mode is not known: the one nearest to the present limits of the clocks is used".to_owned());
    now.nearest(0..profile.modes.len(), profile).unwrap_or_default()
}

fn default(profile: &Profile) -> usize {
    let name = &profile.default_mode().name;
    profile.modes.iter().position(|mode| mode.name == *name).unwrap_or_default()
}

/// Limits below those of the mode: latencies will be longer than predicted.
fn below(mode: &PowerMode, now: Clocks) -> Vec<ClockLimit> {
    let pairs = [("GPU", now.gpu_hz, &mode.gpu_clock), ("memory", now.emc_hz, &mode.emc_clock)];
    let low = |(what, now, cap): (&'static str, Option<f64>, &Option<Figure>)| {
        let (now_hz, cap) = now.zip(cap.as_ref())?;
        let limit = || ClockLimit { what, now_hz, stated: cap.to_string(), mode: mode.name.clone() };
        (now_hz < cap.si * (1.0 - SAME)).then(limit)
    };
    pairs.into_iter().filter_map(low).collect()
}

#[cfg(test)]
mod tests {
    use super::super::facts::ClocksNow;
    use super::super::nvpmodel::Configuration;
    use super::*;
    use crate::fixtures;

    fn nano() -> Profile {
        fixtures::library().profile("orin-nano-8gb").unwrap().1
    }

    fn facts(conf: &str, active_mode: Option<u64>, gpu_limit_mhz: u64) -> Facts {
        Facts {
            configuration: (!conf.is_empty()).then(|| Configuration::parse(conf)),
            active_mode,
            clocks: ClocksNow {
                gpu_limit_hz: (gpu_limit_mhz > 0).then_some(gpu_limit_mhz * 1_000_000),
                ..ClocksNow::default()
            },
            ..Facts::default()
        }
    }

    fn mode(name: &str, gpu: i64, emc: i64, mask: u64) -> String {
        format!(
            "< POWER_MODEL ID=1 NAME={name} >\nGPU MAX_FREQ {gpu}\nEMC MAX_FREQ {emc}\nTPC_POWER_GATING TPC_PG_MASK {mask}\n"
        )
    }

    #[test]
    fn the_same_name_with_other_clocks_is_another_mode() {
        let found = matched(&nano(), &facts(&mode("15W", 612_000_000, 2_133_000_000, 240), Some(1), 612));
        assert_eq!((found.mode.as_str(), found.notes), ("15W", Vec::new()));
        let found = matched(&nano(), &facts(&mode("15W", -1, 0, 240), Some(1), 625));
        assert_eq!((found.mode.as_str(), found.notes), ("15W-standard", Vec::new()));
    }

    #[test]
    fn a_mode_of_somebody_s_own_with_known_clocks_is_the_one_that_has_them() {
        let found = matched(&nano(), &facts(&mode("quiet", 408_000_000, 2_133_000_000, 252), Some(1), 408));
        assert_eq!((found.mode.as_str(), found.own), ("7W", None));
        assert_eq!(found.notes, ["'quiet' is no mode of the profile; its clocks are those of 7W"]);
        let found = matched(&nano(), &facts(&mode("25W", 408_000_000, 2_133_000_000, 252), Some(1), 408));
        assert_eq!((found.mode.as_str(), found.own), ("7W", None));
        assert_eq!(found.notes, ["'25W' has other clocks here than in the profile; its clocks are those of 7W"]);
        let found = matched(&nano(), &facts(&mode("quiet", -1, 0, 240).replace(" 240", " x"), Some(1), 0));
        assert_eq!(found.mode, "25W");
        assert_eq!(found.notes, ["the profile has no mode 'quiet', and no clock is known: its default is used"]);
    }

    /// 2048 operations per SM and cycle, and 128 bit / 8 × 2 transfers.
    #[test]
    fn a_mode_with_clocks_of_its_own_is_priced_by_them() {
        let found = matched(&nano(), &facts(&mode("MODE_quiet", 500_000_000, 1_600_000_000, 252), Some(1), 500));
        let own = found.own.unwrap();
        assert_eq!((found.mode.as_str(), own.name.as_str()), ("quiet", "quiet"));
        assert_eq!((own.fp16.value, own.int8.as_ref().unwrap().value), (4.096, 8.192), "4 SMs");
        assert_eq!((own.bandwidth.to_string(), own.watts), ("51.2 GB/s".to_owned(), None));
        assert_eq!(
            found.notes,
            ["'MODE_quiet' is no mode of the profile: it is priced by its own clocks, 4 SMs at 500 MHz · 51.2 GB/s"]
        );
        // A mask that names more TPCs than the module has leaves those that it has.
        let found = matched(&nano(), &facts(&mode("25W", 500_000_000, 1_600_000_000, 0), Some(1), 500));
        let own = found.own.unwrap();
        assert_eq!((own.name.as_str(), own.fp16.value), ("25W-custom", 8.192), "8 SMs");
        // What a mode does not limit is as high as the board goes, and a clock that is none limits nothing.
        let found = matched(&nano(), &facts(&mode("half", -1, 1_600_000_000, 252), Some(1), 0));
        assert_eq!(found.own.unwrap().in_words(), "no watts stated · 4 SMs at 1020 MHz · 51.2 GB/s");
        let found = matched(&nano(), &facts(&mode("slip", 500_000, 1_600_000_000, 240), Some(1), 0));
        assert_eq!(found.own.unwrap().gpu_clock.unwrap().to_string(), "1020 MHz");
    }

    /// Without a table for its GPU and without a bus width, the nearest mode says what a clock is worth.
    #[test]
    fn a_board_that_states_little_is_scaled_from_its_nearest_mode() {
        let mut board = nano();
        board.memory.bus = None;
        board.compute_capability = None;
        let found = matched(&board, &facts(&mode("quiet", 459_000_000, 1_599_500_000, 240), Some(1), 459));
        let own = found.own.unwrap();
        // Half of what 25W is, within the rounding of the nearest mode's figures.
        assert!((own.fp16.value / 7.52 - 1.0).abs() < 2e-3 && (own.bandwidth.value / 51.2 - 1.0).abs() < 2e-3);
        for mode in &mut board.modes {
            mode.sms = None;
        }
        let found = matched(&board, &facts(&mode("quiet", 459_000_000, 1_599_500_000, 240), Some(1), 459));
        assert_eq!(found.own, None);
        assert!(found.notes[0].contains("by its clocks it is nearest to "), "{:?}", found.notes);
    }

    #[test]
    fn what_is_missing_is_said() {
        let conf = mode("25W", 918_000_000, 3_199_000_000, 240) + "< PM_CONFIG DEFAULT=1 >\n";
        let found = matched(&nano(), &facts(&conf, None, 918));
        assert_eq!(found.notes, ["no status of nvpmodel: its default mode 25W is taken"]);
        let found = matched(&nano(), &facts(&conf, Some(7), 0));
        assert_eq!(
            found.notes,
            [
                "nvpmodel's status names mode 7, which its configuration does not have",
                "the power mode is not known: the profile's default is used"
            ]
        );
        let found = matched(&nano(), &facts("", None, 1020));
        assert_eq!(found.mode, "MAXN_SUPER");
    }

    #[test]
    fn limits_below_the_mode_are_said() {
        let found = matched(&nano(), &facts(&mode("25W", 918_000_000, 3_199_000_000, 240), Some(1), 816));
        assert_eq!(
            found.limited.iter().map(ClockLimit::to_string).collect::<Vec<_>>(),
            ["the GPU clock is limited to 816 MHz now, below the 918 MHz of mode 25W"]
        );
    }
}
