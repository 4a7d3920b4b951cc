//! Columns as told.

use super::*;
use crate::runs::{ColumnChoice, Mapping, parse_as};

fn told(text: &str) -> Mapping {
    match ColumnChoice::parse(text).unwrap() {
        ColumnChoice::AsTold(mapping) => mapping,
        other => panic!("{other:?}"),
    }
}

fn csv_as(text: &str, columns: &str) -> Result<Loaded> {
    parse_as("runs.csv", Format::Csv, text.as_bytes(), &told(columns))
}

const TABLE: &str = "name,l,width,heads,ffn_ratio,loss,val_loss,odd name\na,2,64,4,1,9,3,5\n";

#[test]
fn what_is_told_wins_over_names() {
    let loaded = csv_as(TABLE, "layers=l,loss=val_loss").unwrap();
    assert_eq!((loaded.dataset.runs[0].features.layers, loaded.dataset.runs[0].loss), (2.0, 3.0));
    assert_eq!(loaded.ignored, ["loss", "odd name"]);
    assert!(loaded.summary().contains("; columns as told; "), "{}", loaded.summary());
    let loaded = csv_as(TABLE, "layers=l,loss=loss,seed=odd name,name=val_loss").unwrap();
    let run = &loaded.dataset.runs[0];
    assert_eq!((run.loss, run.seed, run.name.as_str()), (9.0, Some(5), "3"));
}

#[test]
fn json_keys_can_be_told() {
    let lines = "{\"l\":2,\"width\":64,\"heads\":4,\"ffn_ratio\":1,\"out.final\":3}\n\
                 {\"l\":3,\"width\":64,\"heads\":4,\"ffn_ratio\":1,\"out.final\":2.5,\"s\":1}\n";
    let parse = |columns: &str| parse_as("r.jsonl", Format::JsonLines, lines.as_bytes(), &told(columns));
    let loaded = parse("layers=l,loss=out.final,seed=s").unwrap();
    assert_eq!((loaded.dataset.runs[1].loss, loaded.dataset.runs[1].seed), (2.5, Some(1)));
    assert_eq!(
        parse("layers=l,loss=out.fnal").unwrap_err().to_string(),
        "r.jsonl:1, '--columns': there is no column 'out.fnal' to give loss\n  expected: one of l, width, heads, \
         ffn_ratio, out.final\n  try: --columns loss=out.final"
    );
    assert!(
        parse("layers=l,loss=out.final,tokens=t").unwrap_err().to_string().contains("no column 't' to give tokens")
    );
}

#[test]
fn a_column_that_is_not_there_is_said() {
    assert_eq!(
        csv_as(TABLE, "layers=l,seed=odd nme").unwrap_err().to_string(),
        "runs.csv:1, '--columns': there is no column 'odd nme' to give seed\n  expected: one of name, l, width, heads, \
         ffn_ratio, loss, val_loss, odd name\n  try: --columns 'seed=odd name'"
    );
}

#[test]
fn the_header_is_what_is_remembered() {
    let header = |format, text: &str| {
        TableFile::open_as("x", format, text.as_bytes()).unwrap().header().map(|names| names.join("|"))
    };
    assert_eq!(header(Format::Csv, "# x\n\n a ,\"b,c\"\n1,2\n").as_deref(), Some("a|b,c"));
    assert_eq!(header(Format::Csv, "# x\n"), None);
    assert_eq!(
        header(Format::JsonLines, "{\"synthetic\":true}\n{\"a\":1,\"b\":NaN}\n{\"c\":1}").as_deref(),
        Some("a|b")
    );
    assert_eq!(header(Format::JsonLines, "{\"a\":1}\nno").as_deref(), Some("a"));
    assert_eq!(header(Format::JsonLines, "no"), None);
}
