//! What a law is made of: power terms of what a run is, and a floor.
//!
//! ```text
//! loss = Σ κ_k · Π variable^(∓exponent) + L_inf            [nats per token]
//! ```
//!
//! Every law that this program fits is of this family, because the family makes a fit trustworthy. Given the exponents,
//! a law is linear in the factors, so only the exponents have to be searched. Which parts the runs cannot show follows
//! from which variables vary. So a law is *data*, a [`Form`]. Fitting, identifiability, uncertainty, files, pricing and
//! tables are written once, and a new law is one more file in [`forms`](super::forms).

use std::fmt;

use serde::{Serialize, Serializer};

use super::Features;
use crate::features::Axis;

/// Terms of a form at most, floor not counted.
pub const MOST_TERMS: usize = 5;
/// Exponents of a form at most.
pub const MOST_EXPONENTS: usize = 7;

/// Something about a run that a term is a power of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// One of the five features.
    Feature(Axis),
    /// Parameters used per token in all layers, without embeddings: `l·(2d² + 2d·d_m + 3r·d²)`, Eq. 24's `ξ_dec·l·d²`;
    /// `2r` in place of `3r` where a feed-forward block has two matrices.
    ActiveParameters,
    /// Parameters stored in all layers, without embeddings: the same with `3r·d²/ρ`, `ξ_all·l·d²`.
    TotalParameters,
    /// Tokens trained on.
    Tokens,
}

impl Variable {
    /// Its logarithm. Without a number of tokens, that of [`Variable::Tokens`] is NaN: no loss at all is better than a
    /// loss for a length that nobody gave.
    pub fn ln(self, shape: &Features, tokens: Option<f64>) -> f64 {
        self.value(shape, tokens).ln()
    }

    /// Its value; NaN where it is not known.
    pub fn value(self, shape: &Features, tokens: Option<f64>) -> f64 {
        let block = |feed_forward: f64| {
            let Features { layers, width, kv_dim, .. } = shape;
            let matrices = f64::from(shape.block.feed_forward_matrices());
            layers * width * (2.0 * width + 2.0 * kv_dim + matrices * feed_forward * width)
        };
        match self {
            Self::Feature(axis) => shape.get(axis),
            Self::ActiveParameters => block(shape.ffn_ratio),
            Self::TotalParameters => block(shape.ffn_ratio / shape.activation_rate),
            Self::Tokens => tokens.unwrap_or(f64::NAN),
        }
    }

    /// Whether it changes when only this axis does.
    pub const fn depends_on(self, axis: Axis) -> bool {
        match self {
            Self::Feature(own) => own as u8 == axis as u8,
            Self::ActiveParameters => !matches!(axis, Axis::ActivationRate),
            Self::TotalParameters => true,
            Self::Tokens => false,
        }
    }

    /// In files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Feature(axis) => axis.key(),
            Self::ActiveParameters => "active_parameters",
            Self::TotalParameters => "total_parameters",
            Self::Tokens => "tokens",
        }
    }

    /// In tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Feature(axis) => axis.name(),
            Self::ActiveParameters => "active parameters",
            Self::TotalParameters => "stored parameters",
            Self::Tokens => "tokens",
        }
    }

    /// As part of a sentence: "the width follows …".
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Feature(Axis::Layers) => "the number of layers",
            Self::Feature(Axis::Width) => "the width",
            Self::Feature(Axis::FfnRatio) => "the FFN ratio",
            Self::Feature(Axis::KvDim) => "the KV dimension",
            Self::Feature(Axis::ActivationRate) => "ρ",
            Self::ActiveParameters => "the number of active parameters",
            Self::TotalParameters => "the number of stored parameters",
            Self::Tokens => "the number of tokens",
        }
    }
}

/// [`Variable::name`].
impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// [`Variable::key`].
impl Serialize for Variable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

/// Which way a power works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// 1/variable^exponent: more of it, less loss.
    Divides,
    /// variable^exponent: more of it, more loss.
    Multiplies,
}

/// How a coefficient is called in files and by people, and what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// In files: `alpha_l`.
    pub key: &'static str,
    /// In sentences: `α_l`.
    pub symbol: &'static str,
    /// In plain words.
    pub meaning: &'static str,
}

/// One exponent. It belongs to one variable; several terms may share it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponent {
    /// What it is called.
    pub name: Name,
    /// Of what.
    pub variable: Variable,
    /// Which way.
    pub sense: Sense,
    /// Where the search may take it.
    pub bounds: [f64; 2],
    /// Where searches start: the range that published laws use.
    pub starts: [f64; 2],
}

impl Exponent {
    /// What it multiplies in the logarithm of its term.
    pub fn slope(&self, shape: &Features, tokens: Option<f64>) -> f64 {
        let ln = self.variable.ln(shape, tokens);
        match self.sense {
            Sense::Divides => -ln,
            Sense::Multiplies => ln,
        }
    }
}

/// One summand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// In words: `depth`.
    pub name: &'static str,
    /// Its κ.
    pub factor: Name,
    /// Places of its exponents in the form's list.
    pub exponents: &'static [usize],
}

/// A law without its numbers.
#[derive(Debug, PartialEq)]
pub struct Form {
    /// As typed and in files: `eq2`.
    pub name: &'static str,
    /// In tables: `Eq. 2`.
    pub title: &'static str,
    /// For people.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// The summands.
    pub terms: &'static [Term],
    /// All exponents.
    pub exponents: &'static [Exponent],
}

/// The constant that every form ends with.
pub const FLOOR: Name = Name { key: "l_inf", symbol: "L_inf", meaning: "loss no shape removes" };

/// One place for a number in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// κ of a term.
    Factor(usize),
    /// An exponent.
    Exponent(usize),
    /// `L_inf`.
    Floor,
}

impl Form {
    /// All places in the order of files and tables: each κ, then the exponents that no later term shares; last the floor.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        for (place, term) in self.terms.iter().enumerate() {
            slots.push(Slot::Factor(place));
            let later = &self.terms[place + 1..];
            let own =
                term.exponents.iter().filter(|exponent| later.iter().all(|term| !term.exponents.contains(exponent)));
            slots.extend(own.map(|&exponent| Slot::Exponent(exponent)));
        }
        slots.push(Slot::Floor);
        slots
    }

    /// What a place is called.
    pub const fn name_of(&self, slot: Slot) -> &Name {
        match slot {
            Slot::Factor(term) => &self.terms[term].factor,
            Slot::Exponent(exponent) => &self.exponents[exponent].name,
            Slot::Floor => &FLOOR,
        }
    }

    /// Whether a loss needs a shape, and not only its sizes.
    pub fn needs_shapes(&self) -> bool {
        self.exponents.iter().any(|exponent| matches!(exponent.variable, Variable::Feature(_)))
    }

    /// Whether a loss needs a number of training tokens.
    pub fn needs_tokens(&self) -> bool {
        self.exponents.iter().any(|exponent| exponent.variable == Variable::Tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::super::forms;
    use super::*;
    use crate::features::Block;

    #[test]
    fn every_form_is_sound() {
        for form in forms::ALL {
            assert!(form.terms.len() <= MOST_TERMS && form.exponents.len() <= MOST_EXPONENTS, "{}", form.name);
            let slots = form.slots();
            assert_eq!(slots.len(), form.terms.len() + form.exponents.len() + 1, "{}", form.name);
            let mut keys: Vec<&str> = slots.iter().map(|&slot| form.name_of(slot).key).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), slots.len(), "{}: a key stands twice", form.name);
            for exponent in form.exponents {
                let ([low, high], [from, to]) = (exponent.bounds, exponent.starts);
                assert!(low <= from && from < to && to <= high, "{}: {}", form.name, exponent.name.key);
            }
            assert!(form.slots().iter().all(|&slot| form.formula.contains(form.name_of(slot).symbol)), "{}", form.name);
        }
    }

    #[test]
    fn the_order_is_the_papers() {
        let eq2 = &forms::EQ_2;
        let keys: Vec<&str> = eq2.slots().iter().map(|&slot| eq2.name_of(slot).key).collect();
        let paper = [
            "kappa_l",
            "alpha_l",
            "kappa_rho",
            "alpha_rho",
            "beta_1",
            "kappa_d",
            "beta_2",
            "alpha_r",
            "kappa_m",
            "alpha_m",
            "l_inf",
        ];
        assert_eq!(keys, paper);
    }

    #[test]
    fn parameters_are_those_of_eq_24() {
        // gqa 4, r 2, ρ 1/4: ξ_dec = 2 + 2/4 + 6, ξ_all = 2 + 2/4 + 24.
        let shape = Features {
            layers: 10.0,
            width: 1000.0,
            ffn_ratio: 2.0,
            kv_dim: 250.0,
            activation_rate: 0.25,
            block: Block::Gated,
        };
        assert!((Variable::ActiveParameters.ln(&shape, None).exp() / 85e6 - 1.0).abs() < 1e-12);
        assert!((Variable::TotalParameters.ln(&shape, None).exp() / 265e6 - 1.0).abs() < 1e-12);
        assert!(Variable::Tokens.ln(&shape, None).is_nan());
        // Two matrices: 2 + 2/4 + 4, and 2 + 2/4 + 16.
        let plain = Features { block: Block::Plain, ..shape };
        assert!((Variable::ActiveParameters.value(&plain, None) / 65e6 - 1.0).abs() < 1e-12);
        assert!((Variable::TotalParameters.value(&plain, None) / 185e6 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_stand_in_has_the_sizes_that_it_stands_for() {
        for (active, total) in [(70e6, 70e6), (1.3e9, 6.9e9), (32e9, 1e12)] {
            let shape = Features::of_sizes(active, total);
            let sizes = [Variable::ActiveParameters, Variable::TotalParameters].map(|size| size.value(&shape, None));
            assert!((sizes[0] / active - 1.0).abs() < 1e-14 && (sizes[1] / total - 1.0).abs() < 1e-14, "{sizes:?}");
            assert!(!shape.is_shape());
        }
        assert_eq!(Features::of_sizes(70e6, 70e6).activation_rate, 1.0);
    }
}
