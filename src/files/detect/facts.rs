//! What the kernel and NVIDIA's tools say of a machine, before anything is concluded from it.

use serde::Serialize;

use super::nvpmodel::{self, Configuration};
use super::tree::{Silence, Tree};

const MODEL: &str = "/proc/device-tree/model";
const COMPATIBLE: &str = "/proc/device-tree/compatible";
const DTS_FILENAME: &str = "/proc/device-tree/nvidia,dtsfilename";
const MEMINFO: &str = "/proc/meminfo";
const RELEASE: &str = "/etc/nv_tegra_release";
const CONFIGURATION: &str = "/etc/nvpmodel.conf";
const STATUS: &str = "/var/lib/nvpmodel/status";
const CARDS: &str = "/proc/driver/nvidia/gpus";
const CPU: &str = "/proc/cpuinfo";

/// Where the GPU's clock stands: on Orin since Jetson Linux 36, on Thor, on Orin before.
const GPU_CLOCKS: [&str; 5] = [
    "/sys/class/devfreq/17000000.gpu",
    "/sys/devices/platform/17000000.gpu/devfreq_dev",
    "/sys/class/devfreq/gpu-gpc-0",
    "/sys/class/devfreq/17000000.ga10b",
    "/sys/devices/17000000.ga10b/devfreq/17000000.ga10b",
];
/// Limits of the memory clock that nvpmodel has set: since Jetson Linux 36, before.
const EMC_LIMITS: [&str; 2] = ["/sys/kernel/nvpmodel_clk_cap/emc", "/sys/kernel/nvpmodel_emc_cap/emc_iso_cap"];
const EMC_RATE: &str = "/sys/kernel/debug/bpmp/debug/clk/emc/rate";
const TPC_MASKS: [&str; 2] = ["/sys/devices/platform/gpu.0/tpc_pg_mask", "/sys/devices/gpu.0/tpc_pg_mask"];

/// A value and the file that has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "FileEvidence"))]
pub struct Evidence {
    /// The file.
    pub file: String,
    /// What it says.
    pub value: String,
}

/// A file that would have helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unread {
    /// The file.
    pub file: String,
    /// Why it did not.
    pub reason: String,
}

/// Main memory as the kernel counts it, and what the system uses of it at this moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemoryNow {
    /// `MemTotal`.
    pub total_bytes: f64,
    /// `MemAvailable`: what a new program can have.
    pub available_bytes: Option<f64>,
}

impl MemoryNow {
    /// What the system uses now.
    pub fn used_bytes(&self) -> Option<f64> {
        self.available_bytes.map(|available| self.total_bytes - available)
    }

    pub(super) fn evidence(&self) -> Evidence {
        Evidence { file: MEMINFO.to_owned(), value: format!("MemTotal {}", engine::units::bytes(self.total_bytes)) }
    }
}

/// Clocks at this moment and their present limits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClocksNow {
    /// GPU clock, Hz; low on an idle board.
    pub gpu_hz: Option<u64>,
    /// What it can rise to, Hz.
    pub gpu_limit_hz: Option<u64>,
    /// Memory clock, Hz; for root only.
    pub emc_hz: Option<u64>,
    /// What it can rise to, Hz, where a mode limits it.
    pub emc_limit_hz: Option<u64>,
    /// Mask of the TPCs that are switched off.
    pub tpc_mask: Option<u64>,
}

/// Everything that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Facts {
    pub(super) model: Option<Evidence>,
    pub(super) compatible: Option<Evidence>,
    pub(super) dts_filename: Option<Evidence>,
    pub(super) cards: Vec<Evidence>,
    pub(super) cpu: Option<Evidence>,
    pub(super) memory: Option<MemoryNow>,
    /// Why what is available is not believed.
    pub(super) impossible_memory: Option<String>,
    pub(super) release: Option<String>,
    pub(super) configuration: Option<Configuration>,
    pub(super) active_mode: Option<u64>,
    pub(super) clocks: ClocksNow,
    pub(super) unread: Vec<Unread>,
}

pub(super) fn gather(tree: &Tree) -> Facts {
    let mut reader = Reader { tree, unread: Vec::new() };
    let mut facts = Facts {
        model: reader.evidence(MODEL),
        compatible: reader.evidence(COMPATIBLE),
        dts_filename: reader.evidence(DTS_FILENAME),
        cards: cards(&mut reader),
        cpu: cpu(tree),
        ..Facts::default()
    };
    if let Some(text) = reader.text(MEMINFO) {
        facts.memory = memory(&text);
        facts.impossible_memory = impossible(&text);
    }
    facts.release = reader.text(RELEASE).and_then(|text| Some(line(text.lines().next()?.trim_start_matches('#'))));
    facts.configuration = reader.text(CONFIGURATION).map(|text| Configuration::parse(&text));
    facts.active_mode = reader.text(STATUS).and_then(|text| nvpmodel::active(&text));
    facts.clocks = clocks(&mut reader);
    facts.unread = reader.unread;
    facts
}

struct Reader<'a> {
    tree: &'a Tree,
    unread: Vec<Unread>,
}

impl Reader<'_> {
    /// A missing file is no news: most of these exist on few machines. One that cannot be read is.
    fn text(&mut self, path: &str) -> Option<String> {
        match self.tree.text(path) {
            Ok(text) => Some(text),
            Err(Silence::Missing) => None,
            Err(Silence::Unreadable(reason)) => {
                self.unread.push(Unread { file: path.to_owned(), reason });
                None
            }
        }
    }

    fn evidence(&mut self, path: &str) -> Option<Evidence> {
        let text = self.text(path)?;
        let strings: Vec<String> = text.lines().map(line).filter(|string| !string.is_empty()).collect();
        (!strings.is_empty()).then(|| Evidence { file: path.to_owned(), value: strings.join(" ") })
    }

    fn number(&mut self, path: &str) -> Option<u64> {
        self.text(path)?.trim().parse().ok()
    }

    fn first_number(&mut self, paths: &[&str]) -> Option<u64> {
        paths.iter().find_map(|path| self.number(path))
    }
}

/// One line of somebody else's text, harmless and of bearable length.
fn line(text: &str) -> String {
    const LONGEST: usize = 200;
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>().trim().to_owned()
}

/// `/proc/driver/nvidia/gpus/0000:01:00.0/information` with a line `Model: NVIDIA GeForce RTX 4090`.
fn cards(reader: &mut Reader<'_>) -> Vec<Evidence> {
    let buses = reader.tree.names(CARDS);
    let card = |bus: String| {
        let file = format!("{CARDS}/{bus}/information");
        let text = reader.text(&file)?;
        let model = text.lines().find_map(|line| line.strip_prefix("Model:"))?;
        Some(Evidence { file, value: line(model.trim()) })
    };
    buses.into_iter().filter_map(card).collect()
}

/// `model name : AMD RYZEN AI MAX+ 395 w/ Radeon 8060S`, as PCs have it, once for each core.
fn cpu(tree: &Tree) -> Option<Evidence> {
    let text = tree.beginning(CPU).ok()?;
    let (_, name) = text.lines().find(|line| line.starts_with("model name"))?.split_once(':')?;
    let value = line(name);
    (!value.is_empty()).then(|| Evidence { file: CPU.to_owned(), value })
}

/// `MemTotal:       64349184 kB`, where kB are units of 1024 bytes.
fn field(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kib: u32 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kib) * 1024.0)
}

fn memory(text: &str) -> Option<MemoryNow> {
    let total_bytes = field(text, "MemTotal").filter(|total| *total > 0.0)?;
    let available = field(text, "MemAvailable");
    let available_bytes = available.filter(|available| *available > 0.0 && *available <= total_bytes);
    Some(MemoryNow { total_bytes, available_bytes })
}

fn impossible(text: &str) -> Option<String> {
    let (total, available) = field(text, "MemTotal").zip(field(text, "MemAvailable"))?;
    let in_bytes = engine::units::bytes;
    (total > 0.0 && available > total)
        .then(|| format!("MemAvailable is {}, more than the {} of MemTotal", in_bytes(available), in_bytes(total)))
}

fn clocks(reader: &mut Reader<'_>) -> ClocksNow {
    let gpu = |file: &str| GPU_CLOCKS.map(|folder| format!("{folder}/{file}"));
    let mut first = |files: [String; 5]| files.iter().find_map(|file| reader.number(file)).filter(|hz| *hz > 0);
    let (gpu_hz, gpu_limit_hz) = (first(gpu("cur_freq")), first(gpu("max_freq")));
    ClocksNow {
        gpu_hz,
        gpu_limit_hz,
        emc_hz: reader.number(EMC_RATE).filter(|hz| *hz > 0),
        emc_limit_hz: reader.first_number(&EMC_LIMITS).filter(|hz| *hz > 0),
        tpc_mask: reader.first_number(&TPC_MASKS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_in_units_of_1024_bytes() {
        let text = "MemTotal:       64349184 kB\nMemFree:  1 kB\nMemAvailable:   60000000 kB\n";
        let found = memory(text).unwrap();
        assert_eq!(found.total_bytes, 64_349_184.0 * 1024.0);
        assert_eq!(found.used_bytes(), Some(4_349_184.0 * 1024.0));
        assert_eq!(memory("MemTotal: 0 kB"), None);
        assert_eq!(memory("MemTotal: many"), None);
        let odd = memory("MemTotal: 10 kB\nMemAvailable: 11 kB").unwrap();
        assert_eq!(odd.used_bytes(), None, "more available than there is");
        let odd = impossible("MemTotal: 1000000 kB\nMemAvailable: 2000000 kB").unwrap();
        assert_eq!(odd, "MemAvailable is 2.05 GB, more than the 1.02 GB of MemTotal");
        assert_eq!(impossible(text), None);
    }

    #[test]
    fn a_line_is_harmless() {
        assert_eq!(line(" NVIDIA\u{1b}[2J Jetson\t"), "NVIDIA[2J Jetson");
        assert_eq!(line(&"x".repeat(500)).len(), 200);
    }
}
