//! NVIDIA's `ModelOpt`: in `config.json`, or in a `hf_quant_config.json` beside it.

use serde_json::Value;

use super::super::scheme::{Group, Kind, Object, Scheme, group, whole};
use super::{BLOCK_SCALE_BITS, HEAD, Plan, SCALE_BITS, compressed, left_out, objects};

const LISTS: [&str; 3] = ["exclude_modules", "ignore", "modules_to_not_convert"];

/// One algorithm for all, or one for each of the modules that are named. The head is quantised where it has one of its
/// own, or where there is a list of what is left out and it is not in it.
pub(super) fn plan(keys: &Object) -> Option<Plan> {
    let algorithm = keys.get("quant_algo").and_then(Value::as_str);
    let mut plan = Plan { left_out: left_out(keys, &LISTS), ..Plan::default() };
    if keys.get("quantized_layers").is_some_and(Value::is_object) {
        for (module, of) in objects(keys, "quantized_layers") {
            let algorithm = of.get("quant_algo").and_then(Value::as_str);
            let scheme = match algorithm {
                Some(algorithm) => Some(scheme(algorithm, of)?),
                None => None,
            };
            plan.own.add(module, scheme);
        }
        return Some(plan);
    }
    let Some(scheme) = algorithm.and_then(|algorithm| scheme(algorithm, keys)) else {
        return keys.contains_key("config_groups").then(|| compressed::plan(keys)).flatten();
    };
    plan.layers = Some(scheme);
    let has_list = LISTS.iter().any(|list| keys.get(*list).is_some_and(Value::is_array));
    plan.head = Some(scheme).filter(|_| has_list && plan.left_out.get(HEAD).is_none());
    Some(plan)
}

fn scheme(algorithm: &str, keys: &Object) -> Option<Scheme> {
    let in_groups = |default: u32, more_bits: u32| match whole(keys, "group_size") {
        Some(_) => group(keys, "group_size", more_bits),
        None => Group::Of { weights: default, more_bits },
    };
    let int4 = || Scheme::of(4, Kind::Integer, in_groups(128, SCALE_BITS));
    let float4 = |default: u32| Scheme::of(4, Kind::Float, in_groups(default, BLOCK_SCALE_BITS));
    let fp8 = Scheme::of(8, Kind::Float, Group::Channel);
    let int8 = Scheme::of(8, Kind::Integer, Group::Channel);
    Some(match algorithm.to_ascii_uppercase().as_str() {
        "FP8" | "FP8_PER_CHANNEL_PER_TOKEN" => fp8.with_inputs_alike(),
        "FP8_PB_WO" => Scheme { group: Group::Block { rows: 128, columns: 128 }, ..fp8 },
        "NVFP4" | "NVFP4_AWQ" | "NVFP4_SVDQUANT" => float4(16).with_inputs_alike(),
        "W4A16_NVFP4" => float4(16),
        "W4A8_NVFP4_FP8" => Scheme { inputs: Some((Kind::Float, 8)), ..float4(16) },
        "W4A16_AWQ" | "W4A16" | "INT4_AWQ" => int4(),
        "W4A8_AWQ" => Scheme { inputs: Some((Kind::Float, 8)), ..int4() },
        "W8A16" => int8,
        "INT8_SQ" | "W8A8_SQ_PER_CHANNEL" | "W8A8_SQ_PER_CHANNEL_PER_TOKEN_PLUGIN" => int8.with_inputs_alike(),
        _ => return None,
    })
}
