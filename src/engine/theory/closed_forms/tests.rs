//! The forms against the paper's table, their own limits, and finite differences of the loss they minimise.
use super::*;
use crate::theory::CostModel;

mod deciding;
mod paper;
mod properties;

/// AGX Orin at 16 bit: 42.5 TFLOP/s, 204.8 GB/s, 1024 tokens in, 16 out, 50 W.
pub(super) fn orin() -> Simplified {
    use crate::efficiency::Basis;
    use crate::energy::PowerBudget;
    use crate::workload::Workload;
    let workload = Workload::default();
    Simplified {
        flops_per_s: 42.5e12,
        bytes_per_s: 204.8e9,
        weight_bytes: 2.0,
        kv_bytes: 2.0,
        workload,
        power: Some(PowerBudget::new(50.0, workload, Basis::Ideal)),
    }
}
