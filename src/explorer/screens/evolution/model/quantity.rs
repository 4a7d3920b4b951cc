//! What of an architecture is followed along the frontier.

use engine::architecture::Architecture;
use engine::space::{KvHeads, Space};
use engine::units;

/// A number that every architecture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the quantities'")]
pub enum Quantity {
    Depth,
    Width,
    Experts,
    TopK,
    FfnRatio,
    KvHeads,
    Stored,
    ActiveShare,
}

/// How a quantity is best spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// It grows with the architecture, up to the end of its axis.
    Size,
    /// One of a few values, none of which is more of the architecture than another.
    Choice,
    /// It follows from the others and has no axis of its own in the space.
    Derived,
}

impl Quantity {
    /// In the order of the panels, two in a row.
    pub const ALL: [Self; 8] = [
        Self::Depth,
        Self::Width,
        Self::Experts,
        Self::TopK,
        Self::FfnRatio,
        Self::KvHeads,
        Self::Stored,
        Self::ActiveShare,
    ];

    /// Over its panel.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Depth => "depth",
            Self::Width => "width",
            Self::Experts => "experts",
            Self::TopK => "top-k",
            Self::FfnRatio => "r",
            Self::KvHeads => "KV heads",
            Self::Stored => "stored",
            Self::ActiveShare => "active",
        }
    }

    /// How it is spoken of.
    pub const fn nature(self) -> Nature {
        match self {
            Self::Depth | Self::Width => Nature::Size,
            Self::Experts | Self::TopK | Self::FfnRatio | Self::KvHeads => Nature::Choice,
            Self::Stored | Self::ActiveShare => Nature::Derived,
        }
    }

    /// That of an architecture.
    pub fn of(self, shape: &Architecture) -> f64 {
        match self {
            Self::Depth => f64::from(shape.layers),
            Self::Width => f64::from(shape.width),
            Self::Experts => f64::from(shape.experts),
            Self::TopK => f64::from(shape.top_k),
            Self::FfnRatio => shape.ffn_ratio(),
            Self::KvHeads => f64::from(shape.kv_heads),
            Self::Stored => shape.parameters_total() as f64,
            Self::ActiveShare => shape.parameters_active() as f64 / shape.parameters_total() as f64,
        }
    }

    /// A value as people write it.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::FfnRatio => units::ratio(value),
            Self::Stored => units::parameters(value as u64),
            Self::ActiveShare => format!("{:.0} %", 100.0 * value),
            Self::Depth | Self::Width | Self::Experts | Self::TopK | Self::KvHeads => format!("{value:.0}"),
        }
    }

    /// The values that a space offers, rising; none of what follows from others.
    fn offered_by(self, space: &Space) -> Vec<f64> {
        let whole = |sizes: &[u32]| sizes.iter().map(|&size| f64::from(size)).collect::<Vec<f64>>();
        let mut values: Vec<f64> = match self {
            Self::Depth => whole(&space.layers),
            Self::Width => whole(&space.widths),
            Self::Experts => space.experts.iter().map(|&(experts, _)| f64::from(experts)).collect(),
            Self::TopK => space.experts.iter().map(|&(_, top_k)| f64::from(top_k)).collect(),
            Self::FfnRatio => space.ffn_ratios.clone(),
            Self::KvHeads => kv_heads(space),
            Self::Stored | Self::ActiveShare => Vec::new(),
        };
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }
}

/// The values of every quantity that a space offers. A large space has tens of thousands of pairs of experts and top-k,
/// and every panel asks in every frame, so they are found once.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered([Vec<f64>; Quantity::ALL.len()]);

impl Offered {
    /// By this space.
    pub fn by(space: &Space) -> Self {
        Self(Quantity::ALL.map(|quantity| quantity.offered_by(space)))
    }

    /// Rising; empty for what follows from other quantities.
    pub fn of(&self, quantity: Quantity) -> &[f64] {
        &self.0[quantity as usize]
    }
}

/// What the axis of KV heads means at each width and head size.
fn kv_heads(space: &Space) -> Vec<f64> {
    let heads = || {
        let pairs = space.widths.iter().flat_map(|&width| space.head_dims.iter().map(move |&size| (width, size)));
        pairs
            .filter(|&(width, size)| size > 0 && width.is_multiple_of(size))
            .map(|(width, size)| f64::from(width / size))
    };
    let of = |axis: &KvHeads| match *axis {
        KvHeads::Count(count) => vec![f64::from(count)],
        KvHeads::SameAsHeads => heads().collect(),
    };
    space.kv_heads.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::fixtures::paper_space;

    #[test]
    fn a_space_offers_what_its_axes_say() {
        let offered = Offered::by(&paper_space());
        let offered = |quantity: Quantity| offered.of(quantity);
        assert_eq!(offered(Quantity::Experts), [1.0, 8.0, 16.0]);
        assert_eq!(offered(Quantity::TopK), [1.0, 2.0]);
        assert_eq!(offered(Quantity::Depth).last(), Some(&32.0));
        assert_eq!(offered(Quantity::KvHeads)[..4], [1.0, 2.0, 4.0, 8.0]);
        assert_eq!(offered(Quantity::KvHeads).last(), Some(&48.0));
        assert!(offered(Quantity::Stored).is_empty());
        for quantity in Quantity::ALL {
            assert_eq!(offered(quantity), quantity.offered_by(&paper_space()), "each in its place");
        }
    }
}
