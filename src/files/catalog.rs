//! What is built into the program, so that it is useful before anybody has written a file.
//!
//! One table per kind of file; adding a built-in file is adding a row.

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
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// As typed on the command line.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

const PROFILES: &[Embedded] = &[
    Embedded { name: "agx-orin-64gb", text: include_str!("../../profiles/agx-orin-64gb.toml") },
    Embedded { name: "agx-orin-32gb", text: include_str!("../../profiles/agx-orin-32gb.toml") },
    Embedded { name: "agx-orin-industrial", text: include_str!("../../profiles/agx-orin-industrial.toml") },
    Embedded { name: "orin-nx-16gb", text: include_str!("../../profiles/orin-nx-16gb.toml") },
    Embedded { name: "orin-nx-8gb", text: include_str!("../../profiles/orin-nx-8gb.toml") },
    Embedded { name: "orin-nano-8gb", text: include_str!("../../profiles/orin-nano-8gb.toml") },
    Embedded { name: "orin-nano-4gb", text: include_str!("../../profiles/orin-nano-4gb.toml") },
    Embedded { name: "thor-t5000", text: include_str!("../../profiles/thor-t5000.toml") },
    Embedded { name: "thor-t4000", text: include_str!("../../profiles/thor-t4000.toml") },
    Embedded { name: "raspberry-pi-5", text: include_str!("../../profiles/raspberry-pi-5.toml") },
    Embedded { name: "rtx-4090", text: include_str!("../../profiles/rtx-4090.toml") },
    Embedded { name: "rtx-3090", text: include_str!("../../profiles/rtx-3090.toml") },
    Embedded { name: "apple-m4", text: include_str!("../../profiles/apple-m4.toml") },
    Embedded {
        name: "agx-orin-64gb+edge-llm",
        text: include_str!("../../profiles/calibrations/agx-orin-64gb+edge-llm.toml"),
    },
    Embedded {
        name: "thor-t5000+edge-llm",
        text: include_str!("../../profiles/calibrations/thor-t5000+edge-llm.toml"),
    },
    Embedded {
        name: "thor-t5000+edge-llm-0.4",
        text: include_str!("../../profiles/calibrations/thor-t5000+edge-llm-0.4.toml"),
    },
    Embedded {
        name: "orin-nano-8gb+llama.cpp",
        text: include_str!("../../profiles/calibrations/orin-nano-8gb+llama.cpp.toml"),
    },
    Embedded {
        name: "rtx-4090+transformers",
        text: include_str!("../../profiles/calibrations/rtx-4090+transformers.toml"),
    },
];

const LAWS: &[Embedded] = &[Embedded { name: "paper", text: include_str!("../../datasets/paper-law.toml") }];

const SPACES: &[Embedded] = &[
    Embedded { name: "paper", text: include_str!("../../datasets/paper-space.toml") },
    Embedded { name: "large", text: include_str!("../../datasets/large-space.toml") },
];

const DATA: &[Embedded] = &[
    Embedded { name: "tiny", text: include_str!("../../datasets/tiny.csv") },
    Embedded { name: "synthetic-170", text: include_str!("../../datasets/synthetic-170.csv") },
];

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

    /// Directory of the user's own files of this kind; runs and models are given by path, for they live where they
    /// were made.
    pub const fn folder(self) -> Option<&'static str> {
        match self {
            Self::Profile => Some("profiles"),
            Self::Law => Some("laws"),
            Self::Space => Some("spaces"),
            Self::Data | Self::Model => None,
        }
    }

    /// The built-in files of this kind.
    pub const fn embedded(self) -> &'static [Embedded] {
        match self {
            Self::Profile => PROFILES,
            Self::Law => LAWS,
            Self::Space => SPACES,
            Self::Data => DATA,
            Self::Model => &[],
        }
    }

    /// The largest file that is read, bytes: far above any honest one, far below what would stall the program.
    pub const fn largest(self) -> u64 {
        match self {
            Self::Profile | Self::Law | Self::Space | Self::Model => 1_000_000,
            Self::Data => 256_000_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{law, resolve::Library};

    #[test]
    fn built_in_files_are_sound_and_named_as_they_say() {
        for Embedded { name, text } in Kind::Profile.embedded() {
            let (found, profile) = Library::default().profile(name).unwrap();
            assert_eq!((profile.name.as_str(), found.text.as_str()), (*name, *text));
        }
        for Embedded { name, text } in Kind::Law.embedded() {
            assert_eq!(law::parse(name, text).unwrap().name, *name);
        }
    }

    #[test]
    fn names_are_told_apart() {
        for kind in [Kind::Profile, Kind::Law, Kind::Space, Kind::Data, Kind::Model] {
            let mut names: Vec<&str> = kind.embedded().iter().map(|file| file.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), kind.embedded().len(), "{kind:?}");
        }
    }
}
