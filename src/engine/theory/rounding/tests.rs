use super::*;
use crate::budget::Budgets;
use crate::fixtures::{paper_space, table_6};
use crate::theory::fixtures::{operator_model, simplified};
use crate::theory::{CostModel, Domain, minimise};

fn quanta() -> Quanta {
    Quanta::of(&paper_space(), &Precision::FP16)
}

/// Every buildable shape of a small domain.
fn all_of(domain: &Domain, quanta: &Quanta) -> Vec<Architecture> {
    let mut all = Vec::new();
    let whole = |[low, high]: [f64; 2]| low.ceil() as u32..=high.floor() as u32;
    for width in whole(domain.width).filter(|width| width.is_multiple_of(64)) {
        let heads = width / quanta.head_dim;
        for kv_heads in (1..=heads).filter(|count| heads.is_multiple_of(*count)) {
            for layers in whole(domain.layers) {
                for experts in whole([1.0 / domain.rho[1], 1.0 / domain.rho[0]]) {
                    for expert_hidden in whole(domain.ffn_ratio.map(|ratio| ratio * f64::from(width))) {
                        if expert_hidden.is_multiple_of(quanta.expert_hidden) {
                            all.push(Architecture {
                                layers,
                                width,
                                heads,
                                head_dim: quanta.head_dim,
                                kv_heads,
                                expert_hidden,
                                experts,
                                top_k: 1,
                                shared_hidden: 0,
                                layout: crate::layout::Layout::UNIFORM,
                                vocab: quanta.vocab,
                                tied: quanta.tied,
                            });
                        }
                    }
                }
            }
        }
    }
    all
}

/// Against all shapes of a small domain: the neighbourhood misses next to nothing, and nothing infeasible is chosen.
#[test]
fn next_to_nothing_is_better_than_the_neighbourhood() {
    let (law, theory, operators) = (table_6(), simplified(), operator_model("fp16"));
    let domain = Domain {
        layers: [13.0, 19.0],
        width: [960.0, 1536.0],
        ffn_ratio: [0.5, 1.0],
        rho: [0.125, 0.25],
        ..Domain::of(&paper_space())
    };
    let all = all_of(&domain, &quanta());
    assert!(all.len() > 50_000);
    let models: [&dyn CostModel; 2] = [&theory, &operators];
    for costs in models {
        for budgets in
            [Budgets::NONE.with(Limit::Total, 0.06), Budgets::NONE.with(Limit::Tpot, 0.0025).with(Limit::Memory, 9e8)]
        {
            let problem = Problem { law: &law, costs, budgets, domain };
            let optimum = minimise(&problem).unwrap();
            let rounded = round(&problem, &optimum, &quanta()).unwrap();
            let keeps =
                |shape: &Architecture| budgets.active().all(|(limit, allowed)| costs.cost_of(limit, shape) <= allowed);
            assert!(keeps(&rounded.architecture) && rounded.architecture.validate().is_ok());
            assert_eq!(rounded.loss, law.loss(&rounded.architecture.features()));
            assert_eq!(rounded.loss_cost_nats, rounded.loss - optimum.loss);
            let losses = all.iter().filter(|shape| keeps(shape)).map(|shape| law.loss(&shape.features()));
            let best = losses.fold(f64::INFINITY, f64::min);
            assert!(best >= optimum.loss - 1e-9, "{best} {}", optimum.loss);
            assert!(rounded.loss >= best && rounded.loss <= best + 1e-4, "{} {best}", rounded.loss);
        }
    }
}

#[test]
fn sizes_are_buildable_for_heads_of_another_size() {
    let (law, costs) = (table_6(), operator_model("fp16"));
    let problem = Problem {
        law: &law,
        costs: &costs,
        budgets: Budgets::NONE.with(Limit::Total, 0.1),
        domain: Domain { head_dim: 96.0, ..Domain::of(&paper_space()) },
    };
    let optimum = minimise(&problem).unwrap();
    let shape = round(&problem, &optimum, &Quanta { head_dim: 96, ..quanta() }).unwrap().architecture;
    assert!(shape.width.is_multiple_of(192) && shape.width == 96 * shape.heads);
    assert!(shape.heads.is_multiple_of(shape.kv_heads) && shape.expert_hidden.is_multiple_of(16));
}

#[test]
fn where_nothing_fits_the_nearest_miss_is_named() {
    let (law, costs) = (table_6(), simplified());
    // A depth of 4.9 layers would do, 5 do not, and no fewer are allowed.
    let budgets = Budgets::NONE.with(Limit::Memory, 2.2e7);
    let domain = Domain { layers: [4.9, 32.0], ..Domain::of(&paper_space()) };
    let problem = Problem { law: &law, costs: &costs, budgets, domain };
    let cheapest = Budgets::NONE.with(Limit::Memory, 1.0);
    let least = match minimise(&Problem { budgets: cheapest, ..problem }) {
        Err(crate::theory::NoOptimum::Infeasible { least, .. }) => least,
        other => panic!("{other:?}"),
    };
    let problem = Problem { budgets: Budgets::NONE.with(Limit::Memory, least * 1.01), ..problem };
    let optimum = minimise(&problem).unwrap();
    let refusal = round(&problem, &optimum, &quanta()).unwrap_err();
    let (limit, factor) = refusal.nearest.unwrap();
    assert_eq!(limit, Limit::Memory);
    assert!(factor > 1.0 && factor < 5.0 / 4.9);
    assert!(refusal.to_string().contains("keeps the budgets: the nearest needs 1.0"), "{refusal}");
}
