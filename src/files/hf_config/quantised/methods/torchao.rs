//! torchao: a name of transformers 4.4x with arguments, or a class and its fields.

use serde_json::Value;

use super::super::scheme::{Group, Kind, Object, Scheme, group};
use super::{EMBEDDING, HEAD, Plan, SCALE_BITS, left_out, objects, with_default};

/// One configuration for all modules, or one for each by name. Head and embedding are left out unless named.
pub(super) fn plan(keys: &Object) -> Option<Plan> {
    let mut plan = Plan { left_out: left_out(keys, &["modules_to_not_convert"]), ..Plan::default() };
    let quantised = keys.get("quant_type")?;
    if let Some(name) = quantised.as_str() {
        let none = Object::new();
        let arguments = keys.get("quant_type_kwargs").and_then(Value::as_object).unwrap_or(&none);
        plan.layers = Some(scheme(name, arguments)?);
        return Some(plan);
    }
    let (class, fields) = class(quantised.get("default")?)?;
    let by_module = ["module_fqn_to_config", "fqn_to_config"].into_iter().find(|key| fields.contains_key(*key));
    let Some(by_module) = by_module else {
        plan.layers = Some(scheme(class, fields)?);
        return Some(plan);
    };
    for (module, of) in objects(fields, by_module) {
        let (class, fields) = class_of(of)?;
        let scheme = scheme(class, fields)?;
        match module.as_str() {
            "_default" => plan.layers = Some(scheme),
            named => plan.own.add(named, Some(scheme)),
        }
    }
    for end in [HEAD, EMBEDDING] {
        if fields.get(by_module).and_then(|of| of.get(end)).is_some_and(Value::is_null) {
            plan.left_out.add(end, ());
        }
    }
    Some(plan)
}

fn class(value: &Value) -> Option<(&str, &Object)> {
    class_of(value.as_object()?)
}

fn class_of(object: &Object) -> Option<(&str, &Object)> {
    Some((object.get("_type")?.as_str()?, object.get("_data")?.as_object()?))
}

/// `int4_weight_only` and `Int4WeightOnlyConfig` are the same. Groups of 4 bit have a scale and a zero of 16 bit each.
fn scheme(name: &str, fields: &Object) -> Option<Scheme> {
    let int4 = |default: u32| {
        let fields = with_default(fields, "group_size", default);
        Scheme::of(4, Kind::Integer, group(&fields, "group_size", 2 * SCALE_BITS))
    };
    let int8 = Scheme::of(8, Kind::Integer, group(fields, "group_size", SCALE_BITS));
    let fp8 = Scheme::of(8, Kind::Float, Group::Channel);
    let name = name.to_ascii_lowercase().replace('_', "");
    Some(match name.strip_suffix("config").unwrap_or(&name) {
        "int4weightonly" => int4(128),
        "int8weightonly" => int8,
        "int8dynamicactivationint8weight" => int8.with_inputs_alike(),
        "int8dynamicactivationint4weight" => Scheme { inputs: Some((Kind::Integer, 8)), ..int4(32) },
        "float8weightonly" => fp8,
        "float8dynamicactivationfloat8weight" | "float8staticactivationfloat8weight" => fp8.with_inputs_alike(),
        "float8dynamicactivationint4weight" => Scheme { inputs: Some((Kind::Float, 8)), ..int4(128) },
        _ => return None,
    })
}
