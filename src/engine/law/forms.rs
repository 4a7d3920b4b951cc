//! The laws that can be fitted, one file each.

mod active_total;
mod eq2;

use super::form::Form;

pub use active_total::{ACTIVE_TOTAL, ACTIVE_TOTAL_TOKENS};
pub use eq2::{EQ_2, EQ_2_NO_KV, EQ_2_NO_KV_TOKENS, EQ_2_TOKENS, Eq2};

/// All of them, the paper's first.
pub static ALL: [&Form; 6] =
    [&EQ_2, &EQ_2_NO_KV, &ACTIVE_TOTAL, &EQ_2_TOKENS, &EQ_2_NO_KV_TOKENS, &ACTIVE_TOTAL_TOKENS];

/// The form of that name.
pub fn named(name: &str) -> Option<&'static Form> {
    ALL.into_iter().find(|form| form.name == name)
}

/// The data term, ours: the paper's runs all saw 10B tokens and its law has none. It is Chinchilla's (Hoffmann et al.
/// 2022, arXiv 2203.15556), a power of the tokens that adds to the terms of the shape and does not interact with them.
mod data {
    use crate::law::form::{Exponent, Name, Sense, Term, Variable};

    pub(super) const ALPHA_D: Exponent = Exponent {
        name: Name { key: "alpha_data", symbol: "α_D", meaning: "how fast tokens pay" },
        variable: Variable::Tokens,
        sense: Sense::Divides,
        bounds: [0.0, 4.0],
        starts: [0.05, 1.0],
    };

    /// The term; `exponents` holds the place of [`ALPHA_D`] in the form.
    pub(super) const fn term(exponents: &'static [usize]) -> Term {
        Term {
            name: "data",
            factor: Name { key: "kappa_data", symbol: "κ_D", meaning: "size of data term" },
            exponents,
        }
    }
}
