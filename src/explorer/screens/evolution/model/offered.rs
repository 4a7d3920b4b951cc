//! What a space offers of each quantity that is followed along the frontier.

use engine::quantity::Quantity;
use engine::space::Space;

/// The values of every quantity with a panel that a space offers. A large space has tens of thousands of pairs of experts
/// and top-k, and every panel asks in every frame, so they are found once.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered(Vec<(Quantity, Vec<f64>)>);

impl Offered {
    /// By this space.
    pub fn by(space: &Space) -> Self {
        Self(Quantity::with_panel().iter().map(|&quantity| (quantity, quantity.offered_by(space))).collect())
    }

    /// Rising; empty for what follows from other quantities.
    pub fn of(&self, quantity: Quantity) -> &[f64] {
        self.0.iter().find(|(known, _)| *known == quantity).map_or(&[], |(_, values)| values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::fixtures::paper_space;

    #[test]
    fn each_quantity_has_its_own_values() {
        let offered = Offered::by(&paper_space());
        for &quantity in Quantity::with_panel() {
            assert_eq!(offered.of(quantity), quantity.offered_by(&paper_space()), "{quantity:?}");
        }
        assert_eq!(offered.of(Quantity::LAYERS).last(), Some(&32.0));
        assert!(offered.of(Quantity::PARAMETERS_TOTAL).is_empty() && offered.of(Quantity::LOSS).is_empty());
    }
}
