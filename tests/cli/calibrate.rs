//! Calibration of published measurements: the errors that the closing table claims, and the files that ship.

use serde_json::Value;

use engine::hardware::{Efficiency, Hardware, Overhead};
use engine::latency::Latency;
use engine::precision::Precision;
use engine::reference::ReferenceModel;
use engine::roofline::Estimator;
use engine::workload::Workload;
use roofscape::built_in;

use super::program::{Program, list, number};

#[test]
fn published_pairs_are_predicted_as_well_as_claimed() {
    let document = Program::new().found("calibrate --measurements published --format json").json();
    let line = |engine: &str, board: &str, format: &str| -> &Value {
        let found = list(&document["summary"]).iter().find(|line| {
            line["engine"] == engine && line["board"] == board && list(&line["formats"]).iter().any(|f| f == format)
        });
        found.unwrap_or_else(|| panic!("no {engine} on {board}"))
    };
    // Decode and prefill: the share by which half of the unseen models' times are off.
    for (engine, board, format, [decode, prefill]) in [
        ("TensorRT Edge-LLM 0.8-0.9", "agx-orin-64gb", "w4a16", [0.04, 0.08]),
        ("TensorRT Edge-LLM 0.9", "thor-t5000", "nvfp4", [0.04, 0.13]),
        ("TensorRT Edge-LLM 0.9", "thor-t5000", "w4a16", [0.02, 0.17]),
        ("TensorRT Edge-LLM 0.4", "thor-t5000", "w4a16", [0.08, 0.04]),
        ("llama.cpp b9292", "orin-nano-8gb", "q4_k_m", [0.18, 0.12]),
    ] {
        let line = line(engine, board, format);
        for (phase, bound) in [("decode", decode), ("prefill", prefill)] {
            let left_out = number(&line[phase]["left_out_median_error"]);
            let ideal = number(&line[phase]["ideal_median_error"]);
            assert!(left_out < bound && left_out < ideal, "{engine} {format} {phase}: {left_out}");
        }
    }
    // Qwen3-VL-4B has the shape of Qwen3-4B: neither is unseen while the other is fitted.
    let edge = line("TensorRT Edge-LLM 0.8-0.9", "agx-orin-64gb", "w4a16");
    assert_eq!((&edge["models"], &edge["shapes"]), (&8.into(), &5.into()));
    let thor = line("TensorRT Edge-LLM 0.9", "thor-t5000", "w4a16");
    let words = "e_m is 1.00, at its bound: more bandwidth than the board's data sheet would fit better; bytes or peak may be \
                 counted wrong";
    assert!(list(&thor["remarks"]).iter().any(|remark| remark == words), "{thor}");
    // What the data does not support is refused, and says what to measure.
    let alone = line("vLLM", "orin-nano-8gb", "w4a16");
    assert!(alone["decode"]["fitted_median_error"].is_null());
    assert!(
        list(&alone["remarks"]).iter().any(|remark| {
            remark.as_str().is_some_and(|words| words.starts_with("1 decode row cannot fix 2 numbers"))
        })
    );
    let impossible = line("TinyChat 2.0", "rtx-4090", "w4a16");
    assert!(list(&impossible["remarks"]).iter().any(|remark| {
        remark.as_str().is_some_and(|words| words.contains("12 of 12 prefill rows are faster than the peaks allow"))
    }));
}

#[test]
fn shipped_calibrations_are_what_the_command_writes() {
    let program = Program::new();
    for (name, profile, engine) in [
        ("agx-orin-64gb+edge-llm", "agx-orin-64gb", "TensorRT Edge-LLM 0.8-0.9"),
        ("thor-t5000+edge-llm", "thor-t5000", "TensorRT Edge-LLM 0.9"),
        ("thor-t5000+edge-llm-0.4", "thor-t5000", "TensorRT Edge-LLM 0.4"),
        ("orin-nano-8gb+llama.cpp", "orin-nano-8gb", "llama.cpp b9292"),
        ("rtx-4090+transformers", "rtx-4090", "Hugging Face Transformers"),
    ] {
        let out = program.dir().join(format!("{name}.toml"));
        let typed = out.display().to_string();
        let options = ["calibrate", "--measurements", "published", "--profile", profile, "--engine", engine, "--out"];
        let arguments: Vec<&str> = options.into_iter().chain([typed.as_str()]).collect();
        let output = program.run(&arguments);
        assert_eq!(output.code, 0, "{}", output.stderr);
        let written = std::fs::read_to_string(&out).expect("the file was written");
        let path = format!("{}/profiles/calibrations/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let shipped = std::fs::read_to_string(path).expect("the file ships");
        assert_eq!(without_dates(&written), without_dates(&shipped), "{name}");
    }
}

/// It is fitted on another day.
fn without_dates(text: &str) -> Vec<String> {
    const DATE: &str = "date = \"";
    let undated = |line: &str| match line.split_once(DATE) {
        Some((before, after)) => before.to_owned() + after.get("2026-11-22".len()..).unwrap_or_default(),
        None => line.to_owned(),
    };
    text.lines().map(undated).collect()
}

#[test]
fn a_calibration_is_a_profile_like_others() {
    let program = Program::new();
    assert!(program.found("profiles").stdout.contains("agx-orin-64gb+edge-llm"));
    let predict = "predict --arch Qwen3-4B --profile agx-orin-64gb+edge-llm --precision";
    let known = program.found(&format!("{predict} w4a16"));
    assert!(
        known.stdout.contains(
            "calibrated: TensorRT Edge-LLM 0.8-0.9, median error 4 % decode, 7 % prefill (leave-one-model-out, worst 29 %); built in"
        ),
        "{}",
        known.stdout
    );
    let unknown = program.found(&format!("{predict} w8a8"));
    assert!(unknown.stdout.contains("ideal roofline, w8a8 uncalibrated"), "{}", unknown.stdout);
    assert!(unknown.stderr.contains("was measured in w4a16 here, not in w8a8"), "{}", unknown.stderr);
    let other = program.found(&format!("{predict} w4a16 --mode 30W"));
    let wanted = "TensorRT Edge-LLM 0.8-0.9 was measured in power mode MAXN: what it reaches in 30W is extrapolated: may be far \
                  too fast in slower modes, as nothing tells what bandwidth slower SMs still reach";
    assert!(other.stderr.contains(wanted), "{}", other.stderr);
    let basis = "extrapolated from MAXN: TensorRT Edge-LLM 0.8-0.9, median error 4 % decode, 7 % prefill (leave-one-model-out, worst 29 %) there";
    assert!(other.stdout.contains(basis), "{}", other.stdout);
    let shown = program.found("profiles show agx-orin-64gb+edge-llm").stdout;
    assert!(shown.contains("calibration of w4a16") && shown.contains("fitted"), "{shown}");
}

#[test]
fn misuse_is_answered() {
    let program = Program::new();
    assert!(program.refused("calibrate --measurements bench.json").contains("it is not said which board was measured"));
    let several = program.refused("calibrate --measurements published --profile thor-t5000");
    assert!(several.contains("TensorRT Edge-LLM 0.4") && several.contains("'--engine'"), "{several}");
    let twice = program.refused("calibrate --measurements published --profile agx-orin-64gb+edge-llm");
    assert!(twice.contains("is a calibration itself"), "{twice}");
    assert!(program.refused("calibrate --measurements nowhere.csv --profile thor-t5000").contains("nowhere.csv"));
    let mode = program.refused("calibrate --measurements published --profile orin-nano-8gb --mode 13W");
    assert_eq!(mode.matches("13W").count(), 1, "{mode}");
    assert!(mode.starts_with("roofscape: '--mode': orin-nano-8gb has no power mode '13W'\n  expected: "), "{mode}");
    let elsewhere = program.refused("calibrate --measurements published --profile apple-m4 --engine foo");
    assert!(
        elsewhere.ends_with(
            "\nroofscape: '--engine': the measurements hold no engine 'foo' on apple-m4\n  expected: one of Ollama, llama.cpp\n"
        ),
        "{elsewhere}"
    );
    let anywhere = program.refused("calibrate --measurements published --engine foo");
    assert!(anywhere.contains("no engine 'foo'") && anywhere.contains("TensorRT Edge-LLM 0.9"), "{anywhere}");
}

#[test]
fn one_engine_of_the_published_can_be_asked_for() {
    let json = Program::new().found("calibrate --measurements published --engine vllm --format json").json();
    let summary = list(&json["summary"]);
    assert!(!summary.is_empty() && summary.iter().all(|line| line["engine"] == "vLLM"), "{json}");
    assert!(["parameters", "rows", "left_out"].iter().all(|key| json[key].is_null()), "they are those of one pair");
}

/// Decode at four sizes of model, 20 ms per GB, in no stated mode; the first row stands twice.
const OWN: &str = "model,engine,weight_format,prompt_tokens,gen_tokens,decode_tok_s\n\
                   Qwen2.5-0.5B,mine,fp16,128,64,60\n\
                   Qwen2.5-0.5B,mine,fp16,128,64,60\n\
                   Qwen2.5-1.5B,mine,fp16,128,64,20\n\
                   Qwen2.5-3B,mine,fp16,128,64,10.5\n\
                   Qwen3-0.6B,mine,fp16,128,64,48\n";

#[test]
fn what_was_assumed_of_ones_own_rows_is_said() {
    let program = Program::new();
    program.write("own.csv", OWN);
    let line = "calibrate --measurements own.csv --profile orin-nano-8gb";
    let assumed = "own.csv: the power mode of 4 times is not stated: 25W, the profile's default, is taken; say --mode";
    let table = program.found(line);
    assert!(table.stderr.contains(&format!("roofscape: note: {assumed} (one of ")), "{}", table.stderr);
    assert!(
        table.stdout.contains("not used  own.csv:3: the same measurement as own.csv:2, counted once\n"),
        "{}",
        table.stdout
    );
    assert!(
        table.stdout.contains("\ntokens: of the prompt (prefill), looked back on (decode, mean); "),
        "{}",
        table.stdout
    );
    let json = program.found(&format!("{line} --format json")).json();
    assert_eq!(json["summary"][0]["assumptions"], serde_json::json!([assumed]));
    assert_eq!(json["summary"][0]["decode"]["rows"], 4);
    assert_eq!(json["left_out"][0]["reason"], "the same measurement as own.csv:2, counted once");
    let stated = program.found(&format!("{line} --mode 15W --format json"));
    assert!(!stated.stderr.contains("not stated"), "{}", stated.stderr);
    assert_eq!(stated.json()["summary"][0]["assumptions"], serde_json::json!([]));
}

#[test]
fn a_file_that_may_not_be_written_is_refused_before_the_table() {
    let program = Program::new();
    program.write("own.csv", OWN);
    program.write("there.toml", "mine");
    let line = "calibrate --measurements own.csv --profile orin-nano-8gb --out";
    let there = program.refused(&format!("{line} there.toml"));
    assert_eq!(
        there,
        "roofscape: there.toml: the file exists already\n  try: --force to replace it, or another name\n"
    );
    assert!(program.refused(&format!("{line} gone/x.toml")).contains("the directory 'gone' does not exist"));
    if cfg!(target_os = "linux") {
        let words = "roofscape: /proc/x.toml: this cannot be written: no file can be created there\n";
        assert_eq!(program.refused(&format!("{line} /proc/x.toml")), words);
    }
}

/// An engine that reaches this much; its times are then what llama-bench would write.
const REACHED: Efficiency = Efficiency {
    compute: 0.4,
    bandwidth: 0.7,
    in_flight_bytes_per_s: None,
    overhead: Overhead { prefill_s: 60e-6, decode_s: 12e-6 },
};

fn times(model: &ReferenceModel, prompt_tokens: u32, generated_tokens: u32) -> Latency {
    let (_, profile) = built_in::library().profile("orin-nano-8gb").expect("a built-in profile");
    let mode = profile.mode("15W").expect("a mode of it");
    let hardware = Hardware { efficiency: REACHED.into(), ..profile.hardware(mode) };
    let workload = Workload { cached_tokens: 0, batch: 1, prompt_tokens, generated_tokens };
    let q8_0 = Precision::named("q8_0").expect("a format");
    Estimator::new(&hardware, q8_0, workload).expect("every board has 16 bit").latency(&model.architecture)
}

/// Two prompts and two generations of a model, as llama-bench writes them.
fn benched(model: &ReferenceModel) -> Vec<Value> {
    let test = |[prompt, generated, depth]: [u32; 3]| {
        let time_s = match generated {
            0 => times(model, prompt, 0).prefill_s,
            _ => times(model, depth, generated).decode_s,
        };
        serde_json::json!({
            "build_number": 4675, "gpu_info": "Orin", "backends": "CUDA", "n_gpu_layers": 99, "n_ubatch": 4096,
            "model_filename": format!("/models/{}-Q8_0.gguf", model.name), "model_type": "llama 1B Q8_0",
            "model_n_params": model.parameters_total(), "n_prompt": prompt, "n_gen": generated, "n_depth": depth,
            "avg_ns": time_s * 1e9, "avg_ts": f64::from(prompt + generated) / time_s,
        })
    };
    [[128, 0, 0], [2048, 0, 0], [0, 64, 128], [0, 64, 2048]].into_iter().map(test).collect()
}

#[test]
fn one_s_own_benchmark_becomes_a_profile() {
    let program = Program::new();
    let config = |width: u32, layers: u32| {
        serde_json::json!({"model_type": "llama", "hidden_size": width, "intermediate_size": 4 * width,
            "num_hidden_layers": layers, "num_attention_heads": width / 64, "vocab_size": 32_000, "tie_word_embeddings": true})
        .to_string()
    };
    let mut entries = Vec::new();
    let mut models = Vec::new();
    for (name, width, layers) in [("small", 512, 8), ("large", 2048, 20)] {
        let path = program.write(&format!("{name}/config.json"), &config(width, layers));
        let model = built_in::library().model(&path.display().to_string()).expect("a config.json");
        entries.extend(benched(&model));
        models.push(model);
    }
    program.write("llama-bench.json", &Value::Array(entries.clone()).to_string());
    let calibrate = "calibrate --measurements llama-bench.json --profile orin-nano-8gb --mode 15W --model";
    let written = program.found(&format!("{calibrate} small large/config.json --out mine.toml"));
    assert!(written.stdout.contains("e_m             0.7"), "{}", written.stdout);
    for model in &models {
        let predict = "predict --profile mine.toml --mode 15W --precision q8_0 --input 700 --output 32";
        let predicted = program.found(&format!("{predict} --model {} --format json", model.name)).json();
        let truth = times(model, 700, 32);
        for (key, truth_s) in [("prefill_s", truth.prefill_s), ("decode_s", truth.decode_s)] {
            let predicted_s = number(&predicted["predictions"][key]);
            assert!((predicted_s / truth_s - 1.0).abs() < 0.01, "{} {key}: {predicted_s} for {truth_s}", model.name);
        }
        assert!(
            program.found(&format!("{predict} --model {}", model.name)).stdout.contains("calibrated: llama.cpp CUDA")
        );
    }
    // One shape given is that of all files, and must be: small's parameters are not large's.
    let refusal = program.refused(&format!("{calibrate} small"));
    assert!(refusal.contains("llama-bench.json, entry 5, 'model_n_params': the file's model has"), "{refusal}");
}

#[test]
fn what_a_file_does_not_say_is_told() {
    let program = Program::new();
    program.write("latency.json", r#"{"avg_latency": 1.23, "latencies": [1.22, 1.24], "percentiles": {"50": 1.225}}"#);
    let calibrate = "calibrate --measurements latency.json --profile rtx-4090 --model Qwen2.5-0.5B";
    let refusal = program.refused(calibrate);
    assert!(
        refusal.contains("try: give them as vllm was given them: --input-len 1024 --output-len 128 --batch 1"),
        "{refusal}"
    );
    let refusal = program.refused(&format!("{calibrate} --input-len 512 --output-len 128 --batch 1"));
    assert!(refusal.contains("try: give it: --precision fp16"), "{refusal}");
    let told = program.line(&format!("{calibrate} --input-len 512 --output-len 128 --batch 1 --precision fp16"));
    assert_eq!(told.code, 1, "{}", told.stderr);
    assert!(told.stdout.contains("not used  latency.json: prefill and decode were timed as one"), "{}", told.stdout);
    // With one generated token it is a prefill.
    let prefill = program.line(&format!("{calibrate} --input-len 512 --output-len 1 --batch 2 --precision fp16"));
    assert!(prefill.stdout.contains("1 prefill row cannot fix 2 numbers"), "{}", prefill.stdout);
    program.write("trtexec.log", include_str!("../measurements/trtexec.log"));
    let one_pass = "calibrate --measurements trtexec.log --profile rtx-4090 --model Qwen2.5-0.5B --precision fp16";
    let refusal = program.refused(one_pass);
    assert!(refusal.contains("--past-kv-len for one token"), "{refusal}");
    let decode = program.line(&format!("{one_pass} --past-kv-len 512"));
    assert!(decode.stdout.contains("1 decode row cannot fix 2 numbers"), "{}{}", decode.stdout, decode.stderr);
}

/// An engine that keeps the head in 16 bit does so whatever the weights are in: without a word about the head, a calibrated
/// prediction is about what was measured (98.6 tokens per second).
#[test]
fn a_calibrated_board_stores_the_head_as_it_was_measured() {
    let program = Program::new();
    let line = "predict --arch qwen3-1.7b --precision w4a16 --profile agx-orin-64gb+edge-llm --input 61 --output 1";
    let predicted = program.found(&format!("{line} --format json")).json();
    assert_eq!(predicted["setting"]["head_format"], "fp16");
    let tokens_per_s = 1.0 / predicted["predictions"]["tpot_s"].as_f64().expect("a time");
    assert!((tokens_per_s / 98.6 - 1.0).abs() < 0.03, "{tokens_per_s}");
    let chosen = program.found(&format!("{line} --head int4 --format json")).json();
    assert_eq!(chosen["setting"]["head_format"], "int4");
    let said = program.found(&format!("{line} --head int4")).stdout;
    assert!(said.contains("measured with head fp16 (int4 here)"), "{said}");
}

#[test]
fn times_of_the_cpu_are_none_of_the_gpu_s() {
    let program = Program::new();
    let cpu = include_str!("../measurements/llama-bench.json").replace("\"CUDA\"", "\"CPU\"");
    program.write("bench.json", &cpu);
    let output = program.line("calibrate --measurements bench.json --profile orin-nano-8gb");
    let wanted = "not used  bench.json, entry 1: it ran on the CPU, and the peaks of orin-nano-8gb are its GPU's";
    assert!(output.stdout.contains(wanted), "{}", output.stdout);
    assert_eq!(output.code, 1);
}

/// Two times of a server with one request at a time, whose peak is counted in buckets of a second.
#[test]
fn hw_vllm_serve_c1() {
    let program = Program::new();
    program.write(
        "serve.json",
        r#"{"backend": "vllm", "model_id": "Qwen3-4B-AWQ", "num_prompts": 20, "request_rate": "inf", "max_concurrency": 1,
            "duration": 71.4, "completed": 20, "failed": 0, "total_input_tokens": 20480, "total_output_tokens": 2560,
            "max_concurrent_requests": 2, "median_ttft_ms": 517.0, "median_tpot_ms": 24.0}"#,
    );
    let line =
        "calibrate --measurements serve.json --profile orin-nx-16gb --mode MAXN --model Qwen3-4B --precision w4a16";
    let output = program.line(&format!("{line} --format json"));
    let document = output.json();
    assert_eq!(document["left_out"], serde_json::json!([]), "{}", output.stderr);
    let rows = list(&document["rows"]);
    let measured = |row: &Value| (row["phase"].clone(), number(&row["measured_s"]), number(&row["tokens"]));
    let expected = [("prefill".into(), 0.517, 1024.0), ("decode".into(), 0.024, 1088.5)];
    assert_eq!(rows.iter().map(measured).collect::<Vec<_>>(), expected);
}

/// A file that says nothing of the head is told of it, as `predict` is.
#[test]
fn hw_calibrate_head() {
    let program = Program::new();
    program.write(
        "profile.json",
        r#"{"generation": {"average_time_per_token_ms": 16.07, "average_tokens_per_run": 83.0, "tokens_per_second": 62.2},
            "prefill": {"average_time_per_run_ms": 29.26, "average_time_per_token_ms": 1.54,
                        "average_tokens_per_run": 19.0, "reused_tokens": 0, "tokens_per_second": 649.4}}"#,
    );
    let line = "calibrate --measurements profile.json --profile orin-nano-8gb --mode MAXN_SUPER --model Qwen3-VL-2B-Instruct \
                --precision w4a16";
    let ideal = |options: &str| {
        let document = program.line(&format!("{line} {options} --format json")).json();
        let decode = list(&document["rows"]).iter().find(|row| row["phase"] == "decode").expect("a decode row").clone();
        number(&decode["ideal_s"]) / number(&decode["measured_s"]) - 1.0
    };
    // Bytes over the board's 102.4 GB/s; INT4 would be a third too fast.
    assert!((ideal("--head fp16") + 0.17).abs() < 0.01, "{}", ideal("--head fp16"));
    assert!((ideal("--head int4") + 0.455).abs() < 0.01, "{}", ideal("--head int4"));
    assert!(ideal("--head fp16 --kv q8_0") < ideal("--head fp16"));
    assert!(program.refused(&format!("{line} --head q9")).contains("--head"));
}

const TWO_ENGINES: &str = "device,model,engine,weight_format,power_mode,prompt_tokens,gen_tokens,decode_tok_s\n\
    Jetson Orin NX 16GB,Qwen3-0.6B,EngineA 1.0,INT4 AWQ,MAXN_SUPER,61,128,117.4\n\
    Jetson Orin NX 16GB,Qwen3-1.7B,EngineA 1.0,INT4 AWQ,MAXN_SUPER,61,128,60.4\n\
    Jetson Orin NX 16GB,Qwen3-4B,EngineA 1.0,INT4 AWQ,MAXN_SUPER,57,128,31.6\n\
    Jetson Orin NX 16GB,Qwen3-8B,EngineA 1.0,INT4 AWQ,MAXN_SUPER,61,128,19.0\n\
    Jetson Orin Nano 8GB,Qwen3-0.6B,EngineB 2.0,INT4 AWQ,15W,61,128,72.8\n";

/// A calibration under another engine's name looks like a right one.
#[test]
fn hw_engine_mislabel() {
    let program = Program::new();
    program.write("times.csv", TWO_ENGINES);
    let line = "calibrate --measurements times.csv --profile orin-nx-16gb --out b.toml --engine";
    let arguments: Vec<&str> = line.split_whitespace().chain(["EngineB 2.0"]).collect();
    let output = program.run(&arguments);
    assert_eq!(output.code, 2, "{}", output.stderr);
    let refused = output.stderr;
    assert!(
        refused.ends_with(
            "roofscape: '--engine': the measurements hold no engine 'EngineB 2.0' on orin-nx-16gb\n  expected: EngineA 1.0\n"
        ),
        "{refused}"
    );
    assert!(refused.contains("times.csv: 1 time is of another board (orin-nano-8gb): not used"), "{refused}");
    assert!(!program.dir().join("b.toml").exists());
    // Where the rows state none, the name is the user's to say.
    let unnamed = TWO_ENGINES.replace(",engine,", ",").replace(",EngineA 1.0", "").replace(",EngineB 2.0", "");
    program.write("times.csv", &unnamed);
    program.found(&format!("{line} mine"));
    let written = std::fs::read_to_string(program.dir().join("b.toml")).expect("a calibration");
    assert!(written.contains("engine = \"mine\""), "{written}");
}

/// A device that no profile claims may be any board.
#[test]
fn a_device_that_nobody_claims_is_not_the_profile_s() {
    let program = Program::new();
    program.write("times.csv", &TWO_ENGINES.replace("Jetson Orin NX 16GB", "Acme Box"));
    let line = "calibrate --measurements times.csv --profile orin-nx-16gb";
    let refused = program.refused(line);
    assert!(refused.contains("the files hold no measurement on orin-nx-16gb: they name 'Acme Box'"), "{refused}");
    assert!(refused.contains("add it to the aliases in [identity] of the profile"), "{refused}");
    // One row among the board's own is named and left out.
    program.write("times.csv", &TWO_ENGINES.replacen("Jetson Orin NX 16GB", "Acme Box", 1));
    let document = program.found(&format!("{line} --format json")).json();
    assert_eq!(document["summary"][0]["decode"]["rows"], 3);
    assert_eq!(
        document["left_out"][0]["reason"],
        "measured on 'Acme Box', which the profile of orin-nx-16gb does not claim"
    );
    // Without a device --profile says which board it was.
    let anywhere: String =
        TWO_ENGINES.lines().take(5).map(|line| line.split_once(',').expect("a device").1.to_owned() + "\n").collect();
    program.write("times.csv", &anywhere);
    assert_eq!(program.found(&format!("{line} --format json")).json()["summary"][0]["decode"]["rows"], 4);
}

/// A GB10, by the figures of its data sheet that the times below need.
const MY_BOARD: &str = r#"
name = "my-board"
title = "My board"
[memory]
capacity = { value = 128, unit = "GB", kind = "assumed", date = "2026-11-29", note = "for a test" }
[[modes]]
name = "default"
bandwidth = { value = 273, unit = "GB/s", kind = "assumed", date = "2026-11-29", note = "for a test" }
fp16 = { value = 125, unit = "TFLOP/s", sparsity = "dense", kind = "assumed", date = "2026-11-29", note = "for a test" }
"#;

const MY_TIMES: &str = "model,engine,weight_format,prompt_tokens,gen_tokens,prefill_ms,decode_tok_s\n\
    Qwen2.5-7B,llama.cpp b6918,Q8_0,512,32,215,29.24\n\
    Qwen2.5-7B,llama.cpp b6918,Q8_0,4096,32,1813,28.42\n\
    Qwen2.5-7B,llama.cpp b6918,Q8_0,8192,32,3746,27.50\n\
    Qwen3-30B-A3B,llama.cpp b6918,Q8_0,512,32,401,57.63\n\
    Qwen3-30B-A3B,llama.cpp b6918,Q8_0,4096,32,1319,48.67\n\
    Qwen3-30B-A3B,llama.cpp b6918,Q8_0,8192,32,2838,42.56\n";

/// A board of one's own is calibrated by the two commands that are printed, wherever its file lies and whatever it is called.
#[test]
fn hw_calibration_base_path() {
    let name = "my-board";
    for (profile, out, base) in [
        ("my-board.toml", "mine.toml", "./my-board.toml"),
        ("boards/other-name.toml", "mine.toml", "./boards/other-name.toml"),
        ("boards/other-name.toml", "calibrations/mine.toml", "../boards/other-name.toml"),
    ] {
        let program = Program::new();
        program.write(profile, MY_BOARD);
        program.write("calibrations/readme", "");
        program.write("times.csv", MY_TIMES);
        let line = format!("calibrate --measurements times.csv --profile ./{profile} --out {out}");
        let written = program.found(&line);
        assert!(written.stderr.contains(&format!("{out}: written; use it with --profile {out}")), "{}", written.stderr);
        let text = std::fs::read_to_string(program.dir().join(out)).expect("a calibration");
        assert!(text.contains(&format!("base = \"{base}\"")), "{text}");
        let predicted = program.found(&format!("predict --model Qwen2.5-7B --profile {out} --precision q8_0"));
        assert!(predicted.stdout.contains("calibrated: llama.cpp b6918"), "{}", predicted.stdout);
        // One that names its board finds it beside itself.
        std::fs::rename(program.dir().join(profile), program.dir().join(format!("{name}.toml"))).expect("moved");
        program.write("mine.toml", &text.replace(base, name));
        assert!(program.found("predict --model Qwen2.5-7B --profile mine.toml").stdout.contains("mine.toml"));
        std::fs::remove_file(program.dir().join(format!("{name}.toml"))).expect("removed");
        let refused = program.refused("predict --model Qwen2.5-7B --profile mine.toml");
        assert!(
            refused.contains(&format!("try: put the board's profile beside the calibration as {name}.toml")),
            "{refused}"
        );
    }
}

/// Names as llama-bench writes them, and the same formats typed; the sizes are those of the files that ran.
#[test]
fn hw_llamabench_formats() {
    let program = Program::new();
    let path = format!("{}/tests/measurements/llama-bench-formats.json", env!("CARGO_MANIFEST_DIR"));
    let line = format!("calibrate --measurements {path} --profile orin-nano-8gb --mode 15W --model Qwen3-4B");
    let said = program.found(&line);
    for format in ["q5_k_m", "q6_k", "iq4_xs"] {
        let used = said.stdout.lines().filter(|line| line.contains("Qwen3-4B") && line.contains(format)).count();
        assert_eq!(used, 2, "{}", said.stdout);
    }
    assert!(!said.stdout.contains("not used") && !said.stdout.contains("not modelled"), "{}", said.stdout);
    for (format, file_bytes) in [("q5_k_m", 2_889_513_600.0), ("q6_k", 3_306_260_480.0), ("iq4_xs", 2_286_000_000.0)] {
        let predicted = program.found(&format!("predict --model Qwen3-4B --precision {format} --format json")).json();
        let bytes = predicted["memory"]["weights_bytes"].as_f64().expect("bytes");
        assert!((bytes / file_bytes - 1.0).abs() < 0.02, "{format}: {bytes}");
    }
}

/// Four models on a board in two power modes, and what it drew in each.
#[test]
fn a_log_of_tegrastats_gives_joules_per_token() {
    let program = Program::new();
    let row = |mode: &str, (model, rate): &(&str, f64)| format!("{model},mine,fp16,128,64,{rate},{mode}\n");
    let at_25_w = [("Qwen2.5-0.5B", 60.0), ("Qwen2.5-1.5B", 20.0), ("Qwen2.5-3B", 10.5), ("Qwen3-0.6B", 48.0)];
    let at_15_w = at_25_w.map(|(model, rate)| (model, 0.625 * rate));
    let rows: String =
        at_25_w.iter().map(|times| row("25W", times)).chain(at_15_w.iter().map(|times| row("15W", times))).collect();
    let header = OWN.lines().next().expect("a header");
    program.write("own.csv", &format!("{header},power_mode\n{rows}"));
    let log = |idle_s: u32, watts: f64, mhz: u32| {
        let line = |second: u32, watts: f64, load: u32| {
            format!(
                "11-29-2026 10:{:02}:{:02} RAM 5000/7620MB (lfb 2x4MB) EMC_FREQ 18%@2133 GR3D_FREQ {load}%@[{mhz}] cpu@50C \
                 VDD_IN {:.0}mW/9000mW VDD_CPU_GPU_CV 5000mW/4000mW VDD_SOC 2000mW/2000mW\n",
                second / 60,
                second % 60,
                watts * 1e3
            )
        };
        let idle = (0..idle_s).map(|second| line(second, 4.0, 2));
        let busy =
            (0..100).map(|second| line(idle_s + second, if second % 2 == 0 { watts - 1.0 } else { watts + 1.0 }, 97));
        idle.chain(busy).collect::<String>()
    };
    program.write("power-15W.log", &log(30, 11.0, 612));
    program.write("power-25W.log", &log(5, 17.0, 918));
    let line = "calibrate --measurements own.csv --profile orin-nano-8gb";
    let refused = program.refused(&format!("{line} --power power-15W.log"));
    assert!(
        refused.contains("the measurements are of several power modes") && refused.contains("--power 15W=FILE"),
        "{refused}"
    );
    let both = "--power 15W=power-15W.log 25W=power-25W.log";
    let document = program.found(&format!("{line} {both} --format json")).json();
    let power = list(&document["power"]);
    assert_eq!(power[0]["rails"], serde_json::json!(["VDD_IN"]));
    assert_eq!((number(&power[0]["samples"]), number(&power[0]["busy_samples"])), (130.0, 100.0));
    assert!((number(&power[0]["watts"]) - 11.0).abs() < 1e-9 && number(&power[0]["budget_watts"]) == 15.0);
    assert_eq!(power[0]["doubt"], Value::Null);
    // 12.5 tokens per second at 11 W, between 10 and 12 W; 15 W would be 1.2 J.
    let row = list(&document["rows"]).iter().find(|row| row["model"] == "Qwen2.5-1.5B" && row["mode"] == "15W");
    let energy = &row.expect("a row")["energy"];
    for (key, joules) in [("token_j", 0.88), ("low_j", 0.8), ("high_j", 0.96), ("budget_j", 1.2)] {
        assert!((number(&energy[key]) / joules - 1.0).abs() < 1e-9, "{key}: {energy}");
    }
    let table = program.found(&format!("{line} {both}")).stdout;
    let said = "power in 15W: 11.0 W while it computed (10.0 to 12.0, 100 of 130 samples of VDD_IN); budget 15 W; power-15W.log";
    assert!(table.contains(said), "{table}");
    assert!(table.contains("≤ 1.20 J"), "{table}");
    // It goes into the calibration, and stands beside the bound.
    program.found(&format!("{line} {both} --out mine.toml"));
    let predict = "predict --arch Qwen2.5-1.5B --precision fp16 --profile mine.toml --mode 15W";
    let predicted = program.found(&format!("{predict} --format json")).json();
    let measured = &predicted["measured_energy"];
    assert!((number(&measured["watts"]) - 11.0).abs() < 1e-9, "{measured}");
    let by_budget = number(&predicted["predictions"]["energy_j"]);
    assert!((number(&measured["request_j"]) / by_budget - 11.0 / 15.0).abs() < 1e-9, "{measured} {by_budget}");
    let text = program.found(predict).stdout;
    assert!(text.contains("by the 11.0 W that were measured (10.0 to 12.0 W)"), "{text}");
    let elsewhere = program.found(&format!("{predict} --format json").replace("15W", "7W")).json();
    assert_eq!(elsewhere["measured_energy"], Value::Null);
    // A log of a faster mode is told by its clock.
    let wrong = program.line(&format!("{line} --power 15W=power-25W.log")).stdout;
    assert!(
        wrong.contains("the GPU ran at 918 MHz, and 15W allows 612 MHz: the log may be of another power mode"),
        "{wrong}"
    );
    program.write("times.log", "hello\n");
    assert!(program.refused(&format!("{line} --mode 15W --power times.log")).contains("this is no log of tegrastats"));
}
