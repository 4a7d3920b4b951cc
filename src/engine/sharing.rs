//! What else runs on the board: cameras, perception and planning take a share of it, and the model gets the rest.
//!
//! The shares are what somebody measured or means to leave, and nothing is assumed: without them the board is the
//! model's alone. Others lower what can be had and not what the board is, so power and efficiencies stay. The name of the
//! hardware says what is taken, so no output can hide it.

use std::fmt;

use serde::Serialize;

use crate::hardware::Hardware;
use crate::units;

/// A part of something, in thousandths: less than all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Share(u16);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The most that others can take: with nothing left there is nothing to predict.
    pub const MOST: Self = Self(990);

    /// Of 1; `None` below 0 or beyond [`Self::MOST`].
    pub fn new(value: f64) -> Option<Self> {
        let thousandths = (value * 1e3).round();
        (0.0..=f64::from(Self::MOST.0)).contains(&thousandths).then_some(Self(thousandths as u16))
    }

    /// Of 1.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 1e3
    }

    /// What it leaves, of 1.
    fn left(self) -> f64 {
        f64::from(1000 - self.0) / 1e3
    }
}

/// `20 %`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", units::ratio(f64::from(self.0) / 10.0))
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// What others take of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Others {
    /// Of the bandwidth, of 1.
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub bandwidth: Share,
    /// Of the compute rates, of 1: time on the GPU.
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub gpu: Share,
    /// Memory, bytes.
    pub memory_bytes: u64,
}

impl Others {
    /// Nothing else runs.
    pub const NONE: Self = Self { bandwidth: Share::NONE, gpu: Share::NONE, memory_bytes: 0 };

    /// Whether nothing else runs.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

/// `20 % of the bandwidth, 2.00 GB`: what they take, and nothing of what they leave.
impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |share: Share, of: &str| (share != Share::NONE).then(|| format!("{share} of the {of}"));
        let memory = (self.memory_bytes > 0).then(|| units::bytes(self.memory_bytes as f64));
        let parts = [share(self.bandwidth, "bandwidth"), share(self.gpu, "GPU"), memory];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

impl Hardware {
    /// What others leave of the board.
    #[must_use]
    pub fn shared_with(&self, others: &Others) -> Self {
        if others.is_none() {
            return self.clone();
        }
        let (bandwidth, gpu) = (others.bandwidth.left(), others.gpu.left());
        let rate = |peak: Option<f64>| peak.map(|flops_per_s| flops_per_s * gpu);
        Self {
            name: format!("{}, others take {others}", self.name),
            fp16_flops_per_s: self.fp16_flops_per_s * gpu,
            int8_flops_per_s: rate(self.int8_flops_per_s),
            fp8_flops_per_s: rate(self.fp8_flops_per_s),
            fp4_flops_per_s: rate(self.fp4_flops_per_s),
            bandwidth_bytes_per_s: self.bandwidth_bytes_per_s * bandwidth,
            efficiency: self.efficiency.scaled(gpu),
            reserved_bytes: self.reserved_bytes + others.memory_bytes as f64,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;
    use crate::precision::Precision;
    use crate::reference::QWEN2_5_0_5B;
    use crate::roofline::Estimator;
    use crate::workload::Workload;

    #[test]
    fn what_others_take_is_missing_and_said() {
        let others =
            Others { bandwidth: Share::new(0.2).unwrap(), gpu: Share::new(0.1).unwrap(), memory_bytes: 2_000_000_000 };
        let (alone, shared) = (agx_orin(), agx_orin().shared_with(&others));
        assert_eq!(shared.name, "agx-orin-64gb, others take 20 % of the bandwidth, 10 % of the GPU, 2.00 GB");
        assert!((shared.bandwidth_bytes_per_s / alone.bandwidth_bytes_per_s - 0.8).abs() < 1e-15);
        assert!((shared.fp16_flops_per_s / alone.fp16_flops_per_s - 0.9).abs() < 1e-15);
        assert_eq!((shared.reserved_bytes, shared.memory_bytes), (alone.reserved_bytes + 2e9, alone.memory_bytes));
        // Decode of an FP16 model waits for memory: four fifths of the bandwidth take five fourths of the time.
        let decode_s = |board: &Hardware| {
            Estimator::new(board, Precision::FP16, Workload::default()).unwrap().latency(&QWEN2_5_0_5B).decode_s
        };
        assert!((decode_s(&shared) / decode_s(&alone) - 1.25).abs() < 1e-12);
        assert_eq!(alone.shared_with(&Others::NONE), alone);
    }

    #[test]
    fn a_share_is_less_than_all() {
        assert_eq!(Share::new(0.0), Some(Share::NONE));
        assert_eq!([-0.1, 1.0, 0.991, f64::NAN].map(Share::new), [None; 4]);
        assert_eq!(Share::new(0.125).unwrap().to_string(), "12.5 %");
    }
}
