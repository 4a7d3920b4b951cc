//! The schema of the documents: that the shipped file is the program's, and that it refuses what is no document.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::program::{Program, assert_valid, list};

const SHIPPED: &str = include_str!("../../docs/json.schema.json");

#[test]
fn the_shipped_schema_is_that_of_the_program() {
    let printed = Program::new().found("schema").stdout;
    assert!(printed == SHIPPED, "roofscape schema > docs/json.schema.json");
}

#[test]
fn a_document_is_one_of_those_that_the_schema_knows() {
    let schema: Value = serde_json::from_str(SHIPPED).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let document = Program::new().found("predict --arch qwen2.5-0.5b --format json").json();
    assert!(validator.is_valid(&document));
    let spoilt = |change: fn(&mut Value)| {
        let mut spoilt = document.clone();
        change(&mut spoilt);
        assert!(!validator.is_valid(&spoilt), "{spoilt}");
    };
    spoilt(|document| document["schema_version"] = 1.into());
    spoilt(|document| document["command"] = "frontier".into());
    spoilt(|document| document["los"] = 3.into());
    spoilt(|document| document["predictions"]["los"] = 3.into());
    spoilt(|document| document["predictions"]["loss"] = "3".into());
    spoilt(|document| document["architecture"]["layers"] = json!(2.5));
    spoilt(|document| document["setting"]["workload"] = json!({ "batch": 1 }));
    spoilt(|document| document["warnings"][0]["kind"] = "unheard_of".into());
    spoilt(|document| {
        document["predictions"].as_object_mut().expect("an object").shift_remove("tpot_s");
    });
}

#[test]
#[should_panic(expected = "Additional properties are not allowed")]
fn what_is_wrong_with_a_document_is_said() {
    let mut document = Program::new().found("models show Qwen3-0.6B --format json").json();
    document["modle"] = Value::Null;
    assert_valid(&document);
}

/// Every command that prints JSON, each in all of its forms, as far as no other test does.
#[test]
fn every_document_keeps_to_the_schema() {
    let program = Program::new();
    let mut commands = Vec::new();
    for line in [
        "fit --data tiny --folds 0 --bootstrap 0",
        "fit --data tiny --compare --folds 2",
        "fit --data synthetic-170 --coverage",
        "predict --arch qwen2.5-0.5b --scale-bandwidth 2 --output 0",
        "predict --arch layers=12,width=768,head_dim=64,ffn_ratio=8/3,experts=8,top_k=2,shared=512 --all-modes",
        "frontier --max-total 30ms --model Qwen1.5-MoE-A2.7B",
        "search --space large --max-evaluations 1000 --max-total 30ms",
        "theory --max-tpot 5ms --max-memory 4GB",
        "theory --max-energy 2J",
        "plan --data tiny --bootstrap 50 --runs 1",
        "calibrate --measurements published --engine vllm",
        "calibrate --measurements published --profile rtx-4090 --engine Ollama",
        "profiles list",
        "profiles show agx-orin-64gb+edge-llm",
        "profiles rank --arch qwen2.5-0.5b --precision w4a16",
        "models list",
        "models show Qwen1.5-MoE-A2.7B",
        "laws",
        "spaces",
        "reproduce",
    ] {
        let document = program.line(&format!("{line} --format json")).json();
        commands.push(document["command"].as_str().expect("a command").to_owned());
    }
    commands.push(program.found("export --max-total 22ms --out -").json()["command"].to_string().replace('"', ""));
    commands.push("profiles detect".to_owned());
    commands.sort_unstable();
    commands.dedup();
    let schema: Value = serde_json::from_str(SHIPPED).expect("JSON");
    let mut known: Vec<String> = list(&schema["oneOf"])
        .iter()
        .filter_map(|known| Some(known["$ref"].as_str()?.strip_prefix("#/$defs/")?.to_owned()))
        .collect();
    known.sort_unstable();
    let mut seen: Vec<String> = commands.iter().map(|command| report::definition_of(command)).collect();
    seen.sort_unstable();
    assert_eq!(seen, known);
}

/// A law without a term for routing leaves no member of a frontier that is a mixture, and nothing to divide by.
#[test]
fn no_document_holds_a_word_for_what_is_no_number() {
    let program = Program::new();
    let law = include_str!("../../datasets/paper-law.toml").replace("kappa_rho = 0.031", "kappa_rho = 0.0");
    program.write("flat.toml", &law);
    let document = program.line("reproduce --law flat.toml --format json").json();
    let figures = list(&document["claims"]).iter().flat_map(|claim| list(&claim["checks"]));
    let mut values = figures.flat_map(|check| list(&check["figures"])).map(|figure| &figure["value"]);
    assert!(values.any(Value::is_null), "there is something that is no number");
    let elasticity = program.found("predict --arch qwen2.5-0.5b --format json").stdout;
    assert!(!elasticity.contains("-0.0\n") && !elasticity.contains("-0.0,"), "{elasticity}");
}

const DOCUMENT: &str = include_str!("../../docs/json.md");

/// Every name in the objects of a schema.
fn names(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            let properties = object.get("properties").and_then(Value::as_object);
            found.extend(properties.into_iter().flat_map(|properties| properties.keys().cloned()));
            for key in ["const", "enum"] {
                let values = object
                    .get(key)
                    .into_iter()
                    .flat_map(|value| value.as_array().map_or_else(|| vec![value], |all| all.iter().collect()));
                found.extend(values.filter_map(Value::as_str).map(str::to_owned));
            }
            object.values().for_each(|value| names(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// The first cell of each row of the tables below a heading.
fn first_cells<'a>(heading: &str) -> impl Iterator<Item = &'a str> {
    let (_, below) = DOCUMENT.split_once(&format!("# {heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let rows = below.lines().take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| row.split('`').nth(1))
}

#[test]
fn the_keys_that_are_explained_are_those_of_the_schema() {
    let schema: Value = serde_json::from_str(SHIPPED).expect("JSON");
    let definitions = &schema["$defs"];
    let keys = |definition: &Value| -> BTreeSet<String> {
        definition["properties"].as_object().expect("an object").keys().cloned().collect()
    };
    for (heading, definition) in [
        ("setting", &definitions["SettingPart"]),
        ("architecture", &definitions["Architecture_uint32"]),
        ("predictions", &definitions["PredictionsPart"]),
    ] {
        let explained: BTreeSet<String> = first_cells(heading).map(str::to_owned).collect();
        assert_eq!(explained, keys(definition), "{heading}");
    }
    let kinds: BTreeSet<&str> = list(&definitions["WarningPart"]["oneOf"])
        .iter()
        .filter_map(|kind| kind["properties"]["kind"]["const"].as_str())
        .collect();
    assert_eq!(first_cells("warnings").collect::<BTreeSet<&str>>(), kinds);
    // Every name that stands in a table is a key, a value or a command of the schema.
    let of_engines = ["given", "ideal"].map(str::to_owned);
    let mut known = BTreeSet::from(of_engines);
    names(&schema, &mut known);
    let plain = |word: &&str| {
        word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit())
    };
    for row in DOCUMENT.lines().filter(|line| line.starts_with("| `")) {
        for word in row.split('`').skip(1).step_by(2).filter(plain) {
            assert!(known.contains(word), "{word}: {row}");
        }
    }
}
