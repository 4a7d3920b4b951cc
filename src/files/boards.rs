//! The boards that can be recognised: which of them a name stands for, and who may claim it.
//!
//! Two profiles may claim one name, because people copy a file and change a figure. The board that was given on the
//! command line comes first, then the user's own files, then the built-in ones. Two files of the same owner are an
//! error, because nothing says which of them is meant.

use std::fmt;

use crate::profile::{Identity, Profile};
use engine::error::{Error, Result};
use engine::text::{one_of, shown};

const GIB: f64 = 1_073_741_824.0;
/// Firmware keeps up to so much of what is fitted.
const KEPT: f64 = 0.125;

/// Whose file describes a board. The later one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The program's.
    BuiltIn,
    /// In the user's directory.
    User,
    /// Named for this very question.
    Given,
}

/// A board that can be recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// The name of its profile.
    pub name: String,
    /// The file, for messages.
    pub source: String,
    /// Whose file it is.
    pub owner: Owner,
    /// Memory fitted, GiB.
    pub memory_gib: f64,
    /// How it is recognised.
    pub identity: Identity,
}

/// A user's file that could not be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// The file.
    pub source: String,
    /// Why not.
    pub error: Error,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Boards {
    boards: Vec<Board>,
    /// Files of the user that could not be read.
    pub broken: Vec<Broken>,
}

impl Board {
    /// As its profile describes it.
    pub fn new(name: &str, source: &str, owner: Owner, profile: &Profile) -> Self {
        Self {
            name: name.to_owned(),
            source: source.to_owned(),
            owner,
            memory_gib: profile.memory.capacity.si / GIB,
            identity: profile.identity.clone().unwrap_or_default(),
        }
    }

    /// Whether this may be what the kernel reports of its memory.
    pub(crate) fn has_memory(&self, total_bytes: f64) -> bool {
        fits(self.memory_gib, total_bytes)
    }
}

/// Whether a kernel that has so much memory may report so much: firmware keeps some of it.
pub(crate) fn fits(fitted_gib: f64, total_bytes: f64) -> bool {
    let share = total_bytes / (fitted_gib * GIB);
    (1.0 - KEPT..=1.0).contains(&share)
}

impl Boards {
    /// Adds a board.
    pub fn add(&mut self, board: Board) {
        self.boards.push(board);
    }

    /// The boards of one owner after the other, the strongest claims first.
    pub(crate) fn by_owner(&self) -> impl Iterator<Item = Vec<&Board>> {
        [Owner::Given, Owner::User, Owner::BuiltIn]
            .map(|owner| self.boards.iter().filter(|board| board.owner == owner).collect())
            .into_iter()
    }

    /// The boards of that profile's name.
    pub(crate) fn named(&self, name: &str) -> Option<&Board> {
        self.boards.iter().filter(|board| board.name == name).max_by_key(|board| board.owner)
    }
}

/// The one board that claims a name, if any; all of them are of one owner.
pub(crate) fn only(mut claimants: Vec<&Board>, what: impl fmt::Display) -> Result<Option<&Board>> {
    claimants.sort_by(|a, b| a.source.cmp(&b.source));
    claimants.dedup_by(|a, b| a.name == b.name);
    match claimants.as_slice() {
        [] => Ok(None),
        [board] => Ok(Some(board)),
        [first, .., last] => {
            let names: Vec<&str> = claimants.iter().map(|board| board.name.as_str()).collect();
            Err(Error::new(format!("'{}' may be {}", shown(&what.to_string()), one_of(&names)))
                .expected("one profile that claims it in [identity]")
                .hint(format!("take it out of [identity] of {} or of {}", first.source, last.source)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitted_memory_is_what_firmware_took_a_little_of() {
        let mib = |gib: f64, mib: f64| fits(gib, mib * 1_048_576.0);
        for (gib, total) in [(64.0, 62_841.0), (32.0, 30_697.0), (8.0, 7_607.0), (4.0, 3_656.0), (8.0, 8_192.0)] {
            assert!(mib(gib, total), "{gib} {total}");
        }
        assert!(!mib(8.0, 6_000.0) && !mib(32.0, 62_841.0) && !mib(64.0, 30_697.0) && !mib(8.0, 8_193.0));
    }

    fn board(name: &str, owner: Owner) -> Board {
        let source = format!("{name}.toml");
        Board { name: name.to_owned(), source, owner, memory_gib: 8.0, identity: Identity::default() }
    }

    #[test]
    fn two_claims_of_one_owner_are_an_error_and_none_is_none() {
        let (a, b) = (board("a", Owner::User), board("b", Owner::User));
        assert_eq!(only(vec![], "p1").unwrap(), None);
        assert_eq!(only(vec![&a, &a], "p1").unwrap(), Some(&a));
        assert_eq!(
            only(vec![&b, &a], "p1").unwrap_err().to_string(),
            "'p1' may be one of a, b\n  expected: one profile that claims it in [identity]\n  \
             try: take it out of [identity] of a.toml or of b.toml"
        );
    }

    #[test]
    fn the_strongest_owner_is_asked_first() {
        let mut boards = Boards::default();
        for owner in [Owner::BuiltIn, Owner::Given, Owner::User] {
            boards.add(board("a", owner));
        }
        let order: Vec<Owner> = boards.by_owner().map(|group| group[0].owner).collect();
        assert_eq!(order, [Owner::Given, Owner::User, Owner::BuiltIn]);
        assert_eq!(boards.named("a").unwrap().owner, Owner::Given);
    }
}
