//! What else runs on the board: cameras, perception and planning take a share of it, and the model gets the rest.
//!
//! The shares are what somebody measured or means to leave, and nothing is assumed: without them the board is the
//! model's alone. Others lower what can be had and not what the board is, so power and efficiencies stay. The name of the
//! hardware says what is taken, so no output can hide it.

use std::fmt;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::hardware::Hardware;
use crate::text::shown;
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

    /// `20%`, `0.2`.
    fn parse(typed: &str) -> Result<Self> {
        let (number, of) = typed.strip_suffix('%').map_or((typed, 1.0), |number| (number, 100.0));
        let share = number.trim().parse::<f64>().ok().and_then(|number| Self::new(number / of));
        share.ok_or_else(|| {
            let what = format!("'{}' is no share that others can take", shown(typed));
            Error::new(what).expected("from 0% to 99%, such as 20% or 0.2")
        })
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
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
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

    /// `bandwidth=20%,gpu=0.1,memory=2GB`, each at most once; nothing is [`Self::NONE`].
    pub fn parse(typed: &str) -> Result<Self> {
        const EXPECTED: &str = "such as bandwidth=20%,gpu=10%,memory=2GB";
        let (mut others, mut given) = (Self::NONE, Vec::new());
        for entry in typed.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let Some((key, value)) = entry.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else {
                return Err(Error::new(format!("'{}' has no value", shown(entry))).expected(EXPECTED));
            };
            match key {
                "bandwidth" => others.bandwidth = Share::parse(value)?,
                "gpu" => others.gpu = Share::parse(value)?,
                "memory" => others.memory_bytes = units::parse_bytes(value)? as u64,
                _ => {
                    let what = format!("'{}' is nothing that others take", shown(key));
                    return Err(Error::new(what).expected("bandwidth, gpu or memory").hint(EXPECTED));
                }
            }
            if given.contains(&key) {
                return Err(Error::new(format!("'{key}' is given twice")).expected(EXPECTED));
            }
            given.push(key);
        }
        Ok(others)
    }

    /// `20 %`, or `20/10 %+2.00 GB`: bandwidth, GPU and memory, for where there is little room.
    pub fn in_short(&self) -> String {
        let percent = |share: Share| units::ratio(share.value() * 100.0);
        let shares = if self.bandwidth == self.gpu {
            percent(self.bandwidth)
        } else {
            format!("{}/{}", percent(self.bandwidth), percent(self.gpu))
        };
        let memory =
            if self.memory_bytes > 0 { format!("+{}", units::bytes(self.memory_bytes as f64)) } else { String::new() };
        format!("{shares} %{memory}")
    }

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
    fn typed_shares_are_read_and_slips_are_named() {
        let others = Others::parse("bandwidth=20%, gpu=0.1,memory=2GB").unwrap();
        assert_eq!(others.to_string(), "20 % of the bandwidth, 10 % of the GPU, 2.00 GB");
        assert_eq!(Others::parse(" ").unwrap(), Others::NONE);
        for (typed, wrong) in [
            ("bandwidth", "'bandwidth' has no value"),
            ("bandwidth=100%", "'100%' is no share that others can take"),
            ("bandwidth=20", "'20' is no share that others can take"),
            ("cpu=10%", "'cpu' is nothing that others take"),
            ("gpu=1%,gpu=2%", "'gpu' is given twice"),
        ] {
            assert_eq!(Others::parse(typed).unwrap_err().headline(), wrong);
        }
    }

    #[test]
    fn a_share_is_less_than_all() {
        assert_eq!(Share::new(0.0), Some(Share::NONE));
        assert_eq!([-0.1, 1.0, 0.991, f64::NAN].map(Share::new), [None; 4]);
        assert_eq!(Share::new(0.125).unwrap().to_string(), "12.5 %");
    }
}
