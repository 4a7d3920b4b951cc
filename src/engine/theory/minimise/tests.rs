use super::*;
use crate::budget::{Budgets, Limit};
use crate::fixtures::table_6;
use crate::law::Coefficients;
use crate::law::forms::Eq2;
use crate::theory::fixtures::simplified;
use crate::theory::{ClosedForms, CostModel, Ends, Regime, Simplified};
use proptest::prelude::*;

fn at_width(width: f64, rho_min: f64) -> Domain {
    Domain { width: [width; 2], ..Domain::unbounded(rho_min) }
}

/// Whole points against the closed forms, which their own tests hold against the paper's table.
#[test]
fn the_five_regimes_end_where_the_closed_forms_say() {
    let (law, costs) = (table_6(), simplified());
    let alone =
        [(Limit::Prefill, [0.01, 0.03, 0.2]), (Limit::Tpot, [1e-3, 5e-3, 20e-3]), (Limit::Memory, [1e9, 4e9, 8e9])];
    let alone = alone.into_iter().flat_map(|(limit, allowed)| allowed.map(|most| Budgets::NONE.with(limit, most)));
    let alone = alone.flat_map(|budgets| [768.0, 1024.0, 2048.0, 3072.0].map(|width| (width, budgets)));
    let with_memory = [
        (1024.0, Limit::Prefill, 0.01, 1.5e9),
        (1536.0, Limit::Prefill, 0.01, 2e9),
        (2048.0, Limit::Prefill, 0.05, 8e9),
        (3072.0, Limit::Prefill, 0.2, 4e10),
        (1024.0, Limit::Tpot, 5e-3, 4e9),
        (1536.0, Limit::Tpot, 4e-3, 2e9),
        (2048.0, Limit::Tpot, 5e-3, 6e9),
        (3072.0, Limit::Tpot, 5e-3, 4e9),
    ];
    let with_memory = with_memory.map(|(width, limit, latency_s, memory_bytes)| {
        (width, Budgets::NONE.with(limit, latency_s).with(Limit::Memory, memory_bytes))
    });
    for (width, budgets) in alone.chain(with_memory) {
        let domain = at_width(width, 0.01);
        let optimum = minimise(&Problem { law: &law, costs: &costs, budgets, domain }).unwrap();
        let regime = Regime::of(budgets.active().map(|(limit, _)| limit));
        assert_eq!(Regime::of(optimum.binding()), regime, "{width} {budgets:?}");
        let form = ClosedForms::new(&law, costs, budgets, domain).unwrap().at(regime, width, Ends::Reported).unwrap();
        for (a, b) in optimum.point.logarithms().into_iter().zip(form.point.logarithms()) {
            assert!((a - b).abs() <= 1e-8, "{:?}\n{:?}", optimum.point, form.point);
        }
        assert!(optimum.kkt_residual() <= 1e-9);
    }
}

/// Where memory and one latency bind together, ρ follows from the two constraints alone: P3, and D3 as corrected.
#[test]
fn two_budgets_that_bind_together_fix_the_activation_rate() {
    let (law, costs) = (table_6(), simplified());
    let both = |limit, allowed| {
        let budgets = Budgets::NONE.with(limit, allowed).with(Limit::Memory, 2e9);
        let problem = Problem { law: &law, costs: &costs, budgets, domain: at_width(1536.0, 0.01) };
        let optimum = minimise(&problem).unwrap();
        assert_eq!(optimum.binding(), [limit, Limit::Memory]);
        optimum.point
    };
    let point = both(Limit::Tpot, 0.004);
    let attention = 2.0 + 2.0 / point.gqa;
    let eta = 0.004 * costs.bytes_per_s / 2e9;
    let context = 2.0 * costs.mean_context() * costs.kv_bytes / (point.gqa * point.width * costs.weight_bytes);
    let rho = 3.0 * eta * point.ffn_ratio / (attention * (1.0 - eta) + 3.0 * point.ffn_ratio + context);
    assert!((point.rho / rho - 1.0).abs() < 1e-9, "{} {rho}", point.rho);
    let point = both(Limit::Prefill, 0.01);
    let attention = 2.0 + 2.0 / point.gqa;
    let eta = 0.01 * costs.flops_per_s / 1024.0 / 2e9 * costs.weight_bytes;
    let rho = 3.0 * eta * point.ffn_ratio / (attention * (2.0 - eta) + 6.0 * point.ffn_ratio);
    assert!((point.rho / rho - 1.0).abs() < 1e-9, "{} {rho}", point.rho);
}

#[test]
fn what_has_no_optimum_says_why() {
    let (law, costs) = (table_6(), simplified());
    let paper = Domain::of(&crate::fixtures::paper_space());
    let problem = Problem { law: &law, costs: &costs, budgets: Budgets::NONE, domain: paper };
    let refusal = |problem: Problem<'_>| minimise(&problem).unwrap_err().to_string();
    assert_eq!(
        refusal(Problem { budgets: Budgets::NONE.with(Limit::Memory, 1e6).with(Limit::Total, 1.0), ..problem }),
        "memory of 1.00 MB cannot be kept: the cheapest shape of the space takes 17.4 MB"
    );
    assert_eq!(
        refusal(Problem { domain: Domain { layers: [8.0, 4.0], ..paper }, ..problem }),
        "no depth is allowed: the space's smallest is above its largest"
    );
    assert_eq!(
        refusal(Problem { domain: Domain { layers: [4.0, f64::INFINITY], ..paper }, ..problem }),
        "there is no best depth: the loss falls for ever as it grows; set a largest one or a budget"
    );
    let budgets = Budgets::NONE.with(Limit::Tpot, 0.01);
    assert_eq!(
        refusal(Problem { domain: Domain::unbounded(0.0), budgets, ..problem }),
        "there is no best ρ: the loss falls for ever as it shrinks; set a smallest one"
    );
    let unpowered = Simplified { power: None, ..costs };
    let budgets = Budgets::NONE.with(Limit::Energy, 1.0);
    assert_eq!(
        refusal(Problem { costs: &unpowered, budgets, ..problem }),
        "energy is limited but not known: the power mode states no watts"
    );
    let exponents = [1.63, 1.09, -0.33, 0.97, 0.17, 0.05, 0.3];
    let data = Coefficients::new(&crate::law::forms::EQ_2_TOKENS, &[9.96, 0.031, 500.0, 0.2, 9.0], &exponents, 2.0);
    assert_eq!(
        refusal(Problem { law: &data, ..problem }),
        "the law needs a number of training tokens, and none is given"
    );
}

/// A domain whose ends coincide is one point, and its optimum is that point.
#[test]
fn a_domain_of_one_point_has_that_optimum() {
    let (law, costs) = (table_6(), simplified());
    let domain = Domain {
        layers: [16.0; 2],
        width: [1024.0; 2],
        ffn_ratio: [2.0; 2],
        gqa: [4.0; 2],
        rho: [0.125; 2],
        ..Domain::unbounded(0.1)
    };
    let problem = Problem { law: &law, costs: &costs, budgets: Budgets::NONE.with(Limit::Total, 1.0), domain };
    let optimum = minimise(&problem).unwrap();
    assert_eq!(optimum.point, Point { layers: 16.0, width: 1024.0, ffn_ratio: 2.0, gqa: 4.0, rho: 0.125 });
    assert!(optimum.kkt_residual() <= 1e-9 && optimum.binding().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Any law of the paper's form: the residual vanishes, all budgets are kept, and no other point that keeps them has
    /// less loss, whichever way one goes.
    #[test]
    fn no_feasible_point_is_better(
        kappas in prop::array::uniform4(-1.0..1.0f64),
        (alpha_l, alpha_rho, beta_1, beta_2) in (0.3..2.5f64, 0.3..2.0f64, -0.6..0.3f64, 0.5..1.5f64),
        (alpha_r, alpha_m) in (0.05..0.8f64, 0.02..0.5f64),
        (tpot_s, prefill_s, memory_bytes) in (5e-4..2e-2f64, 5e-3..0.2f64, 1e8..8e9f64),
        moves in prop::collection::vec(prop::array::uniform5(-1.0..1.0f64), 100),
    ) {
        let [kappa_l, kappa_rho, kappa_d, kappa_m] = kappas.map(|decades: f64| 10f64.powf(decades / 2.0));
        let law = Eq2 {
            kappa_l: 10.0 * kappa_l, alpha_l, kappa_rho: 0.03 * kappa_rho, alpha_rho, beta_1,
            kappa_d: 500.0 * kappa_d, beta_2, alpha_r, kappa_m: 0.5 * kappa_m, alpha_m, l_inf: 2.0,
        };
        let (law, costs) = (Coefficients::from(law), simplified());
        let budgets =
            Budgets::NONE.with(Limit::Tpot, tpot_s).with(Limit::Prefill, prefill_s).with(Limit::Memory, memory_bytes);
        let domain = Domain { rho: [1.0 / 64.0, 1.0], ..Domain::of(&crate::fixtures::paper_space()) };
        let problem = Problem { law: &law, costs: &costs, budgets, domain };
        let optimum = match minimise(&problem) {
            Err(NoOptimum::Infeasible { .. }) => return Ok(()),
            other => other.unwrap(),
        };
        prop_assert!(optimum.kkt_residual() <= 1e-9);
        let keeps = |point: &Point| budgets.active().all(|(limit, most)| costs.cost(limit, point) <= most * (1.0 + 2e-9));
        prop_assert!(keeps(&optimum.point));
        for by in moves {
            for reach in [0.01, 0.3, 2.0] {
                let moved: [f64; 5] = std::array::from_fn(|place| {
                    let [low, high] = domain.ends()[place].map(f64::ln);
                    (optimum.point.logarithms()[place] + reach * by[place]).clamp(low, high)
                });
                let point = Point::from_logarithms(moved);
                let heads_left = point.width / (domain.head_dim * point.gqa) >= domain.fewest_kv_heads;
                if heads_left && keeps(&point) {
                    prop_assert!(law.loss(&point.features()) >= optimum.loss - 1e-9);
                }
            }
        }
    }
}
