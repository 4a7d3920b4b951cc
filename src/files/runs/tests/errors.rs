//! One wrong file for each message: the text is the contract.

use super::*;

/// Header, row: the column `column` holds `value`, everything else is sound.
fn with(column: &str, value: &str) -> String {
    let cells = HEADER.split(',').zip(ROW.split(','));
    let row: Vec<&str> = cells.map(|(name, cell)| if name == column { value } else { cell }).collect();
    format!("{HEADER}\n{}\n", row.join(","))
}

fn csv_error(text: &str) -> String {
    csv(text).unwrap_err().to_string()
}

fn jsonl_error(text: &str) -> String {
    jsonl(text).unwrap_err().to_string()
}

#[test]
fn a_bad_cell_is_named_by_line_and_column() {
    let size = "\n  expected: a whole number from 1 to 4,096";
    let loss = "\n  expected: a number above 0, in nats per token";
    let separators = "\n  try: write digits without separators, with a point before decimals";
    for (column, value, message) in [
        ("layers", "abc", format!("'abc' is not a number{size}")),
        ("layers", "", format!("there is no value{size}")),
        ("layers", "2.5", format!("'2.5' is not a whole number{size}")),
        ("layers", "0", format!("'0' is out of range{size}")),
        ("layers", "-4", format!("'-4' is out of range{size}")),
        ("layers", "4097", format!("'4097' is out of range{size}")),
        ("layers", "1e300", format!("'1e300' is out of range{size}")),
        ("width", "NaN", "'NaN' is not finite\n  expected: a whole number from 1 to 131,072".to_owned()),
        ("heads", "inf", format!("'inf' is not finite{size}")),
        ("experts", "-1", format!("'-1' is out of range{size}, 1 in a dense model")),
        ("loss", "nan", format!("'nan' is not finite{loss}\n  try: remove the run if it diverged")),
        ("loss", "1e999", format!("'1e999' is not finite{loss}\n  try: remove the run if it diverged")),
        ("loss", "0", format!("'0' is out of range{loss}")),
        ("loss", "-3.2", format!("'-3.2' is out of range{loss}")),
        ("loss", "\"3,2\"", format!("'3,2' is not a number{loss}{separators}")),
        ("tokens", "\"10,00,000\"", format!("'10,00,000' is not a number\n  expected: a number above 0{separators}")),
        ("tokens", "10 bags", "'10 bags' is not a number\n  expected: a number above 0".to_owned()),
        ("tokens", "0", "'0' is out of range\n  expected: a number above 0".to_owned()),
        (
            "ffn_ratio",
            "-1",
            "'-1' is out of range\n  expected: a number above 0 and up to 1000, K·h/d over all activated experts"
                .to_owned(),
        ),
    ] {
        assert_eq!(csv_error(&with(column, value)), format!("runs.csv:2, '{column}': {message}"));
    }
}

#[test]
fn sizes_that_contradict_each_other_are_named() {
    for (text, message) in [
        (
            with("kv_heads", "3"),
            "runs.csv:2, 'kv_heads': 16 heads cannot share 3 KV heads: heads must be a multiple of kv_heads",
        ),
        (
            with("top_k", "9"),
            "runs.csv:2, 'top_k': top_k 9 exceeds experts 8: a token cannot use more experts than there are",
        ),
        (
            with("top_k", ""),
            "runs.csv:2, 'experts': 8 experts, but no 'top_k' says how many of them a token uses\n  expected: a value in \
             one of top_k, num_experts_per_tok, num_experts_per_token, experts_per_token, n_expert_used, moe_top_k, \
             moe_router_topk, n_activated_experts, num_activated_experts",
        ),
        (
            with("experts", ""),
            "runs.csv:2, 'top_k': top_k 2 exceeds experts 1: a token cannot use more experts than there are\n  try: say \
             how many there are in 'experts'",
        ),
        (
            with("heads", "12"),
            "runs.csv:2, 'heads': width 1024 is no multiple of '12'\n  try: add 'head_dim' if heads × head_dim is not the \
             width",
        ),
        (
            "layers,width,head_dim,ffn_ratio,loss\n2,64,48,1,3\n".to_owned(),
            "runs.csv:2, 'head_dim': width 64 is no multiple of '48'\n  try: add 'heads' if heads × head_dim is not the \
             width",
        ),
        (
            "layers,width,heads,ffn_ratio,intermediate_size,experts,top_k,loss\n2,64,4,2,64,4,1,3\n".to_owned(),
            "runs.csv:2, 'ffn_ratio': '2' contradicts the hidden size: 1 × 64 / 64 is 1\n  try: the ratio counts all \
             activated experts, the hidden size is that of one",
        ),
        (
            "layers,width,heads,head_dim,ffn_ratio,loss\n2,64,,,2,3\n".to_owned(),
            "runs.csv:2: neither heads nor head_dim is given, so the KV dimension cannot be derived",
        ),
        (
            "layers,width,heads,ffn_ratio,intermediate_size,loss\n2,64,4,,,3\n".to_owned(),
            "runs.csv:2: no feed-forward size is given",
        ),
        (
            "layers,width,heads,ffn_ratio,loss,synthetic\n2,64,4,1,3,perhaps\n".to_owned(),
            "runs.csv:2, 'synthetic': 'perhaps' is neither true nor false\n  expected: true or false",
        ),
    ] {
        assert_eq!(csv_error(&text), message);
    }
}

#[test]
fn a_header_that_cannot_do_is_refused() {
    for (header, message) in [
        (
            "layers,n_layer,width,heads,ffn_ratio,loss",
            "'layers' and 'n_layer' both give layers\n  expected: one column for each quantity\n  try: say which, as in \
             --columns layers=layers; or remove or rename one of them",
        ),
        (
            "layers,width,heads,ffn_ratio,Val Loss,eval/loss",
            "'Val Loss' and 'eval/loss' both give loss\n  expected: one column for each quantity\n  try: say which, as in \
             --columns 'loss=Val Loss'; or remove or rename one of them",
        ),
        (
            "layers,hidden_size,d-model,heads,ffn_ratio,loss",
            "'hidden_size' and 'd-model' both give width\n  expected: one column for each quantity\n  try: say which, as in \
             --columns width=hidden_size; or remove or rename one of them",
        ),
        ("layers,width,notes,heads,notes,loss", "'notes' stands twice\n  try: remove or rename one of them"),
        (
            "laers,width,heads,ffn_ratio,loss",
            "no column gives layers\n  expected: columns that give them; there are laers, width, heads, ffn_ratio, loss\n  \
             try: --columns layers=laers, if that is what they hold",
        ),
        (
            "layers,width,heads,ffn_ratio",
            "no column gives loss\n  expected: columns that give them; there are layers, width, heads, ffn_ratio\n  try: \
             --columns loss=COLUMN, with your columns",
        ),
        (
            "layers,width,kv_heads,ffn_ratio,loss",
            "no column gives heads (or head_dim)\n  expected: columns that give them; there are layers, width, kv_heads, \
             ffn_ratio, loss\n  try: --columns head_dim=128, if these values hold for all runs",
        ),
        (
            "blocks,model width,n_head,mlp hidden,paloma/nll,train/total_tokens",
            "no column gives layers, width, ffn_ratio (or intermediate_size) and loss; or parameters in place of the \
             shape\n  expected: columns that give them; there are blocks, model width, n_head, mlp hidden, paloma/nll, \
             train/total_tokens\n  try: --columns 'layers=blocks,width=model width,intermediate_size=mlp \
             hidden,loss=paloma/nll,tokens=train/total_tokens', if that is what they hold",
        ),
        (
            "layers  width  loss",
            "the columns are separated by blanks\n  expected: commas, semicolons or tabs\n  try: write the table as CSV; \
             pandas does so by to_csv, and not by to_string",
        ),
    ] {
        assert_eq!(csv_error(&format!("# a comment\n{header}\n")), format!("runs.csv:2: {message}"));
    }
}

#[test]
fn a_file_without_runs_is_refused() {
    let expected = "\n  expected: one line for each run, in CSV below a header";
    for text in ["", "\u{feff}", "\n \r\n"] {
        assert_eq!(csv_error(text), format!("runs.csv: the file is empty{expected}"));
        assert_eq!(jsonl_error(text), format!("runs.jsonl: the file is empty{expected}"));
    }
    for text in [HEADER, "# only a comment", &format!("{HEADER}\n\n,,,,,,,,,,,\n")] {
        assert_eq!(csv_error(text), format!("runs.csv: there are no runs in the file{expected}"));
    }
    assert_eq!(jsonl_error(r#"{"synthetic":true}"#), format!("runs.jsonl: there are no runs in the file{expected}"));
    assert_eq!(
        parse("runs.csv", Format::Csv, b"layers\n\xff\0").unwrap_err().to_string(),
        "runs.csv:2: the file is not UTF-8 text\n  try: save it as CSV or JSON Lines in UTF-8"
    );
}

#[test]
fn a_ragged_row_is_named() {
    let cells = "\n  expected: a cell for each column, left empty where there is no value";
    let text = format!("{HEADER}\n{ROW}\n\n# comment\na,16,1024\n");
    assert_eq!(csv_error(&text), format!("runs.csv:5: the row has 3 cells, the header 12{cells}"));
    assert_eq!(
        csv_error(&format!("{HEADER}\n{ROW},1\n")),
        format!(
            "runs.csv:2: the row has 13 cells, the header 12{cells}\n  try: put a cell that contains a comma in double \
             quotes"
        )
    );
    assert_eq!(
        csv_error(&format!("{HEADER}\n\"{ROW}\n{ROW}\n")),
        format!(
            "runs.csv:2: the row has 1 cells, the header 12{cells}\n  try: close the quotation mark; a cell cannot span \
             lines"
        )
    );
}

#[test]
fn json_errors_name_line_and_key() {
    let object = "\n  expected: one object per line";
    let run = r#"{"layers":2,"width":64,"heads":4,"ffn_ratio":1,"loss":3}"#;
    for (text, message) in [
        (
            format!("[[{run}]]"),
            " an array where a run is due, so its values have no names\n  expected: an array of objects, one for each \
             run\n  try: pandas writes it by to_json('runs.json', orient='records')"
                .to_owned(),
        ),
        (
            "{\n\"layers\": 2".to_owned(),
            "2: not JSON at character 11: EOF while parsing an object\n  try: the file ends too early: wait until it is \
             written, or copy it again"
                .to_owned(),
        ),
        (format!("{run}\n3.2"), format!("2: a number where a run is due{object}")),
        (format!("{run}\n{run}, "), format!("2: not JSON at character 57: trailing characters{object}")),
        (
            run.replace(":3}", ":NaN}"),
            "1, 'loss': 'NaN' is not finite\n  expected: a number above 0, in nats per token\n  try: remove the run if it \
             diverged"
                .to_owned(),
        ),
        (
            format!("{run}\n\n{}", run.replace(":64", ":\"wide\"")),
            "3, 'width': 'wide' is not a number\n  expected: a whole number from 1 to 131,072".to_owned(),
        ),
        (
            run.replace(":64", ":[64]"),
            "1, 'width': '[64]' is not a number\n  expected: a whole number from 1 to 131,072\n  try: put one value of the \
             list, such as the last loss of a curve, into a column of its own"
                .to_owned(),
        ),
        (
            run.replace(":64", ":true"),
            "1, 'width': 'true' is not a number\n  expected: a whole number from 1 to 131,072".to_owned(),
        ),
        (
            run.replace(":64", ":null"),
            "1, 'width': there is no value\n  expected: a whole number from 1 to 131,072".to_owned(),
        ),
        (run.replace("width", "layers"), "1: 'layers' stands twice\n  try: remove or rename one of them".to_owned()),
        (
            format!("{run}\n{}", run.replace("layers", "lyers")),
            "2: no column gives layers\n  expected: columns that give them; there are lyers, width, heads, ffn_ratio, \
             loss\n  try: --columns layers=lyers, if that is what they hold"
                .to_owned(),
        ),
    ] {
        assert_eq!(jsonl_error(&text), format!("runs.jsonl:{message}"));
    }
}
