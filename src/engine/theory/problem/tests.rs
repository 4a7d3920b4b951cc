use super::*;
use crate::engine::hardware::Hardware;
use crate::engine::law::forms::Eq2;
use crate::engine::law::tests::table_6;
use crate::engine::precision::Precision;
use crate::engine::roofline::Estimator;
use crate::engine::sweep::tests::agx_orin;
use crate::engine::theory::Simplified;
use crate::engine::workload::Workload;

fn simplified() -> Simplified {
    let hardware = Hardware { watts: Some(50.0), ..agx_orin() };
    Simplified::of(&hardware, &Estimator::new(&hardware, Precision::FP16, Workload::default()).unwrap())
}

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
