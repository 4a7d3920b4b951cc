//! What the theory asks of a cost model, whichever it is.

use super::{Jet, Point};
use crate::architecture::Architecture;
use crate::budget::Limit;

/// What predicts the costs of architectures whose sizes are real numbers.
pub trait CostModel: Sync {
    /// The limited quantity at a point, in seconds, joules or bytes. It is infinite where it is not known.
    fn cost(&self, limit: Limit, point: &Point) -> f64;

    /// The models without jumps that this one consists of. Each shape belongs to one of them. Empty where this model has
    /// no jumps itself.
    fn parts(&self) -> Vec<CostPart> {
        Vec::new()
    }

    /// All of them in the order of [`Limit::ALL`] with their derivatives. Where a cost has kinks they are rounded off, upwards
    /// and the less the greater the `sharpness`.
    fn jets(&self, point: &Point<Jet>, sharpness: f64) -> [Jet; Limit::COUNT];

    /// The limited quantity for an architecture that can be built.
    fn cost_of(&self, limit: Limit, shape: &Architecture) -> f64 {
        self.cost(limit, &Point::of(shape))
    }
}

/// A model without jumps: one of those that a model with jumps consists of.
pub struct CostPart {
    /// What it predicts.
    pub costs: Box<dyn CostModel>,
    /// ρ of all its shapes, where they have but one: dense models are at 1.
    pub rho: Option<f64>,
}
