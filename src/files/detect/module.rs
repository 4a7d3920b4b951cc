//! Which board it is, from what its firmware calls itself.
//!
//! The model string of a Jetson names the developer kit and not the memory, so the module's P-number decides. It stands
//! in the device tree's `compatible` list, such as `nvidia,p3737-0000+p3701-0005`. Where it does not tell modules apart,
//! the memory does.

use super::facts::{Evidence, Facts};

/// A module with the profile that describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Module {
    p_number: &'static str,
    profile: &'static str,
    memory_gib: u32,
}

const MODULES: [Module; 11] = [
    Module { p_number: "p3701-0000", profile: "agx-orin-64gb", memory_gib: 64 },
    Module { p_number: "p3701-0004", profile: "agx-orin-32gb", memory_gib: 32 },
    Module { p_number: "p3701-0005", profile: "agx-orin-64gb", memory_gib: 64 },
    Module { p_number: "p3701-0008", profile: "agx-orin-industrial", memory_gib: 64 },
    Module { p_number: "p3767-0000", profile: "orin-nx-16gb", memory_gib: 16 },
    Module { p_number: "p3767-0001", profile: "orin-nx-8gb", memory_gib: 8 },
    Module { p_number: "p3767-0003", profile: "orin-nano-8gb", memory_gib: 8 },
    Module { p_number: "p3767-0004", profile: "orin-nano-4gb", memory_gib: 4 },
    Module { p_number: "p3767-0005", profile: "orin-nano-8gb", memory_gib: 8 },
    Module { p_number: "p3834-0000", profile: "thor-t4000", memory_gib: 64 },
    Module { p_number: "p3834-0008", profile: "thor-t5000", memory_gib: 128 },
];

/// The first developer kit of AGX Orin: the whole GPU, with 32 GB. Device trees made for it also stand on 32GB modules,
/// whose configuration alone has a 40W mode.
const FIRST_AGX_KIT: &str = "p3701-0000";
const MODE_OF_32GB: &str = "40W";

/// Where there is no known P-number: what the model must mention, and the memory in GiB.
const BY_MODEL: [(&str, u32, &str); 8] = [
    ("AGX Orin", 64, "agx-orin-64gb"),
    ("AGX Orin", 32, "agx-orin-32gb"),
    ("Orin NX", 16, "orin-nx-16gb"),
    ("Orin NX", 8, "orin-nx-8gb"),
    ("Orin Nano", 8, "orin-nano-8gb"),
    ("Orin Nano", 4, "orin-nano-4gb"),
    ("Thor", 128, "thor-t5000"),
    ("Thor", 64, "thor-t4000"),
];

const RASPBERRIES: [&str; 3] = ["Raspberry Pi 5", "Raspberry Pi 500", "Raspberry Pi Compute Module 5"];

const CARDS: [(&str, &str); 2] = [("NVIDIA GeForce RTX 4090", "rtx-4090"), ("NVIDIA GeForce RTX 3090", "rtx-3090")];

/// How a board was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) profile: &'static str,
    pub(super) evidence: Vec<Evidence>,
    pub(super) notes: Vec<String>,
    pub(super) kind: Kind,
}

/// What the board's memory is to the rest of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// CPU and GPU share it, and nvpmodel sets its power mode.
    Jetson,
    /// Shared; no power modes.
    SingleBoard,
    /// A graphics card, with memory of its own.
    Card,
}

pub(super) fn identify(facts: &Facts) -> Option<Identity> {
    jetson(facts).or_else(|| raspberry(facts)).or_else(|| card(facts))
}

fn jetson(facts: &Facts) -> Option<Identity> {
    let told = facts.compatible.iter().chain(&facts.dts_filename);
    let known = told.flat_map(|evidence| MODULES.iter().map(move |module| (evidence, module)));
    let by_number = known.into_iter().find(|(evidence, module)| evidence.value.contains(module.p_number));
    match by_number {
        Some((evidence, module)) => Some(by_p_number(facts, evidence, *module)),
        None => by_model(facts),
    }
}

fn by_p_number(facts: &Facts, evidence: &Evidence, module: Module) -> Identity {
    let mut identity = Identity {
        profile: module.profile,
        evidence: vec![Evidence { value: module.p_number.to_owned(), ..evidence.clone() }],
        notes: Vec::new(),
        kind: Kind::Jetson,
    };
    let Some(memory) = &facts.memory else { return identity };
    let fitted_gib = fitted_gib(memory.total_bytes);
    if fitted_gib == module.memory_gib {
        return identity;
    }
    let configured = facts.configuration.iter().flat_map(|configuration| configuration.modes.values());
    let small = configured.into_iter().any(|mode| mode.name.contains(MODE_OF_32GB));
    identity.notes.push(if module.p_number == FIRST_AGX_KIT && fitted_gib == 32 && small {
        identity.profile = "agx-orin-32gb";
        "the device tree is that of the developer kit, but 32 GB of memory and a 40W mode are those of the 32GB module"
            .to_owned()
    } else if module.p_number == FIRST_AGX_KIT && fitted_gib == 32 {
        "this is the first developer kit of AGX Orin: the GPU of the 64GB module with 32 GB of memory".to_owned()
    } else {
        format!(
            "{} is a module with {} GB, but the kernel reports {}: the module's rates and the kernel's memory are used",
            module.p_number,
            module.memory_gib,
            engine::units::bytes(memory.total_bytes)
        )
    });
    identity
}

fn by_model(facts: &Facts) -> Option<Identity> {
    let (model, memory) = facts.model.as_ref().zip(facts.memory.as_ref())?;
    if !model.value.contains("Jetson") {
        return None;
    }
    let fitted_gib = fitted_gib(memory.total_bytes);
    let fits = |(words, gib, _): &&(&str, u32, &str)| model.value.contains(words) && fitted_gib == *gib;
    let (_, gib, profile) = BY_MODEL.iter().find(fits)?;
    Some(Identity {
        profile,
        evidence: vec![model.clone(), memory.evidence()],
        notes: vec![format!("no known P-number tells the module; the model's name and {gib} GB of memory do")],
        kind: Kind::Jetson,
    })
}

fn raspberry(facts: &Facts) -> Option<Identity> {
    let model = facts.model.as_ref()?;
    RASPBERRIES.iter().any(|name| model.value.starts_with(name)).then(|| Identity {
        profile: "raspberry-pi-5",
        evidence: vec![model.clone()],
        notes: Vec::new(),
        kind: Kind::SingleBoard,
    })
}

/// The first card that is known; a laptop's or another variant of the name is another card.
fn card(facts: &Facts) -> Option<Identity> {
    facts.cards.iter().find_map(|card| {
        let (_, profile) = CARDS.iter().find(|(name, _)| *name == card.value)?;
        let notes = vec![
            "memory in use on the card cannot be read without running a program: nothing of it counts as reserved"
                .to_owned(),
        ];
        Some(Identity { profile, evidence: vec![card.clone()], notes, kind: Kind::Card })
    })
}

/// What is fitted, from what the kernel reports: firmware keeps up to an eighth, and sizes are powers of two.
fn fitted_gib(total_bytes: f64) -> u32 {
    const GIB: f64 = 1_073_741_824.0;
    const KEPT: f64 = 0.125;
    let sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    sizes
        .into_iter()
        .find(|gib| total_bytes <= f64::from(*gib) * GIB)
        .filter(|gib| total_bytes >= f64::from(*gib) * GIB * (1.0 - KEPT))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn every_module_has_a_profile() {
        let profiles = MODULES.map(|module| module.profile);
        let all = profiles.into_iter().chain(BY_MODEL.map(|(_, _, profile)| profile)).chain(CARDS.map(|card| card.1));
        for profile in all {
            assert!(fixtures::built_in().profiles.iter().any(|file| file.name == profile), "{profile}");
        }
    }

    #[test]
    fn fitted_memory_is_the_size_that_firmware_took_a_little_of() {
        let mib = |mib: f64| fitted_gib(mib * 1_048_576.0);
        assert_eq!(mib(62_841.0), 64);
        assert_eq!(mib(30_697.0), 32);
        assert_eq!(mib(7_607.0), 8);
        assert_eq!(mib(3_656.0), 4);
        assert_eq!(mib(8_192.0), 8);
        assert_eq!(mib(6_000.0), 0);
        assert_eq!(mib(1e9), 0);
    }
}
