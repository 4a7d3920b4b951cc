use super::*;
use crate::engine::hardware::Hardware;
use crate::engine::precision::Precision;
use crate::engine::space::paper_space;
use crate::engine::sweep::tests::agx_orin;
use crate::engine::theory::jet::Gradient;
use crate::engine::theory::program::SHARPEST;
use crate::engine::workload::Workload;

fn model(precision: &str, workload: Workload) -> OperatorModel {
    let hardware = Hardware { watts: Some(50.0), ..agx_orin() };
    let estimator = Estimator::new(&hardware, Precision::named(precision).unwrap(), workload).unwrap();
    OperatorModel::of(&paper_space(), estimator)
}

#[test]
fn it_is_the_estimator_where_sizes_are_whole() {
    for (precision, generated_tokens, batch) in [("fp16", 16, 1), ("w8a8", 1, 4), ("w4a16", 1000, 1), ("fp16", 0, 2)] {
        let model = model(precision, Workload { batch, prompt_tokens: 300, generated_tokens });
        for shape in paper_space().candidates().into_iter().filter(|shape| !shape.is_dense() && shape.top_k == 1) {
            let point = Point::of(&shape);
            let jets = model.jets(&Point::at(&Gradient::from(point.logarithms())), SHARPEST);
            for limit in Limit::ALL {
                let (exact, real) = (model.cost_of(limit, &shape), model.cost(limit, &point));
                assert!((real - exact).abs() <= 1e-12 * exact, "{limit:?} {shape}");
                let rounded = jets[limit.index()].value;
                assert!(rounded >= exact * (1.0 - 1e-6) && rounded <= exact * (1.0 + 1e-5), "{limit:?} {shape}");
            }
        }
    }
}
