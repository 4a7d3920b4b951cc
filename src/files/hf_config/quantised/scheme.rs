//! How a weight is stored: bits, what comes on top per group, and what the inputs are turned into before the product.

use serde_json::{Map, Value};

use engine::precision::{ComputeFormat, Storage};

/// Keys of an object.
pub(super) type Object = Map<String, Value>;

/// What the bits of a number mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Float,
}

/// What shares a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// A whole channel or matrix, so that scales count for nothing.
    Channel,
    /// So many weights of a row, with so many bits on top.
    Of { weights: u32, more_bits: u32 },
    /// A rectangle.
    Block { rows: u32, columns: u32 },
}

/// How a weight is stored and multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scheme {
    pub(super) bits: u32,
    pub(super) kind: Kind,
    pub(super) group: Group,
    /// Kind and bits of the inputs; none where they stay in 16 bit.
    pub(super) inputs: Option<(Kind, u32)>,
}

/// Bits of the scale of a block of FP8 weights.
const BLOCK_SCALE_BITS: f64 = 32.0;

impl Scheme {
    /// Weights alone.
    pub(super) const fn of(bits: u32, kind: Kind, group: Group) -> Self {
        Self { bits, kind, group, inputs: None }
    }

    /// The same with inputs of the same kind and as many bits.
    pub(super) const fn with_inputs_alike(self) -> Self {
        Self { inputs: Some((self.kind, self.bits)), ..self }
    }

    /// With the bytes of scales and zero points.
    pub(super) fn bytes(self) -> f64 {
        let more_bits = match self.group {
            Group::Channel => 0.0,
            Group::Of { weights, more_bits } => f64::from(more_bits) / f64::from(weights),
            Group::Block { rows, columns } => BLOCK_SCALE_BITS / (f64::from(rows) * f64::from(columns)),
        };
        (f64::from(self.bits) + more_bits) / 8.0
    }

    /// What is multiplied; `None` where no board is known for it.
    pub(super) const fn compute(self) -> Option<ComputeFormat> {
        match self.inputs {
            None => Some(ComputeFormat::Bits16),
            Some((Kind::Integer, 8)) => Some(ComputeFormat::Int8),
            Some((Kind::Float, 8)) => Some(ComputeFormat::Fp8),
            Some((Kind::Float, 4)) => Some(ComputeFormat::Fp4),
            Some(_) => None,
        }
    }

    /// What a head in it is called.
    pub(super) const fn storage(self) -> Storage {
        match (self.kind, self.bits) {
            (Kind::Float, 4) => match self.group {
                Group::Of { weights: 32, .. } => Storage::MXFP4,
                _ => Storage::NVFP4,
            },
            (Kind::Float, _) => Storage::FP8,
            (Kind::Integer, ..=2) => Storage::INT2,
            (Kind::Integer, 3) => Storage::INT3,
            (Kind::Integer, 4) => Storage::INT4,
            (Kind::Integer, 5) => Storage::INT5,
            (Kind::Integer, 6) => Storage::INT6,
            (Kind::Integer, _) => Storage::INT8,
        }
    }

    /// `4 bit, in groups of 128`.
    pub(super) fn words(self) -> String {
        let group = match self.group {
            Group::Channel => String::new(),
            Group::Of { weights, .. } => format!(", in groups of {weights}"),
            Group::Block { rows, columns } => format!(", in blocks of {rows}×{columns}"),
        };
        let inputs = self.inputs.map_or_else(String::new, |(kind, bits)| format!(", inputs in {}", number(kind, bits)));
        format!("{}{group}{inputs}", number(self.kind, self.bits))
    }
}

fn number(kind: Kind, bits: u32) -> String {
    match kind {
        Kind::Integer => format!("{bits} bit"),
        Kind::Float => format!("{bits}-bit float"),
    }
}

/// A whole number that may be written as `4` or `4.0`.
pub(super) fn whole(keys: &Object, key: &str) -> Option<u32> {
    let value = keys.get(key)?;
    let whole = value.as_u64().or_else(|| value.as_f64().filter(|v| v.fract() == 0.0 && *v >= 0.0).map(|v| v as u64));
    whole.and_then(|whole| u32::try_from(whole).ok())
}

/// A size of groups; a file says none, null, 0 or -1 where a channel has one scale.
pub(super) fn group(keys: &Object, key: &str, more_bits: u32) -> Group {
    whole(keys, key).filter(|weights| *weights > 0).map_or(Group::Channel, |weights| Group::Of { weights, more_bits })
}

/// Whether a switch is on.
pub(super) fn is_on(keys: &Object, key: &str) -> bool {
    keys.get(key) == Some(&Value::Bool(true))
}

/// `, 4 bit, in groups of 128`: what a file says plainly, whatever its method.
pub(super) fn stated(keys: &Object) -> String {
    let bits = ["bits", "w_bit", "nbits"].iter().find_map(|key| keys.get(*key)?.as_f64());
    let bits = bits.map_or_else(String::new, |bits| format!(", {bits} bit"));
    let group = whole(keys, "group_size").filter(|size| *size > 0);
    bits + &group.map_or_else(String::new, |size| format!(", in groups of {size}"))
}
