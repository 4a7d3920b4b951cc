//! Cost models that the theory's tests share.

use super::{OperatorModel, Simplified};
use crate::fixtures::{agx_orin, paper_space};
use crate::hardware::Hardware;
use crate::precision::Precision;
use crate::roofline::Estimator;
use crate::workload::Workload;

fn board() -> Hardware {
    Hardware { watts: Some(50.0), ..agx_orin() }
}

/// AGX Orin at 50 W, FP16, the paper's workload.
pub(super) fn simplified() -> Simplified {
    Simplified::of(&board(), &Estimator::new(&board(), Precision::FP16, Workload::default()).unwrap())
}

/// The same board and workload, for models of the paper's space.
pub(super) fn operator_model(precision: &str) -> OperatorModel {
    operator_model_under(precision, Workload::default())
}

/// Of another workload.
pub(super) fn operator_model_under(precision: &str, workload: Workload) -> OperatorModel {
    let precision = Precision::named(precision).unwrap();
    OperatorModel::of(&paper_space(), Estimator::new(&board(), precision, workload).unwrap())
}
