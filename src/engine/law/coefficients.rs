//! A form with its numbers: what gives losses.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::form::{Form, MOST_EXPONENTS, MOST_TERMS, Slot, Variable};
use super::{Features, FittedRange};
use crate::features::{Axis, Block};

/// The numbers of one [`Form`], and the setting that losses are for: a training length, and what the number format
/// costs. The setting is kept apart from the numbers, so that no file and no table mixes them.
#[derive(Clone, Copy, PartialEq)]
pub struct Coefficients {
    form: &'static Form,
    factors: [f64; MOST_TERMS],
    exponents: [f64; MOST_EXPONENTS],
    floor: f64,
    tokens: Option<f64>,
    penalty_nats: f64,
}

/// One summand of a loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summand {
    /// Name of its term, `floor` for the constant.
    pub name: &'static str,
    /// What it adds, nats per token.
    pub nats: f64,
}

/// What each term adds to one loss, floor last; behind it what the number format adds, if it adds anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms(Vec<Summand>);

impl Terms {
    /// All of them.
    pub fn summands(&self) -> &[Summand] {
        &self.0
    }

    /// L, nats per token.
    pub fn loss(&self) -> f64 {
        self.0.iter().map(|summand| summand.nats).sum()
    }
}

/// As a map from names in lower case to nats.
impl Serialize for Terms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let key = |name: &str| name.to_lowercase().replace(' ', "_");
        serializer.collect_map(self.0.iter().map(|summand| (key(summand.name), summand.nats)))
    }
}

impl Coefficients {
    /// Numbers in the order of the form's own lists, for runs of any length; missing ones count as 0.
    pub fn new(form: &'static Form, factors: &[f64], exponents: &[f64], floor: f64) -> Self {
        let mut law = Self {
            form,
            factors: [0.0; MOST_TERMS],
            exponents: [0.0; MOST_EXPONENTS],
            floor,
            tokens: None,
            penalty_nats: 0.0,
        };
        law.factors[..form.terms.len()].iter_mut().zip(factors).for_each(|(slot, &value)| *slot = value);
        law.exponents[..form.exponents.len()].iter_mut().zip(exponents).for_each(|(slot, &value)| *slot = value);
        law
    }

    /// Numbers by name; fails as `value` does.
    pub fn by_name<E>(form: &'static Form, mut value: impl FnMut(&'static str) -> Result<f64, E>) -> Result<Self, E> {
        let mut law = Self::new(form, &[], &[], 0.0);
        for slot in form.slots() {
            *law.slot_mut(slot) = value(form.name_of(slot).key)?;
        }
        Ok(law)
    }

    /// The same law for runs of another length.
    #[must_use]
    pub fn at_tokens(self, tokens: Option<f64>) -> Self {
        Self { tokens: tokens.filter(|_| self.form.needs_tokens()), ..self }
    }

    /// The training length that losses are for; `None` if the law has no data term, or nobody named one.
    pub const fn tokens(&self) -> Option<f64> {
        self.tokens
    }

    /// The same, if the loss depends on it. A law whose runs could not show its data term has losses at each size's own
    /// length, whatever length it carries.
    pub fn tokens_stated(&self) -> Option<f64> {
        self.tokens.filter(|_| self.sees_tokens())
    }

    /// The same law for models whose number format adds so much to every loss.
    #[must_use]
    pub const fn with_penalty(self, penalty_nats: f64) -> Self {
        Self { penalty_nats, ..self }
    }

    /// What the number format that losses are for adds to each, nats per token.
    pub const fn penalty_nats(&self) -> f64 {
        self.penalty_nats
    }

    /// Which law this is.
    pub const fn form(&self) -> &'static Form {
        self.form
    }

    /// The number in a place.
    pub const fn get(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Factor(term) => self.factors[term],
            Slot::Exponent(exponent) => self.exponents[exponent],
            Slot::Floor => self.floor,
        }
    }

    const fn slot_mut(&mut self, slot: Slot) -> &mut f64 {
        match slot {
            Slot::Factor(term) => &mut self.factors[term],
            Slot::Exponent(exponent) => &mut self.exponents[exponent],
            Slot::Floor => &mut self.floor,
        }
    }

    /// The number of that name in files.
    pub fn value(&self, key: &str) -> Option<f64> {
        self.named().into_iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// All numbers by their names in files, in the order of [`Form::slots`].
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        self.form.slots().into_iter().map(|slot| (self.form.name_of(slot).key, self.get(slot))).collect()
    }

    /// L(θ), nats per token; NaN if a training length is needed and none is known.
    pub fn loss(&self, shape: &Features) -> f64 {
        self.summands(shape).sum::<f64>() + self.floor + self.penalty_nats
    }

    /// The loss of a run of that length.
    pub fn loss_after(&self, shape: &Features, tokens: Option<f64>) -> f64 {
        self.at_tokens(tokens.or(self.tokens)).loss(shape)
    }

    /// All terms for one shape.
    pub fn terms(&self, shape: &Features) -> Terms {
        let names = self.form.terms.iter().map(|term| term.name);
        let summands = names.zip(self.summands(shape)).map(|(name, nats)| Summand { name, nats });
        let penalty = Summand { name: "number format", nats: self.penalty_nats };
        let penalty = (self.penalty_nats != 0.0).then_some(penalty);
        Terms(summands.chain([Summand { name: "floor", nats: self.floor }]).chain(penalty).collect())
    }

    fn summands(&self, shape: &Features) -> impl Iterator<Item = f64> {
        let mut slopes = [0.0; MOST_EXPONENTS];
        for (slope, exponent) in slopes.iter_mut().zip(self.form.exponents) {
            *slope = exponent.slope(shape, self.tokens);
        }
        let power = move |term: usize| -> f64 {
            self.form.terms[term].exponents.iter().map(|&exponent| self.exponents[exponent] * slopes[exponent]).sum()
        };
        // An absent term is 0, even where its power would be infinite.
        (0..self.form.terms.len()).map(move |term| match self.factors[term] {
            0.0 => 0.0,
            factor => factor * power(term).exp(),
        })
    }

    /// Whether the loss depends on the training length.
    pub fn sees_tokens(&self) -> bool {
        self.form.terms.iter().zip(&self.factors).any(|(term, &factor)| {
            let by_tokens = |&exponent: &usize| {
                self.exponents[exponent] != 0.0 && self.form.exponents[exponent].variable == Variable::Tokens
            };
            factor > 0.0 && term.exponents.iter().any(by_tokens)
        })
    }

    /// The axes on which the loss does not depend: whatever is cheapest on them looks best.
    pub fn blind_to(&self) -> Vec<&'static str> {
        let called = |axis| match axis {
            Axis::FfnRatio => "r",
            Axis::KvDim => "KV heads",
            Axis::ActivationRate => "experts",
            Axis::Layers | Axis::Width => Axis::name(axis),
        };
        self.blind_axes().into_iter().map(called).collect()
    }

    /// The same as axes.
    pub fn blind_axes(&self) -> Vec<Axis> {
        let sees = |axis: Axis| {
            self.form.terms.iter().zip(&self.factors).any(|(term, &factor)| {
                factor > 0.0
                    && term.exponents.iter().any(|&exponent| {
                        self.exponents[exponent] != 0.0 && self.form.exponents[exponent].variable.depends_on(axis)
                    })
            })
        };
        Axis::ALL.into_iter().filter(|&axis| !sees(axis)).collect()
    }

    /// The largest loss on the corners of `range`, nats per token. Terms of single features are exponentials of linear
    /// functions in their logarithms, so their sum is convex and largest at a corner; terms of parameter counts fall
    /// or rise along each axis, and so are largest at a corner each.
    pub fn largest_loss(&self, range: &FittedRange) -> f64 {
        const CORNERS: usize = 1 << Axis::ALL.len();
        let losses = (0..CORNERS).map(|corner| {
            let [layers, width, ffn_ratio, kv_dim, activation_rate] =
                Axis::ALL.map(|axis| range.get(axis)[corner >> axis as usize & 1]);
            self.loss(&Features { layers, width, ffn_ratio, kv_dim, activation_rate, block: Block::Gated })
        });
        // NaN is larger than all.
        losses.max_by(f64::total_cmp).unwrap_or_default()
    }
}

/// The numbers by name.
impl Serialize for Coefficients {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = self.named();
        let mut map = serializer.serialize_map(Some(named.len()))?;
        for (name, value) in named {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

impl fmt::Debug for Coefficients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct(self.form.name);
        for (name, value) in self.named() {
            debug.field(name, &value);
        }
        debug.field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

/// A law over fixed depths: what depends on depth alone is computed once for all shapes.
#[derive(Debug, Clone)]
pub struct AtDepths {
    law: Coefficients,
    /// For each term that depends on depth, its value at each depth over that at one layer.
    scaling: [Option<Vec<f64>>; MOST_TERMS],
}

impl AtDepths {
    /// Prepares for these depths.
    pub fn new(law: Coefficients, depths: &[u32]) -> Self {
        const ONE_LAYER: Features = Features {
            layers: 1.0,
            width: 1.0,
            ffn_ratio: 1.0,
            kv_dim: 1.0,
            activation_rate: 1.0,
            block: Block::Gated,
        };
        let scaling = std::array::from_fn(|term| {
            let exponents = law.form.terms.get(term)?.exponents;
            let deep = |&exponent: &usize| {
                let variable: Variable = law.form.exponents[exponent].variable;
                variable.depends_on(Axis::Layers)
            };
            exponents.iter().any(deep).then(|| {
                let over_one_layer = |&depth: &u32| {
                    let deeper = Features { layers: f64::from(depth), ..ONE_LAYER };
                    let change = |&exponent: &usize| {
                        let power = &law.form.exponents[exponent];
                        law.exponents[exponent] * (power.slope(&deeper, None) - power.slope(&ONE_LAYER, None))
                    };
                    exponents.iter().filter(|&exponent| deep(exponent)).map(change).sum::<f64>().exp()
                };
                depths.iter().map(over_one_layer).collect()
            })
        });
        Self { law, scaling }
    }

    /// Losses of one shape at every depth; its own number of layers must be 1.
    pub fn fill(&self, shape: &Features, losses: &mut [f64]) {
        debug_assert_eq!(shape.layers, 1.0, "depths are relative to one layer");
        let mut values = [0.0; MOST_TERMS];
        values.iter_mut().zip(self.law.summands(shape)).for_each(|(value, nats)| *value = nats);
        let summands = || values.iter().zip(&self.scaling);
        let flat = summands().filter(|(_, scaling)| scaling.is_none()).map(|(nats, _)| nats).sum::<f64>();
        losses.fill(flat + self.law.floor);
        for (nats, scaling) in summands() {
            let Some(scaling) = scaling else { continue };
            losses.iter_mut().zip(scaling).for_each(|(loss, factor)| *loss += nats * factor);
        }
        for loss in losses {
            *loss += self.law.penalty_nats;
        }
    }
}
