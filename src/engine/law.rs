//! The loss law of Eq. 2 and how far it may be trusted.
//!
//! ```text
//! L(θ) = κ_l/l^α_l + κ_ρ·ρ^α_ρ/(r^α_r·d^β1) + κ_d/(r^α_r·d^β2) + κ_m/d_m^α_m + L_inf      [nats per token]
//!        depth       sparsity                 capacity             KV           floor
//! ```
//!
//! β1 may be negative: the sparsity term then grows with width. The law says nothing about number formats, and
//! nothing reliable outside the shapes it was fitted on, so a [`LossLaw`] carries its [`FittedRange`] with it.

pub mod fit;

use serde::{Deserialize, Serialize};

pub use super::features::{Axis, Features};
pub use super::runs::DatasetIdentity;

/// The eleven parameters of Eq. 2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the paper's; the formula stands in the module's documentation")]
pub struct Coefficients {
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

/// The five summands of Eq. 2, nats per token.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Terms {
    /// `κ_l/l^α_l`.
    pub depth: f64,
    /// `κ_ρ·ρ^α_ρ/(r^α_r·d^β1)`.
    pub sparsity: f64,
    /// `κ_d/(r^α_r·d^β2)`.
    pub capacity: f64,
    /// `κ_m/d_m^α_m`.
    pub kv: f64,
    /// `L_inf`.
    pub floor: f64,
}

impl Terms {
    /// L, nats per token.
    pub fn loss(&self) -> f64 {
        self.depth + self.sparsity + self.capacity + self.kv + self.floor
    }
}

impl Coefficients {
    /// The depth term `κ_l/l^α_l` alone, nats per token.
    pub fn depth_term(&self, layers: f64) -> f64 {
        self.kappa_l * layers.powf(-self.alpha_l)
    }

    /// All terms for one shape.
    pub fn terms(&self, shape: &Features) -> Terms {
        let ratio = shape.ffn_ratio.powf(-self.alpha_r);
        Terms {
            depth: self.depth_term(shape.layers),
            sparsity: self.kappa_rho
                * shape.activation_rate.powf(self.alpha_rho)
                * ratio
                * shape.width.powf(-self.beta_1),
            capacity: self.kappa_d * ratio * shape.width.powf(-self.beta_2),
            kv: self.kappa_m * shape.kv_dim.powf(-self.alpha_m),
            floor: self.l_inf,
        }
    }

    /// All eleven by their names in files, in the paper's order.
    pub const fn named(&self) -> [(&'static str, f64); 11] {
        [
            ("kappa_l", self.kappa_l),
            ("alpha_l", self.alpha_l),
            ("kappa_rho", self.kappa_rho),
            ("alpha_rho", self.alpha_rho),
            ("beta_1", self.beta_1),
            ("kappa_d", self.kappa_d),
            ("beta_2", self.beta_2),
            ("alpha_r", self.alpha_r),
            ("kappa_m", self.kappa_m),
            ("alpha_m", self.alpha_m),
            ("l_inf", self.l_inf),
        ]
    }

    /// The axes on which the loss does not depend: whatever is cheapest on them looks best.
    pub fn blind_to(&self) -> Vec<&'static str> {
        let capacity = self.kappa_rho > 0.0 || self.kappa_d > 0.0;
        let sees = [
            ("layers", self.kappa_l > 0.0 && self.alpha_l != 0.0),
            ("width", capacity && (self.beta_1 != 0.0 || self.beta_2 != 0.0)),
            ("r", capacity && self.alpha_r != 0.0),
            ("KV heads", self.kappa_m > 0.0 && self.alpha_m != 0.0),
            ("experts", self.kappa_rho > 0.0 && self.alpha_rho != 0.0),
        ];
        sees.into_iter().filter(|(_, seen)| !seen).map(|(axis, _)| axis).collect()
    }

    /// L(θ), nats per token.
    pub fn loss(&self, shape: &Features) -> f64 {
        self.terms(shape).loss()
    }

    /// The largest loss on `range`, nats per token. In logarithms of the features every term is the exponential of a
    /// linear function, so the law is convex in them, and largest at a corner.
    pub fn largest_loss(&self, range: &FittedRange) -> f64 {
        const CORNERS: usize = 1 << Axis::ALL.len();
        let losses = (0..CORNERS).map(|corner| {
            let [layers, width, ffn_ratio, kv_dim, activation_rate] =
                Axis::ALL.map(|axis| range.get(axis)[corner >> axis as usize & 1]);
            self.loss(&Features { layers, width, ffn_ratio, kv_dim, activation_rate })
        });
        // NaN is larger than all.
        losses.max_by(f64::total_cmp).unwrap_or_default()
    }
}

/// Losses above this are not believed, nats per token. A model that guesses blindly among ten million tokens has 16.
pub const MAX_LOSS: f64 = 100.0;

/// How well a law describes the runs it was fitted to. A figure that its source does not give is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitQuality {
    /// R² on the runs fitted.
    pub r2_train: Option<f64>,
    /// R² on runs held out.
    pub r2_holdout: Option<f64>,
    /// Root mean square error on the runs fitted, nats per token.
    pub rmse: Option<f64>,
    /// Runs, held-out ones included.
    pub runs: Option<usize>,
}

/// Smallest and largest value of each feature among the runs a law was fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedRange {
    /// l.
    pub layers: [f64; 2],
    /// d.
    pub width: [f64; 2],
    /// r over all activated experts.
    pub ffn_ratio: [f64; 2],
    /// `d_m`.
    pub kv_dim: [f64; 2],
    /// ρ.
    pub activation_rate: [f64; 2],
}

/// The feature that lies farthest outside a [`FittedRange`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Extrapolation {
    /// Which feature.
    pub axis: Axis,
    /// By what factor it lies above the range's upper end or below its lower end; greater than 1.
    pub factor: f64,
}

impl FittedRange {
    /// The range spanned by some shapes; `None` if there are none.
    pub fn spanned_by<'a>(shapes: impl IntoIterator<Item = &'a Features>) -> Option<Self> {
        let mut shapes = shapes.into_iter();
        let first = shapes.next()?;
        let mut range = Self {
            layers: [first.layers; 2],
            width: [first.width; 2],
            ffn_ratio: [first.ffn_ratio; 2],
            kv_dim: [first.kv_dim; 2],
            activation_rate: [first.activation_rate; 2],
        };
        for shape in shapes {
            for axis in Axis::ALL {
                let (ends, value) = (range.get_mut(axis), shape.get(axis));
                *ends = [ends[0].min(value), ends[1].max(value)];
            }
        }
        Some(range)
    }

    /// Smallest and largest value along one axis.
    pub const fn get(&self, axis: Axis) -> [f64; 2] {
        match axis {
            Axis::Layers => self.layers,
            Axis::Width => self.width,
            Axis::FfnRatio => self.ffn_ratio,
            Axis::KvDim => self.kv_dim,
            Axis::ActivationRate => self.activation_rate,
        }
    }

    const fn get_mut(&mut self, axis: Axis) -> &mut [f64; 2] {
        match axis {
            Axis::Layers => &mut self.layers,
            Axis::Width => &mut self.width,
            Axis::FfnRatio => &mut self.ffn_ratio,
            Axis::KvDim => &mut self.kv_dim,
            Axis::ActivationRate => &mut self.activation_rate,
        }
    }

    /// How far `shape` lies outside, on its worst axis; `None` inside the range (ends included, to rounding).
    pub fn extrapolation(&self, shape: &Features) -> Option<Extrapolation> {
        const ROUNDING: f64 = 1.0 + 1e-9;
        Axis::ALL
            .into_iter()
            .map(|axis| {
                let ([low, high], value) = (self.get(axis), shape.get(axis));
                Extrapolation { axis, factor: (value / high).max(low / value) }
            })
            .filter(|beyond| beyond.factor > ROUNDING)
            .max_by(|a, b| a.factor.total_cmp(&b.factor))
    }
}

/// A law with its pedigree: never shown or exported without where it comes from and how well it fits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LossLaw {
    /// Short name, as typed on the command line.
    pub name: String,
    /// Where the coefficients come from, in words for the status line and exports.
    pub source: String,
    /// Whether the runs behind it were drawn from another law instead of trained.
    pub synthetic: bool,
    /// Eq. 2's parameters.
    pub coefficients: Coefficients,
    /// How well they describe those runs.
    pub quality: FitQuality,
    /// On which shapes.
    pub range: FittedRange,
    /// What a reader must know about single coefficients: held, dropped, not identified.
    pub notes: Vec<String>,
    /// The runs it was fitted on; `None` where they are not at hand, as for a published law.
    pub dataset: Option<DatasetIdentity>,
    /// Which file it was read from, or its runs, in words: `built in`, a path, `…, in place of the built-in one`.
    pub origin: Option<String>,
    /// What was made of the columns of its runs, if it was fitted here: used under other names, ignored, assumed.
    pub reading: Option<String>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Table 6.
    pub(crate) const TABLE_6: Coefficients = Coefficients {
        kappa_l: 9.96,
        alpha_l: 1.63,
        kappa_rho: 0.031,
        alpha_rho: 1.09,
        beta_1: -0.33,
        kappa_d: 500.0,
        beta_2: 0.97,
        alpha_r: 0.17,
        kappa_m: 0.20,
        alpha_m: 0.05,
        l_inf: 2.53,
    };

    const SHAPE: Features =
        Features { layers: 16.0, width: 1024.0, ffn_ratio: 2.0, kv_dim: 256.0, activation_rate: 0.5 };

    #[test]
    fn sparsity_grows_with_width_because_beta_1_is_negative() {
        let narrow = TABLE_6.terms(&SHAPE).sparsity;
        let wide = TABLE_6.terms(&Features { width: 2048.0, ..SHAPE }).sparsity;
        assert!((wide / narrow - 2f64.powf(0.33)).abs() < 1e-12);
    }

    #[test]
    fn a_law_without_a_term_is_blind_to_its_axis() {
        assert!(TABLE_6.blind_to().is_empty());
        let dense = Coefficients { kappa_rho: 0.0, alpha_r: 0.0, ..TABLE_6 };
        assert_eq!(dense.blind_to(), ["r", "experts"]);
    }

    #[test]
    fn the_largest_loss_is_at_a_corner() {
        let range = FittedRange {
            layers: [4.0, 32.0],
            width: [768.0, 3072.0],
            ffn_ratio: [0.5, 4.0],
            kv_dim: [64.0, 3072.0],
            activation_rate: [0.0625, 1.0],
        };
        let largest = TABLE_6.largest_loss(&range);
        assert!(largest > 3.0 && largest < 10.0, "{largest}");
        for step in 0..1000 {
            // Steps that are coprime to each other's periods visit the box evenly.
            let place = |prime: usize| ((step * prime) % 97) as f64 / 96.0;
            let at = |axis: Axis, prime| {
                let [low, high] = range.get(axis);
                low * (high / low).powf(place(prime))
            };
            let inside = Features {
                layers: at(Axis::Layers, 5),
                width: at(Axis::Width, 7),
                ffn_ratio: at(Axis::FfnRatio, 11),
                kv_dim: at(Axis::KvDim, 13),
                activation_rate: at(Axis::ActivationRate, 17),
            };
            assert!(TABLE_6.loss(&inside) <= largest * (1.0 + 1e-12));
        }
        assert!(Coefficients { alpha_l: -1e3, ..TABLE_6 }.largest_loss(&range).is_infinite());
    }

    #[test]
    fn extrapolation_names_the_worst_axis() {
        let range = FittedRange::spanned_by(&[SHAPE, Features { width: 2048.0, layers: 4.0, ..SHAPE }]).unwrap();
        assert_eq!(range.width, [1024.0, 2048.0]);
        assert_eq!(range.extrapolation(&SHAPE), None);
        let beyond = range.extrapolation(&Features { width: 4096.0, layers: 1.0, ..SHAPE }).unwrap();
        assert_eq!((beyond.axis, beyond.factor), (Axis::Layers, 4.0));
    }
}
