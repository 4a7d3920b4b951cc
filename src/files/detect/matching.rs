//! Which of a profile's modes the machine is in.
//!
//! Names alone are not enough. People add modes of their own, and `15W` has other clocks with the Super flash
//! configuration than without. So the name of a mode counts only if the clocks of its configuration are those of the
//! profile. Otherwise the mode with the nearest clocks is taken.

use super::facts::Facts;
use super::nvpmodel::{ConfiguredMode, sms_left};
use crate::profile::{ClockLimit, Figure, PowerMode, Profile};

/// How far clocks and SMs may differ and be called the same: rounding, not another step of the clock.
const SAME: f64 = 0.03;

/// A mode of the profile, and what there is to say about the choice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matched {
    pub(super) mode: String,
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
    let chosen = match holding(facts, &mut notes) {
        Some(mode) => by_name(profile, mode, Clocks::stated(mode, has_tpc_mask), now, &mut notes),
        None => by_clocks(profile, now, &mut notes),
    };
    let chosen = &profile.modes[chosen];
    let machine_mode = holding(facts, &mut Vec::new()).map(|mode| mode.name.clone());
    Matched { mode: chosen.name.clone(), machine_mode, limited: below(chosen, now), notes }
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
fn by_name(profile: &Profile, mode: &ConfiguredMode, stated: Clocks, now: Clocks, notes: &mut Vec<String>) -> usize {
    let name = mode.name.strip_prefix("MODE_").unwrap_or(&mode.name);
    let variant = |known: &str| {
        let (head, tail) = known.split_at_checked(name.len()).unwrap_or(("", ""));
        head.eq_ignore_ascii_case(name) && (tail.is_empty() || tail.starts_with('-'))
    };
    let named = (0..profile.modes.len()).filter(|known| variant(&profile.modes[*known].name));
    let named = stated.or(now).nearest(named, profile);
    if let Some(named) = named.filter(|named| stated.distance(&profile.modes[*named]) <= SAME) {
        return named;
    }
    let all = stated.or(now);
    if all.is_empty() {
        notes.push(format!("the profile has no mode '{}', and no clock is known: its default is used", mode.name));
        return default(profile);
    }
    let nearest = all.nearest(0..profile.modes.len(), profile).unwrap_or_default();
    let nearest_name = &profile.modes[nearest].name;
    notes.push(match named {
        None => format!("'{}' is no mode of the profile; by its clocks it is nearest to {nearest_name}", mode.name),
        Some(_) => format!(
            "'{}' has other clocks here than in the profile; by its clocks it is nearest to {nearest_name}",
            mode.name
        ),
    });
    nearest
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
    fn a_mode_of_somebody_s_own_is_the_nearest_by_clocks() {
        let found = matched(&nano(), &facts(&mode("quiet", 400_000_000, 2_133_000_000, 252), Some(1), 400));
        assert_eq!(found.mode, "7W");
        assert_eq!(found.notes, ["'quiet' is no mode of the profile; by its clocks it is nearest to 7W"]);
        let found = matched(&nano(), &facts(&mode("25W", 408_000_000, 2_133_000_000, 252), Some(1), 408));
        assert_eq!(found.mode, "7W");
        assert_eq!(found.notes, ["'25W' has other clocks here than in the profile; by its clocks it is nearest to 7W"]);
        let found = matched(&nano(), &facts(&mode("quiet", -1, 0, 240).replace(" 240", " x"), Some(1), 0));
        assert_eq!(found.mode, "25W");
        assert_eq!(found.notes, ["the profile has no mode 'quiet', and no clock is known: its default is used"]);
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
