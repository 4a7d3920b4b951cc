//! Directories without a run that is read: what is in them, and the way from there to a table.

use std::path::{Path, PathBuf};

use super::{CONFIG, Listing, STATE, called, list};
use engine::error::Error;

/// A program that keeps runs in files of its own: by what it is known, and how its runs become a table.
struct Keeper {
    /// How names of its files or folders begin or end.
    starts: &'static [&'static str],
    ends: &'static [&'static str],
    what: &'static str,
    export: &'static str,
}

const KEEPERS: [Keeper; 6] = [
    Keeper {
        starts: &["events.out.tfevents"],
        ends: &[],
        what: "TensorBoard's event files",
        export: "a CSV with one row per run, its shape and its last held-out loss: TensorBoard holds no shapes, and gives each curve \
                 as CSV under \"Show data download links\"",
    },
    Keeper {
        starts: &[".neptune"],
        ends: &[],
        what: "runs of Neptune",
        export: "neptune sync, then in Python project.fetch_runs_table().to_pandas().to_csv('runs.csv', index=False)",
    },
    Keeper {
        starts: &[".cometml-runs", "comet_ml", ".comet"],
        ends: &[],
        what: "runs of Comet",
        export: "comet upload, then select the experiments in the project's table and download them as CSV",
    },
    Keeper {
        starts: &["mlruns", "mlartifacts", "meta.yaml"],
        ends: &[],
        what: "runs of MLflow",
        export: "mlflow experiments csv --experiment-id ID --filename runs.csv",
    },
    Keeper {
        starts: &[],
        ends: &[".wandb"],
        what: "runs of W&B that are not synced",
        export: "wandb sync, then export the table of runs as CSV",
    },
    Keeper {
        starts: &[".aim"],
        ends: &[],
        what: "runs of Aim",
        export: "select the runs in its table and export them as CSV",
    },
];

impl Keeper {
    fn keeps(&self, name: &str) -> bool {
        // What was exported from there is a table, whatever it is called after.
        const TABLES: [&str; 6] = [".csv", ".tsv", ".jsonl", ".json", ".parquet", ".gz"];
        if TABLES.iter().any(|table| name.to_ascii_lowercase().ends_with(table)) {
            return false;
        }
        self.starts.iter().any(|start| name.starts_with(start)) || self.ends.iter().any(|end| name.ends_with(end))
    }

    /// Of a listing, and of what is in its folders: one event file may lie in a folder for each run.
    fn of(listing: &Listing) -> Option<&'static Self> {
        let here = |listing: &Listing| {
            let mut names = listing.files.iter().chain(&listing.directories).map(|path| called(path));
            names.find_map(|name| KEEPERS.iter().find(|keeper| keeper.keeps(&name)))
        };
        here(listing).or_else(|| listing.directories.iter().find_map(|folder| here(&list(folder).ok()?)))
    }
}

/// The error for a file that such a program keeps, by its name.
pub(in crate::resolve) fn refusal(path: &Path) -> Option<Error> {
    let name = called(path);
    let keeper = KEEPERS.iter().find(|keeper| keeper.keeps(&name))?;
    Some(Error::new(format!("this is one of {}", keeper.what)).expected("a table of runs").hint(keeper.export))
}

pub(super) fn no_runs(path: &Path, listing: &Listing) -> Error {
    let is = |file: &&PathBuf, extensions: &[&str]| {
        file.extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
    };
    let counted = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let keeper = Keeper::of(listing);
    let content = match keeper {
        Some(keeper) => keeper.what.to_owned(),
        None => format!(
            "{} and {}",
            counted(listing.files.len(), "file", "files"),
            counted(listing.directories.len(), "directory", "directories")
        ),
    };
    let error = Error::new(format!("there are no training runs in this directory, only {content}"))
        .in_source(path.display().to_string())
        .expected(format!(
            "{STATE} with {CONFIG}, here, in checkpoint-N, or one directory below; or runs of W&B or Lightning"
        ));
    let tables = ["csv", "tsv", "jsonl", "ndjson", "parquet"];
    let table = listing.files.iter().find(|file| is(file, &tables));
    match (table, keeper) {
        (Some(table), _) => error.hint(format!("--data {}", table.display())),
        (None, Some(keeper)) => error.hint(keeper.export),
        (None, None) => error,
    }
}
