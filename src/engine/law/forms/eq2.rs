//! Eq. 2 of Sun et al., with and without its KV term, with and without a data term.
//!
//! ```text
//! L(θ) = κ_l/l^α_l + κ_ρ·ρ^α_ρ/(r^α_r·d^β1) + κ_d/(r^α_r·d^β2) + κ_m/d_m^α_m + L_inf
//!        depth       sparsity                 capacity             KV           floor
//! ```
//!
//! β1 may be negative: the sparsity term then grows with width. `α_l`, `α_ρ`, `α_r`, `α_m` lie in 0..4, because in this
//! law more layers, ratio or KV cannot hurt, and sparsity cannot help at equal activated size. β1 and β2 lie in −2..4.
//! A power beyond 4 falls by more than 16 per doubling: on any grid in use it singles out the smallest value and fits
//! the noise of that one.

use super::data;
use crate::features::Axis;
use crate::law::Coefficients;
use crate::law::form::{Exponent, Form, Name, Sense, Term, Variable};

const fn exponent(
    [key, symbol, meaning]: [&'static str; 3],
    axis: Axis,
    sense: Sense,
    bounds: [f64; 2],
    starts: [f64; 2],
) -> Exponent {
    Exponent { name: Name { key, symbol, meaning }, variable: Variable::Feature(axis), sense, bounds, starts }
}

const ALPHA_L: Exponent =
    exponent(["alpha_l", "α_l", "how fast depth pays"], Axis::Layers, Sense::Divides, [0.0, 4.0], [0.1, 2.5]);
const ALPHA_RHO: Exponent = exponent(
    ["alpha_rho", "α_ρ", "how fast sparsity pays"],
    Axis::ActivationRate,
    Sense::Multiplies,
    [0.0, 4.0],
    [0.1, 2.5],
);
const BETA_1: Exponent =
    exponent(["beta_1", "β1", "width in sparsity term"], Axis::Width, Sense::Divides, [-2.0, 4.0], [-0.8, 1.2]);
const BETA_2: Exponent =
    exponent(["beta_2", "β2", "how fast width pays"], Axis::Width, Sense::Divides, [-2.0, 4.0], [0.1, 2.0]);
const ALPHA_R: Exponent =
    exponent(["alpha_r", "α_r", "how fast ratio pays"], Axis::FfnRatio, Sense::Divides, [0.0, 4.0], [0.02, 1.0]);
const ALPHA_M: Exponent =
    exponent(["alpha_m", "α_m", "how fast KV size pays"], Axis::KvDim, Sense::Divides, [0.0, 4.0], [0.01, 1.2]);

const fn term(name: &'static str, [key, symbol, meaning]: [&'static str; 3], exponents: &'static [usize]) -> Term {
    Term { name, factor: Name { key, symbol, meaning }, exponents }
}

const DEPTH: Term = term("depth", ["kappa_l", "κ_l", "size of depth term"], &[0]);
const SPARSITY: Term = term("sparsity", ["kappa_rho", "κ_ρ", "size of sparsity term"], &[1, 2, 4]);
const CAPACITY: Term = term("capacity", ["kappa_d", "κ_d", "size of capacity term"], &[3, 4]);
const KV: Term = term("KV", ["kappa_m", "κ_m", "size of KV term"], &[5]);

const PAPER: &str = "Sun et al. 2026, arXiv 2602.10377, Eq. 2";

/// The paper's law.
pub static EQ_2: Form = Form {
    name: "eq2",
    title: "Eq. 2",
    formula: "κ_l/l^α_l + κ_ρ·ρ^α_ρ/(r^α_r·d^β1) + κ_d/(r^α_r·d^β2) + κ_m/d_m^α_m + L_inf",
    source: PAPER,
    terms: &[DEPTH, SPARSITY, CAPACITY, KV],
    exponents: &[ALPHA_L, ALPHA_RHO, BETA_1, BETA_2, ALPHA_R, ALPHA_M],
};

/// Without the term whose exponent the paper gives as 0.05: hardly more than a constant.
pub static EQ_2_NO_KV: Form = Form {
    name: "eq2-no-kv",
    title: "Eq. 2 without KV",
    formula: "κ_l/l^α_l + κ_ρ·ρ^α_ρ/(r^α_r·d^β1) + κ_d/(r^α_r·d^β2) + L_inf",
    source: "Sun et al. 2026, arXiv 2602.10377, Eq. 2 without its KV term",
    terms: &[DEPTH, SPARSITY, CAPACITY],
    exponents: &[ALPHA_L, ALPHA_RHO, BETA_1, BETA_2, ALPHA_R],
};

/// For runs of different length.
pub static EQ_2_TOKENS: Form = Form {
    name: "eq2-tokens",
    title: "Eq. 2 + tokens",
    formula: "κ_l/l^α_l + κ_ρ·ρ^α_ρ/(r^α_r·d^β1) + κ_d/(r^α_r·d^β2) + κ_m/d_m^α_m + κ_D/D^α_D + L_inf",
    source: "Sun et al. 2026, arXiv 2602.10377, Eq. 2, with a data term of ours",
    terms: &[DEPTH, SPARSITY, CAPACITY, KV, data::term(&[6])],
    exponents: &[ALPHA_L, ALPHA_RHO, BETA_1, BETA_2, ALPHA_R, ALPHA_M, data::ALPHA_D],
};

/// Both.
pub static EQ_2_NO_KV_TOKENS: Form = Form {
    name: "eq2-no-kv-tokens",
    title: "Eq. 2 without KV + tokens",
    formula: "κ_l/l^α_l + κ_ρ·ρ^α_ρ/(r^α_r·d^β1) + κ_d/(r^α_r·d^β2) + κ_D/D^α_D + L_inf",
    source: "Sun et al. 2026, arXiv 2602.10377, Eq. 2 without its KV term, with a data term of ours",
    terms: &[DEPTH, SPARSITY, CAPACITY, data::term(&[5])],
    exponents: &[ALPHA_L, ALPHA_RHO, BETA_1, BETA_2, ALPHA_R, data::ALPHA_D],
};

/// Eq. 2's eleven numbers by name.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the names are the paper's; the formula stands in the module's documentation")]
pub struct Eq2 {
    pub kappa_l: f64,
    pub alpha_l: f64,
    pub kappa_rho: f64,
    pub alpha_rho: f64,
    pub beta_1: f64,
    pub kappa_d: f64,
    pub beta_2: f64,
    pub alpha_r: f64,
    pub kappa_m: f64,
    pub alpha_m: f64,
    pub l_inf: f64,
}

impl From<Eq2> for Coefficients {
    fn from(law: Eq2) -> Self {
        let factors = [law.kappa_l, law.kappa_rho, law.kappa_d, law.kappa_m];
        let exponents = [law.alpha_l, law.alpha_rho, law.beta_1, law.beta_2, law.alpha_r, law.alpha_m];
        Self::new(&EQ_2, &factors, &exponents, law.l_inf)
    }
}

impl Eq2 {
    /// The numbers of a law of this form, or of this form without KV, whose `κ_m` is 0; `None` for any other form.
    pub fn of(law: &Coefficients) -> Option<Self> {
        let known = [&EQ_2, &EQ_2_NO_KV].into_iter().any(|form| form.name == law.form().name);
        let value = |key| law.value(key).unwrap_or(0.0);
        known.then(|| Self {
            kappa_l: value("kappa_l"),
            alpha_l: value("alpha_l"),
            kappa_rho: value("kappa_rho"),
            alpha_rho: value("alpha_rho"),
            beta_1: value("beta_1"),
            kappa_d: value("kappa_d"),
            beta_2: value("beta_2"),
            alpha_r: value("alpha_r"),
            kappa_m: value("kappa_m"),
            alpha_m: value("alpha_m"),
            l_inf: value("l_inf"),
        })
    }
}
