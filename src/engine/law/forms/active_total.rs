//! Two sizes and nothing else. The other laws, which know the shape, must be better than this.
//!
//! ```text
//! L = κ_a/N_active^α_a + κ_t/N_total^α_t + L_inf
//! ```
//!
//! N counts the parameters of all layers without embeddings, as Kaplan et al. (2020, arXiv 2001.08361) did. For dense
//! runs both sizes are the same number and the second term is left out: what remains is the common law in N.

use super::data;
use crate::law::form::{Exponent, Form, Name, Sense, Term, Variable};

const ALPHA_ACTIVE: Exponent = Exponent {
    name: Name { key: "alpha_active", symbol: "α_a", meaning: "how fast active size pays" },
    variable: Variable::ActiveParameters,
    sense: Sense::Divides,
    bounds: [0.0, 4.0],
    starts: [0.05, 1.0],
};
const ALPHA_TOTAL: Exponent = Exponent {
    name: Name { key: "alpha_total", symbol: "α_t", meaning: "how fast stored size pays" },
    variable: Variable::TotalParameters,
    sense: Sense::Divides,
    bounds: [0.0, 4.0],
    starts: [0.05, 1.0],
};

const ACTIVE: Term = Term {
    name: "active parameters",
    factor: Name { key: "kappa_active", symbol: "κ_a", meaning: "size of active term" },
    exponents: &[0],
};
const TOTAL: Term = Term {
    name: "stored parameters",
    factor: Name { key: "kappa_total", symbol: "κ_t", meaning: "size of stored term" },
    exponents: &[1],
};

/// Active and total parameters.
pub static ACTIVE_TOTAL: Form = Form {
    name: "active-total",
    title: "active, total",
    formula: "κ_a/N_active^α_a + κ_t/N_total^α_t + L_inf",
    source: "two power terms in size, after Kaplan et al. 2020, arXiv 2001.08361",
    terms: &[ACTIVE, TOTAL],
    exponents: &[ALPHA_ACTIVE, ALPHA_TOTAL],
};

/// The same for runs of different length.
pub static ACTIVE_TOTAL_TOKENS: Form = Form {
    name: "active-total-tokens",
    title: "active, total + tokens",
    formula: "κ_a/N_active^α_a + κ_t/N_total^α_t + κ_D/D^α_D + L_inf",
    source: "two power terms in size and one in data, after Hoffmann et al. 2022, arXiv 2203.15556",
    terms: &[ACTIVE, TOTAL, data::term(&[2])],
    exponents: &[ALPHA_ACTIVE, ALPHA_TOTAL, data::ALPHA_D],
};
