//! One architecture against the reference values, and what is said about shapes that cannot be trusted or read.

use serde_json::Value;

use super::program::{Program, assert_close, list, number};

#[test]
fn the_check_values_hold_through_the_command_line() {
    let document: Value = serde_json::from_str(include_str!("../data/check-values.json")).expect("JSON");
    let program = Program::new();
    for case in list(&document["cases"]) {
        let (shape, workload) = (&case["architecture"], &case["workload"]);
        let precision = case["precision"].as_str().and_then(|text| text.split(':').next()).expect("precision");
        let intermediate = number(&shape["ffn_ratio"]) * number(&shape["d"]) / number(&shape["top_k"]);
        let line = format!(
            "predict --arch layers={},width={},heads={},head_dim={},kv_heads={},intermediate={intermediate},experts={},\
             top_k={},vocab={},tied={} --profile agx-orin-64gb --mode MAXN --precision {precision} --input {} --output \
             {} --batch {} --law paper --attention fused --format json",
            shape["l"],
            shape["d"],
            shape["heads"],
            shape["head_dim"],
            shape["kv_heads"],
            shape["experts"],
            shape["top_k"],
            shape["vocab"],
            shape["tied"],
            workload["input"],
            workload["output"],
            workload["batch"]
        );
        let ours = program.found(&line).json();
        let name = &case["name"];
        for (key, reference) in [("prefill_s", "prefill_s"), ("decode_s", "decode_s"), ("total_s", "total_s")] {
            assert_close(&format!("{name} {key}"), &ours["predictions"][key], number(&case[reference]));
        }
        let steps = number(&workload["output"]);
        assert_close("tpot", &ours["predictions"]["tpot_s"], number(&case["decode_s"]) / steps);
        let needed = number(&case["memory_bytes"]) + number(&ours["memory"]["reserved_bytes"]);
        assert_close("memory", &ours["memory"]["total_bytes"], needed);
        assert_eq!(ours["predictions"]["memory_bytes"], ours["memory"]["total_bytes"]);
        assert_close("loss", &ours["predictions"]["loss"], number(&case["loss_paper_law"]));
        assert_close("perplexity", &ours["predictions"]["perplexity"], number(&case["loss_paper_law"]).exp());
        assert_eq!(ours["predictions"]["parameters_total"], case["params_total"], "{name}");
        assert_eq!(ours["predictions"]["parameters_active"], case["params_active"], "{name}");
        assert_operators(&ours, case);
    }
}

fn assert_operators(ours: &Value, case: &Value) {
    let rows = list(&ours["operators"]);
    let mut seen = 0;
    for (phase, key) in [("prefill", "prefill_operators"), ("decode", "first_decode_step_operators")] {
        for reference in list(&case[key]) {
            let row = rows
                .iter()
                .find(|row| row["phase"] == phase && row["name"] == reference["name"])
                .unwrap_or_else(|| panic!("no {phase} {}", reference["name"]));
            for field in ["count", "flops", "bytes", "seconds_each"] {
                assert_close(&format!("{phase} {} {field}", row["name"]), &row[field], number(&reference[field]));
            }
            assert!(row["bound"] == "compute" || row["bound"] == "memory");
            let [flops, bytes, seconds] = ["phase_flops", "phase_bytes", "seconds"].map(|key| number(&row[key]));
            assert_close("intensity", &row["intensity_flop_per_byte"], flops / bytes);
            assert_close("attained rate", &row["attained_flops_per_s"], flops / seconds);
            seen += 1;
        }
        let sum: f64 = rows.iter().filter(|row| row["phase"] == phase).map(|row| number(&row["seconds"])).sum();
        assert_close(phase, &ours["predictions"][format!("{phase}_s")], sum);
    }
    assert_eq!(rows.len(), seen);
}

const QWEN: &str = "layers=24,width=896,heads=14,kv_heads=2,intermediate=4864,vocab=151936,tied=true";

#[test]
fn aliases_and_known_models_are_the_same_shape() {
    let program = Program::new();
    let ours = program.found(&format!("predict --arch {QWEN} --format json")).json();
    for arch in [
        "num_hidden_layers=24,hidden_size=896,num_attention_heads=14,num_key_value_heads=2,intermediate_size=4864",
        "qwen2.5-0.5b",
    ] {
        let mut theirs = program.found(&format!("predict --arch {arch} --format json")).json();
        // Who it is comes on top of what it is.
        theirs["model"] = Value::Null;
        assert_eq!(theirs, ours);
    }
}

#[test]
fn what_cannot_be_trusted_is_said() {
    let program = Program::new();
    let output = program.found(&format!("predict --arch {QWEN} --precision w8a8"));
    assert!(
        output.stderr.contains("outside those that the law 'paper' was fitted on, by a factor of 1.36 in FFN ratio")
    );
    assert!(output.stderr.contains("what w8a8 costs in quality is not modelled"));
    assert!(output.stdout.contains("ideal roofline, uncalibrated; built in"));
    let json = program.found(&format!("predict --arch {QWEN} --format json")).json();
    assert_eq!(json["extrapolation"]["axis"], "ffn_ratio");
    assert!(
        list(&json["warnings"]).iter().any(|warning| warning["kind"] == "ideal_roofline"
            && warning["words"].as_str().is_some_and(|w| w.contains("ideal")))
    );
    let inside = program.found("predict --arch layers=16,width=1024,head_dim=64,kv_heads=4,ffn_ratio=3");
    assert_eq!(inside.stderr, "");
    let huge = "predict --arch layers=32,width=3072,head_dim=64,ffn_ratio=4,experts=16,top_k=1 --profile orin-nano-8gb";
    assert!(program.found(huge).stderr.contains("needs more memory than the 7.98 GB"));
    assert_eq!(program.found(&format!("{huge} --format json")).json()["memory"]["fits"], false);
}

#[test]
fn head_and_cache_have_formats_of_their_own() {
    let program = Program::new();
    let line = format!("predict --arch {QWEN} --precision W4A16 --input 1024 --output 16");
    let own = program.found(&format!("{line} --format json")).json();
    let keys = |json: &Value| ["precision", "head_format", "kv_format"].map(|key| json["setting"][key].clone());
    assert_eq!(keys(&own), ["w4a16", "fp16", "fp16"]);
    let mixed = program.found(&format!("{line} --head INT4 --kv fp8 --format json")).json();
    assert_eq!(keys(&mixed), ["w4a16", "int4", "fp8"]);
    let more = |what: &str| number(&mixed["memory"][what]) - number(&own["memory"][what]);
    assert!((more("weights_bytes") - 151_936.0 * 896.0 * (0.516 - 2.0)).abs() < 1e-6);
    assert_eq!(more("kv_cache_bytes"), -number(&own["memory"]["kv_cache_bytes"]) / 2.0);
    let shown = program.found(&format!("{line} --head int4 --kv fp8"));
    assert!(shown.stdout.contains("MAXN, w4a16 · head int4 · KV fp8 (INT4 weights"), "{}", shown.stdout);
    assert!(shown.stderr.contains("what w4a16 · head int4 · KV fp8 costs in quality is not modelled"));
    let gguf = program.found(&format!("predict --arch {QWEN} --precision q4_k_m --format json")).json();
    assert_eq!(keys(&gguf), ["q4_k_m", "q6_k", "fp16"]);
    let frontier = program.found("frontier --max-total 30ms --kv q8_0 --format json").json();
    assert_eq!(keys(&frontier), ["fp16", "fp16", "q8_0"]);
}

/// AWQ and GPTQ files keep it so. In INT4 it would be 545 tokens per second.
#[test]
fn hw_w4a16_head16_is_the_default() {
    let program = Program::new();
    let line =
        "predict --model Qwen3-0.6B --profile agx-orin-64gb --precision w4a16 --input 512 --output 128 --format json";
    let rate =
        |options: &str| 1.0 / number(&program.found(&format!("{line}{options}")).json()["predictions"]["tpot_s"]);
    assert!((rate("") - 338.0).abs() < 1.5, "{}", rate(""));
    assert_eq!(rate(""), rate(" --head fp16"));
    assert!((rate(" --head int4") - 545.0).abs() < 2.0, "{}", rate(" --head int4"));
}

#[test]
fn a_given_penalty_is_part_of_every_loss_and_said() {
    let program = Program::new();
    let line = format!("predict --arch {QWEN} --data tiny --bootstrap 20 --precision w4a16");
    let plain = program.found(&format!("{line} --format json")).json();
    let raised = format!("{line} --loss-penalty q4_0=0.08,w4a16=0.03");
    let json = program.found(&format!("{raised} --format json")).json();
    assert_eq!(number(&json["setting"]["loss_penalty_nats_per_token"]), 0.03);
    assert_eq!(number(&plain["setting"]["loss_penalty_nats_per_token"]), 0.0);
    for (after, before) in [
        (&json["predictions"]["loss"], &plain["predictions"]["loss"]),
        (&json["intervals"]["loss"][0], &plain["intervals"]["loss"][0]),
        (&json["intervals"]["loss"][1], &plain["intervals"]["loss"][1]),
    ] {
        assert!((number(after) - number(before) - 0.03).abs() < 1e-12, "{after} {before}");
    }
    assert!(
        (number(&json["predictions"]["perplexity"]) / number(&json["predictions"]["loss"]).exp() - 1.0).abs() < 1e-12
    );
    assert_eq!(number(&json["loss_terms"]["number_format"]), 0.03);
    assert_eq!(plain["loss_terms"]["number_format"], Value::Null);
    assert_eq!(json["setting"]["law"]["coefficients"], plain["setting"]["law"]["coefficients"]);
    let shown = program.found(&raised);
    assert!(shown.stdout.contains("0.03 nats per token for w4a16, as given"), "{}", shown.stdout);
    let sentence =
        "losses are those of 16-bit models and 0.03 nats per token for what w4a16 costs in quality, as given";
    assert!(shown.stderr.contains(sentence) && !shown.stderr.contains("not modelled"), "{}", shown.stderr);
    // A penalty for a format that is not in use changes nothing.
    let elsewhere = program.found(&format!("{line} --loss-penalty fp8=0.5 --format json"));
    assert_eq!(elsewhere.json(), plain);
}

/// Table 6, but for a depth term that grows a thousandfold per doubling of depth: plausible on its range alone.
fn exploding_law() -> String {
    let paper = include_str!("../../datasets/paper-law.toml");
    let changed = paper
        .replace("kappa_l = 9.96", "kappa_l = 1")
        .replace("alpha_l = 1.63", "alpha_l = -10")
        .replace("layers = [4, 32]", "layers = [1, 1]");
    assert_ne!(changed, paper);
    changed
}

#[test]
fn losses_that_no_model_has_are_said_to_be_none() {
    let program = Program::new();
    program.write("exploding.toml", &exploding_law());
    let shape = "layers=16,width=1024,head_dim=64,kv_heads=4,ffn_ratio=3";
    let output = program.found(&format!("predict --law exploding.toml --arch {shape} --format json"));
    assert!(output.stderr.contains("losses above 100 nats per token"), "{}", output.stderr);
    let json = output.json();
    assert_eq!(json["predictions"]["perplexity"], Value::Null);
    assert!(number(&json["predictions"]["loss"]) > 1e12);
    let table = program.found(&format!("predict --law exploding.toml --arch {shape}")).stdout;
    assert!(table.contains("perplexity inf"), "{table}");

    let output = program.found("frontier --law exploding.toml --format json");
    assert!(output.stderr.contains("for 10,560 of 10,560 candidates the law 'paper' gives"), "{}", output.stderr);
    assert!(list(&output.json()["frontier"]).iter().all(|row| row["predictions"]["perplexity"] == Value::Null));
    let csv = program.found("frontier --law exploding.toml --format csv").stdout;
    assert!(csv.lines().nth(1).is_some_and(|row| row.contains(",inf,")), "{csv}");
    let export = program.found("export --law exploding.toml --select best --out -").json();
    assert_eq!(export["architectures"][0]["predictions"]["perplexity"], Value::Null);

    program.write("absurd.toml", &exploding_law().replace("layers = [1, 1]", "layers = [1, 2]"));
    let error = program.refused(&format!("predict --law absurd.toml --arch {shape}"));
    assert!(error.contains("'coefficients': within its own range the law gives a loss of 102"), "{error}");
}

#[test]
fn the_largest_shape_that_is_believed_is_counted_to_the_last_parameter() {
    let program = Program::new();
    let largest = "layers=4096,width=131072,heads=4096,head_dim=4096,intermediate=1048576,experts=4096,top_k=4096,\
                   vocab=10000000,tied=false";
    let json =
        program.found(&format!("predict --arch {largest} --input 10000000 --output 10000000 --format json")).json();
    let [layers, width, heads, hidden, experts] = [4096_u64, 131_072, 4096 * 4096, 1_048_576, 4096];
    let layer = 4 * width * heads + 2 * (width + 4096) + 3 * width * hidden * experts + width * experts;
    let total = layers * layer + 2 * 10_000_000 * width + width;
    assert_eq!(json["predictions"]["parameters_total"], total);
    assert_eq!(json["predictions"]["parameters_active"], total);
    assert!(number(&json["memory"]["weights_bytes"]) >= 2.0 * total as f64);
    assert_eq!(json["memory"]["fits"], false);
    let error = program.refused("predict --arch layers=100000000,width=100000000,heads=1,intermediate=100000000");
    assert!(error.contains("'layers': '100000000' is not allowed here\n  expected: a whole number from 1 to 4,096"));
}

#[test]
fn attention_is_executed_as_asked() {
    let program = Program::new();
    let predict =
        |attention: &str| program.found(&format!("predict --arch {QWEN} --attention {attention} --format json")).json();
    let names = |json: &Value| -> Vec<String> {
        let operators = list(&json["operators"]).iter().filter(|row| row["phase"] == "prefill");
        operators.filter_map(|row| row["name"].as_str()).map(str::to_owned).collect()
    };
    let flops = |json: &Value, name: &str| {
        number(&list(&json["operators"]).iter().find(|row| row["name"] == name).expect(name)["flops"])
    };
    let fused = predict("fused");
    assert_eq!(fused["setting"]["attention"], "fused");
    let causal = predict("Fused-Causal");
    assert_eq!(causal["setting"]["attention"], "fused-causal");
    assert_eq!(causal, program.found(&format!("predict --arch {QWEN} --format json")).json(), "the default");
    // Of 1024·1024 products the mask leaves 1024·1025/2.
    let left = 1025.0 / 2048.0;
    assert_close("half the work", &causal["operators"][3]["flops"], flops(&fused, "attention") * left);
    let written = predict("materialised");
    assert!(["qk", "softmax", "sv"].iter().all(|name| names(&written).iter().any(|known| known == name)));
    assert!(number(&written["predictions"]["total_s"]) > number(&fused["predictions"]["total_s"]));
    assert_close("half", &predict("materialised-causal")["operators"][3]["flops"], flops(&written, "qk") * left);

    let export = program.found("export --select best --attention materialised --out -").json();
    assert_eq!(export["setting"]["attention"], "materialised");
    let frontier = "frontier --max-total 60ms --attention materialised";
    assert_eq!(program.found(&format!("{frontier} --format json")).json()["setting"]["attention"], "materialised");
    assert!(
        program
            .found(frontier)
            .stdout
            .contains("materialised: three kernels that write and read the whole score matrix")
    );
    assert!(!program.found("frontier --max-total 60ms").stdout.contains("attention"));
    assert!(program.refused("frontier --attention flash").contains("fused-causal"));
}

#[test]
fn the_ridge_of_each_format_comes_with_the_operators() {
    let ridge = &Program::new().found(&format!("predict --arch {QWEN} --format json")).json()["ridge_flop_per_byte"];
    assert_close("fp16", &ridge["fp16"], 42.5e12 / 204.8e9);
    assert_close("int8", &ridge["int8"], 85e12 / 204.8e9);
    assert!(ridge.get("fp8").is_none(), "this board does not compute in it");
}

#[test]
fn operators_come_out_as_csv_too() {
    let program = Program::new();
    let json = program.found(&format!("predict --arch {QWEN} --format json")).json();
    let text = program.found(&format!("predict --arch {QWEN} --format csv")).stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().expect("header").clone();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("records");
    let rows = list(&json["operators"]);
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(rows) {
        assert!(headers.iter().eq(row.as_object().expect("object").keys()));
        for (name, cell) in headers.iter().zip(record) {
            match &row[name] {
                Value::String(text) => assert_eq!(cell, text),
                value => assert_eq!(cell.parse::<f64>().ok(), value.as_f64(), "{name}"),
            }
        }
    }
}

#[test]
fn which_file_was_used_is_said() {
    let program = Program::new();
    let line = "predict --arch qwen2.5-0.5b";
    let text = program.found(line).stdout;
    assert_eq!(text.matches("; built in").count(), 2, "{text}");
    if cfg!(target_os = "macos") {
        return;
    }
    let profile = include_str!("../../profiles/agx-orin-64gb.toml");
    let path = program.write("config/roofscape/profiles/agx-orin-64gb.toml", profile);
    let origin = format!("{}, in place of the built-in one", path.display());
    for line in [line, "frontier --max-total 40ms"] {
        let text = program.found(line).stdout;
        assert!(text.contains(&format!("ideal roofline, uncalibrated; {origin}")), "{text}");
    }
    program.write("law.toml", include_str!("../../datasets/paper-law.toml"));
    let json = program.found(&format!("{line} --law law.toml --format json")).json();
    assert_eq!(
        (&json["setting"]["profile"]["origin"], &json["setting"]["law"]["origin"]),
        (&origin.as_str().into(), &"law.toml".into())
    );
    let export = program.found("export --select best --out -").json();
    assert_eq!(export["setting"]["profile"]["origin"], origin.as_str());
    assert_eq!(
        (&export["setting"]["law"]["origin"], &export["setting"]["space"]["origin"]),
        (&"built in".into(), &"built in".into())
    );
    let shown = program.found("profiles show agx-orin-64gb");
    assert!(shown.stdout.contains(&origin));
    assert_eq!(program.found("profiles show agx-orin-64gb --format json").json()["origin"], origin.as_str());
}

#[test]
fn what_was_made_of_the_columns_of_runs_is_said() {
    let program = Program::new();
    let reading = "roofscape: note: tiny: 173 runs; ";
    for line in [
        "predict --arch qwen2.5-0.5b --data tiny",
        "frontier --data tiny --format csv",
        "export --data tiny --out a.json",
    ] {
        let stderr = program.found(line).stderr;
        assert!(stderr.contains(reading) && stderr.contains("loss from 'val_loss'"), "{line}: {stderr}");
    }
    let json = program.found("predict --arch qwen2.5-0.5b --data tiny --format json").json();
    assert!(json["setting"]["law"]["reading"].as_str().is_some_and(|reading| reading.contains("ignored: ")));
    assert_eq!(json["setting"]["law"]["origin"], "runs: built in");
}

#[test]
fn what_is_typed_wrong_is_named() {
    let program = Program::new();
    for (line, wanted) in [
        ("predict --arch layrs=24", "--arch: 'layrs' is no key of a shape"),
        ("predict --arch layrs=24", "try: 'layers'"),
        ("predict", "--arch"),
        ("predict --arch qwen2.5-0.5b --precision fp61", "a similar value exists: 'fp16'"),
        (
            "predict --arch qwen2.5-0.5b --precision fp8",
            "'--precision': agx-orin-64gb MAXN cannot compute fp8: no FP8 tensor cores, which need compute capability 8.9 or \
             later; this is 8.7\n  expected: one of fp16, bf16, w8a8, w8a16, w4a16, q8_0, q6_k, ",
        ),
        ("predict --arch qwen2.5-0.5b --head int5", "a similar value exists: 'int4'"),
        (
            "predict --arch qwen2.5-0.5b --kv q6_k",
            "[possible values: fp16, bf16, fp8, int8, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl]",
        ),
        ("predict --arch qwen2.5-0.5b --loss-penalty w4a16", "expected: FORMAT=NATS, such as w4a16=0.03"),
        ("predict --arch qwen2.5-0.5b --loss-penalty w4a16=-1", "'-1' is no loss penalty from 0 to 10 nats per token"),
        ("predict --arch qwen2.5-0.5b --profile agx-orin", "try: --profile agx-orin-64gb"),
        ("predict --arch qwen2.5-0.5b --mode MAXM", "agx-orin-64gb has no power mode 'MAXM'"),
        ("predict --arch qwen2.5-0.5b --law papre", "try: --law paper"),
        ("predict --arch qwen2.5-0.5b --input 0", "'0'"),
        ("predict --arch qwen2.5-0.5b --batsh 2", "'--batch'"),
        ("predict --arch qwen2.5-0.5b --law paper --data tiny", "cannot be used with"),
    ] {
        let error = program.refused(line);
        assert!(error.contains(wanted), "{line}: {error}");
    }
}

/// The file keeps its head in 16 bit, and says so in its own way.
#[test]
fn hw_w4a16_head16_the_format_of_the_file_is_taken() {
    let program = Program::new();
    let config = serde_json::json!({
        "model_type": "qwen3", "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28,
        "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151_936,
        "tie_word_embeddings": true,
        "quantization_config": {"quant_method": "compressed-tensors", "ignore": ["lm_head"], "config_groups": {
            "group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "int", "group_size": 128}}}}
    });
    program.write("model/config.json", &config.to_string());
    let line = "predict --model model/config.json --profile agx-orin-64gb --input 512 --output 128";
    let json = program.found(&format!("{line} --format json")).json();
    assert_eq!((&json["setting"]["precision"], &json["setting"]["head_format"]), (&"w4a16".into(), &"fp16".into()));
    let speed = number(&json["predictions"]["tpot_s"]).recip();
    assert!((speed / 338.0 - 1.0).abs() < 0.005, "{speed} tok/s");
    let shown = program.found(line).stdout;
    let words = "priced in the format of its file: compressed-tensors, 4 bit, in groups of 128, LM head in 16 bit";
    assert!(shown.contains(words), "{shown}");
    // What is typed counts.
    let typed = program.found(&format!("{line} --precision fp16")).stdout;
    assert!(
        typed.contains("its own weights are compressed-tensors") && !typed.contains("priced in the format"),
        "{typed}"
    );
    let head = program.found(&format!("{line} --head int4 --format json")).json();
    assert!((number(&head["predictions"]["tpot_s"]).recip() / 545.0 - 1.0).abs() < 0.005);
}

/// A header and no tensors: 28 layers of 1,024, 16 heads of 128, 8 KV heads, tied, type 7.
#[test]
fn hw_gguf_predict_a_file_is_a_model() {
    let program = Program::new();
    std::fs::write(program.dir().join("small.gguf"), gguf_header()).expect("a file");
    let json = program.found("predict --model small.gguf --format json").json();
    assert_eq!(json["predictions"]["parameters_total"], 596_049_920);
    assert_eq!(json["setting"]["precision"], "q8_0");
    let words = "priced in the format of its file: Q8_0";
    assert!(program.found("predict --model small.gguf").stdout.contains(words));
    assert_eq!(
        program.found("predict --model small.gguf --precision fp16 --format json").json()["setting"]["precision"],
        "fp16"
    );
}

fn gguf_header() -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    };
    let numbers = [
        ("qwen3.block_count", 28_u32),
        ("qwen3.embedding_length", 1024),
        ("qwen3.feed_forward_length", 3072),
        ("qwen3.attention.head_count", 16),
        ("qwen3.attention.head_count_kv", 8),
        ("qwen3.attention.key_length", 128),
        ("qwen3.attention.value_length", 128),
        ("qwen3.vocab_size", 151_936),
        ("general.file_type", 7),
    ];
    bytes.extend((numbers.len() as u64 + 1).to_le_bytes());
    text(&mut bytes, "general.architecture");
    bytes.extend(8_u32.to_le_bytes());
    text(&mut bytes, "qwen3");
    for (key, value) in numbers {
        text(&mut bytes, key);
        bytes.extend(4_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

/// Orin has no FP8 tensor cores, so the file's own format is refused with the one that its weights are expanded from.
#[test]
fn a_format_of_a_file_that_the_board_lacks_is_refused_with_a_way_on() {
    let program = Program::new();
    let text = include_str!("../configs/qwen3-0.6b.json").replacen(
        '{',
        r#"{"quantization_config": {"quant_method": "fp8"},"#,
        1,
    );
    program.write("m/config.json", &text);
    let refusal = program.refused("predict --model m/config.json --profile agx-orin-64gb");
    assert!(refusal.contains("fp8 is the format of the model's file; "), "{refusal}");
    assert!(refusal.contains("--precision w8a16 --head fp16"), "{refusal}");
    let on =
        program.found("predict --model m/config.json --profile agx-orin-64gb --precision w8a16 --head fp16").stdout;
    assert!(on.contains("its own weights are fp8, 8-bit float, inputs in 8-bit float, LM head in 16 bit; "), "{on}");
    program.found("predict --model m/config.json --profile thor-t5000");
}
