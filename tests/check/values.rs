//! The latency and memory model against reference values computed by an independent implementation.

use engine::architecture::Architecture;
use engine::hardware::{Efficiencies, Hardware};
use engine::law::Coefficients;
use engine::precision::Precision;
use engine::roofline::{Attention, Estimator, OperatorCost, Phase};
use engine::workload::Workload;
use roofscape::built_in;
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

/// The shipped law of Table 6.
fn paper_law() -> Coefficients {
    built_in::library().law("paper").expect("the shipped law").1.coefficients
}

fn cases() -> Vec<Value> {
    let text = include_str!("../data/check-values.json");
    let document: Value = serde_json::from_str(text).expect("check values are JSON");
    document["cases"].as_array().expect("cases").clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn integer(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap_or_else(|| panic!("{value} is no integer"))).expect("fits")
}

fn architecture(case: &Value) -> Architecture {
    let shape = &case["architecture"];
    let (width, top_k) = (integer(&shape["d"]), integer(&shape["top_k"]));
    let expert_hidden = number(&shape["ffn_ratio"]) * f64::from(width) / f64::from(top_k);
    Architecture {
        layers: integer(&shape["l"]),
        width,
        heads: integer(&shape["heads"]),
        head_dim: integer(&shape["head_dim"]),
        kv_heads: integer(&shape["kv_heads"]),
        expert_hidden: expert_hidden.round() as u32,
        experts: integer(&shape["experts"]),
        top_k,
        shared_hidden: 0,
        layout: engine::layout::Layout::UNIFORM,
        vocab: integer(&shape["vocab"]),
        tied: shape["tied"].as_bool().expect("tied"),
    }
}

fn estimator(case: &Value) -> Estimator {
    let rates = &case["hardware"];
    let precision = case["precision"].as_str().and_then(|text| text.split(':').next()).expect("precision");
    let hardware = Hardware {
        name: "check values".into(),
        fp16_flops_per_s: number(&rates["pi_16"]),
        int8_flops_per_s: Some(number(&rates["pi_lin"])),
        fp8_flops_per_s: None,
        fp4_flops_per_s: None,
        bandwidth_bytes_per_s: number(&rates["beta"]),
        memory_bytes: 64e9,
        reserved_bytes: 0.0,
        watts: None,
        efficiency: Efficiencies::IDEAL,
        compute_capability: None,
    };
    let workload = Workload {
        cached_tokens: 0,
        batch: integer(&case["workload"]["batch"]),
        prompt_tokens: integer(&case["workload"]["input"]),
        generated_tokens: integer(&case["workload"]["output"]),
    };
    let estimator =
        Estimator::new(&hardware, Precision::named(precision).expect("known format"), workload).expect("supported");
    estimator.with_attention(Attention::PAPER)
}

fn assert_close(what: &str, ours: f64, reference: f64) {
    let error = (ours - reference).abs() / reference.abs().max(f64::MIN_POSITIVE);
    assert!(error <= TOLERANCE || ours == reference, "{what}: {ours} should be {reference}, off by {error:e}");
}

#[test]
fn latency_memory_parameters_and_loss() {
    for case in cases() {
        let name = case["name"].as_str().expect("name");
        let shape = architecture(&case);
        let estimator = estimator(&case);
        let latency = estimator.latency(&shape);
        assert_close(&format!("{name} prefill"), latency.prefill_s, number(&case["prefill_s"]));
        assert_close(&format!("{name} decode"), latency.decode_s, number(&case["decode_s"]));
        assert_close(&format!("{name} total"), latency.total_s(), number(&case["total_s"]));
        assert_close(&format!("{name} memory"), estimator.memory(&shape).total_bytes(), number(&case["memory_bytes"]));
        assert_close(&format!("{name} loss"), paper_law().loss(&shape.features()), number(&case["loss_paper_law"]));
        assert_eq!(shape.parameters_total(), case["params_total"].as_u64().expect("total"), "{name}");
        assert_eq!(shape.parameters_active(), case["params_active"].as_u64().expect("active"), "{name}");
    }
}

#[test]
fn every_operator_of_both_phases() {
    for case in cases() {
        let rows = estimator(&case).breakdown(&architecture(&case));
        for (phase, key) in [(Phase::Prefill, "prefill_operators"), (Phase::Decode, "first_decode_step_operators")] {
            let ours: Vec<&OperatorCost> = rows.iter().filter(|row| row.phase == phase).collect();
            let reference = case[key].as_array().expect("operators");
            assert_eq!(ours.len(), reference.len(), "{} {key}", case["name"]);
            for expected in reference {
                let name = expected["name"].as_str().expect("name");
                let row = ours.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name}"));
                let what = format!("{} {key} {name}", case["name"]);
                assert_eq!(row.count, integer(&expected["count"]), "{what}");
                assert_close(&what, row.flops, number(&expected["flops"]));
                assert_close(&what, row.bytes, number(&expected["bytes"]));
                assert_close(&what, row.seconds_each, number(&expected["seconds_each"]));
            }
        }
    }
}

#[test]
fn the_breakdown_adds_up_to_the_latency() {
    for case in cases() {
        let (estimator, shape) = (estimator(&case), architecture(&case));
        let rows = estimator.breakdown(&shape);
        let sum = |phase| rows.iter().filter(|row| row.phase == phase).map(|row| row.seconds).sum::<f64>();
        assert_close("prefill", sum(Phase::Prefill), estimator.latency(&shape).prefill_s);
        assert_close("decode", sum(Phase::Decode), estimator.latency(&shape).decode_s);
    }
}
