//! What trackers export: Weights & Biases and `MLflow`.

use proptest::prelude::*;

use super::*;
use crate::runs::Dialect;

/// Every cell in quotation marks, `"Name"` first, blobs of JSON over several lines, `""` for what is missing.
const WANDB: &str = concat!(
    "\"Name\",\"State\",\"_wandb\",\"config.model.n_layer\",\"config/d_model\",\"n_head\",\"config.ffn_ratio\",\"num_experts\",",
    "\"num_experts_per_tok\",\"eval/loss\",\"train/loss\"\n",
    "\"dense\",\"finished\",\"{\"\"runtime\"\":1,\n\n# no comment\n\"\"x\"\":[1,2]}\",\"12\",\"768\",\"12\",\"4\",\"\",\"\",\"3.25\",\"3.1\"\n",
    "\"still going\",\"running\",\"\",\"12\",\"768\",\"12\",\"4\",\"\",\"\",\"3.9\",\"3.9\"\n",
    "\"crashed early\",\"crashed\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\n",
    "\"not evaluated\",\"finished\",\"\",\"12\",\"768\",\"12\",\"4\",\"\",\"\",\"\",\"3.1\"\n",
    "\"diverged\",\"finished\",\"\",\"12\",\"768\",\"12\",\"4\",\"\",\"\",\"NaN\",\"NaN\"\n",
    "\"moe\",\"finished\",\"\",\"12\",\"768\",\"12\",\"4\",\"8\",\"2\",\"3.125\",\"3.0\"\n",
);

const MLFLOW: &str = "\
run_id,experiment_id,status,artifact_uri,start_time,end_time,metrics.eval_loss,params.n_layer,params.d_model,params.n_head,params.ffn_ratio,tags.mlflow.runName,tags.mlflow.source.name
0af1,7,FINISHED,s3://b/0af1,2026-01-01,2026-01-02,3.25,12,768,12,4,dense,train.py
0af2,7,RUNNING,s3://b/0af2,2026-01-01,,3.9,12,768,12,4,going,train.py
0af3,7,FAILED,s3://b/0af3,2026-01-01,2026-01-01,,12,768,12,4,,\"train.py --note \"\"a,
b\"\"\"
0af4,7,FINISHED,s3://b/0af4,2026-01-01,2026-01-02,3.5,6,384,6,4,small,train.py
";

fn skipped(loaded: &Loaded) -> Vec<String> {
    loaded.skipped.iter().map(ToString::to_string).collect()
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded.dataset.runs.iter().map(|run| run.name.as_str()).collect()
}

#[test]
fn a_wandb_export_loads() {
    let loaded = csv(WANDB).unwrap();
    assert_eq!(loaded.dialect, Dialect::Wandb);
    assert_eq!(names(&loaded), ["dense", "moe"]);
    assert_eq!(features(&loaded), [12.0, 768.0, 4.0, 768.0, 1.0]);
    let moe = &loaded.dataset.runs[1];
    assert_eq!((moe.loss, moe.features.activation_rate), (3.125, 0.25));
    assert_eq!(
        skipped(&loaded),
        ["still going (running)", "crashed early (crashed)", "not evaluated (no loss)", "diverged (loss is NaN)"]
    );
    assert_eq!(
        loaded.summary(),
        "2 runs; W&B run table; name from 'Name'; layers from 'config.model.n_layer'; width from 'config/d_model'; heads \
         from 'n_head'; ffn_ratio from 'config.ffn_ratio'; experts from 'num_experts'; top_k from 'num_experts_per_tok'; \
         loss from 'eval/loss'; no kv_heads: taken as multi-head attention, kv_heads = heads; 4 skipped: still going \
         (running), crashed early (crashed), not evaluated (no loss), diverged (loss is NaN); ignored: _wandb, train/loss"
    );
}

#[test]
fn an_mlflow_export_loads() {
    let loaded = csv(MLFLOW).unwrap();
    assert_eq!(loaded.dialect, Dialect::Mlflow);
    assert_eq!(names(&loaded), ["dense", "small"]);
    assert_eq!(features(&loaded), [12.0, 768.0, 4.0, 768.0, 1.0]);
    assert_eq!(skipped(&loaded), ["going (running)", "line 4 (failed)"]);
    assert!(loaded.ignored.contains(&"run_id".to_owned()) && !loaded.ignored.contains(&"status".to_owned()));
}

#[test]
fn a_loss_that_may_be_of_training_batches_is_doubted() {
    let doubt = "'metrics.loss' taken as the held-out loss, though trainers log the training loss by that name";
    let bare = MLFLOW.replace("metrics.eval_loss", "metrics.loss");
    assert_eq!(csv(&bare).unwrap().assumed().last().map(String::as_str), Some(doubt));
    assert!(!csv(MLFLOW).unwrap().summary().contains("held-out"));
}

#[test]
fn spreadsheets_and_windows_leave_an_export_as_it_is() {
    for text in [WANDB, MLFLOW] {
        let plain = csv(text).unwrap();
        for dressed in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), text.trim_end().to_owned()] {
            let loaded = csv(&dressed).unwrap();
            assert_eq!((&loaded.dataset.runs, &loaded.skipped), (&plain.dataset.runs, &plain.skipped), "{dressed:?}");
        }
    }
}

#[test]
fn a_cell_over_several_lines_is_named_where_it_begins() {
    let bad = WANDB.replace("\"3.125\"", "\"3,125\"");
    let error = csv(&bad).unwrap_err().to_string();
    assert!(error.starts_with("runs.csv:10, 'eval/loss': '3,125' is not a number"), "{error}");
    let open = WANDB.replace("\"dense\"", "\"dense");
    let error = csv(&open).unwrap_err().to_string();
    assert!(error.starts_with("runs.csv:2: "), "{error}");
    assert_eq!(
        csv(&WANDB.replace("\"3.0\"\n", "\"3.0")).unwrap_err().to_string(),
        "runs.csv:10: a cell begins with a quotation mark that is never closed\n  try: export the table again, or close \
         the mark"
    );
}

#[test]
fn a_table_of_ones_own_gets_no_such_leniency() {
    let text = format!("{HEADER}\n{ROW}\n{}\n", ROW.replace("3.25", ""));
    assert_eq!(
        csv(&text).unwrap_err().to_string(),
        "runs.csv:3, 'loss': there is no value\n  expected: a number above 0, in nats per token\n  try: remove the run if it \
         did not finish"
    );
}

#[test]
fn a_column_of_a_trackers_words_says_which_runs_are_finished() {
    let [empty, running] = [ROW.replace("3.25", ""), ROW.replace('a', "b")];
    let text = format!("{HEADER},status\n{ROW},ok\n{running},RUNNING\n{empty},finished\n");
    assert_eq!(skipped(&csv(&text).unwrap()), ["b (running)", "a (no loss)"]);
    let other = format!("{HEADER},status\n{ROW},ok\n{empty},published\n");
    assert!(csv(&other).unwrap_err().to_string().starts_with("runs.csv:3, 'loss': there is no value"));
}

#[test]
fn an_export_without_a_finished_run_says_what_there_was() {
    let lines: Vec<&str> = MLFLOW.lines().collect();
    let text = format!("{}\n{}\n", lines[0], lines[2]);
    assert_eq!(
        csv(&text).unwrap_err().to_string(),
        "runs.csv: none of the 1 runs is finished: going (running)\n  expected: a run that has ended, with its loss"
    );
}

/// The columns of a real export, whose shapes stand in the runs' names alone.
#[test]
fn an_export_that_lacks_columns_says_how_to_tell_them() {
    assert_eq!(
        csv("\"Name\",\"_wandb\",\"scaling/global_loss\"\n\"3072x12\",\"\",\"3.35\"\n").unwrap_err().to_string(),
        "runs.csv:1: no column gives layers, width, heads (or head_dim), ffn_ratio (or intermediate_size) and loss; or \
         parameters in place of the shape\n  expected: columns that give them; there are Name, _wandb, scaling/global_loss\n  \
         try: --columns layers=COLUMN,width=COLUMN,head_dim=128,ffn_ratio=4,loss=scaling/global_loss, with your columns, and \
         values that hold for all runs"
    );
}

proptest! {
    #[test]
    fn a_spoiled_export_loads_sound_or_fails(
        mlflow in any::<bool>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), super::properties::mutation()), 1..6),
    ) {
        let mut bytes = if mlflow { MLFLOW } else { WANDB }.as_bytes().to_vec();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(loaded) = parse("x.csv", Format::Csv, &bytes) {
            super::properties::assert_sound(&loaded);
            prop_assert!(loaded.dataset.runs.len() + loaded.skipped.len() <= 7);
        }
    }

    #[test]
    fn an_export_means_what_the_table_means(losses in prop::collection::vec(1e-3..13.0f64, 1..8), blob in "[a-z\",\n#]{0,12}") {
        let blob = blob.replace('"', "\"\"");
        let plain: String = losses.iter().map(|loss| format!("a,12,768,12,4,{loss}\n")).collect::<Vec<_>>().concat();
        let quoted = losses.iter().map(|loss| format!("\"a\",\"{blob}\",\"12\",\"768\",\"12\",\"4\",\"{loss}\"\n"));
        let quoted = quoted.collect::<Vec<_>>().concat();
        let table = csv(&format!("name,layers,width,heads,ffn_ratio,loss\n{plain}")).unwrap();
        let header = "\"Name\",\"_wandb\",\"layers\",\"width\",\"heads\",\"ffn_ratio\",\"eval/loss\"";
        let export = csv(&format!("{header}\n{quoted}")).unwrap();
        prop_assert_eq!(export.dialect, Dialect::Wandb);
        prop_assert_eq!(export.dataset.runs, table.dataset.runs);
    }
}
