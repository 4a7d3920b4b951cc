//! Why there is no closed form.

use std::fmt;

use crate::budget::Limit;
use crate::theory::Regime;
use crate::theory::regime::phrase;
use crate::units::significant;

/// Why there is no closed form.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum NoClosedForm {
    /// The law is none of those that the derivation is for.
    OtherLaw {
        /// Its name in tables.
        law: &'static str,
    },
    /// A number of the law that must be above 0 is not, so nothing holds a variable at any value.
    Flat {
        /// `κ_m`.
        symbol: &'static str,
        /// Its value.
        value: f64,
        /// The variable that the law does not hold: `gqa`.
        variable: &'static str,
    },
    /// With `α_ρ ≤ α_r` a larger ρ always pays under a memory limit.
    RhoAtOne {
        /// `α_ρ`.
        alpha_rho: f64,
        /// `α_r`.
        alpha_r: f64,
    },
    /// Nothing binds, or several latencies do.
    NoForm(Regime),
    /// The limit has no value, or the quantity is not known for this board.
    NoBudget(Limit),
    /// With this workload no shape takes anything of it: decode latency where no token is generated.
    NeverBinds(Limit),
    /// No form keeps the variables within their ends: the limits bind nowhere there, or two of them with ρ on an end.
    Outside {
        /// Which limits.
        regime: Regime,
        /// d.
        width: f64,
    },
    /// The equations were not solved.
    NoConvergence {
        /// Steps taken.
        iterations: u32,
        /// What was left of the equations.
        residual: f64,
    },
}

/// One sentence without a full stop.
impl fmt::Display for NoClosedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OtherLaw { law } => {
                write!(f, "no closed form for {law}: the paper derives its forms from Eq. 2 alone")
            }
            Self::Flat { symbol, value, variable } => write!(
                f,
                "no closed form: with {symbol} = {} the law holds {variable} at no value, so the best lies at an end of \
                 its range",
                significant(value, 3)
            ),
            Self::RhoAtOne { alpha_rho, alpha_r } => write!(
                f,
                "no closed form for ρ: it needs α_ρ > α_r and a κ_ρ above 0, and this law has α_ρ = {} and α_r = {}, \
                 so under a memory limit a larger ρ always pays",
                significant(alpha_rho, 3),
                significant(alpha_r, 3)
            ),
            Self::NoForm(regime) if regime.limits().next().is_none() => {
                f.write_str("no closed form where no limit binds")
            }
            Self::NoForm(regime) => write!(f, "no closed form where {regime}"),
            Self::NoBudget(limit) => write!(f, "no closed form: {} has no limit that is known", phrase(limit)),
            Self::NeverBinds(limit) => {
                write!(
                    f,
                    "no closed form: with this workload every shape's {} is 0, so its limit never binds",
                    phrase(limit)
                )
            }
            Self::Outside { regime, width } => {
                write!(f, "no closed form at width {width:.0} that keeps r, gqa and ρ within their ends where {regime}")
            }
            Self::NoConvergence { iterations, residual } => write!(
                f,
                "the closed form's equations were not solved: after {iterations} steps {residual:.1e} was left"
            ),
        }
    }
}

impl std::error::Error for NoClosedForm {}
