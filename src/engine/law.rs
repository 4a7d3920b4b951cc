//! Loss laws and how far they may be trusted.
//!
//! Which terms a law has is its [`form`]; the paper's Eq. 2 is one of several [`forms`], and [`Coefficients`] are a form
//! with numbers. No law says anything about number formats, nor anything reliable outside the shapes it was fitted on,
//! so a [`LossLaw`] carries its [`FittedRange`] with it.

pub mod coefficients;
pub mod comparison;
pub mod conformal;
pub mod ensemble;
pub mod evidence;
pub mod fit;
pub mod form;
pub mod forms;
pub mod influence;
pub mod outliers;
mod steps;
pub mod validation;

use serde::{Deserialize, Serialize};

pub use coefficients::{AtDepths, Coefficients, Terms};
pub use conformal::NoInterval;
pub use ensemble::{Ensemble, Interval};
pub use evidence::Evidence;

pub use super::features::{Axis, Block, Features};
use super::precision::Precision;
pub use super::runs::DatasetIdentity;
pub use form::Variable;

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
///
/// Where only their sizes are known, the features are those of stand-ins: [`FittedRange::axes`] then leaves them out.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    /// Parameters used per token in all layers, without embeddings. Runs of every depth and of every width need not have
    /// been both deep and wide. `None` where a source gives the single axes only.
    pub active_parameters: Option<[f64; 2]>,
    /// Parameters stored in all layers, of runs of which only sizes are known.
    pub total_parameters: Option<[f64; 2]>,
    /// What their layers were made of; `None` where they differed in it.
    pub block: Option<Block>,
    /// Training tokens; `None` where nobody says, and for laws that ignore them.
    pub tokens: Option<[f64; 2]>,
}

/// The quantity that lies farthest outside a [`FittedRange`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Extrapolation {
    /// Which.
    pub axis: Variable,
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
            active_parameters: None,
            total_parameters: None,
            block: Some(first.block),
            tokens: None,
        };
        let sizes = |shape: &Features| SIZES.map(|size| size.value(shape, None));
        let mut spans = sizes(first).map(|size| [size; 2]);
        for shape in shapes {
            for axis in Axis::ALL {
                let ends = range.get_mut(axis);
                *ends = widened(*ends, shape.get(axis));
            }
            spans.iter_mut().zip(sizes(shape)).for_each(|(span, size)| *span = widened(*span, size));
            range.block = Block::shared(range.block, shape.block);
        }
        let [active, total] = spans;
        let of_shapes = Self { active_parameters: Some(active), ..range };
        Some(if range.has_shapes() { of_shapes } else { Self::of_sizes(active, total) })
    }

    /// Of runs of which only the parameters are known that a token uses and those that are stored. The features are those
    /// of stand-ins, so that the smallest ones have the smallest sizes.
    pub fn of_sizes(active: [f64; 2], total: [f64; 2]) -> Self {
        let [low, high] = active;
        let [smallest, sparsest, largest] = [(low, total[0]), (low, total[1]), (high, high)]
            .map(|(active, total)| Features::of_sizes(active, total.max(active)));
        let ends = |axis: Axis| [smallest.get(axis), largest.get(axis)];
        Self {
            layers: ends(Axis::Layers),
            width: ends(Axis::Width),
            ffn_ratio: ends(Axis::FfnRatio),
            kv_dim: ends(Axis::KvDim),
            activation_rate: [sparsest.activation_rate, smallest.activation_rate],
            active_parameters: Some(active),
            total_parameters: Some(total),
            block: Some(Block::Unknown),
            tokens: None,
        }
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

    /// Whether the runs had shapes, and not sizes alone.
    pub fn has_shapes(&self) -> bool {
        self.block != Some(Block::Unknown)
    }

    /// What is known of the runs, with its smallest and largest value: the features where they had shapes, their sizes
    /// where they had not.
    pub fn axes(&self) -> impl Iterator<Item = (Variable, [f64; 2])> {
        let features = Axis::ALL.into_iter().map(|axis| (Variable::Feature(axis), self.get(axis)));
        let sizes = SIZES.into_iter().zip([self.active_parameters, self.total_parameters]);
        let sizes = sizes.filter_map(|(size, ends)| Some((size, ends?)));
        let has_shapes = self.has_shapes();
        features.filter(move |_| has_shapes).chain(sizes.filter(move |_| !has_shapes))
    }

    /// How far `shape` lies outside, on its worst axis or in size; `None` inside the range (ends included, to rounding).
    pub fn extrapolation(&self, shape: &Features) -> Option<Extrapolation> {
        let size = self.active_parameters.map(|ends| (Variable::ActiveParameters, ends));
        self.axes()
            .chain(size.filter(|_| self.has_shapes()))
            .filter_map(|(variable, ends)| beyond(variable, ends, variable.value(shape, None)))
            .max_by(|a, b| a.factor.total_cmp(&b.factor))
    }

    /// How far a training length lies outside; `None` inside, and where the range says nothing of lengths.
    pub fn beyond_tokens(&self, tokens: f64) -> Option<Extrapolation> {
        beyond(Variable::Tokens, self.tokens?, tokens)
    }
}

const SIZES: [Variable; 2] = [Variable::ActiveParameters, Variable::TotalParameters];

/// [`FittedRange`] as it is written: null for what is not known.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "FittedRange"))]
struct WrittenRange {
    /// l; null, as all features, where only sizes of the runs are known.
    layers: Option<[f64; 2]>,
    /// d.
    width: Option<[f64; 2]>,
    /// r over all activated experts.
    ffn_ratio: Option<[f64; 2]>,
    /// `d_m`.
    kv_dim: Option<[f64; 2]>,
    /// ρ.
    activation_rate: Option<[f64; 2]>,
    /// Parameters used per token in all layers, without embeddings; null where a source gives the single axes only.
    active_parameters: Option<[f64; 2]>,
    /// Parameters stored in all layers, of runs of which only sizes are known.
    total_parameters: Option<[f64; 2]>,
    /// Matrices of a feed-forward block; null where runs differed in it or only their sizes are known.
    feed_forward_matrices: Option<u8>,
    /// Training tokens; null where nobody says, and for laws that ignore them.
    tokens: Option<[f64; 2]>,
}

impl Serialize for FittedRange {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = |ends: [f64; 2]| self.has_shapes().then_some(ends);
        let written = WrittenRange {
            layers: known(self.layers),
            width: known(self.width),
            ffn_ratio: known(self.ffn_ratio),
            kv_dim: known(self.kv_dim),
            activation_rate: known(self.activation_rate),
            active_parameters: self.active_parameters,
            total_parameters: self.total_parameters,
            feed_forward_matrices: self.block.filter(|_| self.has_shapes()).map(Block::feed_forward_matrices),
            tokens: self.tokens,
        };
        written.serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FittedRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        WrittenRange::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenRange::json_schema(generator)
    }
}

fn widened([low, high]: [f64; 2], value: f64) -> [f64; 2] {
    [low.min(value), high.max(value)]
}

fn beyond(axis: Variable, [low, high]: [f64; 2], value: f64) -> Option<Extrapolation> {
    const ROUNDING: f64 = 1.0 + 1e-9;
    let factor = (value / high).max(low / value);
    (factor > ROUNDING).then_some(Extrapolation { axis, factor })
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
    /// Which law, and its numbers.
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
    /// Query heads for each KV head in half of its runs, if they are at hand: what a law that is blind to KV heads stays at.
    pub query_heads_per_kv_head: Option<u32>,
    /// Where it is blind, what the space that it judges is held at, in words; empty where the space is open.
    pub held_at: Vec<String>,
    /// What was made of the columns of its runs, if it was fitted here: used under other names, ignored, assumed.
    pub reading: Option<String>,
}

impl LossLaw {
    /// The same law for models in a number format. Everything that predicts losses of models on a board goes through
    /// here; what is compared with training runs does not, because those were trained in 16 bit.
    #[must_use]
    pub const fn in_format(mut self, precision: &Precision) -> Self {
        self.coefficients = self.coefficients.with_penalty(precision.loss_penalty_nats);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::forms::Eq2;
    use super::*;
    use crate::fixtures::{TABLE_6, table_6};

    const SHAPE: Features = Features {
        layers: 16.0,
        width: 1024.0,
        ffn_ratio: 2.0,
        kv_dim: 256.0,
        activation_rate: 0.5,
        block: Block::Gated,
    };

    #[test]
    fn eq_2_is_the_papers_formula() {
        let Features { layers: l, width: d, ffn_ratio: r, kv_dim: m, activation_rate: rho, .. } = SHAPE;
        let by_hand = 9.96 / l.powf(1.63)
            + 0.031 * rho.powf(1.09) / (r.powf(0.17) * d.powf(-0.33))
            + 500.0 / (r.powf(0.17) * d.powf(0.97))
            + 0.2 / m.powf(0.05)
            + 2.53;
        assert!((table_6().loss(&SHAPE) / by_hand - 1.0).abs() < 1e-14);
        assert!((table_6().terms(&SHAPE).loss() / by_hand - 1.0).abs() < 1e-14);
        assert_eq!(Eq2::of(&table_6()), Some(TABLE_6));
    }

    #[test]
    fn every_form_gives_the_same_loss_depth_by_depth() {
        for form in forms::ALL {
            let law = Coefficients::by_name(form, |key| {
                Ok::<_, ()>(if key.starts_with("kappa") { 3.0 } else { 0.1 + 0.01 * key.len() as f64 })
            })
            .unwrap()
            .at_tokens(Some(1e10));
            let plain = law;
            let law = plain.with_penalty(0.03);
            assert_eq!(law.loss(&SHAPE), plain.loss(&SHAPE) + 0.03);
            assert!((law.terms(&SHAPE).loss() / law.loss(&SHAPE) - 1.0).abs() < 1e-14);
            let depths = [1, 4, 28, 64];
            let mut losses = [0.0; 4];
            AtDepths::new(law, &depths).fill(&Features { layers: 1.0, ..SHAPE }, &mut losses);
            for (depth, loss) in depths.into_iter().zip(losses) {
                let alone = law.loss(&Features { layers: f64::from(depth), ..SHAPE });
                assert!((loss / alone - 1.0).abs() < 1e-14, "{}: {loss} {alone}", form.name);
            }
        }
    }

    #[test]
    fn a_data_term_needs_a_length() {
        let law =
            Coefficients::by_name(&forms::EQ_2_TOKENS, |key| Ok::<_, ()>(if key == "alpha_data" { 0.5 } else { 1.0 }));
        let law = law.unwrap();
        assert!(law.loss(&SHAPE).is_nan());
        let longer = law.loss_after(&SHAPE, Some(1e4)) - law.loss_after(&SHAPE, Some(1e6));
        assert!((longer - (1e-2 - 1e-3)).abs() < 1e-12);
        assert_eq!(table_6().at_tokens(Some(1e10)).tokens(), None);
    }

    #[test]
    fn sparsity_grows_with_width_because_beta_1_is_negative() {
        let sparsity = |shape: &Features| {
            let terms = table_6().terms(shape);
            terms.summands().iter().find(|summand| summand.name == "sparsity").unwrap().nats
        };
        let narrow = sparsity(&SHAPE);
        let wide = sparsity(&Features { width: 2048.0, ..SHAPE });
        assert!((wide / narrow - 2f64.powf(0.33)).abs() < 1e-12);
    }

    #[test]
    fn a_law_without_a_term_is_blind_to_its_axis() {
        assert!(table_6().blind_to().is_empty());
        let dense = Coefficients::from(Eq2 { kappa_rho: 0.0, alpha_r: 0.0, ..TABLE_6 });
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
            active_parameters: None,
            total_parameters: None,
            block: Some(Block::Gated),
            tokens: None,
        };
        let largest = table_6().largest_loss(&range);
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
                block: Block::Gated,
            };
            assert!(table_6().loss(&inside) <= largest * (1.0 + 1e-12));
        }
        assert!(Coefficients::from(Eq2 { alpha_l: -1e3, ..TABLE_6 }).largest_loss(&range).is_infinite());
    }

    #[test]
    fn extrapolation_names_the_worst_axis() {
        let range = FittedRange::spanned_by(&[SHAPE, Features { width: 2048.0, layers: 4.0, ..SHAPE }]).unwrap();
        assert_eq!(range.width, [1024.0, 2048.0]);
        assert_eq!(range.extrapolation(&SHAPE), None);
        // As deep as the one and as wide as the other, and so larger than both.
        let large = range.extrapolation(&Features { width: 2048.0, ..SHAPE }).unwrap();
        assert_eq!(large.axis, Variable::ActiveParameters);
        let size = |shape: &Features| Variable::ActiveParameters.value(shape, None);
        let largest = size(&SHAPE).max(size(&Features { width: 2048.0, layers: 4.0, ..SHAPE }));
        assert!((large.factor - size(&Features { width: 2048.0, ..SHAPE }) / largest).abs() < 1e-12);
        assert_eq!(range.beyond_tokens(1e12), None);
        let range = FittedRange { tokens: Some([1e9, 1e11]), active_parameters: None, ..range };
        assert_eq!(range.beyond_tokens(1e12), Some(Extrapolation { axis: Variable::Tokens, factor: 10.0 }));
        let beyond = range.extrapolation(&Features { width: 1024.0, layers: 1.0, ..SHAPE }).unwrap();
        assert_eq!((beyond.axis, beyond.factor), (Variable::Feature(Axis::Layers), 4.0));
    }

    #[test]
    fn of_runs_without_shapes_sizes_alone_are_held_against_a_shape() {
        let [small, large] = [70e6, 280e6].map(|size| Features::of_sizes(size, size));
        let range = FittedRange::spanned_by(&[small, large]).unwrap();
        assert!(!range.has_shapes());
        let axes: Vec<Variable> = range.axes().map(|(variable, _)| variable).collect();
        assert_eq!(axes, SIZES);
        // SHAPE has 16·1024·(2048 + 512 + 3·2·1024)·1 parameters that are active, and twice as many experts.
        let size = Variable::ActiveParameters.value(&SHAPE, None);
        assert!((70e6..280e6).contains(&size), "{size}");
        assert_eq!(range.extrapolation(&SHAPE), None);
        let deep = Features { layers: 160.0, ..SHAPE };
        let beyond = range.extrapolation(&deep).unwrap();
        assert_eq!(beyond.axis, Variable::TotalParameters);
        let json = serde_json::to_value(range).unwrap();
        assert_eq!(
            (&json["layers"], &json["feed_forward_matrices"]),
            (&serde_json::Value::Null, &serde_json::Value::Null)
        );
        // One stand-in among shapes is enough.
        assert!(!FittedRange::spanned_by(&[SHAPE, small]).unwrap().has_shapes());
        let plain = Features { block: Block::Plain, ..SHAPE };
        assert_eq!(FittedRange::spanned_by(&[SHAPE, plain]).unwrap().block, None);
        assert_eq!(FittedRange::spanned_by(&[plain, plain]).unwrap().block, Some(Block::Plain));
        assert!(FittedRange::spanned_by(&[plain, SHAPE, plain, small]).unwrap().block == Some(Block::Unknown));
    }
}
