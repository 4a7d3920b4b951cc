//! Kinds of files, and what is built into a program so that it is useful before anybody has written one.
//!
//! The files themselves belong to the program, which embeds them and hands this crate the table. So each crate can be
//! packaged from its own folder, and a test can work with boards of its own.

use std::fmt;

/// What a name on the command line can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A hardware profile.
    Profile,
    /// A loss law.
    Law,
    /// A search space.
    Space,
    /// A set of training runs.
    Data,
    /// A model that exists; those built in stand in [one table](super::models).
    Model,
}

/// A file that is built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// As typed on the command line.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

/// Every file that is built into a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Boards, and calibrations of engines on them.
    pub profiles: &'static [Embedded],
    /// Loss laws.
    pub laws: &'static [Embedded],
    /// Search spaces.
    pub spaces: &'static [Embedded],
    /// Training runs, in the order in which the explorer offers them.
    pub data: &'static [Embedded],
    /// The table of models that exist, as [`models`](super::models) reads it.
    pub models_csv: &'static str,
    /// The table of published measurements, as [`measurements`](super::measurements) reads it.
    pub measurements_csv: &'static str,
}

impl BuiltIn {
    /// Nothing.
    pub const NONE: Self =
        Self { profiles: &[], laws: &[], spaces: &[], data: &[], models_csv: "", measurements_csv: "" };

    /// The files of a kind; models stand in one table.
    pub const fn of(&self, kind: Kind) -> &'static [Embedded] {
        match kind {
            Kind::Profile => self.profiles,
            Kind::Law => self.laws,
            Kind::Space => self.spaces,
            Kind::Data => self.data,
            Kind::Model => &[],
        }
    }

    /// The file of that kind and name.
    pub fn named(&self, kind: Kind, name: &str) -> Option<&'static Embedded> {
        self.of(kind).iter().find(|file| file.name == name)
    }
}

/// Names only: the texts are long.
impl fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [Kind::Profile, Kind::Law, Kind::Space, Kind::Data];
        f.debug_list().entries(kinds.into_iter().flat_map(|kind| self.of(kind)).map(|file| file.name)).finish()
    }
}

impl Kind {
    /// As people say it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Law => "law",
            Self::Space => "space",
            Self::Data => "dataset",
            Self::Model => "model",
        }
    }

    /// The option that takes such a name.
    pub const fn option(self) -> &'static str {
        match self {
            Self::Profile => "--profile",
            Self::Law => "--law",
            Self::Space => "--space",
            Self::Data => "--data",
            Self::Model => "--model",
        }
    }

    /// Directory of the user's own files of this kind. Runs and models have none: they are given by path, because they
    /// stay where they were made.
    pub const fn folder(self) -> Option<&'static str> {
        match self {
            Self::Profile => Some("profiles"),
            Self::Law => Some("laws"),
            Self::Space => Some("spaces"),
            Self::Data | Self::Model => None,
        }
    }

    /// The largest file that is read, bytes. It is far above any real file and far below what would stall the program.
    pub const fn largest(self) -> u64 {
        match self {
            Self::Profile | Self::Law | Self::Space => 1_000_000,
            // A quantised model's file lists every layer that it keeps as it was: megabytes.
            Self::Model => 64_000_000,
            Self::Data => 256_000_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures, law};

    #[test]
    fn built_in_files_are_sound_and_named_as_they_say() {
        for Embedded { name, text } in fixtures::built_in().profiles {
            let (found, profile) = fixtures::library().profile(name).unwrap();
            assert_eq!((profile.name.as_str(), found.text.as_str()), (*name, *text));
        }
        for Embedded { name, text } in fixtures::built_in().laws {
            assert_eq!(law::parse(name, text).unwrap().name, *name);
        }
    }

    #[test]
    fn names_are_told_apart() {
        for kind in [Kind::Profile, Kind::Law, Kind::Space, Kind::Data] {
            let files = fixtures::built_in().of(kind);
            let mut names: Vec<&str> = files.iter().map(|file| file.name).collect();
            names.sort_unstable();
            names.dedup();
            assert!(!names.is_empty() && names.len() == files.len(), "{kind:?}");
        }
    }
}
