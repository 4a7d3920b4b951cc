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

use self::fit::Fit;
use super::runs::Dataset;

/// What the law sees of an architecture. Real numbers: the theory varies them continuously.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Features {
    /// l: transformer layers.
    pub layers: f64,
    /// d: hidden size.
    pub width: f64,
    /// r: feed-forward expansion over all activated experts.
    pub ffn_ratio: f64,
    /// `d_m` = `n_kv`·`d_h`: KV dimension.
    pub kv_dim: f64,
    /// ρ = K/E: activation rate.
    pub activation_rate: f64,
}

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

    /// L(θ), nats per token.
    pub fn loss(&self, shape: &Features) -> f64 {
        self.terms(shape).loss()
    }
}

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
    /// Name of the feature.
    pub axis: &'static str,
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
            range.widen(shape);
        }
        Some(range)
    }

    fn widen(&mut self, shape: &Features) {
        for (ends, value) in [
            (&mut self.layers, shape.layers),
            (&mut self.width, shape.width),
            (&mut self.ffn_ratio, shape.ffn_ratio),
            (&mut self.kv_dim, shape.kv_dim),
            (&mut self.activation_rate, shape.activation_rate),
        ] {
            ends[0] = ends[0].min(value);
            ends[1] = ends[1].max(value);
        }
    }

    /// How far `shape` lies outside, on its worst axis; `None` inside the range (ends included, to rounding).
    pub fn extrapolation(&self, shape: &Features) -> Option<Extrapolation> {
        const ROUNDING: f64 = 1.0 + 1e-9;
        [
            ("layers", self.layers, shape.layers),
            ("width", self.width, shape.width),
            ("FFN ratio", self.ffn_ratio, shape.ffn_ratio),
            ("KV dimension", self.kv_dim, shape.kv_dim),
            ("activation rate", self.activation_rate, shape.activation_rate),
        ]
        .into_iter()
        .map(|(axis, [low, high], value)| Extrapolation { axis, factor: (value / high).max(low / value) })
        .filter(|beyond| beyond.factor > ROUNDING)
        .max_by(|a, b| a.factor.total_cmp(&b.factor))
    }
}

/// Which runs a law was fitted on: enough to find the very file again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetIdentity {
    /// File stem or embedded name.
    pub name: String,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Whether its runs were drawn from a law instead of trained.
    pub synthetic: bool,
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
}

impl LossLaw {
    /// The law that a fit found in `dataset`, named after it.
    pub fn fitted(fit: Fit, dataset: &Dataset) -> Self {
        let source = format!("fitted to {} runs of {}", dataset.runs.len(), dataset.name);
        let law = fit.into_law(dataset.name.clone(), source, dataset.synthetic);
        Self { dataset: Some(dataset.identity()), ..law }
    }
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
    fn extrapolation_names_the_worst_axis() {
        let range = FittedRange::spanned_by(&[SHAPE, Features { width: 2048.0, layers: 4.0, ..SHAPE }]).unwrap();
        assert_eq!(range.width, [1024.0, 2048.0]);
        assert_eq!(range.extrapolation(&SHAPE), None);
        let beyond = range.extrapolation(&Features { width: 4096.0, layers: 1.0, ..SHAPE }).unwrap();
        assert_eq!((beyond.axis, beyond.factor), ("layers", 4.0));
    }
}
