//! Known models and those of one's own: counts to the last parameter, and where they lie.

use std::path::PathBuf;

use serde_json::Value;

use roofscape::built_in;

use crate::program::{Program, list};

fn config(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "configs", &format!("{name}.json")].iter().collect();
    path.display().to_string()
}

/// The facts of published files: what each of them says must be what the table says of the model.
#[test]
fn the_table_says_what_the_models_own_files_say() {
    for (file, published) in [
        ("Qwen2.5-0.5B", 494_032_768_u64),
        ("Qwen3-0.6B", 596_049_920),
        ("Llama-3.2-1B", 1_235_814_400),
        ("SmolLM2-135M", 134_515_008),
        ("Gemma-3-1B", 999_885_952),
        ("Phi-3.5-mini", 3_821_079_552),
        ("Mixtral-8x7B", 46_702_792_704),
        ("Qwen1.5-MoE-A2.7B", 14_315_784_192),
        ("Qwen3-30B-A3B", 30_532_122_624),
        ("OLMoE-1B-7B", 6_919_161_856),
    ] {
        let read = built_in::library().model(&config(&file.to_lowercase())).expect("a model");
        let listed = built_in::library().known_model(file).expect("in the table");
        assert_eq!(read.parameters_total(), published, "{file}");
        assert_eq!(read.architecture, listed.architecture, "{file}");
        assert_eq!(read.extras, listed.extras, "{file}");
        assert_eq!(read.family, listed.family, "{file}");
    }
}

/// Gemma 3 4B writes only what differs from the defaults of its class. 4,300,079,472 with the eyes, of which they are
/// 416,866,032 and the projector 2,949,120 + 1,152.
#[test]
fn a_multimodal_gemma_is_read_through_its_text_model() {
    let model = built_in::library().model(&config("gemma-3-4b-multimodal")).expect("a model");
    let shape = model.architecture;
    assert_eq!((shape.layers, shape.heads, shape.kv_heads, shape.head_dim, shape.vocab), (34, 8, 4, 256, 262_208));
    assert!(shape.tied);
    assert_eq!(model.parameters_total(), 4_300_079_472 - 416_866_032 - 2_949_120 - 1_152);
    assert_eq!(model.family, "gemma3_text");
}

#[test]
fn the_list_has_counts_and_sources() {
    let program = Program::new();
    let list = program.run(&["models", "--format", "json"]).json();
    let list = list["models"].as_array().expect("a list");
    assert_eq!(list.len(), 49);
    let moe = list.iter().find(|model| model["name"] == "Qwen1.5-MoE-A2.7B").expect("listed");
    assert_eq!(moe["predictions"]["parameters_total"], 14_315_784_192_u64);
    let shape = &moe["architecture"];
    assert_eq!((&shape["shared"], &shape["experts"]), (&Value::from(5632), &Value::from(60)));
    let csv = program.run(&["models", "list", "--format", "csv"]);
    assert_eq!(csv.stdout.lines().count(), 50);
    assert!(csv.stdout.starts_with("name,family,layers,width,"));
    let table = program.run(&["models"]).stdout;
    assert!(table.contains("\nQwen2.5-0.5B"), "{table}");
    assert!(table.contains("494,032,768"), "{table}");
}

#[test]
fn one_model_is_shown_in_full() {
    let program = Program::new();
    let shown = program.run(&["models", "show", "gemma-3-1b"]);
    for line in [
        "model        Gemma-3-1B",
        "shape        26×1152 · 4 heads, 1 KV · r 6 · dense",
        "head size    256, not the width over the heads",
        "vocabulary   262,144, LM head tied to the embedding",
        "parameters   999,885,952",
        "layers       22 of 26 layers look back over 512 tokens",
    ] {
        assert!(shown.stdout.lines().any(|shown| shown == line), "{line}\n{}", shown.stdout);
    }
    let unknown = program.run(&["models", "show", "gemma-3-1"]);
    assert_eq!(unknown.code, 2);
    assert_eq!(
        unknown.stderr,
        "roofscape: there is no model 'gemma-3-1'\n  expected: a name of `roofscape models`, or the path of a \
         config.json\n  try: Gemma-3-1B\n"
    );
}

#[test]
fn a_file_is_predicted_like_the_shape_in_it() {
    let program = Program::new();
    let by_file = program.run(&["predict", "--model", &config("qwen3-0.6b"), "--format", "json"]).json();
    let by_name = program.run(&["predict", "--arch", "QWEN3-0.6B", "--format", "json"]).json();
    let by_shape = "layers=28,width=1024,heads=16,head_dim=128,kv_heads=8,intermediate=3072";
    let by_shape = program.run(&["predict", "--arch", by_shape, "--format", "json"]).json();
    for key in ["predictions", "memory", "operators", "architecture"] {
        assert_eq!(by_file[key], by_shape[key], "{key}");
        assert_eq!(by_name[key], by_shape[key], "{key}");
    }
    assert_eq!(by_file["model"]["parameters_total"], 596_049_920);
    assert_eq!(by_file["model"]["name"], "qwen3-0.6b");
    assert!(by_shape["model"].is_null());
    let table = program.run(&["predict", "--model", &config("qwen3-0.6b")]).stdout;
    assert!(table.contains("; 596,049,920 with the biases and norms of its family"), "{table}");
}

#[test]
fn a_shared_expert_is_priced() {
    let program = Program::new();
    let predicted = program.run(&["predict", "--arch", "qwen1.5-moe-a2.7b", "--format", "json"]).json();
    let operators = predicted["operators"].as_array().expect("operators");
    let shared = operators.iter().find(|row| row["name"] == "shared" && row["phase"] == "prefill").expect("shared");
    assert_eq!(shared["count"], 3 * 24);
    assert_eq!(shared["flops"], 2.0 * 1024.0 * 2048.0 * 5632.0);
    assert_eq!(shared["bytes"], 2.0 * (2048.0 * 5632.0 + 1024.0 * (2048.0 + 5632.0)));
    assert_eq!(predicted["architecture"]["shared"], 5632);
}

#[test]
fn models_stand_beside_the_frontier() {
    let program = Program::new();
    let file = config("smollm2-135m");
    let args = ["frontier", "--max-total", "100ms", "--model", "Qwen3-0.6B", "--model", &file];
    let json = program.run(&[&args[..], &["--format", "json"]].concat()).json();
    let models = json["models"].as_array().expect("models");
    let names: Vec<&Value> = models.iter().map(|model| &model["name"]).collect();
    assert_eq!(names, ["Qwen3-0.6B", "smollm2-135m"]);
    let alone = program.run(&["predict", "--arch", "Qwen3-0.6B", "--format", "json"]).json();
    for key in ["loss", "total_s", "memory_bytes"] {
        assert_eq!(models[0]["predictions"][key], alone["predictions"][key], "{key}");
    }
    assert_eq!(models[0]["predictions"]["parameters_total"], 596_049_920);
    let table = program.run(&args).stdout;
    assert!(table.lines().any(|line| line.starts_with("Qwen3-0.6B  ")), "{table}");
    let csv = program.run(&[&args[..], &["--format", "csv"]].concat());
    assert_eq!(csv.code, 2);
    assert!(csv.stderr.contains("'--model': the rows of CSV are the frontier's"), "{}", csv.stderr);
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_file_line_and_key() {
    let program = Program::new();
    let path = program.write("m/config.json", "{\n  \"model_type\": \"llama\",\n  \"hidden_size\": \"wide\"\n}\n");
    let refused = program.run(&["predict", "--model", "m"]);
    assert_eq!(refused.code, 2);
    assert_eq!(
        refused.stderr,
        "roofscape: m/config.json:3, 'hidden_size': '\"wide\"' is not a whole number\n  expected: a whole number from 1 \
         to 131,072\n"
    );
    assert!(path.exists());
    for (args, wanted) in [
        (vec!["predict", "--model", "gone/config.json"], "gone/config.json: there is no such file"),
        (vec!["frontier", "--model", "gone.json"], "gone.json: there is no such file"),
        (vec!["predict"], "<--arch <KEY=VALUE,…|NAME>|--model <PATH|NAME>>"),
        (vec!["profiles", "rank"], "<--arch <KEY=VALUE,…|NAME>|--model <PATH|NAME>>"),
        (vec!["predict", "--arch", "Qwen3-0.6B", "--model", "m"], "cannot be used with"),
        (vec!["--model", "qwen9"], "there is no model 'qwen9'"),
    ] {
        let refused = program.run(&args);
        assert_eq!(refused.code, 2, "{args:?}");
        assert!(refused.stderr.contains(wanted), "{args:?}: {}", refused.stderr);
    }
}

/// What a refusal says to try is a command that works.
#[test]
fn a_family_that_is_not_read_can_be_typed() {
    let program = Program::new();
    let sizes = "\"hidden_size\": 256, \"num_hidden_layers\": 4, \"num_attention_heads\": 4, \"vocab_size\": 1000";
    program.write("mamba/config.json", &format!("{{\n  \"model_type\": \"mamba2\", {sizes}\n}}\n"));
    let refused = program.refused("predict --model mamba");
    assert!(
        refused.starts_with(
            "roofscape: mamba/config.json:2, 'model_type': models of type 'mamba2' are not read here: some layers keep a \
             state of fixed size"
        ),
        "{refused}"
    );
    let shape = refused.split("predict --arch ").nth(1).expect("a way on").trim();
    assert!(program.run(&["predict", "--arch", shape]).stdout.contains("4×256"), "{shape}");
}

#[test]
fn a_known_name_is_the_known_model_and_says_what_else_lies_there() {
    let program = Program::new();
    program.write(
        "Qwen3-4B/config.json",
        "{\"model_type\": \"llama\", \"hidden_size\": 64, \"intermediate_size\": 128, \"num_hidden_layers\": 2, \
         \"num_attention_heads\": 4, \"vocab_size\": 100}",
    );
    let known = program.found("predict --model Qwen3-4B --format json").json();
    assert_eq!((&known["model"]["family"], &known["architecture"]["layers"]), (&"qwen3".into(), &36.into()));
    assert_eq!(
        list(&known["model"]["notes"]).last(),
        Some(
            &"Qwen3-4B is the known model of that name here; Qwen3-4B/config.json lies here too: --model ./Qwen3-4B takes \
              that"
                .into()
        )
    );
    let own = program.found("predict --model ./Qwen3-4B --format json").json();
    assert_eq!((&own["model"]["family"], &own["architecture"]["layers"]), (&"llama".into(), &2.into()));
    assert!(list(&own["model"]["notes"]).is_empty(), "{}", own["model"]);
}
