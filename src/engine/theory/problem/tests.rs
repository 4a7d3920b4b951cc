use super::*;
use crate::engine::law::forms::Eq2;
use crate::engine::law::tests::table_6;
use crate::engine::theory::Simplified;
use crate::engine::theory::fixtures::simplified;
use crate::engine::theory::simplified::{xi_all, xi_f};
use proptest::prelude::*;

fn at_width(width: f64, rho_min: f64) -> Domain {
    Domain { width: [width; 2], ..Domain::unbounded(rho_min) }
}

/// The paper's fixed point for r and gqa at a width: iterates `next` in logarithms, half a step at a time.
fn fixed_point(start: Point, next: impl Fn(&Point) -> Point) -> Point {
    let mut point = start;
    for _round in 0..2000 {
        let (here, there) = (point.logarithms(), next(&point).logarithms());
        point = Point::from_logarithms(std::array::from_fn(|place| f64::midpoint(here[place], there[place])));
    }
    point
}

/// D1 of the paper's table, for the paper's law.
fn decode_bound(law: &Eq2, costs: &Simplified, tpot_s: f64, [width, rho]: [f64; 2]) -> Point {
    let moved = tpot_s * costs.bytes_per_s;
    let weight = law.kappa_rho * rho.powf(law.alpha_rho) * width.powf(law.beta_2 - law.beta_1) + law.kappa_d;
    let start = Point { layers: 10.0, width, ffn_ratio: 1.0, gqa: 4.0, rho };
    fixed_point(start, |point| {
        let gamma: f64 = costs.gamma_bytes(point);
        let spread = moved.powf(law.alpha_l) / gamma.powf(law.alpha_l - 1.0);
        let ffn = law.alpha_r * weight / (3.0 * law.alpha_l * law.kappa_l) * spread
            / (width.powf(2.0 + law.beta_2) * costs.weight_bytes);
        let per_group = width * width * costs.weight_bytes + costs.mean_context() * width * costs.kv_bytes;
        let shared = 2.0 * law.alpha_l * law.kappa_l / (law.alpha_m * law.kappa_m) * width.powf(law.alpha_m) / spread
            * per_group;
        Point {
            layers: moved / gamma,
            ffn_ratio: ffn.powf(1.0 / (law.alpha_r + 1.0)),
            gqa: shared.powf(1.0 / (law.alpha_m + 1.0)),
            ..*point
        }
    })
}

fn assert_near(found: &Point, expected: &Point, tolerance: f64) {
    for (a, b) in found.logarithms().into_iter().zip(expected.logarithms()) {
        assert!((a - b).abs() <= tolerance, "{found:?}\n{expected:?}");
    }
}

#[test]
fn decode_ends_where_the_papers_closed_form_says() {
    let (law, costs) = (table_6(), simplified());
    let eq2 = Eq2::of(&law).unwrap();
    for width in [768.0, 1024.0, 2048.0, 3072.0] {
        for tpot_s in [1e-3, 5e-3, 20e-3] {
            let budgets = Budgets::NONE.with(Limit::Tpot, tpot_s);
            let problem = Problem { law: &law, costs: &costs, budgets, domain: at_width(width, 0.0625) };
            let optimum = minimise(&problem).unwrap();
            assert_near(&optimum.point, &decode_bound(&eq2, &costs, tpot_s, [width, 0.0625]), 1e-8);
            assert_eq!(optimum.binding(), [Limit::Tpot]);
            assert!(optimum.kkt_residual() <= 1e-9);
        }
    }
}

/// P1 of the paper's table.
fn prefill_bound(law: &Eq2, costs: &Simplified, prefill_s: f64, [width, rho]: [f64; 2]) -> Point {
    let flops = prefill_s * costs.flops_per_s / f64::from(costs.workload.prompt_tokens);
    let weight = law.kappa_rho * rho.powf(law.alpha_rho) * width.powf(law.beta_2 - law.beta_1) + law.kappa_d;
    let start = Point { layers: 10.0, width, ffn_ratio: 1.0, gqa: 4.0, rho };
    fixed_point(start, |point| {
        let per_token: f64 = xi_f(point);
        let spread = flops.powf(law.alpha_l) / per_token.powf(law.alpha_l - 1.0);
        let ffn = law.alpha_r * weight / (6.0 * law.alpha_l * law.kappa_l) * spread
            / width.powf(2.0 * law.alpha_l + law.beta_2);
        let shared = 4.0 * law.alpha_l * law.kappa_l / (law.alpha_m * law.kappa_m)
            * width.powf(2.0 * law.alpha_l + law.alpha_m)
            / spread;
        Point {
            layers: flops / (per_token * width * width),
            ffn_ratio: ffn.powf(1.0 / (law.alpha_r + 1.0)),
            gqa: shared.powf(1.0 / (law.alpha_m + 1.0)),
            ..*point
        }
    })
}

/// D2 = P2 of the paper's table.
fn memory_bound(law: &Eq2, costs: &Simplified, memory_bytes: f64, width: f64) -> Point {
    let weights = memory_bytes / costs.weight_bytes;
    let rho = (law.alpha_r * law.kappa_d / ((law.alpha_rho - law.alpha_r) * law.kappa_rho)).powf(1.0 / law.alpha_rho)
        * width.powf((law.beta_1 - law.beta_2) / law.alpha_rho);
    let weight = law.kappa_rho * rho.powf(law.alpha_rho) * width.powf(law.beta_2 - law.beta_1) + law.kappa_d;
    let start = Point { layers: 10.0, width, ffn_ratio: 1.0, gqa: 4.0, rho };
    fixed_point(start, |point| {
        let stored: f64 = xi_all(point);
        let spread = weights.powf(law.alpha_l) / stored.powf(law.alpha_l - 1.0);
        let ffn = law.alpha_r * weight * rho / (3.0 * law.alpha_l * law.kappa_l) * spread
            / width.powf(2.0 * law.alpha_l + law.beta_2);
        let shared = 2.0 * law.alpha_l * law.kappa_l / (law.alpha_m * law.kappa_m)
            * width.powf(2.0 * law.alpha_l + law.alpha_m)
            / spread;
        Point {
            layers: weights / (stored * width * width),
            ffn_ratio: ffn.powf(1.0 / (law.alpha_r + 1.0)),
            gqa: shared.powf(1.0 / (law.alpha_m + 1.0)),
            ..*point
        }
    })
}

#[test]
fn prefill_and_memory_end_where_the_papers_closed_forms_say() {
    let (law, costs) = (table_6(), simplified());
    let eq2 = Eq2::of(&law).unwrap();
    for width in [768.0, 1024.0, 2048.0] {
        for (limit, allowed) in
            [(Limit::Prefill, 0.03), (Limit::Prefill, 0.2), (Limit::Memory, 1e9), (Limit::Memory, 8e9)]
        {
            let budgets = Budgets::NONE.with(limit, allowed);
            let problem = Problem { law: &law, costs: &costs, budgets, domain: at_width(width, 0.0625) };
            let optimum = minimise(&problem).unwrap();
            let expected = match limit {
                Limit::Prefill => prefill_bound(&eq2, &costs, allowed, [width, 0.0625]),
                _ => memory_bound(&eq2, &costs, allowed, width),
            };
            assert_near(&optimum.point, &expected, 1e-8);
            assert_eq!(optimum.binding(), [limit]);
        }
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
    let paper = Domain::of(&crate::engine::space::paper_space());
    let problem = Problem { law: &law, costs: &costs, budgets: Budgets::NONE, domain: paper };
    let refusal = |problem: Problem<'_>| minimise(&problem).unwrap_err().to_string();
    assert_eq!(
        refusal(Problem { budgets: Budgets::NONE.with(Limit::Memory, 1e6).with(Limit::Total, 1.0), ..problem }),
        "memory of 1.00 MB cannot be kept: the cheapest shape of the domain takes 17.4 MB"
    );
    assert_eq!(
        refusal(Problem { domain: Domain { layers: [8.0, 4.0], ..paper }, ..problem }),
        "no depth is allowed: the domain's smallest is above its largest"
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
    let data =
        Coefficients::new(&crate::engine::law::forms::EQ_2_TOKENS, &[9.96, 0.031, 500.0, 0.2, 9.0], &exponents, 2.0);
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
        let domain = Domain { rho: [1.0 / 64.0, 1.0], ..Domain::of(&crate::engine::space::paper_space()) };
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
