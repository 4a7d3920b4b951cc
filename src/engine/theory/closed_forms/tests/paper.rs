//! What the paper prints, and where it is wrong.
use super::*;
use crate::fixtures::{TABLE_6, table_6};
use crate::law::forms;
use crate::workload::Workload;

const RHO_MIN: f64 = 1.0 / 16.0;

fn regime(limits: &[Limit]) -> Regime {
    Regime::of(limits.iter().copied())
}

fn theory(budgets: Budgets) -> ClosedForms {
    ClosedForms::new(&table_6(), orin(), budgets, Domain::unbounded(RHO_MIN)).unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 1e-11
}

/// The table of §5, its own symbols, at the solution that it is implicit in: (l*, r*, gqa*).
fn table(name: &str, budgets: Budgets, point: &Point) -> [f64; 3] {
    let Eq2 { kappa_l: kl, alpha_l: al, kappa_rho, alpha_rho, beta_1, kappa_d, beta_2, alpha_r: ar, .. } = TABLE_6;
    let (km, am) = (TABLE_6.kappa_m, TABLE_6.alpha_m);
    let costs = orin();
    let Point { width: d, ffn_ratio: r, gqa, rho, .. } = *point;
    let (bw, bkv, s) = (costs.weight_bytes, costs.kv_bytes, costs.mean_context());
    let d_tilde = kappa_rho * rho.powf(alpha_rho) * d.powf(beta_2 - beta_1) + kappa_d;
    let limit = |limit| budgets.get(limit).unwrap_or(f64::NAN);
    let r_star = |inner: f64| inner.powf(1.0 / (ar + 1.0));
    let gqa_star = |inner: f64| inner.powf(1.0 / (am + 1.0));
    match name {
        "P1" => {
            let f = limit(Limit::Prefill) * costs.flops_per_s / 1024.0;
            let xi = 4.0 + 4.0 / gqa + 6.0 * r;
            let ratio = ar * d_tilde / (6.0 * al * kl) * f.powf(al) / (xi.powf(al - 1.0) * d.powf(2.0 * al + beta_2));
            let kv = 4.0 * al * kl / (am * km) * xi.powf(al - 1.0) * d.powf(2.0 * al + am) / f.powf(al);
            [f / (xi * d * d), r_star(ratio), gqa_star(kv)]
        }
        "D1" => {
            let m = limit(Limit::Tpot) * costs.bytes_per_s;
            let gamma = (2.0 + 2.0 / gqa + 3.0 * r) * d * d * bw + 2.0 * s * d * bkv / gqa;
            let ratio =
                ar * d_tilde / (3.0 * al * kl) * m.powf(al) / (gamma.powf(al - 1.0) * d.powf(2.0 + beta_2) * bw);
            let kv =
                2.0 * al * kl / (am * km) * gamma.powf(al - 1.0) * d.powf(am) / m.powf(al) * (d * d * bw + s * d * bkv);
            [m / gamma, r_star(ratio), gqa_star(kv)]
        }
        _ => {
            let m = limit(Limit::Memory);
            let xi = 2.0 + 2.0 / gqa + 3.0 * r / rho;
            let ratio = ar * d_tilde * rho / (3.0 * al * kl) * m.powf(al)
                / (xi.powf(al - 1.0) * d.powf(2.0 * al + beta_2) * bw.powf(al));
            let kv = 2.0 * al * kl / (am * km) * xi.powf(al - 1.0) * d.powf(2.0 * al + am) * bw.powf(al) / m.powf(al);
            [m / (xi * d * d * bw), r_star(ratio), gqa_star(kv)]
        }
    }
}

#[test]
fn one_limit_solves_the_papers_table() {
    let budgets = Budgets::NONE.with(Limit::Prefill, 0.05).with(Limit::Tpot, 5e-3).with(Limit::Memory, 4e9);
    for (name, limit) in [("P1", Limit::Prefill), ("D1", Limit::Tpot), ("D2", Limit::Memory)] {
        for width in [768.0, 2048.0, 6000.0] {
            let form = theory(budgets).at(regime(&[limit]), width, Ends::Reported).unwrap();
            let Point { layers, ffn_ratio, gqa, rho, .. } = form.point;
            let [l, r, g] = table(name, budgets, &form.point);
            assert!(close(layers, l) && close(ffn_ratio, r) && close(gqa, g), "{name} {form:?}");
            if limit != Limit::Memory {
                assert_eq!(rho, RHO_MIN);
            }
        }
    }
}

/// D1 and D2 at known numbers, from an independent program.
#[test]
fn known_shapes_of_the_published_law() {
    let budgets = Budgets::NONE.with(Limit::Tpot, 5e-3).with(Limit::Memory, 4e9);
    let decode = theory(budgets).at(regime(&[Limit::Tpot]), 2048.0, Ends::Reported).unwrap();
    let memory = theory(budgets).at(regime(&[Limit::Memory]), 2048.0, Ends::Reported).unwrap();
    let near = |form: &ClosedForm, [l, r, gqa, rho, loss]: [f64; 5]| {
        let Point { layers, ffn_ratio, gqa: g, rho: p, .. } = form.point;
        close(layers, l) && close(ffn_ratio, r) && close(g, gqa) && close(p, rho) && close(form.loss, loss)
    };
    let known = [22.676_790_545_358, 0.992_475_777_289_448_9, 7.416_488_429_24, 0.0625, 3.068_464_855_763_434];
    assert!(near(&decode, known), "{decode:?}");
    let known = [
        26.187_420_398_943_733,
        0.843_265_666_535_740_9,
        1.259_684_656_091_529,
        0.173_025_662_089_561_3,
        3.091_091_695_014_218,
    ];
    assert!(near(&memory, known), "{memory:?}");
}

/// Eq. 62 as printed, at the d* found from the derivative along the forms.
#[test]
fn the_best_width_solves_eq_62() {
    let Eq2 { kappa_l, alpha_l, kappa_rho, alpha_rho, beta_1, kappa_d, beta_2, alpha_r, kappa_m, alpha_m, .. } =
        TABLE_6;
    let costs = orin();
    let theory = theory(Budgets::NONE.with(Limit::Tpot, 5e-3));
    let form = theory.best_width(regime(&[Limit::Tpot]), [256.0, 16384.0], Ends::Reported).unwrap();
    let Point { layers: l, width: d, ffn_ratio: r, gqa, rho } = form.point;
    assert!(d > 2048.0 && d < 3072.0, "{d}");
    let xi_dec = 2.0 + 2.0 / gqa + 3.0 * r;
    let mu = alpha_l * kappa_l / (l.powf(alpha_l + 1.0) * costs.gamma_bytes(&form.point));
    let sparsity = -beta_1 * kappa_rho * rho.powf(alpha_rho) / (r.powf(alpha_r) * d.powf(beta_1 + 1.0));
    let capacity = -beta_2 * kappa_d / (r.powf(alpha_r) * d.powf(beta_2 + 1.0));
    let kv = -alpha_m * kappa_m * gqa.powf(alpha_m) / d.powf(alpha_m + 1.0);
    let cost = mu * (2.0 * l * xi_dec * d * 2.0 + 2.0 * l * costs.mean_context() * 2.0 / gqa);
    assert!((sparsity + capacity + kv + cost).abs() < 1e-12 * cost, "{sparsity} {capacity} {kv} {cost}");
    assert!(form.conditions.iter().any(|known| known.what == "d* inside" && known.verdict == Verdict::Holds));
    // μ is the price of a byte that may be read; of an e-fold of the limit it is M̄_d times that.
    assert!(close(form.multipliers[0].nats, mu * 5e-3 * costs.bytes_per_s));
    // No width beside it is better, and one that is not allowed is not taken.
    for step in [-1e-3_f64, 1e-3] {
        assert!(theory.at(form.regime, d * step.exp(), Ends::Reported).unwrap().loss > form.loss);
    }
    let outside = |widths: [f64; 2]| {
        let best = theory.best_width(form.regime, widths, Ends::Reported).unwrap();
        let known = best.conditions.into_iter().find(|known| known.what == "d* inside").unwrap();
        assert_eq!(known.verdict, Verdict::Fails);
        (best.point.width, known.sentence)
    };
    let last = "the best width with such a form, 1024, is the last one allowed: the loss still falls beyond it";
    assert_eq!(outside([256.0, 1024.0]), (1024.0, last.to_owned()));
    let first = "the best width with such a form, 4096, is the first one allowed: the loss still falls below it";
    assert_eq!(outside([4096.0, 8192.0]), (4096.0, first.to_owned()));
    // However near d* is, and however flat the loss.
    let nearly = d * (1.0 - 1e-9);
    assert_eq!(outside([256.0, nearly]).0, nearly);
}

/// In wide models both limits would bind with more experts than there may be, and the loss falls towards them.
#[test]
fn the_best_width_beside_a_gap_says_so() {
    let theory = theory(Budgets::NONE.with(Limit::Tpot, 5e-3).with(Limit::Memory, 6e9));
    let both = regime(&[Limit::Tpot, Limit::Memory]);
    let best = theory.best_width(both, [256.0, 16384.0], Ends::Kept).unwrap();
    assert!(best.point.width > 2000.0 && best.point.width < 3000.0 && best.width_slope < -1e-3, "{best:?}");
    assert!(matches!(theory.at(both, best.point.width * 1.2, Ends::Kept), Err(NoClosedForm::Outside { .. })));
    let known = best.conditions.last().unwrap();
    assert_eq!((known.what, known.verdict), ("d* inside", Verdict::Fails));
    assert!(known.sentence.ends_with("borders on widths without one: the loss still falls towards them"), "{known:?}");
}

/// C8: ρ* ∝ d^−1.19 under memory, `ρ_min` under latency, l* ∝ d^−2 for a given shape of layer.
#[test]
fn the_papers_powers_of_width() {
    let theory = theory(Budgets::NONE.with(Limit::Prefill, 0.05).with(Limit::Tpot, 5e-3).with(Limit::Memory, 4e9));
    let widths = [1024.0, 1536.0, 2048.0, 3072.0];
    let curve = theory.curve(regime(&[Limit::Memory]), &widths, Ends::Reported);
    let rho: Vec<(f64, f64)> =
        curve.into_iter().map(Result::unwrap).map(|form| (form.point.width, form.point.rho)).collect();
    assert!((power(&rho) - (-0.33 - 0.97) / 1.09).abs() < 1e-12);
    assert!((power(&rho) + 1.19).abs() < 5e-3);
    let layers = |limit| {
        let pairs = widths.map(|width| {
            let shape = Point { layers: 1.0, width, ffn_ratio: 2.0, gqa: 4.0, rho: 0.25 };
            (width, orin().cost(limit, &shape).recip())
        });
        power(&pairs)
    };
    assert!((layers(Limit::Prefill) + 2.0).abs() < 1e-12 && (layers(Limit::Memory) + 2.0).abs() < 1e-12);
    // Reading the context grows with d alone, so decode's depth falls a little less.
    assert!(layers(Limit::Tpot) > -2.0 && layers(Limit::Tpot) < -1.9, "{}", layers(Limit::Tpot));
}

/// Along the forms r* and gqa* follow the width, and depth may go either way; the advice is that of this width.
#[test]
fn a_depth_outside_the_space_says_which_width_helps() {
    let budgets = Budgets::NONE.with(Limit::Prefill, 0.05).with(Limit::Tpot, 5e-3);
    let in_space = |layers| {
        let domain = Domain { layers, ..Domain::unbounded(RHO_MIN) };
        ClosedForms::new(&table_6(), orin(), budgets, domain).unwrap()
    };
    let advice = |layers, limit, width| {
        let form = in_space(layers).at(regime(&[limit]), width, Ends::Reported).unwrap();
        let known = form.conditions.into_iter().find(|known| known.what == "l* in the space").unwrap();
        assert_eq!(known.verdict, Verdict::Fails);
        known.sentence.split_once(" layers; ").unwrap().1.to_owned()
    };
    let says = |exponent: &str, width: &str| format!("it goes as d^{exponent} here, so {width} width brings it nearer");
    let (shallow, deep) = ([1.0, 4.0], [400.0, 800.0]);
    for (limit, width, exponent, if_too_deep, if_too_shallow) in [
        (Limit::Tpot, 1024.0, "0.15", "less", "more"),
        (Limit::Tpot, 2048.0, "−0.36", "more", "less"),
        (Limit::Tpot, 4096.0, "−1.4", "more", "less"),
        (Limit::Prefill, 1024.0, "0.22", "less", "more"),
    ] {
        assert_eq!(advice(shallow, limit, width), says(exponent, if_too_deep), "{limit:?} {width}");
        assert_eq!(advice(deep, limit, width), says(exponent, if_too_shallow), "{limit:?} {width}");
        // The curve through neighbouring widths has that power.
        let beside = [width / 1.01, width * 1.01];
        let curve = in_space(shallow).curve(regime(&[limit]), &beside, Ends::Reported);
        let depths: Vec<_> = curve.into_iter().flatten().map(|form| (form.point.width, form.point.layers)).collect();
        assert!((power(&depths) - exponent.replace('−', "-").parse::<f64>().unwrap()).abs() < 0.02);
    }
    // Between the two signs l* stands still.
    assert_eq!(advice(shallow, Limit::Tpot, 1390.0), "it hardly changes with the width here");
}

/// P3's ρ* is the table's, D3's is the erratum's, and the printed one breaks the decode limit.
#[test]
fn two_limits_have_the_rho_of_the_table_and_of_the_erratum() {
    let budgets = Budgets::NONE.with(Limit::Prefill, 0.05).with(Limit::Tpot, 5e-3).with(Limit::Memory, 4e9);
    let theory = theory(budgets);
    let costs = orin();
    let p3 = theory.at(regime(&[Limit::Prefill, Limit::Memory]), 2048.0, Ends::Reported).unwrap();
    let Point { ffn_ratio: r, gqa, rho, .. } = p3.point;
    let attention = 2.0 + 2.0 / gqa;
    let eta_p_b_w = 0.05 * 42.5e12 / 1024.0 / 4e9 * 2.0;
    assert!(close(rho, 3.0 * eta_p_b_w * r / (attention * (2.0 - eta_p_b_w) + 6.0 * r)), "{p3:?}");
    let d3 = theory.at(regime(&[Limit::Tpot, Limit::Memory]), 2048.0, Ends::Reported).unwrap();
    let printed = d3.printed.unwrap();
    let Point { layers, ffn_ratio: r, gqa, rho, width } = d3.point;
    let attention = 2.0 + 2.0 / gqa;
    let (eta, delta) = (5e-3 * 204.8e9 / 4e9, 2.0 * 1032.5 * 2.0 / (gqa * width * 2.0));
    assert!(close(rho, 3.0 * eta * r / (attention * (1.0 - eta) + 3.0 * r + delta)), "{d3:?}");
    assert!(close(printed.rho, rho) && printed.printed_rho > rho);
    // With the printed ρ* and memory full, decode takes longer by what is said.
    let stored = |rho: f64| costs.memory_bytes(&Point { layers: 1.0, rho, ..d3.point });
    let deeper = Point { layers: 4e9 / stored(printed.printed_rho), rho: printed.printed_rho, ..d3.point };
    assert!(deeper.layers > layers && printed.decode_excess > 1e-3);
    assert!(close(costs.tpot_s(&deeper) / 5e-3, 1.0 + printed.decode_excess));
}

#[test]
fn validity_is_reported_and_nothing_is_clamped() {
    let budgets = Budgets::NONE.with(Limit::Tpot, 5e-3).with(Limit::Memory, 64e9);
    let theory = theory(budgets);
    let verdict = |form: &ClosedForm, what: &str| {
        form.conditions.iter().filter(|known| known.what == what).map(|known| known.verdict).collect::<Vec<_>>()
    };
    let memory = theory.at(regime(&[Limit::Memory]), 384.0, Ends::Reported).unwrap();
    assert!(memory.point.rho > 1.0 && memory.point.gqa < 1.0 && memory.held.is_empty());
    assert_eq!(verdict(&memory, "ρ_min ≤ ρ* ≤ 1"), [Verdict::Fails]);
    assert_eq!(verdict(&memory, "gqa* ≥ 1"), [Verdict::Fails]);
    assert_eq!(verdict(&memory, "gqa* ≤ d/d_h"), [Verdict::Holds]);
    assert_eq!(verdict(&memory, "α_ρ > α_r"), [Verdict::Holds]);
    assert_eq!(verdict(&memory, "l* whole"), [Verdict::NeedsRounding]);
    assert_eq!(verdict(&memory, "other limits kept"), [Verdict::Fails]);
    let held = theory.at(regime(&[Limit::Memory]), 384.0, Ends::Kept).unwrap();
    assert_eq!((held.point.rho, held.held.as_slice()), (1.0, ["ρ"].as_slice()));
    assert!(held.loss > memory.loss);
    // So much memory cannot bind together with so little decode: experts would have to be fewer than none.
    let both = theory.at(regime(&[Limit::Tpot, Limit::Memory]), 2048.0, Ends::Reported).unwrap();
    assert!(both.point.rho < RHO_MIN);
    assert_eq!(verdict(&both, "ρ_min ≤ ρ* ≤ 1"), [Verdict::Fails]);
    let outside = NoClosedForm::Outside { regime: both.regime, width: 2048.0 };
    assert_eq!(theory.at(both.regime, 2048.0, Ends::Kept), Err(outside));
}

/// At `η_p·b_w` = 2 the two limits can bind together without sparsity alone; beyond, ρ* exceeds 1 and it is said why.
#[test]
fn beyond_two_memory_alone_binds() {
    let prefill_s = |eta_p_b_w: f64| eta_p_b_w / 2.0 * 4e9 * 1024.0 / 42.5e12;
    for (eta_p_b_w, verdict) in [(1.9, Verdict::Holds), (2.1, Verdict::Fails)] {
        let budgets = Budgets::NONE.with(Limit::Prefill, prefill_s(eta_p_b_w)).with(Limit::Memory, 4e9);
        let form = theory(budgets).at(regime(&[Limit::Prefill, Limit::Memory]), 2048.0, Ends::Reported).unwrap();
        let known = form.conditions.iter().find(|known| known.what == "η_p·b_w < 2").unwrap();
        assert!(close(known.value, eta_p_b_w) && known.verdict == verdict, "{known:?}");
        assert_eq!(form.point.rho < 1.0, verdict == Verdict::Holds);
    }
}

#[test]
fn a_law_that_holds_nothing_is_refused_in_words() {
    let budgets = Budgets::NONE.with(Limit::Tpot, 5e-3).with(Limit::Memory, 4e9);
    let domain = Domain { head_dim: 64.0, fewest_kv_heads: 1.0, ..Domain::unbounded(RHO_MIN) };
    let of = |law: Eq2| ClosedForms::new(&law.into(), orin(), budgets, domain).unwrap();
    let (decode, memory) = (regime(&[Limit::Tpot]), regime(&[Limit::Memory]));
    let no_kv = of(Eq2 { kappa_m: 0.0, ..TABLE_6 });
    let refused = no_kv.at(decode, 2048.0, Ends::Reported).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "no closed form: with κ_m = 0 the law holds gqa at no value, so the best lies at an end of its range"
    );
    // One KV head for all 32 query heads.
    let held = no_kv.at(decode, 2048.0, Ends::Kept).unwrap();
    assert_eq!((held.point.gqa, held.held.as_slice()), (32.0, ["gqa"].as_slice()));
    let dense = of(Eq2 { alpha_rho: 0.1, ..TABLE_6 });
    let refused = dense.at(memory, 2048.0, Ends::Reported).unwrap_err();
    assert_eq!(refused, NoClosedForm::RhoAtOne { alpha_rho: 0.1, alpha_r: 0.17 });
    assert_eq!(dense.at(memory, 2048.0, Ends::Kept).unwrap().point.rho, 1.0);
    let other = ClosedForms::new(
        &forms::ALL
            .iter()
            .map(|form| Coefficients::new(form, &[], &[], 2.0))
            .find(|law| Eq2::of(law).is_none())
            .unwrap(),
        orin(),
        budgets,
        domain,
    );
    assert!(other.unwrap_err().to_string().starts_with("no closed form for "));
    assert_eq!(
        of(TABLE_6).at(regime(&[Limit::Prefill]), 2048.0, Ends::Kept),
        Err(NoClosedForm::NoBudget(Limit::Prefill))
    );
    let several = regime(&[Limit::Prefill, Limit::Tpot]);
    let refused = no_kv.at(several, 2048.0, Ends::Kept).unwrap_err();
    assert_eq!(refused.to_string(), "no closed form where prefill latency and decode latency bind");
}

#[test]
fn a_limit_on_what_is_never_done_has_no_form() {
    let workload = Workload { generated_tokens: 0, ..Workload::default() };
    let budgets = Budgets::NONE.with(Limit::Tpot, 5e-3).with(Limit::Memory, 4e9);
    let silent = Simplified { workload, ..orin() };
    let theory = ClosedForms::new(&table_6(), silent, budgets, Domain::unbounded(RHO_MIN)).unwrap();
    for limits in [&[Limit::Tpot][..], &[Limit::Tpot, Limit::Memory]] {
        let refused = theory.at(regime(limits), 2048.0, Ends::Kept).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "no closed form: with this workload every shape's decode latency is 0, so its limit never binds"
        );
    }
}
