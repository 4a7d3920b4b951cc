//! Optima that other programs found. These programs share nothing with this one but the paper, and none of them rounds
//! off a kink. For the operator model: `SciPy`'s SLSQP, with a variable for the time of each operator that is at least
//! its computing and at least its reading. Three starts agree to 1e-10. For the simplified model: a random local search
//! without derivatives.

use super::*;
use crate::budget::{Budgets, Limit};
use crate::fixtures::{paper_space, table_6};
use crate::roofline::Attention;
use crate::theory::fixtures::{operator_model, simplified};
use crate::theory::{CostModel, OperatorModel};

struct Known {
    budgets: &'static [(Limit, f64)],
    point: Point,
    loss: f64,
}

const fn point([layers, width, ffn_ratio, gqa, rho]: [f64; 5]) -> Point {
    Point { layers, width, ffn_ratio, gqa, rho }
}

/// AGX Orin in FP16, 1024 tokens in and 16 out, the paper's law and the box around its space, K = 1.
const OPERATORS: [Known; 7] = [
    Known {
        budgets: &[(Limit::Total, 0.1), (Limit::Memory, 61e9)],
        point: point([18.012_36, 1_689.448, 0.668_927_4, 9.087_115, 0.087_365_18]),
        loss: 3.196_585_325_1,
    },
    Known {
        budgets: &[(Limit::Total, 0.1), (Limit::Memory, 2e9)],
        point: point([18.254_04, 1_816.755, 0.5, 8.171_995, 0.157_966_7]),
        loss: 3.213_541_565_4,
    },
    Known {
        budgets: &[(Limit::Tpot, 0.004)],
        point: point([18.501_47, 1_416.942, 0.970_165_5, 11.739_79, 0.0625]),
        loss: 3.230_617_183_7,
    },
    Known {
        budgets: &[(Limit::Prefill, 0.03)],
        point: point([17.560_84, 2_293.229, 0.525_424, 6.816_003, 0.141_560_5]),
        loss: 3.132_326_295_7,
    },
    Known {
        budgets: &[(Limit::Prefill, 0.02)],
        point: point([15.8744, 1_866.444, 0.673_638_5, 6.171_367, 0.175_154_7]),
        loss: 3.208_982_666_5,
    },
    Known {
        budgets: &[(Limit::Total, 0.17), (Limit::Memory, 8e9)],
        point: point([20.271_28, 2_336.255, 0.509_286_9, 7.976_503, 0.068_343_93]),
        loss: 3.081_401_228_4,
    },
    Known {
        budgets: &[(Limit::Memory, 2e9)],
        point: point([19.1568, 2_000.598, 0.5, 6.082_637, 0.232_220_1]),
        loss: 3.201_054_051_8,
    },
];

/// The same board in the paper's costs, nothing bounded but ρ ≥ 1/16.
const SIMPLIFIED: [Known; 3] = [
    Known {
        budgets: &[(Limit::Prefill, 0.03)],
        point: point([20.273_349_9, 2_913.477_6, 0.464_178_624, 8.882_804, 0.0625]),
        loss: 3.025_813_758,
    },
    Known {
        budgets: &[(Limit::Tpot, 0.005)],
        point: point([19.322_908_1, 2_729.888_3, 0.448_727_828, 13.165_148_4, 0.0625]),
        loss: 3.052_634_760,
    },
    Known {
        budgets: &[(Limit::Memory, 2e9)],
        point: point([18.831_093_5, 3_695.305_04, 0.047_820_355_3, 9.404_210_36, 0.085_586_912_5]),
        loss: 3.105_492_983,
    },
];

/// Places within `sizes` as a share, losses within `nats`.
fn assert_found(known: &Known, [sizes, nats]: [f64; 2], costs: &dyn CostModel, domain: Domain) {
    let law = table_6();
    let budgets = known.budgets.iter().fold(Budgets::NONE, |budgets, &(limit, most)| budgets.with(limit, most));
    let optimum = minimise(&Problem { law: &law, costs, budgets, domain }).unwrap();
    assert!((optimum.loss - known.loss).abs() <= nats, "{} nats, not {}", optimum.loss, known.loss);
    for (found, expected) in optimum.point.logarithms().into_iter().zip(known.point.logarithms()) {
        assert!((found - expected).abs() <= sizes, "{:?}, not {:?}", optimum.point, known.point);
    }
}

/// The other program counts the whole score matrix.
fn paper_model() -> OperatorModel {
    let model = operator_model("fp16");
    OperatorModel { estimator: model.estimator.with_attention(Attention::PAPER), ..model }
}

#[test]
fn the_operator_models_optima_are_those_of_another_program() {
    for known in &OPERATORS {
        assert_found(known, [2e-5, 1e-7], &paper_model(), Domain::of(&paper_space()));
    }
}

#[test]
fn the_simplified_models_optima_are_those_of_another_program() {
    for known in &SIMPLIFIED {
        assert_found(known, [1e-6, 1e-9], &simplified(), Domain::unbounded(0.0625));
    }
}
