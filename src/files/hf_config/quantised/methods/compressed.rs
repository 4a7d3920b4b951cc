//! compressed-tensors, as llm-compressor writes it and vLLM reads it.

use serde_json::Value;

use super::super::scheme::{Group, Kind, Object, Scheme, group, whole};
use super::{BLOCK_SCALE_BITS, HEAD, Plan, SCALE_BITS, Symmetry, left_out, objects};

/// The class of modules that most groups are for.
const LINEAR: &str = "Linear";

/// A group has a scheme and targets: classes, names and expressions. The head is a `Linear` too, so it is quantised
/// unless `ignore` has it.
pub(super) fn plan(keys: &Object) -> Option<Plan> {
    let mut plan = Plan { left_out: left_out(keys, &["ignore"]), ..Plan::default() };
    for (_, of) in objects(keys, "config_groups") {
        let scheme = scheme(of)?;
        let targets = of.get("targets").and_then(Value::as_array);
        for target in targets.into_iter().flatten().filter_map(Value::as_str) {
            match target {
                LINEAR => {
                    plan.layers = plan.layers.or(Some(scheme));
                    plan.head = plan.head.or(Some(scheme));
                }
                "FusedMoE" => plan.own.add("mlp.experts", Some(scheme)),
                "ParallelLMHead" => plan.own.add(HEAD, Some(scheme)),
                module => plan.own.add(module, Some(scheme)),
            }
        }
    }
    Some(plan)
}

/// Weights, and inputs where they are quantised too.
fn scheme(of: &Object) -> Option<Scheme> {
    let weights = of.get("weights")?.as_object()?;
    let (kind, bits) = number(weights)?;
    let strategy = weights.get("strategy").and_then(Value::as_str).unwrap_or("group");
    let more_bits = match (kind, Symmetry::of(weights.get("symmetric"), Symmetry::Symmetric)) {
        (Kind::Float, _) => BLOCK_SCALE_BITS,
        (Kind::Integer, Symmetry::Symmetric) => SCALE_BITS,
        (Kind::Integer, Symmetry::ZeroPoints) => SCALE_BITS + bits,
    };
    let group = match strategy {
        "group" | "tensor_group" => group(weights, "group_size", more_bits),
        "block" => block(weights)?,
        _ => Group::Channel,
    };
    let inputs = match of.get("input_activations") {
        Some(Value::Object(inputs)) => Some(number(inputs)?).filter(|(_, bits)| *bits < 16),
        _ => None,
    };
    Some(Scheme { bits, kind, group, inputs })
}

fn number(keys: &Object) -> Option<(Kind, u32)> {
    let kind = match keys.get("type").and_then(Value::as_str) {
        None | Some("int") => Kind::Integer,
        Some("float") => Kind::Float,
        Some(_) => return None,
    };
    Some((kind, whole(keys, "num_bits").unwrap_or(8)))
}

fn block(weights: &Object) -> Option<Group> {
    let sides = weights.get("block_structure")?.as_array()?;
    let side = |at: usize| sides.get(at)?.as_u64().and_then(|side| u32::try_from(side).ok()).filter(|side| *side > 0);
    Some(Group::Block { rows: side(0)?, columns: side(1)? })
}
