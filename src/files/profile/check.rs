//! From a profile as typed to a profile that can be computed with: one rule per function.

use std::collections::BTreeMap;

use super::dense::check_declared;
use super::figure::{self, Evidence, Figure, Quantity, Source};
use super::identity::Identity;
use super::plausible;
use super::raw::{DATE, RawEfficiency, RawFigure, RawMemory, RawMode, RawProfile, RawSource};
use super::{EfficiencyFigures, MemoryFigures, PowerMode, Profile};
use crate::toml_source::{KeyPath, TomlSource};
use engine::error::{Error, Result, did_you_mean};
use engine::sharing::Others;
use engine::text::{one_of, shown};
use engine::what_if::Scaling;

pub(super) fn profile(toml: TomlSource<'_>) -> Result<Profile> {
    let raw: RawProfile = toml.read()?;
    let check = Check { toml, sources: &raw.sources };
    let root = KeyPath::ROOT;
    check.text(&root.key("name"), &raw.name)?;
    check.text(&root.key("title"), &raw.title)?;
    check.texts(&root.key("notes"), &raw.notes)?;
    check.sources()?;
    let capability = raw.compute_capability.as_deref();
    check.capability(capability)?;
    let memory = check.memory(raw.memory)?;
    let efficiency = raw.efficiency.map(|raw| check.efficiency(raw)).transpose()?.unwrap_or_default();
    let modes = check.modes(raw.modes, Silicon { capability, bus: memory.bus.as_ref() })?;
    raw.identity.as_ref().map_or(Ok(()), |identity| check.identity(identity))?;
    let default_mode = check.default_mode(raw.default_mode.as_deref(), &modes)?;
    Ok(Profile {
        name: raw.name,
        title: raw.title,
        notes: raw.notes,
        compute_capability: raw.compute_capability,
        memory,
        modes,
        efficiency,
        calibration: None,
        identity: raw.identity,
        origin: None,
        what_if: Scaling::NONE,
        others: Others::NONE,
        limited: Vec::new(),
        default_mode,
    })
}

/// What bounds the figures of every mode.
#[derive(Debug, Clone, Copy)]
struct Silicon<'a> {
    capability: Option<&'a str>,
    bus: Option<&'a Figure>,
}

pub(super) struct Check<'a> {
    pub(super) toml: TomlSource<'a>,
    pub(super) sources: &'a BTreeMap<String, RawSource>,
}

impl Check<'_> {
    fn identity(&self, identity: &Identity) -> Result<()> {
        let path = KeyPath::ROOT.key("identity");
        for (key, names) in identity.lists() {
            self.texts(&path.key(key), names)?;
        }
        for (i, variant) in identity.variants.iter().enumerate() {
            let path = path.key("variants").index(i);
            let mode = variant.mode.iter().map(|mode| ("mode", mode));
            for (key, text) in [("module", &variant.module), ("note", &variant.note)].into_iter().chain(mode) {
                self.text(&path.key(key), text)?;
            }
            if variant.memory_gib == 0 {
                let error = self.toml.error(&path.key("memory_gib"), "a module without memory");
                return Err(error.expected("the memory that is fitted, GiB"));
            }
        }
        Ok(())
    }

    /// Text that is shown as it is must be there, and must not be able to drive the terminal.
    pub(super) fn text(&self, path: &KeyPath, text: &str) -> Result<()> {
        if text.trim().is_empty() {
            return Err(self.toml.error(path, "the text is empty"));
        }
        if text.chars().any(char::is_control) {
            return Err(self.toml.error(path, format!("'{}' contains a control character", shown(text))));
        }
        Ok(())
    }

    pub(super) fn sources(&self) -> Result<()> {
        self.sources.iter().try_for_each(|(name, source)| {
            let path = KeyPath::ROOT.key("sources").key(name);
            self.text(&path.key("title"), &source.title)?;
            self.text(&path.key("url"), &source.url)
        })
    }

    pub(super) fn texts(&self, path: &KeyPath, texts: &[String]) -> Result<()> {
        texts.iter().enumerate().try_for_each(|(i, text)| self.text(&path.index(i), text))
    }

    /// "8.7": major and minor, so that a typo does not silently switch the dense-peak check off.
    fn capability(&self, capability: Option<&str>) -> Result<()> {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = |text: &str| text.split_once('.').is_some_and(|(a, b)| is_number(a) && is_number(b));
        match capability {
            Some(text) if !well_formed(text) => {
                let path = KeyPath::ROOT.key("compute_capability");
                Err(self
                    .toml
                    .error(&path, format!("'{}' is no compute capability", shown(text)))
                    .expected("major and minor number, such as \"8.7\""))
            }
            _ => Ok(()),
        }
    }

    fn memory(&self, raw: RawMemory) -> Result<MemoryFigures> {
        let path = KeyPath::ROOT.key("memory");
        let memory = MemoryFigures {
            capacity: self.figure(&path, &figure::CAPACITY, raw.capacity)?,
            usable: self.optional(&path, &figure::USABLE, raw.usable)?,
            reserved: self.optional(&path, &figure::RESERVED, raw.reserved)?,
            bus: self.optional(&path, &figure::BUS, raw.bus)?,
        };
        plausible::memory(self.toml, &path, &memory)?;
        if let Some(usable) = &memory.usable
            && usable.si > memory.capacity.si
        {
            return Err(self
                .toml
                .error(&path.key("usable"), format!("{usable} is more than the capacity, {}", memory.capacity))
                .hint("mind the prefixes: 1 GiB is 1.074 GB, and DRAM comes in GiB whatever the label prints"));
        }
        if memory.reserved_bytes() >= memory.usable_bytes() {
            return Err(self
                .toml
                .error(&path.key("reserved"), "nothing is left of the usable memory")
                .expected("less than what a program can have"));
        }
        Ok(memory)
    }

    fn efficiency(&self, raw: RawEfficiency) -> Result<EfficiencyFigures> {
        let path = KeyPath::ROOT.key("efficiency");
        Ok(EfficiencyFigures {
            compute: self.optional(&path, &figure::COMPUTE, raw.compute)?,
            bandwidth: self.optional(&path, &figure::TRAFFIC, raw.bandwidth)?,
            overhead: self.optional(&path, &figure::OVERHEAD, raw.overhead)?,
        })
    }

    fn modes(&self, raw: Vec<RawMode>, silicon: Silicon<'_>) -> Result<Vec<PowerMode>> {
        let path = KeyPath::ROOT.key("modes");
        let mut modes: Vec<PowerMode> = Vec::with_capacity(raw.len());
        for (i, raw) in raw.into_iter().enumerate() {
            let path = path.index(i);
            let mode = self.mode(&path, raw, silicon)?;
            if modes.iter().any(|other| other.name.eq_ignore_ascii_case(&mode.name)) {
                let what = format!("there are two power modes '{}'; case does not tell them apart", mode.name);
                return Err(self.toml.error(&path.key("name"), what));
            }
            modes.push(mode);
        }
        if modes.is_empty() {
            return Err(self
                .toml
                .error(&KeyPath::ROOT, "the profile has no power mode")
                .expected("one [[modes]] table or more, each with name, fp16 and bandwidth"));
        }
        Ok(modes)
    }

    fn mode(&self, path: &KeyPath, raw: RawMode, silicon: Silicon<'_>) -> Result<PowerMode> {
        self.text(&path.key("name"), &raw.name)?;
        self.texts(&path.key("notes"), &raw.notes)?;
        let mode = PowerMode {
            name: raw.name,
            notes: raw.notes,
            watts: self.optional(path, &figure::WATTS, raw.watts)?,
            sms: self.optional(path, &figure::SMS, raw.sms)?,
            gpu_clock: self.optional(path, &figure::GPU_CLOCK, raw.gpu_clock)?,
            emc_clock: self.optional(path, &figure::EMC_CLOCK, raw.emc_clock)?,
            cpu_clock: self.optional(path, &figure::CPU_CLOCK, raw.cpu_clock)?,
            bandwidth: self.figure(path, &figure::BANDWIDTH, raw.bandwidth)?,
            fp16: self.figure(path, &figure::FP16, raw.fp16)?,
            int8: self.optional(path, &figure::INT8, raw.int8)?,
            fp8: self.optional(path, &figure::FP8, raw.fp8)?,
            fp4: self.optional(path, &figure::FP4, raw.fp4)?,
        };
        plausible::mode(self.toml, path, &mode, silicon.bus)?;
        if let Some(bound) = silicon.capability.and_then(|capability| mode.bound(capability)) {
            mode.rates().try_for_each(|rate| bound.check(self.toml, &path.key(rate.key), rate))?;
        }
        if let Some(capability) = silicon.capability {
            plausible::of_generation(self.toml, path, &mode, capability)?;
        }
        Ok(mode)
    }

    fn default_mode(&self, name: Option<&str>, modes: &[PowerMode]) -> Result<usize> {
        let Some(name) = name else { return Ok(0) };
        super::position(modes, name).ok_or_else(|| {
            let error = self
                .toml
                .error(&KeyPath::ROOT.key("default_mode"), format!("there is no power mode '{}'", shown(name)));
            super::with_known(error, name, modes.iter().map(|mode| mode.name.as_str()))
        })
    }

    pub(super) fn optional(
        &self,
        table: &KeyPath,
        quantity: &Quantity,
        raw: Option<RawFigure>,
    ) -> Result<Option<Figure>> {
        raw.map(|raw| self.figure(table, quantity, raw)).transpose()
    }

    fn figure(&self, table: &KeyPath, quantity: &Quantity, raw: RawFigure) -> Result<Figure> {
        let path = table.key(quantity.key);
        let value = raw.value.ok_or_else(|| self.toml.error(&path, "key 'value' is missing"))?;
        let (unit, scale) = self.unit(&path, quantity, raw.unit.as_deref())?;
        let si = value * scale;
        if !quantity.range.contains(si) {
            let error = self.toml.error(&path.key("value"), format!("{value} {unit} is out of range"));
            return Err(error.expected(quantity.range.in_words()));
        }
        check_declared(self.toml, &path, quantity, &raw)?;
        let kind = self.kind(&path, raw.kind.as_deref())?;
        let source = raw.source.as_deref().map(|key| self.source(&path, key)).transpose()?;
        if let Some(note) = &raw.note {
            self.text(&path.key("note"), note)?;
        }
        self.vouched(&path, kind, source.is_some(), raw.note.is_some())?;
        let date = self.date(&path, raw.date.map(|date| date.0))?;
        let Quantity { key, label, .. } = *quantity;
        Ok(Figure { key, label, value, unit, si, kind, source, date, note: raw.note })
    }

    fn unit(&self, path: &KeyPath, quantity: &Quantity, unit: Option<&str>) -> Result<figure::Unit> {
        let known = quantity.unit_names();
        let Some(unit) = unit else {
            return Err(self.toml.error(path, "key 'unit' is missing").expected(one_of(&known)));
        };
        quantity.unit(unit).ok_or_else(|| {
            let what = format!("'{}' is no unit of a {}", shown(unit), quantity.label);
            super::with_known(self.toml.error(&path.key("unit"), what), unit, known.iter().copied())
        })
    }

    fn kind(&self, path: &KeyPath, kind: Option<&str>) -> Result<Evidence> {
        let Some(kind) = kind else {
            return Err(self.toml.error(path, "key 'kind' is missing").expected(one_of(&Evidence::NAMES)));
        };
        Evidence::named(kind).ok_or_else(|| {
            let error = self.toml.error(&path.key("kind"), format!("'{}' is no kind of figure", shown(kind)));
            super::with_known(error, kind, Evidence::NAMES)
        })
    }

    fn source(&self, path: &KeyPath, key: &str) -> Result<Source> {
        let source = self.sources.get(key).ok_or_else(|| {
            let what = format!("there is no [sources.{}] in this file", shown(key));
            let error = self.toml.error(&path.key("source"), what).expected("the name of a table under [sources]");
            match did_you_mean(key, self.sources.keys().map(String::as_str)) {
                Some(near) => error.hint(format!("'{}'", shown(near))),
                None => error,
            }
        })?;
        Ok(Source { title: source.title.clone(), url: source.url.clone() })
    }

    /// A figure nobody can look up is worth no more than its explanation.
    fn vouched(&self, path: &KeyPath, kind: Evidence, source: bool, note: bool) -> Result<()> {
        let wanted = match kind {
            Evidence::Stated | Evidence::Measured | Evidence::Fitted if !source => {
                "key 'source', naming a table under [sources]"
            }
            Evidence::Derived if !source && !note => "key 'source', or key 'note' saying what it is derived from",
            Evidence::Assumed if !note => "key 'note', saying why it is assumed",
            _ => return Ok(()),
        };
        Err(self.toml.error(path, format!("a figure of kind '{kind}' that nobody can check")).expected(wanted))
    }

    fn date(&self, path: &KeyPath, date: Option<String>) -> Result<String> {
        let Some(date) = date else {
            return Err(self.toml.error(path, "key 'date' is missing").expected(DATE));
        };
        if is_date(&date) {
            return Ok(date);
        }
        Err(self.bad_date(path, &date))
    }

    fn bad_date(&self, path: &KeyPath, date: &str) -> Error {
        self.toml.error(&path.key("date"), format!("'{}' is no date", shown(date))).expected(DATE)
    }
}

/// `YYYY-MM-DD` with a month and a day that exist in some year.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let within = |part: &str, last: u32| part.parse().is_ok_and(|number: u32| (1..=last).contains(&number));
    digits(year, 4) && digits(month, 2) && digits(day, 2) && within(month, 12) && within(day, 31)
}
