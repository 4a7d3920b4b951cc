//! What the tests of several crates start from: a board, the paper's law and what follows from both.

use crate::hardware::{Efficiencies, Hardware};
use crate::landscape::Landscape;
use crate::law::forms::Eq2;
use crate::law::{Block, Coefficients, FitQuality, FittedRange, LossLaw};
use crate::precision::{ComputeCapability, Precision};
use crate::roofline::Estimator;
use crate::space::{KvHeads, Space};
use crate::sweep::Sweep;
use crate::workload::Workload;

/// Table 6.
pub const TABLE_6: Eq2 = Eq2 {
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

/// The same as a law.
pub fn table_6() -> Coefficients {
    TABLE_6.into()
}

/// Table 6's law as a file would give it.
pub fn paper_law() -> LossLaw {
    LossLaw {
        name: "paper".into(),
        source: "Table 6".into(),
        synthetic: false,
        coefficients: table_6(),
        quality: FitQuality { r2_train: Some(0.975), r2_holdout: Some(0.952), rmse: None, runs: Some(170) },
        range: FittedRange {
            layers: [4.0, 32.0],
            width: [768.0, 3072.0],
            ffn_ratio: [0.5, 4.0],
            kv_dim: [64.0, 3072.0],
            activation_rate: [0.0625, 1.0],
            active_parameters: None,
            total_parameters: None,
            block: Some(Block::Gated),
            tokens: None,
        },
        notes: Vec::new(),
        dataset: None,
        origin: None,
        query_heads_per_kv_head: None,
        held_at: Vec::new(),
        reading: None,
    }
}

/// Table 5 with head size 64, the space that ships as `paper`; for tests and benches that read no file.
pub fn paper_space() -> Space {
    Space {
        name: "paper".into(),
        description: String::new(),
        layers: (1..=8).map(|i| 4 * i).collect(),
        widths: vec![768, 1024, 1280, 1536, 1792, 2048, 2304, 2560, 3072],
        head_dims: vec![64],
        kv_heads: vec![
            KvHeads::Count(1),
            KvHeads::Count(2),
            KvHeads::Count(4),
            KvHeads::Count(8),
            KvHeads::SameAsHeads,
        ],
        ffn_ratios: vec![0.5, 1.0, 1.5, 2.0, 8.0 / 3.0, 3.0, 4.0],
        experts: vec![(1, 1), (8, 1), (8, 2), (16, 1), (16, 2)],
        vocab: 151_936,
        tied: true,
        window: None,
        origin: None,
    }
}

/// AGX Orin 64GB, MAXN.
pub fn agx_orin() -> Hardware {
    Hardware {
        name: "agx-orin-64gb".into(),
        fp16_flops_per_s: 42.5e12,
        int8_flops_per_s: Some(85e12),
        fp8_flops_per_s: None,
        fp4_flops_per_s: None,
        bandwidth_bytes_per_s: 204.8e9,
        memory_bytes: 62.841e9,
        reserved_bytes: 0.0,
        watts: None,
        efficiency: Efficiencies::IDEAL,
        compute_capability: ComputeCapability::parse("8.7"),
    }
}

/// FP16 and the paper's workload on AGX Orin, with so many watts.
fn estimator_at(watts: Option<f64>) -> Estimator {
    let hardware = Hardware { watts, ..agx_orin() };
    let Ok(estimator) = Estimator::new(&hardware, Precision::FP16, Workload::default()) else {
        unreachable!("every board computes in FP16")
    };
    estimator
}

/// The paper's space, law and workload on AGX Orin in FP16.
pub fn paper_sweep() -> Sweep {
    Sweep::new(&paper_space(), &table_6(), &estimator_at(None))
}

/// The same on a board of so many watts.
pub fn sweep_at(watts: f64) -> Sweep {
    Sweep::new(&paper_space(), &table_6(), &estimator_at(Some(watts)))
}

/// The paper's setting on AGX Orin in FP16.
pub fn paper_landscape() -> Landscape {
    Landscape::new(&paper_space(), paper_law(), estimator_at(None))
}
