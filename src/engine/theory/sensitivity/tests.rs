use super::*;
use crate::budget::Budgets;
use crate::fixtures::{paper_space, table_6};
use crate::theory::fixtures::{operator_model, simplified};
use crate::theory::{CostModel, Domain, minimise};

/// λ against the losses of problems with a little more and a little less, solved anew.
#[test]
fn a_multiplier_is_the_slope_of_the_best_loss() {
    const STEP: f64 = 1e-4;
    let (law, theory, operators) = (table_6(), simplified(), operator_model("fp16"));
    let domain = Domain::of(&paper_space());
    let models: [&dyn CostModel; 2] = [&theory, &operators];
    for costs in models {
        for budgets in [
            Budgets::NONE.with(Limit::Total, 0.1),
            Budgets::NONE.with(Limit::Prefill, 0.03),
            Budgets::NONE.with(Limit::Tpot, 0.004).with(Limit::Memory, 1.2e9),
            Budgets::NONE.with(Limit::Energy, 6.0).with(Limit::Memory, 2e9),
        ] {
            let problem = Problem { law: &law, costs, budgets, domain };
            let optimum = minimise(&problem).unwrap();
            for (limit, allowed) in budgets.active() {
                let at = |step: f64| {
                    let budgets = budgets.with(limit, allowed * step.exp());
                    minimise(&Problem { budgets, ..problem }).unwrap().loss
                };
                let slope = (at(-STEP) - at(STEP)) / (2.0 * STEP);
                let lambda = optimum.multiplier(limit);
                assert!((slope - lambda).abs() <= 1e-3 * lambda + 1e-6, "{budgets:?} {limit:?}: {lambda} {slope}");
            }
        }
    }
}

#[test]
fn an_ends_multiplier_is_the_slope_of_the_best_loss() {
    const STEP: f64 = 1e-4;
    let (law, costs) = (table_6(), operator_model("fp16"));
    let budgets = Budgets::NONE.with(Limit::Total, 0.3);
    let problem = Problem { law: &law, costs: &costs, budgets, domain: Domain::of(&paper_space()) };
    let optimum = minimise(&problem).unwrap();
    let held: Vec<Constraint> = optimum.binding_ends().iter().map(|end| end.constraint).collect();
    let expected = [Coordinate::Width, Coordinate::FfnRatio, Coordinate::Rho];
    assert_eq!(held, [Constraint::Most(expected[0]), Constraint::Least(expected[1]), Constraint::Least(expected[2])]);
    let at = |step: f64| {
        let Domain { width: [low, high], .. } = problem.domain;
        let domain = Domain { width: [low, high * step.exp()], ..problem.domain };
        minimise(&Problem { domain, ..problem }).unwrap().loss
    };
    let slope = (at(-STEP) - at(STEP)) / (2.0 * STEP);
    let lambda = optimum.binding_ends()[0].nats;
    assert!((slope / lambda - 1.0).abs() < 1e-2, "{lambda} {slope}");
}

/// What is said of a step is what solving again with the step finds.
#[test]
fn a_step_buys_what_it_says() {
    let (law, costs) = (table_6(), operator_model("fp16"));
    let budgets = Budgets::NONE.with(Limit::Tpot, 0.01).with(Limit::Memory, 20e9);
    let problem = Problem { law: &law, costs: &costs, budgets, domain: Domain::of(&paper_space()) };
    let optimum = minimise(&problem).unwrap();
    let said = sensitivities(&problem, &optimum);
    let sentences: Vec<String> = said.iter().map(Sensitivity::to_string).collect();
    assert_eq!(sentences, ["1 ms more TPOT buys −1.5 % perplexity", "1 GB more memory buys nothing"]);
    let more = budgets.with(Limit::Tpot, 0.011);
    let change = (minimise(&Problem { budgets: more, ..problem }).unwrap().loss - optimum.loss).exp_m1();
    assert_eq!(said[0].perplexity_change, change);
    let by_slope = Sensitivity::of(Limit::Tpot, 0.01, &optimum).perplexity_change;
    assert!((by_slope / change - 1.0).abs() < 0.1, "the slope is near: {by_slope} {change}");
}

#[test]
fn steps_are_plain_and_suit_the_budget() {
    let optimum = |nats: f64, limit| Optimum {
        point: crate::theory::Point { layers: 1.0, width: 1.0, ffn_ratio: 1.0, gqa: 1.0, rho: 1.0 },
        loss: 3.0,
        kkt: crate::theory::Kkt { stationarity: 0.0, violation: 0.0, complementarity: 0.0 },
        multipliers: vec![crate::theory::Multiplier { constraint: Constraint::Budget(limit), nats }],
        undetermined: Vec::new(),
        iterations: 1,
    };
    for (limit, allowed, sentence) in [
        (Limit::Total, 0.5, "100 ms more total buys −1.8 % perplexity"),
        (Limit::Prefill, 0.08, "10 ms more TTFT buys −1.2 % perplexity"),
        (Limit::Tpot, 0.0009, "100 µs more TPOT buys −1.0 % perplexity"),
        (Limit::Memory, 8e9, "1 GB more memory buys −1.2 % perplexity"),
        (Limit::Memory, 2e9, "100 MB more memory buys −0.49 % perplexity"),
        (Limit::Energy, 20.0, "1 J more energy buys −0.49 % perplexity"),
    ] {
        assert_eq!(Sensitivity::of(limit, allowed, &optimum(0.1, limit)).to_string(), sentence);
    }
}

/// A looser end buys what a larger space has. Where nothing can lie beyond the end, that is said instead.
#[test]
fn an_end_that_gives_way_buys_what_it_says() {
    let (law, costs) = (table_6(), operator_model("fp16"));
    let budgets = Budgets::NONE.with(Limit::Total, 0.3);
    let problem = Problem { law: &law, costs: &costs, budgets, domain: Domain::of(&paper_space()) };
    let optimum = minimise(&problem).unwrap();
    let all = end_sensitivities(&problem, &optimum);
    assert!(all.windows(2).all(|pair| pair[0].perplexity_change <= pair[1].perplexity_change));
    let width = all.iter().find(|end| end.constraint == Constraint::Most(Coordinate::Width)).unwrap();
    let domain = Domain { width: [problem.domain.width[0], 3072.0 * 1.1], ..problem.domain };
    let wider = minimise(&Problem { domain, ..problem }).unwrap();
    assert_eq!((width.end, width.perplexity_change), (3072.0, (wider.loss - optimum.loss).exp_m1()));
    let end = |constraint, end| EndSensitivity { constraint, end, perplexity_change: -0.01 }.to_string();
    assert_eq!(end(Constraint::FewestKvHeads, 1.0), "gqa is the largest that there is: one KV head");
    assert_eq!(end(Constraint::FewestKvHeads, 2.0), "a tenth fewer KV heads than 2 buys −1.0 % perplexity");
    assert_eq!(end(Constraint::Most(Coordinate::Rho), 1.0), "ρ is the largest that there is: all experts active");
}

#[test]
fn a_step_has_no_decimals_and_a_change_two_digits() {
    let worth = |limit, step, perplexity_change| Sensitivity {
        limit,
        allowed: 5.0 * step,
        nats_per_unit: 0.0,
        step,
        perplexity_change,
    };
    let words = |limit, step| worth(limit, step, 0.0).step_in_words();
    assert_eq!(words(Limit::Total, 0.01), "10 ms");
    assert_eq!(words(Limit::Tpot, 1e-4), "100 µs");
    assert_eq!(words(Limit::Memory, 1e9), "1 GB");
    let bought = |change| worth(Limit::Total, 0.01, change).bought();
    assert_eq!((bought(-0.0026), bought(-1e-7)), (Some("−0.26 %".to_owned()), None));
}
