//! What files mean; wrong ones are in [`errors`], arbitrary ones in [`properties`].

mod directory;
mod errors;
mod exports;
mod layouts;
mod properties;
mod told;

use super::*;

const HEADER: &str = "name,layers,width,heads,kv_heads,ffn_ratio,experts,top_k,tokens,seed,loss,perplexity";
const ROW: &str = "a,16,1024,16,4,2,8,2,10000000000,7,3.25,51.5";

fn csv(text: &str) -> Result<Loaded> {
    parse("runs.csv", Format::Csv, text.as_bytes())
}

fn jsonl(text: &str) -> Result<Loaded> {
    parse("runs.jsonl", Format::JsonLines, text.as_bytes())
}

fn features(loaded: &Loaded) -> [f64; 5] {
    let shape = &loaded.dataset.runs[0].features;
    [shape.layers, shape.width, shape.ffn_ratio, shape.kv_dim, shape.activation_rate]
}

#[test]
fn a_row_becomes_what_the_law_sees() {
    let loaded = csv(&format!("{HEADER}\n{ROW}\n")).unwrap();
    assert_eq!(features(&loaded), [16.0, 1024.0, 2.0, 256.0, 0.25]);
    let run = &loaded.dataset.runs[0];
    assert_eq!((run.name.as_str(), run.tokens, run.seed), ("a", Some(1e10), Some(7)));
    assert_eq!((run.loss, run.perplexity), (3.25, Some(51.5)));
    assert_eq!((loaded.dataset.name.as_str(), loaded.dataset.synthetic), ("runs", false));
    assert_eq!(loaded.summary(), "1 run");
}

#[test]
fn the_fingerprint_is_of_the_bytes() {
    let bytes = format!("{HEADER}\n{ROW}\n");
    let other = format!("{HEADER}\r\n{ROW}\r\n");
    assert_eq!(
        csv(&bytes).unwrap().dataset.sha256,
        "353dc2ca33aac0e09ab7a484487cb11325d33865b2a6400c5f9e170456660f52",
        "sha256sum of the same text"
    );
    assert_ne!(csv(&bytes).unwrap().dataset.sha256, csv(&other).unwrap().dataset.sha256);
    assert_eq!(csv(&bytes).unwrap().dataset.runs, csv(&other).unwrap().dataset.runs);
}

#[test]
fn columns_left_out_mean_dense_multi_head() {
    let loaded = csv("layers,width,heads,ffn_ratio,loss\n12,768,12,4,3.1\n").unwrap();
    assert_eq!(features(&loaded), [12.0, 768.0, 4.0, 768.0, 1.0]);
    assert_eq!(loaded.dataset.runs[0].name, "run 1");
    assert_eq!(
        loaded.summary(),
        "1 run; no kv_heads: taken as multi-head attention, kv_heads = heads; no experts: taken as dense"
    );
}

#[test]
fn gaps_in_a_row_mean_dense_multi_head_too() {
    let loaded = csv(&format!("{HEADER}\n,16.0,1024,16,,2,,,,,3.25,\n")).unwrap();
    assert_eq!(features(&loaded), [16.0, 1024.0, 2.0, 1024.0, 1.0]);
    assert_eq!(loaded.dataset.runs[0].tokens, None);
}

#[test]
fn heads_may_be_wider_than_their_share_of_the_width() {
    // Qwen3-0.6B: 16 heads of 128 in a width of 1024.
    let loaded = csv("layers,width,heads,head_dim,kv_heads,intermediate_size,loss\n28,1024,16,128,8,3072,3.0").unwrap();
    assert_eq!(features(&loaded), [28.0, 1024.0, 3.0, 1024.0, 1.0]);
    let loaded = csv("layers,width,head_dim,kv_heads,ffn_ratio,loss\n28,1024,128,8,3,3.0").unwrap();
    assert_eq!(features(&loaded)[3], 1024.0);
}

#[test]
fn the_ratio_counts_all_activated_experts() {
    // Qwen3-30B-A3B, config.json names; the dense layers' size stands beside the experts'.
    let loaded = csv("num_hidden_layers,hidden_size,num_attention_heads,head_dim,num_key_value_heads,\
         intermediate_size,moe_intermediate_size,num_experts,num_experts_per_tok,eval_loss\n\
         48,2048,32,128,4,6144,768,128,8,2.1\n")
    .unwrap();
    assert_eq!(features(&loaded), [48.0, 2048.0, 3.0, 512.0, 0.0625]);
    // Mixtral names the expert's size intermediate_size; a ratio rounded by hand agrees.
    let loaded = csv("depth,d_model,n_heads,n_kv,intermediate_size,ffn_ratio,num_local_experts,top-k,Val Loss\n\
         32,4096,32,8,14336,7.0,8,2,2.0\n")
    .unwrap();
    assert_eq!(features(&loaded)[2], 7.0);
    assert!(loaded.summary().contains("loss from 'Val Loss'"), "{}", loaded.summary());
}

#[test]
fn unknown_columns_are_named() {
    let loaded = csv("name,colour,layers,width,heads,kv_heads,ffn_ratio,experts,top_k,train_loss,val_loss,\n\
         a,red,1,64,4,4,1,1,1,9.9,3.0,\n")
    .unwrap();
    assert_eq!(loaded.ignored, ["colour", "train_loss"]);
    assert_eq!(loaded.dataset.runs[0].loss, 3.0);
    assert_eq!(loaded.summary(), "1 run; loss from 'val_loss'; ignored: colour, train_loss");
}

#[test]
fn trackers_prefixes_are_seen_through() {
    let loaded = csv("run_id,params.n_layer,config.d_model,config.n_head,params.ffn_ratio,metrics.val/loss\n\
         0af,2,64,4,1,3.0\n")
    .unwrap();
    assert_eq!(features(&loaded), [2.0, 64.0, 1.0, 64.0, 1.0]);
    assert_eq!(loaded.dataset.runs[0].name, "0af");
    let nested =
        csv("config/model.n_layer,model.hidden_size,config.model/n_head,summary.ffn_ratio,eval/loss\n2,64,4,1,3.0\n");
    assert_eq!(features(&nested.unwrap()), [2.0, 64.0, 1.0, 64.0, 1.0]);
}

#[test]
fn the_most_specific_name_wins() {
    let loaded = csv("run_id,Name,layers,width,heads,ffn_ratio,loss\n0af,baseline,2,64,4,1,3.0\n").unwrap();
    assert_eq!(loaded.dataset.runs[0].name, "baseline");
    assert_eq!(loaded.ignored, ["run_id"]);
    // A tracker files the model's own name deeper than the run's.
    let loaded =
        csv("config.model.name,Name,layers,width,heads,ffn_ratio,loss\nllama,baseline,2,64,4,1,3.0\n").unwrap();
    assert_eq!(loaded.dataset.runs[0].name, "baseline");
}

#[test]
fn spreadsheets_habits_are_harmless() {
    let plain = csv(&format!("{HEADER}\n{ROW}\n")).unwrap();
    let quoted = |text: &str| text.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
    for dressed in [
        format!("\u{feff}{HEADER}\n{ROW}\n"),
        format!("{HEADER}\r\n{ROW}\r\n"),
        format!("{HEADER}\r{ROW}\r"),
        format!("{HEADER}\n{ROW}"),
        format!("\n# a comment\n{HEADER}\n\n# another, with \"\n{ROW}\n\n\n,,,,,,,,,,,\n"),
        format!("{}\n{}\n", quoted(HEADER), quoted(ROW)),
        format!("{}\n{}\n", HEADER.replace(',', " , "), ROW.replace(',', "  ,")),
        format!("\u{feff}{}\r\n{}\r\n", quoted(HEADER), quoted(ROW)),
    ] {
        assert_eq!(csv(&dressed).unwrap().dataset.runs, plain.dataset.runs, "{dressed:?}");
    }
    let comma = csv(&format!("{HEADER}\n{}\n", ROW.replacen('a', "\"a, \"\"b\"\"\"", 1))).unwrap();
    assert_eq!(comma.dataset.runs[0].name, "a, \"b\"");
}

#[test]
fn a_file_says_that_it_is_synthetic() {
    for (comment, synthetic) in [
        ("# synthetic: true", true),
        ("# made in spring\n#Synthetic : 170 runs drawn from a law", true),
        ("# synthetic: false", false),
        ("# synthetic data are elsewhere", false),
        ("# law: paper", false),
    ] {
        let loaded = csv(&format!("{comment}\n{HEADER}\n{ROW}\n")).unwrap();
        assert_eq!(loaded.dataset.synthetic, synthetic, "{comment}");
    }
    let column = csv("layers,width,heads,ffn_ratio,loss,synthetic\n2,64,4,1,3,False\n2,64,4,1,3,True\n").unwrap();
    assert!(column.dataset.synthetic);

    let run = r#""layers":2,"width":64,"heads":4,"ffn_ratio":1,"loss":3"#;
    for (text, synthetic) in [
        (format!("{{{run}}}"), false),
        (format!("{{{run},\"synthetic\":true}}"), true),
        (format!("{{{run},\"synthetic\":false}}"), false),
        (format!("{{\"synthetic\":true,\"law\":\"paper\",\"seed\":2026}}\n{{{run}}}"), true),
    ] {
        let loaded = jsonl(&text).unwrap();
        assert_eq!((loaded.dataset.synthetic, loaded.dataset.runs.len()), (synthetic, 1), "{text}");
    }
}

#[test]
fn json_lines_mean_what_csv_means() {
    let loaded = jsonl(
        "\u{feff}{\"name\":\"a\",\"n_layer\":16,\"d_model\":\"1024\",\"heads\":16.0,\"kv_heads\":4,\"ffn_ratio\":2,\
         \"experts\":8,\"top_k\":2,\"tokens\":1e10,\"seed\":7,\"loss\":3.25,\"perplexity\":51.5}\r\n\r\n\
         {\"depth\":2,\"width\":64,\"heads\":4,\"kv_heads\":2,\"tokens\":null,\"ffn_ratio\":1,\"loss\":3,\"notes\":{\"a\":[1]},\"grad_norm\":NaN}\n",
    )
    .unwrap();
    assert_eq!(loaded.dataset.runs[0], csv(&format!("{HEADER}\n{ROW}\n")).unwrap().dataset.runs[0]);
    assert_eq!(loaded.dataset.runs[1].name, "run 2");
    assert_eq!(loaded.ignored, ["notes.a", "grad_norm"]);
    assert!(loaded.used.contains(&Used { field: Field::Layers, column: "depth".to_owned() }));
}

#[test]
fn the_extension_names_the_format_and_else_the_content_does() {
    for (source, text, format) in [
        ("a/runs.CSV", "{}", Format::Csv),
        ("runs.jsonl", "layers", Format::JsonLines),
        ("runs.ndjson", "", Format::JsonLines),
        ("runs.json", "", Format::JsonLines),
        ("runs.txt", "\u{feff} {\"layers\":1}", Format::JsonLines),
        ("<stdin>", "[1]", Format::JsonLines),
        ("runs", "layers,width", Format::Csv),
        ("runs", "", Format::Csv),
    ] {
        assert_eq!(Format::of(source, text.as_bytes()), format, "{source} {text}");
    }
}

#[test]
fn every_name_means_one_field() {
    for field in Field::all() {
        for name in field.names() {
            let shouted = name.to_uppercase().replace('_', "-");
            assert_eq!(Field::named(name), Some(field), "{name}");
            assert_eq!(Field::named(&shouted), Some(field), "{shouted}");
        }
    }
}

#[test]
fn the_tiny_runs_load() {
    let bytes = include_bytes!("../../../datasets/tiny.csv");
    let source = "datasets/tiny.csv";
    let loaded = parse(source, Format::of(source, bytes), bytes).unwrap();
    assert_eq!((loaded.dataset.runs.len(), loaded.dataset.synthetic), (173, false));
    assert_eq!(
        loaded.summary(),
        "173 runs; loss from 'val_loss'; ignored: params_total, params_active, seq_len, batch, lr, train_loss, wall_s"
    );
    // Facts of datasets/tiny/NOTES.md.
    let runs = &loaded.dataset.runs;
    assert!(runs.iter().all(|run| run.tokens == Some(1_048_576.0)));
    assert_eq!(runs.iter().filter(|run| run.features.activation_rate == 1.0).count(), 49);
    let losses = || runs.iter().map(|run| run.loss);
    let [least, most] = [losses().fold(f64::MAX, f64::min), losses().fold(f64::MIN, f64::max)];
    assert_eq!(format!("{least:.4}..{most:.4}"), "3.8132..4.4947");
    let first = &runs[0];
    assert_eq!((first.name.as_str(), first.features.kv_dim), ("l1-d128-kv1-r1-e4k1-s0", 16.0));
}

/// The documentation's table of columns is the one that the code has.
#[test]
fn the_documentation_names_every_column() {
    let documentation = include_str!("../../../datasets/README.md");
    for field in Field::all() {
        let row = documentation.lines().find(|line| line.starts_with(&format!("| `{}` |", field.name())));
        let row = row.unwrap_or_else(|| panic!("no row for {}", field.name()));
        let aliases: Vec<&str> = row.split('|').nth(2).unwrap().split('`').skip(1).step_by(2).collect();
        assert_eq!(aliases, field.names()[1..]);
    }
}
