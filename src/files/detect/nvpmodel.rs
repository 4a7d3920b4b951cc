//! `/etc/nvpmodel.conf` and `/var/lib/nvpmodel/status`: which power modes a Jetson has, and which one holds.
//!
//! The file is read by sections in angle brackets, as nvpmodel reads it, but more leniently. What is not understood is
//! skipped: people add modes of their own, and a mode that cannot be read must not hide the others.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// TPCs of the Orin's GPU, each with two SMs; a bit of the mask switches one off.
const ORIN_TPCS: u32 = 8;
const SMS_PER_TPC: u32 = 2;
/// What is below or above is a slip in a unit, and would price a board a thousand times too slow.
const CLOCKS_HZ: RangeInclusive<u64> = 10_000_000..=10_000_000_000;

/// A power mode as the configuration has it. Where it sets no limit (-1) or says nothing (0), there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ConfiguredMode {
    pub(super) name: String,
    pub(super) gpu_hz: Option<u64>,
    pub(super) emc_hz: Option<u64>,
    /// Of the fastest cluster.
    pub(super) cpu_hz: Option<u64>,
    pub(super) tpc_mask: Option<u64>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Configuration {
    pub(super) modes: BTreeMap<u64, ConfiguredMode>,
    pub(super) default: Option<u64>,
}

/// SMs that a mask leaves on an Orin.
pub(super) const fn sms_left(tpc_mask: u64) -> u32 {
    let off = (tpc_mask & ((1 << ORIN_TPCS) - 1)).count_ones();
    (ORIN_TPCS - off) * SMS_PER_TPC
}

impl Configuration {
    pub(super) fn parse(text: &str) -> Self {
        let mut found = Self::default();
        let mut current = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(section) = line.strip_prefix('<') {
                current = found.open(section.trim_end_matches('>'));
                continue;
            }
            let Some(mode) = current.and_then(|id| found.modes.get_mut(&id)) else { continue };
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["GPU", "MAX_FREQ", value] => mode.gpu_hz = clock(value),
                ["EMC", "MAX_FREQ", value] => mode.emc_hz = clock(value),
                // The kernel counts CPU clocks in kHz: CPU_A78_0, CPU_DENVER_1 and their like.
                [cluster, "MAX_FREQ", value] if cluster.starts_with("CPU_") => {
                    let hz = limit(value).and_then(|khz| khz.checked_mul(1000));
                    mode.cpu_hz = mode.cpu_hz.max(hz.filter(|hz| CLOCKS_HZ.contains(hz)));
                }
                ["TPC_POWER_GATING", "TPC_PG_MASK", value] => mode.tpc_mask = value.parse().ok(),
                _ => {}
            }
        }
        found
    }

    /// Begins a section, and says into which mode its lines go.
    fn open(&mut self, section: &str) -> Option<u64> {
        let mut words = section.split_whitespace();
        let kind = words.next()?;
        let keys: BTreeMap<&str, &str> = words.filter_map(|word| word.split_once('=')).collect();
        match kind {
            "POWER_MODEL" => {
                let id = keys.get("ID")?.parse().ok()?;
                let name = (*keys.get("NAME")?).to_owned();
                self.modes.insert(id, ConfiguredMode { name, ..ConfiguredMode::default() });
                Some(id)
            }
            "PM_CONFIG" => {
                self.default = keys.get("DEFAULT")?.parse().ok();
                None
            }
            _ => None,
        }
    }
}

/// A limit: above 0. The numbers are as wide as the file's, which has -1 and values above 2³¹.
fn limit(text: &str) -> Option<u64> {
    text.parse::<i64>().ok().and_then(|value| u64::try_from(value).ok()).filter(|value| *value > 0)
}

/// A limit of a clock, if it is one that a clock can have.
fn clock(text: &str) -> Option<u64> {
    limit(text).filter(|hz| CLOCKS_HZ.contains(hz))
}

/// `pmode:0001 fmode:fanNull`: the mode that was set last.
pub(super) fn active(status: &str) -> Option<u64> {
    let word = status.split_whitespace().find_map(|word| word.strip_prefix("pmode:"))?;
    word.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_and_limits_told_from_their_absence() {
        let text = "# a comment\r\n<PARAM TYPE=CLOCK NAME=EMC >\r\nMAX_FREQ /sys/kernel/x\r\n\
            < POWER_MODEL ID=0 NAME=15W >\r\nCPU_ONLINE CORE_0 1\r\nCPU_A78_0 MIN_FREQ 729600\r\n\
            CPU_A78_0 MAX_FREQ 1510400\r\nCPU_A78_1 MAX_FREQ 1190400\r\nTPC_POWER_GATING TPC_PG_MASK 240\r\n\
            GPU MIN_FREQ 0\r\nGPU MAX_FREQ 612000000\r\nEMC MAX_FREQ 3199000000\r\n\
            < POWER_MODEL ID=2 NAME=MAXN_SUPER >\r\nGPU MAX_FREQ -1\r\nEMC MAX_FREQ 0\r\nCPU_A78_0 MAX_FREQ -1\r\nnonsense\r\n\
            < POWER_MODEL ID=x NAME=broken >\r\nGPU MAX_FREQ 1\r\n< PM_CONFIG DEFAULT=2 >\r\n";
        let found = Configuration::parse(text);
        let first = ConfiguredMode {
            name: "15W".to_owned(),
            gpu_hz: Some(612_000_000),
            emc_hz: Some(3_199_000_000),
            cpu_hz: Some(1_510_400_000),
            tpc_mask: Some(240),
        };
        let last = ConfiguredMode { name: "MAXN_SUPER".to_owned(), ..ConfiguredMode::default() };
        assert_eq!(found, Configuration { modes: [(0, first), (2, last)].into(), default: Some(2) });
    }

    #[test]
    fn the_mode_that_holds_is_a_number_with_zeros() {
        assert_eq!(active("pmode:0001 fmode:fanNull\n"), Some(1));
        assert_eq!(active("fmode:quiet pmode:0012"), Some(12));
        assert_eq!(active("pmode: \u{fffd}"), None);
        assert_eq!(active(""), None);
    }

    #[test]
    fn a_mask_leaves_two_sms_for_each_bit_that_is_not_set() {
        assert_eq!([0, 128, 240, 248, 252].map(sms_left), [16, 14, 8, 6, 4]);
    }
}
