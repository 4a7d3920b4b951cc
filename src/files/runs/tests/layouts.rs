//! The same runs in every layout that people save: whatever the layout, the runs are the same.

use super::*;
use crate::runs::Dialect;

const CSV: &str = "\
name,layers,width,heads,kv_heads,ffn_ratio,tokens,loss
a,4,256,4,4,3,1000000000,3.125
b,8,1024,16,16,3,2000000000,2.75
c,16,2048,32,32,3,4000000000,2.5
";

fn runs(source: &str, bytes: &[u8]) -> Result<Vec<Run>> {
    Ok(TableFile::open(source, bytes)?.read(&Mapping::default())?.dataset.runs)
}

fn assert_same(source: &str, bytes: &[u8]) {
    let read = runs(source, bytes).unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(bytes)));
    assert_eq!(read, csv(CSV).unwrap().dataset.runs, "{source}: {}", String::from_utf8_lossy(bytes));
}

/// Rows of cells, the header first.
fn rows() -> Vec<Vec<&'static str>> {
    CSV.lines().map(|line| line.split(',').collect()).collect()
}

fn separated(separator: &str, cell: impl Fn(&str) -> String) -> String {
    let lines = rows().into_iter().map(|row| row.into_iter().map(&cell).collect::<Vec<_>>().join(separator) + "\n");
    lines.collect()
}

/// Digits in groups of three, decimals behind a sign.
fn written(cell: &str, group: &str, decimal: &str) -> String {
    let (whole, decimals) = cell.split_once('.').unwrap_or((cell, ""));
    if whole.parse::<u64>().is_err() {
        return cell.to_owned();
    }
    let digits = whole.chars().enumerate().map(|(place, digit)| {
        let groups = place > 0 && (whole.len() - place).is_multiple_of(3);
        format!("{}{digit}", if groups { group } else { "" })
    });
    let whole: String = digits.collect();
    if decimals.is_empty() { whole } else { format!("{whole}{decimal}{decimals}") }
}

fn markdown() -> String {
    let mut lines: Vec<String> = separated(" | ", str::to_owned).lines().map(|line| format!("| {line} |\n")).collect();
    lines.insert(1, "|---|---:|:---:|---|---|---|---|---|\n".to_owned());
    lines.concat()
}

#[test]
fn tables_of_spreadsheets_load() {
    let point = |group: &'static str| move |cell: &str| written(cell, group, ".");
    let comma = |group: &'static str| move |cell: &str| written(cell, group, ",");
    let quoted = |cell: &str| format!("\"{}\"", written(cell, ",", "."));
    for text in [
        separated(";", point("")),
        separated("\t", point("")),
        separated(" | ", point("")),
        separated(";", comma("")),
        separated(";", comma(".")),
        separated("\t", comma(".")),
        separated(";", comma("\u{202f}")),
        separated("\t", point(",")),
        separated(",", quoted),
        separated(",", point("_")),
        separated(";", point("'")),
        format!("sep=;\r\n{}", separated(";", comma(""))),
        markdown(),
    ] {
        assert_same("runs.csv", text.as_bytes());
        let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_same("runs.txt", &utf16);
    }
}

#[test]
fn what_was_read_otherwise_than_it_stands_is_said() {
    let german = separated(";", |cell| written(cell, "", ",")).replace("a;", "Größe;");
    let latin: Vec<u8> = german.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let loaded = parse("runs.csv", Format::Csv, &latin).unwrap();
    assert_eq!(loaded.dataset.runs[0].name, "Größe");
    assert_eq!(
        loaded.remarks,
        ["read as Windows-1252 (Latin-1), because it is not UTF-8", "decimal commas read as points"]
    );
}

#[test]
fn a_decimal_sign_that_is_not_sure_is_refused() {
    let both = CSV.replace("3.125", "\"3,125\"").replace("2.75", "\"2,75\"");
    assert_eq!(
        csv(&both).unwrap_err().to_string(),
        "runs.csv:2, 'loss': '3,125' is not a number\n  expected: a number above 0, in nats per token\n  try: write digits \
         without separators, with a point before decimals"
    );
}

/// A run as an object, its values as given.
fn object(row: &[&str]) -> String {
    let header = &rows()[0];
    let entries = header.iter().zip(row).map(|(name, cell)| {
        let is_number = cell.parse::<f64>().is_ok();
        if is_number { format!("\"{name}\": {cell}") } else { format!("\"{name}\": \"{cell}\"") }
    });
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

fn objects() -> Vec<String> {
    rows()[1..].iter().map(|row| object(row)).collect()
}

/// `"layers": CELLS, …`, where `cells` makes one text of a column's cells.
fn by_columns(cells: impl Fn(&[String]) -> String) -> String {
    let rows = rows();
    let columns = rows[0].iter().enumerate().map(|(column, name)| {
        let values: Vec<String> = rows[1..]
            .iter()
            .map(|row| if column == 0 { format!("\"{}\"", row[column]) } else { row[column].to_owned() })
            .collect();
        format!("\"{name}\": {}", cells(&values))
    });
    format!("{{{}}}", columns.collect::<Vec<_>>().join(",\n"))
}

#[test]
fn documents_of_json_load() {
    let all = objects().join(",\n  ");
    let indented: Vec<String> = objects().iter().map(|object| object.replace(", ", ",\n    ")).collect();
    let named: Vec<String> =
        objects().iter().zip(["a", "b", "c"]).map(|(object, name)| format!("\"{name}\": {object}")).collect();
    let nameless = |text: &str| {
        ["a", "b", "c"].iter().fold(text.to_owned(), |text, name| text.replace(&format!("\"name\": \"{name}\", "), ""))
    };
    let numbered = |values: &[String]| {
        let cells = values.iter().enumerate().map(|(row, value)| format!("\"{row}\": {value}"));
        format!("{{{}}}", cells.collect::<Vec<_>>().join(","))
    };
    let split: Vec<String> = rows()[1..].iter().map(|row| format!("[\"{}\",{}]", row[0], row[1..].join(","))).collect();
    for text in [
        objects().join("\n"),
        format!("[{all}]"),
        indented.join("\n"),
        format!("[\n{}\n]\n", indented.join(",\n")),
        format!("{{\"made\": \"today\", \"runs\": [{all}]}}"),
        format!("{{\"Results\": [\n{all}\n], \"n\": 3}}"),
        format!("{{\"meine_liste\": [{all}]}}"),
        format!("{{{}}}", nameless(&named.join(", "))),
        format!("{{\"meta\": {{\"date\": \"x\"}}, \"runs\": {{{}}}}}", named.join(", ")),
        by_columns(numbered),
        by_columns(|values| format!("[{}]", values.join(","))),
        format!("{{\"columns\": {:?}, \"index\": [0, 1, 2], \"data\": [{}]}}", rows()[0], split.join(",")),
        format!("{{\"schema\": {{\"fields\": [{{\"name\": \"x\"}}]}}, \"data\": [{all}]}}"),
    ] {
        assert_same("runs.json", text.as_bytes());
    }
    let text = format!("{{\"synthetic\": true, \"runs\": [{all}]}}");
    assert!(jsonl(&text).unwrap().dataset.synthetic);
}

#[test]
fn errors_in_documents_name_the_line_or_the_row() {
    let all = objects().join(",\n").replace("2.75", "\"x\"");
    let loss = "'loss': 'x' is not a number\n  expected: a number above 0, in nats per token";
    let error = |text: &str| jsonl(text).unwrap_err().to_string();
    assert_eq!(error(&format!("{{\"runs\": [\n{all}]}}")), format!("runs.jsonl:3, {loss}"));
    let columns = by_columns(|values| format!("[{}]", values.join(",").replace("2.75", "\"x\"")));
    assert_eq!(error(&columns), format!("runs.jsonl, row 2, {loss}"));
    assert_eq!(
        error("{\"a\": [{}], \"b\": [{}]}"),
        "runs.jsonl: several arrays could hold the runs: a, b\n  try: take one out: jq -c '.[\"a\"][]' runs.json > runs.jsonl"
    );
    assert_eq!(
        error("{\"columns\": [\"loss\", \"layers\"], \"data\": [[1, 2], [1]]}"),
        "runs.jsonl, row 2: the row has 1 cells, and there are 2 columns"
    );
}

#[test]
fn what_is_nested_in_a_run_is_found_by_its_path() {
    let nested = |name: &str, layers: u32, width: u32, tokens: u64, loss: f64| {
        format!(
            "{{\"name\":\"{name}\",\"arch\":{{\"n_layers\":{layers},\"model\":{{\"n_heads\":{heads},\"n_kv_heads\":{heads}}},\
             \"d_model\":{width},\"d_ff\":{ff}}},\"train\":{{\"tokens\":{tokens},\"loss\":1.0}},\"metrics\":{{\"val_loss\":{loss}}}}}",
            heads = width / 64,
            ff = 3 * width
        )
    };
    let lines = [
        nested("a", 4, 256, 1_000_000_000, 3.125),
        nested("b", 8, 1024, 2_000_000_000, 2.75),
        nested("c", 16, 2048, 4_000_000_000, 2.5),
    ];
    for text in [lines.join("\n"), format!("[{}]", lines.join(","))] {
        assert_same("runs.jsonl", text.as_bytes());
        let header = TableFile::open("runs.jsonl", text.as_bytes()).unwrap().header().unwrap();
        assert_eq!(header[..4], ["name", "arch.n_layers", "arch.model.n_heads", "arch.model.n_kv_heads"]);
    }
}

#[test]
fn packed_files_are_the_files() {
    use std::io::Write;
    let packed = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    assert_same("runs.csv.gz", &packed(CSV));
    assert_same("runs.gz", &packed(CSV));
    assert_same("runs.jsonl.gz", &packed(&objects().join("\n")));
    let loaded = TableFile::open("a/runs.csv.gz", &packed(CSV)).unwrap().read(&Mapping::default()).unwrap();
    assert_eq!((loaded.dataset.name.as_str(), loaded.remarks.len()), ("runs", 0));
}

/// As the script of W&B's documentation leaves it: the dictionaries of Python in cells.
const FROM_THE_API: &str = "\
,summary,config,name
0,\"{'_step': 9, 'val/loss': 3.125, '_wandb': {'runtime': 3}}\",\"{'n_layer': 4, 'd_model': 256, 'n_head': 4, 'd_ff': 768, 'act': None, 'note': \"\"it's\"\"}\",a
1,{'_wandb': {'runtime': 1}},\"{'n_layer': 4, 'd_model': 256, 'n_head': 4, 'd_ff': 768}\",crashed
2,\"{'_step': 9, 'val/loss': nan}\",\"{'n_layer': 4, 'd_model': 256, 'n_head': 4, 'd_ff': 768}\",diverged
3,{},{},begun
4,\"{'_step': 9, 'val/loss': 2.75}\",\"{'n_layer': 8, 'd_model': 1024, 'n_head': 16, 'd_ff': 3072, 'tied': True}\",b
";

#[test]
fn dictionaries_of_a_tracker_are_columns_and_its_unfinished_runs_are_named() {
    let loaded = csv(FROM_THE_API).unwrap();
    assert_eq!(loaded.dialect, Dialect::Tracker);
    let names: Vec<&str> = loaded.dataset.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!((names, loaded.dataset.runs[1].loss), (vec!["a", "b"], 2.75));
    assert_eq!(loaded.dataset.runs[1].features.layers, 8.0);
    let skipped: Vec<String> = loaded.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(skipped, ["crashed (no loss)", "diverged (loss is nan)", "begun (no loss)"]);
    assert!(loaded.ignored.contains(&"summary._wandb".to_owned()), "{:?}", loaded.ignored);
    // The same as JSON, and as columns of their own.
    let json = "[{\"name\":\"a\",\"state\":\"finished\",\"config\":{\"n_layer\":{\"value\":4,\"desc\":null},\"d_model\":256,\
                \"n_head\":4,\"d_ff\":768},\"summary\":{\"val/loss\":3.125}},{\"name\":\"x\",\"state\":\"crashed\",\
                \"config\":{},\"summary\":{}}]";
    let loaded = jsonl(json).unwrap();
    assert_eq!((loaded.dataset.runs[0].features.layers, loaded.skipped[0].reason.as_str()), (4.0, "crashed"));
    let flat = "name,n_layer,d_model,n_head,d_ff,val/loss\na,4,256,4,768,3.125\nx,,,,,\ny,4,256,4,768,\n";
    assert_eq!(csv(flat).unwrap().skipped.len(), 2);
    // Without a loss in any of them the reason is not that they crashed.
    let lossless = FROM_THE_API.replace("val/loss", "final/points");
    assert!(csv(&lossless).unwrap_err().to_string().starts_with("runs.csv: no column gives loss\n"));
}

#[test]
fn results_per_byte_or_word_are_no_losses() {
    let results = "{\"results\": {\"wikitext\": {\"alias\": \"wikitext\", \"word_perplexity,none\": 20.1, \
                   \"byte_perplexity,none\": 1.7, \"bits_per_byte,none\": 0.81}}, \"versions\": {\"wikitext\": 2}}";
    assert_eq!(
        jsonl(results).unwrap_err().to_string(),
        "runs.jsonl: these are results of lm-eval: bits_per_byte is per byte, and a law is of nats per token\n  expected: a \
         table of runs with their shapes and a loss: loss = bits_per_byte × ln 2 × bytes per token; loss = \
         ln(byte_perplexity) × bytes per token; loss = ln(word_perplexity) × words per token\n  try: count bytes or words \
         and tokens of that text with the model's tokenizer; one row per model"
    );
}

#[test]
fn tables_of_parquet_load() {
    assert_same("runs.parquet", include_bytes!("../../../../tests/data/parquet/snappy.parquet"));
    assert_same("runs.bin", include_bytes!("../../../../tests/data/parquet/lz4.parquet"));
    assert_same("nested.parquet", include_bytes!("../../../../tests/data/parquet/nested.parquet"));
    let types = include_bytes!("../../../../tests/data/parquet/types.parquet");
    let read = |told: &Mapping| TableFile::open("types.parquet", types).unwrap().read(told);
    // Its second row has no KV heads, so all are told to have as many as heads.
    assert_eq!(
        read(&Mapping::default()).unwrap_err().to_string(),
        "types.parquet, row 2: kv_heads has no value in 1 of 3 runs: row 2\n  expected: a number in every row: multi-head \
         and grouped-query attention are different models\n  try: write it there; in multi-head attention it is the number \
         of heads"
    );
    let mut told = Mapping::default();
    told.tell("kv_heads", "1").unwrap();
    let loaded = read(&told).unwrap();
    assert_eq!(loaded.ignored, ["kv_heads", "lists", "when", "bin", "null", "flag"]);
    assert_eq!((loaded.dataset.runs[2].loss, loaded.dataset.runs[0].features.ffn_ratio), (2.5, 3.0));
}
