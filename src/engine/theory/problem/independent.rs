//! Optima that another program found, written apart from this one and with nothing in common with it but the paper: a
//! random local search with the kinks as they are, no derivatives, losses to 1e-7.

use super::*;
use crate::engine::law::tests::table_6;
use crate::engine::space::paper_space;
use crate::engine::theory::fixtures::{operator_model, simplified};

struct Known {
    budgets: &'static [(Limit, f64)],
    point: Point,
    loss: f64,
}

const fn point([layers, width, ffn_ratio, gqa, rho]: [f64; 5]) -> Point {
    Point { layers, width, ffn_ratio, gqa, rho }
}

/// AGX Orin in FP16, 1024 tokens in and 16 out, the paper's law and the box around its space, K = 1.
const OPERATORS: [Known; 5] = [
    Known {
        budgets: &[(Limit::Total, 0.1), (Limit::Memory, 61e9)],
        point: point([18.0124, 1689.45, 0.668_927, 9.087_11, 0.087_365_2]),
        loss: 3.196_585_33,
    },
    Known {
        budgets: &[(Limit::Total, 0.1), (Limit::Memory, 2e9)],
        point: point([18.261, 1817.21, 0.5, 8.287_61, 0.158_068]),
        loss: 3.213_542_35,
    },
    Known {
        budgets: &[(Limit::Tpot, 0.004)],
        point: point([18.5015, 1416.94, 0.970_165, 11.7398, 0.0625]),
        loss: 3.230_617_18,
    },
    Known {
        budgets: &[(Limit::Prefill, 0.03)],
        point: point([17.5608, 2293.23, 0.525_424, 6.816, 0.141_56]),
        loss: 3.132_326_30,
    },
    Known {
        budgets: &[(Limit::Memory, 2e9)],
        point: point([19.1568, 2000.6, 0.5, 6.082_64, 0.232_22]),
        loss: 3.201_054_05,
    },
];

/// The same board in the paper's costs, nothing bounded but ρ ≥ 1/16.
const SIMPLIFIED: [Known; 3] = [
    Known {
        budgets: &[(Limit::Prefill, 0.03)],
        point: point([20.273_349_9, 2913.4776, 0.464_178_624, 8.882_804, 0.0625]),
        loss: 3.025_813_758,
    },
    Known {
        budgets: &[(Limit::Tpot, 0.005)],
        point: point([19.322_908_1, 2729.8883, 0.448_727_828, 13.165_148_4, 0.0625]),
        loss: 3.052_634_760,
    },
    Known {
        budgets: &[(Limit::Memory, 2e9)],
        point: point([18.831_093_5, 3695.305_04, 0.047_820_355_3, 9.404_210_36, 0.085_586_912_5]),
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

#[test]
fn the_operator_models_optima_are_those_of_another_program() {
    for known in &OPERATORS {
        assert_found(known, [1e-3, 1e-6], &operator_model("fp16"), Domain::of(&paper_space()));
    }
}

#[test]
fn the_simplified_models_optima_are_those_of_another_program() {
    for known in &SIMPLIFIED {
        assert_found(known, [1e-6, 1e-9], &simplified(), Domain::unbounded(0.0625));
    }
}
