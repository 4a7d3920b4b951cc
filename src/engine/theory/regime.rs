//! Which limits hold the optimum back, and what the paper calls that.
//!
//! A regime is the *set* of limits that bind, not one of the paper's five names. People also limit the total latency or
//! the energy, and three limits may bind together. Where the paper has no name there is still a sentence.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::budget::Limit;

/// The limits that bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Regime([bool; Limit::COUNT]);

/// The kinds of regime that closed forms exist for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormKind {
    /// One limit binds: P1, D1, D2 = P2, and by the same derivation total latency and energy.
    One(Limit),
    /// This limit, which does not depend on ρ, and memory, which does: P3, D3 and their like.
    WithMemory(Limit),
}

impl Regime {
    /// The paper's five, in its order, with its names.
    pub const PAPER: [(&'static str, &'static [Limit]); 5] = [
        ("P1", &[Limit::Prefill]),
        ("D1", &[Limit::Tpot]),
        ("D2 = P2", &[Limit::Memory]),
        ("P3", &[Limit::Prefill, Limit::Memory]),
        ("D3", &[Limit::Tpot, Limit::Memory]),
    ];

    /// Of the limits that bind, in any order.
    pub fn of(limits: impl IntoIterator<Item = Limit>) -> Self {
        let mut binding = [false; Limit::COUNT];
        for limit in limits {
            binding[limit.index()] = true;
        }
        Self(binding)
    }

    /// Those limits.
    pub fn limits(self) -> impl Iterator<Item = Limit> {
        Limit::ALL.into_iter().filter(move |limit| self.0[limit.index()])
    }

    /// Whether this limit binds.
    pub const fn has(self, limit: Limit) -> bool {
        self.0[limit.index()]
    }

    /// P1, D1, D2 = P2, P3 or D3; `None` where the paper has no form.
    pub fn paper_name(self) -> Option<&'static str> {
        Self::PAPER.into_iter().find(|(_, limits)| Self::of(limits.iter().copied()) == self).map(|(name, _)| name)
    }

    /// Which derivation applies; `None` if nothing binds or several latencies do.
    pub fn form_kind(self) -> Option<FormKind> {
        let others: Vec<Limit> = self.limits().filter(|&limit| limit != Limit::Memory).collect();
        match (others.as_slice(), self.has(Limit::Memory)) {
            ([], true) => Some(FormKind::One(Limit::Memory)),
            (&[limit], false) => Some(FormKind::One(limit)),
            (&[limit], true) => Some(FormKind::WithMemory(limit)),
            _ => None,
        }
    }

    /// In files: `decode+memory`; `none` if nothing binds.
    pub fn key(self) -> String {
        let keys: Vec<&str> = self.limits().map(key).collect();
        if keys.is_empty() { "none".to_owned() } else { keys.join("+") }
    }
}

const fn key(limit: Limit) -> &'static str {
    match limit {
        Limit::Total => "total",
        Limit::Prefill => "prefill",
        Limit::Tpot => "decode",
        Limit::Energy => "energy",
        Limit::Memory => "memory",
    }
}

/// In sentences.
pub(super) const fn phrase(limit: Limit) -> &'static str {
    match limit {
        Limit::Total => "total latency",
        Limit::Prefill => "prefill latency",
        Limit::Tpot => "decode latency",
        Limit::Energy => "energy",
        Limit::Memory => "memory",
    }
}

/// `decode latency binds`, `prefill latency and memory bind`, `nothing binds`.
impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phrases: Vec<&str> = self.limits().map(phrase).collect();
        match phrases.as_slice() {
            [] => f.write_str("nothing binds"),
            [only] => write!(f, "{only} binds"),
            [first @ .., last] => write!(f, "{} and {last} bind", first.join(", ")),
        }
    }
}

/// [`Regime::key`].
impl Serialize for Regime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_five_have_their_names() {
        let named = |limits: &[Limit]| {
            let regime = Regime::of(limits.iter().copied());
            (regime.paper_name(), regime.key(), regime.to_string())
        };
        let expect = |name, key: &str, words: &str| (name, key.to_owned(), words.to_owned());
        assert_eq!(named(&[Limit::Prefill]), expect(Some("P1"), "prefill", "prefill latency binds"));
        assert_eq!(named(&[Limit::Tpot]), expect(Some("D1"), "decode", "decode latency binds"));
        assert_eq!(named(&[Limit::Memory]), expect(Some("D2 = P2"), "memory", "memory binds"));
        let both = expect(Some("P3"), "prefill+memory", "prefill latency and memory bind");
        assert_eq!(named(&[Limit::Memory, Limit::Prefill]), both);
        assert_eq!(
            named(&[Limit::Tpot, Limit::Memory]),
            expect(Some("D3"), "decode+memory", "decode latency and memory bind")
        );
    }

    #[test]
    fn what_the_paper_has_no_form_for_is_said_by_name() {
        let regime = |limits: &[Limit]| Regime::of(limits.iter().copied());
        let three = regime(&[Limit::Tpot, Limit::Prefill, Limit::Memory]);
        assert_eq!(three.to_string(), "prefill latency, decode latency and memory bind");
        assert_eq!((three.paper_name(), three.form_kind()), (None, None));
        assert_eq!(regime(&[]).to_string(), "nothing binds");
        assert_eq!((regime(&[]).key(), regime(&[]).form_kind()), ("none".to_owned(), None));
        assert_eq!(regime(&[Limit::Total]).form_kind(), Some(FormKind::One(Limit::Total)));
        assert_eq!(regime(&[Limit::Total]).paper_name(), None);
        assert_eq!(regime(&[Limit::Energy, Limit::Memory]).form_kind(), Some(FormKind::WithMemory(Limit::Energy)));
        assert_eq!(regime(&[Limit::Prefill, Limit::Tpot]).form_kind(), None);
        assert_eq!(serde_json::to_value(regime(&[Limit::Tpot])).unwrap(), "decode");
    }
}
