//! A profile for a board that has none, to be edited: that of a like board, with every figure as what it now is, a guess.
//!
//! An empty form would leave people to find out what a profile needs, and a plain copy would let another board's figures
//! pass for this one's. So each figure says that it is assumed and where it was copied from, and the file is a profile
//! from the first moment on.

use std::fmt::Write;

use super::figure::{self, Figure, Quantity};
use super::{MemoryFigures, PowerMode, Profile};
use crate::detect::Detection;

const GIB: f64 = 1_073_741_824.0;
const MIB: f64 = 1_048_576.0;

/// What a template is begun from.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    /// The board that is most like it.
    pub like: &'a Profile,
    /// What the new one is called.
    pub name: &'a str,
    /// The machine that this runs on, if one was looked at.
    pub machine: Option<&'a Detection>,
    /// The day on which this is written.
    pub date: &'a str,
}

/// What each key of a mode means, in the order of the file.
const OF_MODES: [(&str, &str); 10] = [
    ("watts", "Power budget of the mode; energies follow from it. Leave it out where none is stated."),
    ("sms", "Streaming multiprocessors that are powered in this mode."),
    ("gpu_clock", "Highest clocks. Rates follow from SMs and GPU clock, and are checked against them."),
    ("emc_clock", "Memory clock: the bandwidth is bus width / 8 x 2 x this."),
    ("cpu_clock", "No rate follows from it, but the time that launching an operator takes."),
    ("bandwidth", "DRAM bandwidth: decoding is as fast as this."),
    ("fp16", "Dense rates, without the 2:4 sparsity of headlines, for the GPU alone. Prefill is as fast as this."),
    ("int8", "Formats that the board cannot compute in are left out."),
    ("fp8", ""),
    ("fp4", ""),
];

impl Template<'_> {
    /// The file.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A string takes every write.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let Self { like, name, .. } = self;
        writeln!(out, "# A board of your own, begun from {} ({}).", like.name, like.title)?;
        out.write_str(
            "# Every figure that says \"assumed\" is that board's: look it up, then write
#   kind = \"stated\", source = \"sheet\", date = the day on which you read it
# in place of its kind, date and note. What the board does not have is left out.
#   roofscape profiles show FILE           says whether this is a profile, and shows every figure
#   roofscape predict --profile FILE ...   uses it
# In the directory of your profiles it is known by its name, and `roofscape profiles detect` recognises the board.
# All keys and units: profiles/README.md of roofscape.

",
        )?;
        writeln!(out, "name = {}", quoted(name))?;
        writeln!(out, "title = {}", quoted(&self.title()))?;
        if let Some(capability) = &like.compute_capability {
            out.write_str("# Of the GPU, by NVIDIA. Rates far above the dense peak of it are refused.\n")?;
            writeln!(out, "compute_capability = {}", quoted(capability))?;
        }
        if like.modes.len() > 1 {
            out.write_str("# The power mode that holds where none is asked for.\n")?;
            writeln!(out, "default_mode = {}", quoted(&like.default_mode().name))?;
        }
        let note = format!("Begun from {}: figures of kind assumed are that board's.", like.name);
        writeln!(out, "notes = [\n  {},\n]", quoted(&note))?;
        self.identity(out)?;
        out.write_str(
            "
# A document that figures are taken from: take off the # and name it in each figure that it gives.
# [sources.sheet]
# title = \"Data sheet, revision 3\"
# url = \"https://example.org/sheet.pdf\"
",
        )?;
        self.memory(out)?;
        like.modes.iter().enumerate().try_for_each(|(place, mode)| self.mode(out, place, mode))
    }

    /// The machine, if it is the one that is described: none of the known boards, and closest to the one to start from.
    fn described(&self) -> Option<&Detection> {
        let machine = self.machine?;
        machine.closest.as_ref().is_some_and(|closest| closest.profile == self.like.name).then_some(machine)
    }

    fn title(&self) -> String {
        let own = self.described().and_then(Detection::own_name);
        own.unwrap_or_else(|| format!("A board like {}", self.like.title))
    }

    fn identity(&self, out: &mut String) -> std::fmt::Result {
        out.write_str("\n# How the machine is recognised, by what its firmware or driver calls it.\n")?;
        let names = self.machine.map(names).unwrap_or_default();
        // Names of another machine than the one described would make that one this board.
        let off = if self.described().is_some() { "" } else { "# " };
        if names.is_empty() || !off.is_empty() {
            out.write_str("# Take off the # if it is the machine with these names.\n")?;
        }
        writeln!(out, "{off}[identity]")?;
        if names.is_empty() {
            return out.write_str("# models = [\"the beginning of /proc/device-tree/model\"]\n");
        }
        names.iter().try_for_each(|(key, name)| writeln!(out, "{off}{key} = [{}]", quoted(name)))
    }

    fn memory(&self, out: &mut String) -> std::fmt::Result {
        let MemoryFigures { capacity, usable, reserved, bus } = &self.like.memory;
        // Memory of a card is not the machine's.
        let counted = self.described().filter(|machine| machine.cards.is_empty() || machine.model.is_some());
        let total = counted.and_then(|machine| machine.memory.as_ref()).map(|memory| memory.total_bytes);
        if total.is_some() {
            out.write_str("\n[sources.this-machine]\ntitle = \"this machine\"\nurl = \"/proc/meminfo\"\n")?;
        }
        out.write_str("\n[memory]\n# Fitted on the board. DRAM comes in GiB whatever the box prints.\n")?;
        if let Some(total) = total {
            let fitted = fitted_gib(total);
            let note = "note = \"the size above MemTotal: firmware keeps some of it\"";
            let date = self.date;
            writeln!(
                out,
                "capacity = {{ value = {fitted}, unit = \"GiB\", kind = \"derived\", source = \"this-machine\", \
                     date = \"{date}\", {note} }}"
            )?;
            out.write_str("# What the operating system reports as its total.\n")?;
            writeln!(
                out,
                "usable = {{ value = {}, unit = \"MiB\", kind = \"measured\", source = \"this-machine\", date = \
                     \"{date}\", note = \"MemTotal\" }}",
                (total / MIB).floor()
            )?;
        } else {
            self.figure(out, &figure::CAPACITY, capacity)?;
            if let Some(usable) = usable {
                out.write_str("# What the operating system reports as its total.\n")?;
                self.figure(out, &figure::USABLE, usable)?;
            }
        }
        let most = total.unwrap_or_else(|| self.like.memory.usable_bytes());
        // What a large board keeps may be more than a small one has.
        if let Some(reserved) = reserved.as_ref().filter(|reserved| reserved.si < most) {
            out.write_str("# What system and runtime keep of it.\n")?;
            self.figure(out, &figure::RESERVED, reserved)?;
        }
        if let Some(bus) = bus {
            out.write_str("# Width of the memory bus.\n")?;
            self.figure(out, &figure::BUS, bus)?;
        }
        Ok(())
    }

    fn mode(&self, out: &mut String, place: usize, mode: &PowerMode) -> std::fmt::Result {
        let PowerMode { name, watts, sms, gpu_clock, emc_clock, cpu_clock, bandwidth, fp16, int8, fp8, fp4, .. } = mode;
        if place == 0 {
            out.write_str("\n# One table for each power mode, named as the board's own tool names it.")?;
        }
        writeln!(out, "\n[[modes]]\nname = {}", quoted(name))?;
        let figures: [(&Quantity, Option<&Figure>); 10] = [
            (&figure::WATTS, watts.as_ref()),
            (&figure::SMS, sms.as_ref()),
            (&figure::GPU_CLOCK, gpu_clock.as_ref()),
            (&figure::EMC_CLOCK, emc_clock.as_ref()),
            (&figure::CPU_CLOCK, cpu_clock.as_ref()),
            (&figure::BANDWIDTH, Some(bandwidth)),
            (&figure::FP16, Some(fp16)),
            (&figure::INT8, int8.as_ref()),
            (&figure::FP8, fp8.as_ref()),
            (&figure::FP4, fp4.as_ref()),
        ];
        for (quantity, figure) in figures {
            let Some(figure) = figure else { continue };
            let said = OF_MODES.iter().find(|(key, words)| *key == quantity.key && place == 0 && !words.is_empty());
            if let Some((_, words)) = said {
                writeln!(out, "# {words}")?;
            }
            self.figure(out, quantity, figure)?;
        }
        Ok(())
    }

    /// A figure of the like board, as an assumption.
    fn figure(&self, out: &mut String, quantity: &Quantity, figure: &Figure) -> std::fmt::Result {
        let Figure { value, unit, kind, source, .. } = figure;
        let sparsity = if quantity.rate { ", sparsity = \"dense\"" } else { "" };
        let from = source.as_ref().map_or_else(String::new, |source| format!(" ({})", source.title));
        let note = quoted(&format!("copied from {}, where it is {kind}{from}", self.like.name));
        writeln!(
            out,
            "{} = {{ value = {value}, unit = \"{unit}\"{sparsity}, kind = \"assumed\", date = \"{}\", note = {note} }}",
            quantity.key, self.date
        )
    }
}

/// What the machine is known by: the key of `[identity]` and the name.
fn names(machine: &Detection) -> Vec<(&'static str, &str)> {
    if let Some(board) = &machine.board {
        return board.recognised_by.iter().map(|evidence| ("modules", evidence.value.as_str())).take(1).collect();
    }
    if let Some(model) = &machine.model {
        return vec![("models", &model.value)];
    }
    match (machine.cards.first(), &machine.cpu) {
        (Some(card), _) => vec![("cards", &card.value)],
        (None, Some(cpu)) => vec![("cpus", &cpu.value)],
        (None, None) => Vec::new(),
    }
}

/// The smallest size in which memory is sold that is not below what the kernel has of it.
fn fitted_gib(total_bytes: f64) -> u32 {
    const SIZES: [u32; 18] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
    let gib = total_bytes / GIB;
    SIZES.into_iter().find(|size| f64::from(*size) >= gib).unwrap_or_else(|| gib.ceil() as u32)
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kind;
    use crate::fixtures;
    use crate::profile::Evidence;

    fn template(like: &Profile) -> String {
        Template { like, name: "mine", machine: None, date: "2026-11-29" }.text()
    }

    /// Whatever board it is begun from, the template is a profile with the same numbers, and vouches for none of them.
    #[test]
    fn each_built_in_board_makes_a_profile_of_assumptions() {
        let library = fixtures::library();
        for file in fixtures::built_in().of(Kind::Profile) {
            let like = library.profile(file.name).unwrap().1;
            if like.calibration.is_some() {
                continue;
            }
            let text = template(&like);
            let mine = Profile::parse("mine.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!((mine.name.as_str(), mine.modes.len()), ("mine", like.modes.len()));
            for (of_mine, of_like) in mine.modes.iter().zip(&like.modes) {
                assert_eq!(mine.hardware(of_mine).memory_bytes, like.hardware(of_like).memory_bytes);
                let si = |profile: &Profile, mode: &PowerMode| {
                    profile.figures(mode).iter().map(|figure| (figure.key, figure.si)).collect::<Vec<_>>()
                };
                assert_eq!(si(&mine, of_mine), si(&like, of_like), "{}", file.name);
                for figure in mine.figures(of_mine) {
                    assert_eq!(figure.kind, Evidence::Assumed);
                    assert!(figure.note.as_ref().unwrap().starts_with(&format!("copied from {}", like.name)));
                }
            }
            assert_eq!(mine.default_mode().name, like.default_mode().name);
            assert_eq!(mine.identity, None, "another machine's names are no part of it");
            assert!(text.lines().all(|line| line.chars().count() < 400) && text.contains("# [sources.sheet]"));
        }
    }

    #[test]
    fn memory_is_of_a_size_that_is_sold() {
        assert_eq!([7.4e9, 8.0 * GIB, 33.3e9, 62e9, 130e9].map(fitted_gib), [8, 8, 32, 64, 128]);
        assert_eq!(quoted("a \"b\" \\"), r#"'a "b" \'"#);
    }
}
